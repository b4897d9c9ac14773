/* SPDX-License-Identifier: LGPL-2.1-or-later */

const answerTimeout = 15000; /* ms, from the first step to the first media */
const retryDelays = [300, 1000, 2000, 4000, 8000]; /* ms, the last one again and again */
const logLines = 200;

function socketUrl() {
  const url = new URL('helloworld', location.href);
  const token = new URLSearchParams(location.search).get('token');

  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (token !== null)
    url.searchParams.set('token', token);
  return url;
}

/* One visit to the other side: a WebSocket and a peer connection that begin and end together. The socket and the offer
 * are made at the same time, so that neither waits for the other. `on` is called back: track, connected, interrupted,
 * channel, line, ended. */
class Session {
  #on;
  #peer = new RTCPeerConnection();
  #socket = null;
  #channels = new Set();
  #started = false; /* the offer is sent, so candidates may follow */
  #unsent = []; /* local candidates that are older than the offer */
  #over = false;
  #timer;
  #markAnswered;
  #answered = new Promise((resolve) => {
    this.#markAnswered = resolve;
  });

  /* `plan` is what we send and open, see plans below; `before` ends when the previous session has left the server. */
  constructor(plan, before, on) {
    this.#on = on;
    this.#timer = setTimeout(() => this.#end('The other side did not answer in time'), answerTimeout);
    const opened = this.#open(before);
    const offered = this.#offer(plan);
    Promise.all([opened, offered]).then(() => this.#start(), (error) => this.#end(error.message));
  }

  say(text) {
    const channel = [...this.#channels].find(({readyState}) => readyState === 'open');
    channel?.send(text);
    return channel !== undefined;
  }

  /* Ends in silence. The promise is kept when the server knows, or would not answer. */
  leave() {
    const socket = this.#socket;
    this.#close();
    if (!socket || socket.readyState === WebSocket.CLOSED)
      return Promise.resolve();
    return new Promise((resolve) => {
      socket.addEventListener('close', resolve);
      setTimeout(resolve, 1000);
    });
  }

  async #open(before) {
    await before;
    if (this.#over)
      return;
    this.#socket = new WebSocket(socketUrl());
    this.#socket.addEventListener('message', ({data}) => this.#receive(data));
    this.#socket.addEventListener('close', () => this.#end(this.#started
      ? 'The server has gone' : 'The server does not answer, or does not accept this page'));
    await new Promise((resolve) => this.#socket.addEventListener('open', resolve));
  }

  async #offer({stream, channel}) {
    const peer = this.#peer;
    for (const kind of ['audio', 'video']) {
      const track = stream?.getTracks().find((candidate) => candidate.kind === kind);
      if (track)
        peer.addTransceiver(track, {direction: 'sendrecv', streams: [stream]});
      else
        peer.addTransceiver(kind, {direction: 'recvonly'});
    }
    peer.addEventListener('track', ({track}) => this.#on.track(track));
    peer.addEventListener('datachannel', (event) => this.#adopt(event.channel));
    peer.addEventListener('icecandidate', ({candidate}) => candidate && this.#sendCandidate(candidate));
    peer.addEventListener('connectionstatechange', () => this.#changed());
    if (channel)
      this.#adopt(peer.createDataChannel('chat'));
    await peer.setLocalDescription();
  }

  #start() {
    if (this.#over)
      return;
    this.#send({id: 'start', sdpOffer: this.#peer.localDescription.sdp});
    this.#started = true;
    this.#unsent.splice(0).forEach((candidate) => this.#sendCandidate(candidate));
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify(message));
  }

  #sendCandidate(candidate) {
    if (this.#started)
      this.#send({id: 'onIceCandidate', candidate});
    else
      this.#unsent.push(candidate);
  }

  async #receive(text) {
    if (this.#over)
      return;
    try {
      const message = JSON.parse(text);
      switch (message.id) {
        case 'startResponse':
          await this.#peer.setRemoteDescription({type: 'answer', sdp: message.sdpAnswer});
          this.#markAnswered();
          break;
        case 'iceCandidate':
          await this.#answered;
          await this.#addCandidate(message.candidate);
          break;
        case 'stopCommunication':
          this.#end(`The other side has ended${message.message ? `: ${message.message}` : ''}`);
          break;
        case 'error':
          this.#end(/\bbusy\b/i.test(message.message) ? 'Somebody else is connected right now'
            : `The other side refused: ${message.message?.message ?? message.message}`);
          break;
      }
    } catch (error) {
      this.#end(`The answer of the other side cannot be used: ${error.message}`);
    }
  }

  /* One bad candidate does not end a session: others may do. */
  async #addCandidate(candidate) {
    try {
      await this.#peer.addIceCandidate(candidate);
    } catch (error) {
      if (!this.#over)
        console.warn('Ignored candidate', candidate, error);
    }
  }

  #adopt(channel) {
    const changed = () => this.#on.channel([...this.#channels].some(({readyState}) => readyState === 'open'));

    channel.binaryType = 'arraybuffer';
    channel.addEventListener('open', changed);
    channel.addEventListener('close', () => {
      this.#channels.delete(channel);
      changed();
    });
    channel.addEventListener('message', ({data}) => this.#on.line(
      typeof data === 'string' ? data : `(${data.byteLength} bytes)`));
    this.#channels.add(channel);
    if (channel.readyState === 'open')
      changed();
  }

  #changed() {
    switch (this.#peer.connectionState) {
      case 'connected':
        clearTimeout(this.#timer);
        this.#on.connected(this.#peer.getTransceivers().some(({receiver, currentDirection}) =>
          receiver.track.kind === 'video' && /recv/.test(currentDirection)));
        break;
      case 'disconnected':
        this.#on.interrupted();
        break;
      case 'failed':
        this.#end('The connection failed: no way through the network was found, or it was lost');
        break;
    }
  }

  #end(reason) {
    if (this.#over)
      return;
    this.#close();
    this.#on.ended(reason);
  }

  #close() {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#send({id: 'stop'});
    this.#peer.close();
    this.#socket?.close();
  }
}

