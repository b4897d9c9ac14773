/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The page: what the person does, and what the session tells. */

import {bindDevices, Black, capture, deviceNames, exchange, refreshDevices} from './devices.js';
import {attend, first, watch} from './first.js';
import {Session} from './session.js';
import {Statistics} from './statistics.js';
import {addLine, bindTabs, clearNotice, setSwitch, showNotice, showStatus, tell, ui} from './view.js';
import {interrupted, unplugged, wordsForDevice, wordsForEnd, wordsForRefusal} from './words.js';

const retryDelays = [300, 1000, 2000, 4000, 8000]; /* ms, the last one again and again */
const kinds = {microphone: 'audio', camera: 'video'};

/* What a session sends and opens. */
const plans = {
  watch,
  listen: {stream: null, channel: true, sound: true},
  talk: (stream) => ({stream, channel: true, sound: true}),
};

let plan = plans.watch;
let session = first;
let black = null; /* in the place of the camera while that is off */
let attempt = 0; /* tries since the last success */
let retry = 0; /* timer */
const statistics = new Statistics(() => session);

const getTrack = (kind) => plan.stream?.getTracks().find((track) => track.kind === kind);

function describePlan() {
  const missing = Object.keys(kinds).filter((name) => !getTrack(kinds[name]));

  if (plan === plans.watch)
    return 'Watching';
  return missing.length ? `Connected, without ${missing.reverse().join(' and ')}` : 'Connected';
}

/* What is shown of the plan and of what it sends. */
function showPlan() {
  const watching = plan === plans.watch;

  ui.connect.hidden = ui.listen.hidden = ui.hint.hidden = !watching;
  ui.leave.hidden = watching;
  for (const [name, kind] of Object.entries(kinds)) {
    ui[name].hidden = !getTrack(kind);
    setSwitch(ui[name], getTrack(kind)?.enabled ?? false);
  }
  ui.self.hidden = !getTrack('video');
  ui.off.hidden = getTrack('video')?.enabled ?? true;
  if (ui.local.srcObject !== plan.stream)
    ui.local.srcObject = plan.stream;
}

function setSound(on) {
  ui.remote.muted = !on;
  setSwitch(ui.sound, on);
}

function run(nextPlan) {
  const left = session.leave();

  clearTimeout(retry);
  if (nextPlan !== plan) {
    plan.stream?.getTracks().forEach((track) => track.stop());
    black?.stop();
    black = null;
    setSound(nextPlan.sound);
  }
  plan = nextPlan;
  session = new Session(plan, left, listener);
  showPlan();
  channel(false);
  if (attempt === 0)
    showStatus('Connecting…', 'busy');
}

/* The first track of a session replaces the stream of the one before, whose last picture stays until then. */
function track(added) {
  const stream = ui.remote.srcObject;
  const live = stream?.getTracks().some(({readyState}) => readyState === 'live');

  if (live)
    stream.addTrack(added);
  else
    ui.remote.srcObject = new MediaStream([added]);
}

function connected(hasVideo) {
  attempt = 0;
  ui.call.dataset.state = 'connected';
  showStatus(describePlan(), 'good');
  clearNotice();
  if (black)
    session.replace(black.track);
  if (!hasVideo) {
    ui.placeholder.textContent = 'The other side sends no picture.';
    ui.placeholder.hidden = false;
  }
}

function paused() {
  ui.call.dataset.state = 'paused';
  showStatus('Interrupted', 'bad');
  showNotice(interrupted, []);
}

function ended(kind, detail) {
  const delay = retryDelays[Math.min(attempt++, retryDelays.length - 1)];
  const words = wordsForEnd(kind, detail);
  const again = ['Try now', () => run(plan)];
  const reload = ['Reload', () => location.reload()];

  channel(false);
  ui.call.dataset.state = 'paused';
  showStatus('Not connected', 'bad');
  showNotice({...words, progress: 'Trying again…'}, words.reload ? [again, reload] : [again]);
  ui.placeholder.textContent = 'Waiting for the picture…';
  ui.placeholder.hidden = false;
  retry = setTimeout(() => run(plan), delay);
}

function channel(open) {
  ui.line.disabled = ui.send.disabled = !open;
  ui.line.placeholder = open ? 'Write a message' : plan.channel ? 'The chat is not open yet' : 'Connect to chat';
}

const listener = {track, connected, interrupted: paused, channel, line: (text) => addLine('Peer', text), ended};

/* Another session of the same person: the button that was pressed is gone. */
function change(nextPlan) {
  attempt = 0;
  clearNotice();
  run(nextPlan);
  (nextPlan === plans.watch ? ui.connect : ui.leave).focus();
}

function complain(error, wanted, actions) {
  showNotice(wordsForDevice(error, wanted), [...actions, ['Close', clearNotice]]);
}

async function connect() {
  ui.connect.disabled = true;
  try {
    const stream = await capture();
    stream.getTracks().forEach(guard);
    change(plans.talk(stream));
  } catch (error) {
    complain(error, 'camera or microphone', [['Listen and chat', () => change(plans.listen)]]);
  } finally {
    ui.connect.disabled = false;
    refreshDevices(plan.stream);
  }
}

