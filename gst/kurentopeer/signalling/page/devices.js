/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Cameras, microphones and speakers: which there are, which one the person chose, and opening it. */

import {ui} from './view.js';

export const deviceNames = {audio: 'microphone', video: 'camera'};

const chosen = {audio: '', video: ''}; /* device ids; '' is the browser's own choice */

const constraints = {
  audio: (deviceId) => ({deviceId}),
  video: (deviceId) => ({deviceId, width: {ideal: 640}, height: {ideal: 480}}),
};

/* Both, or the one that there is. What was chosen and is gone is replaced by what there is. */
export async function capture() {
  const [audio, video] = ['audio', 'video'].map((kind) => constraints[kind]({ideal: chosen[kind]}));
  let missing;

  for (const wanted of [{audio, video}, {video}, {audio}]) {
    try {
      return await navigator.mediaDevices.getUserMedia(wanted);
    } catch (error) {
      if (error.name !== 'NotFoundError')
        throw error;
      missing = error;
    }
  }
  throw missing;
}

/* Another device in the place of `old`, which may be undefined. Some systems open one camera at a time, so the old one
 * ends first, and comes back when the new one fails: {track, error}. */
export async function exchange(kind, old) {
  const open = async (deviceId) => {
    const stream = await navigator.mediaDevices.getUserMedia({[kind]: constraints[kind](deviceId)});
    return stream.getTracks()[0];
  };
  const before = old?.getSettings().deviceId;

  old?.stop();
  try {
    return {track: await open(chosen[kind] && {exact: chosen[kind]})};
  } catch (error) {
    chosen[kind] = before ?? '';
    return {track: before && await open({exact: before}).catch(() => undefined), error};
  }
}

/* A black picture in the size and at the rate of a camera's: of a disabled camera Firefox sends a single one, and when that
 * is lost the other side goes on to see what was before. */
export class Black {
  #timer;
  track;

  constructor(camera) {
    const {width = 640, height = 480} = camera.getSettings();
    const canvas = Object.assign(document.createElement('canvas'), {width, height});
    const context = canvas.getContext('2d');

    [this.track] = canvas.captureStream().getTracks();
    this.#timer = setInterval(() => context.fillRect(0, 0, width, height), 33);
  }

  stop() {
    clearInterval(this.#timer);
    this.track.stop();
  }
}

function fill(select, devices, current) {
  const options = devices.filter(({deviceId}) => deviceId && deviceId !== 'default')
    .map(({label, deviceId}, i) => new Option(label || `${select.labels[0].textContent} ${i + 1}`, deviceId));

  select.replaceChildren(new Option('Chosen by the browser', ''), ...options);
  select.value = options.some(({value}) => value === current) ? current : '';
  select.disabled = !options.length;
}

/* Shows what there is now; `stream` is what is sent, or null. */
export async function refreshDevices(stream) {
  const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
  const idInUse = (kind) => chosen[kind]
    || stream?.getTracks().find((track) => track.kind === kind)?.getSettings().deviceId;

  for (const [select, current] of [[ui.videoinput, idInUse('video')], [ui.audioinput, idInUse('audio')],
    [ui.audiooutput, ui.remote.sinkId]])
    fill(select, devices.filter(({kind}) => kind === select.id), current);
  ui.nameless.hidden = devices.some(({label}) => label);
}

/* `changed` is called with the kind of track whose device was chosen, `failed` with why a speaker cannot be used. */
export function bindDevices(changed, failed) {
  ui.speaker.hidden = !('setSinkId' in HTMLMediaElement.prototype);
  for (const [select, kind] of [[ui.videoinput, 'video'], [ui.audioinput, 'audio']])
    select.addEventListener('change', () => {
      chosen[kind] = select.value;
      changed(kind);
    });
  ui.audiooutput.addEventListener('change', () => ui.remote.setSinkId(ui.audiooutput.value).catch(failed));
}