/* What a session sends and opens. Watching is the plan that the page begins with. */
const plans = {
  watch: {stream: null, channel: false, sound: false, status: 'You are watching, without sound.'},
  listen: {stream: null, channel: true, sound: true, status: 'You are connected, and send no sound and no picture.'},
  talk: (stream) => ({stream, channel: true, sound: true, status: `You are connected: ${turnedOn(stream)} are on.`}),
};

function turnedOn(stream) {
  const names = {audio: 'microphone', video: 'camera'};
  return new Intl.ListFormat('en').format(['sound', ...stream.getTracks().map(({kind}) => names[kind])]);
}

const ui = Object.fromEntries([...document.querySelectorAll('[id]')].map((element) => [element.id, element]));
let plan = plans.watch;
let session = null;
let attempt = 0; /* tries since the last success */
let retry = 0; /* timer */

function show(text, tone) {
  ui.status.textContent = text;
  ui.status.dataset.tone = tone;
}

function run(nextPlan) {
  const left = session?.leave();

  clearTimeout(retry);
  if (nextPlan !== plan)
    plan.stream?.getTracks().forEach((track) => track.stop());
  plan = nextPlan;
  session = new Session(plan, left, {track, connected, interrupted, channel, line: (text) => log('Peer', text), ended});
  ui.remote.muted = !plan.sound;
  ui.local.srcObject = plan.stream;
  ui.local.hidden = !plan.stream?.getVideoTracks().length;
  ui.connect.hidden = ui.hint.hidden = plan !== plans.watch;
  ui.leave.hidden = plan === plans.watch;
  channel(false);
  show(attempt ? 'Connecting again…' : 'Connecting…', 'busy');
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
  show(plan.status, 'good');
  if (!hasVideo) {
    ui.placeholder.textContent = 'The other side sends no picture.';
    ui.placeholder.hidden = false;
  }
}

function interrupted() {
  show('The connection is interrupted. Waiting for it to come back…', 'bad');
}

function ended(reason) {
  const delay = retryDelays[Math.min(attempt++, retryDelays.length - 1)];

  channel(false);
  show(`${reason.replace(/\.$/, '')}. Trying again…`, 'bad');
  retry = setTimeout(() => run(plan), delay);
}

function channel(open) {
  ui.line.disabled = ui.send.disabled = !open;
  ui.line.placeholder = open ? 'Write a message' : plan.channel ? 'The chat is not open yet' : 'Connect to chat';
}

function log(who, text) {
  const item = document.createElement('li');
  const name = document.createElement('b');

  name.textContent = who;
  item.className = who === 'You' ? 'mine' : '';
  item.append(name, text);
  ui.log.append(item);
  if (ui.log.children.length > logLines)
    ui.log.firstElementChild.remove();
  ui.log.scrollTop = ui.log.scrollHeight;
}

/* Both, or the one that there is. */
async function capture() {
  const video = {width: {ideal: 640}, height: {ideal: 480}};
  let missing;

  for (const constraints of [{audio: true, video}, {video}, {audio: true}]) {
    try {
      return await navigator.mediaDevices.getUserMedia(constraints);
    } catch (error) {
      if (error.name !== 'NotFoundError')
        throw error;
      missing = error;
    }
  }
  throw missing;
}

function captureProblem(error) {
  if (!window.isSecureContext)
    return 'Browsers give the camera only to pages on localhost or over https: open this page that way.';
  switch (error.name) {
    case 'NotAllowedError':
      return 'The camera or the microphone was not allowed. Allow them for this page and press Connect again.';
    case 'NotFoundError':
      return 'There is no camera and no microphone.';
    case 'NotReadableError':
      return 'The camera or the microphone is in use by another program.';
    default:
      return `The camera cannot be used: ${error.message}`;
  }
}

ui.connect.addEventListener('click', async () => {
  ui.connect.disabled = true;
  try {
    run(plans.talk(await capture()));
    ui.listen.hidden = true;
    ui.leave.focus();
  } catch (error) {
    show(captureProblem(error), 'bad');
    ui.listen.hidden = false;
  } finally {
    ui.connect.disabled = false;
  }
});

ui.listen.addEventListener('click', () => {
  run(plans.listen);
  ui.listen.hidden = true;
  ui.leave.focus();
});

ui.leave.addEventListener('click', () => {
  run(plans.watch);
  ui.connect.focus();
});

ui.form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (ui.line.value && session.say(ui.line.value)) {
    log('You', ui.line.value);
    ui.line.value = '';
  }
});

ui.remote.addEventListener('playing', () => {
  ui.placeholder.hidden = true;
});

/* A page that the browser keeps for the back button must not keep the other side busy. */
addEventListener('pagehide', () => session.leave());
addEventListener('pageshow', ({persisted}) => persisted && run(plans.watch));

run(plan);