/* A device that ends by itself was unplugged, or taken away. */
function guard(captured) {
  captured.addEventListener('ended', () => {
    if (captured === getTrack(captured.kind))
      showNotice(unplugged(deviceNames[captured.kind]), [['Close', clearNotice]]);
  });
}

/* Devices can be chosen before a call, too, and are opened by the next one then. */
async function changeDevice(kind) {
  const {stream} = plan;
  const old = getTrack(kind);
  if (!stream)
    return;

  ui.videoinput.disabled = ui.audioinput.disabled = true;
  const {track: found, error} = await exchange(kind, old);
  if (plan.stream !== stream)
    found?.stop();
  else if (found)
    await send(found, old);
  if (error)
    complain(error, deviceNames[kind], []);
  await refreshDevices(plan.stream);
}

async function send(found, old) {
  const {stream} = plan;

  guard(found);
  found.enabled = old?.enabled ?? true;
  if (old)
    stream.removeTrack(old);
  stream.addTrack(found);
  if (await session.replace(black && found.kind === 'video' ? black.track : found))
    showPlan();
  else
    run(plan);
}

function toggle(name) {
  const captured = getTrack(kinds[name]);

  captured.enabled = !captured.enabled;
  showPlan();
  if (name === 'camera') {
    black?.stop();
    black = captured.enabled ? null : new Black(captured);
    session.replace(black?.track ?? captured);
  }
}

/* What a browser may refuse is told. */
const tryTo = (act) => async () => {
  try {
    await act();
  } catch (error) {
    showNotice(wordsForRefusal(error), [['Close', clearNotice]]);
  }
};

async function takeSnapshot() {
  const canvas = document.createElement('canvas');
  const link = document.createElement('a');

  canvas.width = ui.remote.videoWidth;
  canvas.height = ui.remote.videoHeight;
  canvas.getContext('2d').drawImage(ui.remote, 0, 0);
  link.href = URL.createObjectURL(await new Promise((resolve) => canvas.toBlob(resolve, 'image/png')));
  link.download = `snapshot-${new Date().toISOString().slice(0, 19).replace(/\W/g, '-')}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  tell(`Saved ${link.download}`);
}

/* A phone may know full screen for a video only. */
function toggleFull() {
  if (document.fullscreenElement)
    return document.exitFullscreen();
  if (document.fullscreenEnabled)
    return ui.call.requestFullscreen();
  return ui.remote.webkitEnterFullscreen();
}

function showFull() {
  const full = document.fullscreenElement !== null;

  ui.full.querySelector('use').setAttribute('href', full ? '#i-shrink' : '#i-full');
  ui.full.querySelector('span').textContent = full ? 'Exit full screen' : 'Full screen';
}

function togglePopout() {
  return document.pictureInPictureElement ? document.exitPictureInPicture() : ui.remote.requestPictureInPicture();
}

function showPicture() {
  const visible = ui.remote.videoWidth > 0;

  ui.snapshot.disabled = ui.popout.disabled = !visible;
  if (visible)
    ui.placeholder.hidden = true;
}

function bindVideo() {
  for (const name of ['playing', 'resize', 'emptied'])
    ui.remote.addEventListener(name, showPicture);
  ui.full.hidden = !document.fullscreenEnabled && !('webkitEnterFullscreen' in ui.remote);
  ui.popout.hidden = !document.pictureInPictureEnabled;
  ui.sound.addEventListener('click', () => setSound(ui.remote.muted));
  ui.snapshot.addEventListener('click', tryTo(takeSnapshot));
  ui.full.addEventListener('click', tryTo(toggleFull));
  ui.popout.addEventListener('click', tryTo(togglePopout));
  document.addEventListener('fullscreenchange', showFull);
}

function bindCall() {
  ui.connect.addEventListener('click', connect);
  ui.listen.addEventListener('click', () => change(plans.listen));
  ui.leave.addEventListener('click', () => change(plans.watch));
  for (const name of Object.keys(kinds))
    ui[name].addEventListener('click', () => toggle(name));
  ui.form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (ui.line.value && session.say(ui.line.value)) {
      addLine('You', ui.line.value);
      ui.line.value = '';
    }
  });
  /* A page that the browser keeps for the back button must not keep the other side busy. */
  addEventListener('pagehide', () => session.leave());
  addEventListener('pageshow', ({persisted}) => persisted && run(plans.watch));
}

function bindSide() {
  bindTabs(() => {
    statistics.update();
    if (!ui.devices.hidden)
      refreshDevices(plan.stream);
  });
  bindDevices(changeDevice, (error) => complain(error, 'speaker', []));
  navigator.mediaDevices?.addEventListener('devicechange', () => refreshDevices(plan.stream));
}

function refuse() {
  showStatus('Not connected', 'bad');
  showNotice(wordsForEnd('unsupported'), []);
  ui.connect.disabled = ui.listen.disabled = ui.sound.disabled = true;
}

if (first) {
  bindVideo();
  bindCall();
  bindSide();
  attend(listener);
} else {
  refuse();
}
