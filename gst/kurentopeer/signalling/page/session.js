/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One visit to the other side. */

const answerTimeout = 15000; /* ms, from the first step to the first media */

function helloUrl(protocols) {
  const url = new URL('helloworld', location.href);
  const token = new URLSearchParams(location.search).get('token');

  url.protocol = protocols[location.protocol === 'https:' ? 1 : 0];
  if (token !== null)
    url.searchParams.set('token', token);
  return url;
}

/* Why no WebSocket could be opened: a browser does not tell the page, but it tells what the server says to others. */
async function diagnose() {
  try {
    const {status} = await fetch(helloUrl(['http:', 'https:']), {cache: 'no-store'});
    return {401: 'token', 403: 'forbidden', 503: 'full'}[status] ?? 'away';
  } catch {
    return 'away';
  }
}

/* A WebSocket and a peer connection that begin and end together. The socket and the offer are made at the same time, so
 * that neither waits for the other. `on` is called back: track, connected, interrupted, channel, line, ended; the last
 * with a kind that words.js knows, and what the other side said. */
export class Session {
  #on;
  #peer = new RTCPeerConnection();
  #socket = null;
  #channels = new Set();
  #started = false; /* the offer is sent, so candidates may follow */
  #unsent = []; /* local candidates that are older than the offer */
  #wasAnswered = false;
  #wasConnected = false;
  #over = false;
  #timer;
  #markAnswered;
  #answered = new Promise((resolve) => {
    this.#markAnswered = resolve;
  });

  /* `plan` is what we send and open; `before` ends when the previous session has left the server. */
  constructor(plan, before, on) {
    this.#on = on;
    this.#timer = setTimeout(() => this.#end(this.#wasAnswered ? 'no-route' : 'silent'), answerTimeout);
    const opened = this.#open(before);
    const offered = this.#offer(plan);
    Promise.all([opened, offered]).then(() => this.#start(), (error) => this.#end('unusable', error.message));
  }

  say(text) {
    const channel = [...this.#channels].find(({readyState}) => readyState === 'open');
    channel?.send(text);
    return channel !== undefined;
  }

  /* A report of getStats(), empty once it is over. */
  async measure() {
    return this.#over ? new Map() : this.#peer.getStats();
  }

  /* Sends another track of the same kind from now on. False when none of this kind is sent: that takes a new session. Once
   * this one is over there is nothing to do: the next one begins with the new track. */
  async replace(track) {
    if (this.#over)
      return true;
    const sender = this.#peer.getSenders().find((candidate) => candidate.track?.kind === track.kind);
    await sender?.replaceTrack(track);
    return sender !== undefined;
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
    this.#socket = new WebSocket(helloUrl(['ws:', 'wss:']));
    this.#socket.addEventListener('message', ({data}) => this.#receive(data));
    this.#socket.addEventListener('close', async () =>
      this.#over || this.#end(this.#started ? 'gone' : await diagnose()));
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
          this.#wasAnswered = true;
          this.#markAnswered();
          break;
        case 'iceCandidate':
          await this.#answered;
          await this.#addCandidate(message.candidate);
          break;
        case 'stopCommunication':
          this.#end('ended', message.message);
          break;
        case 'error':
          this.#end(/\bbusy\b/i.test(message.message) ? 'busy' : 'refused', message.message?.message ?? message.message);
          break;
      }
    } catch (error) {
      this.#end('unusable', error.message);
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
    const changed = () => this.#over
      || this.#on.channel([...this.#channels].some(({readyState}) => readyState === 'open'));

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
        this.#wasConnected = true;
        this.#on.connected(this.#peer.getTransceivers().some(({receiver, currentDirection}) =>
          receiver.track.kind === 'video' && /recv/.test(currentDirection)));
        break;
      case 'disconnected':
        this.#on.interrupted();
        break;
      case 'failed':
        this.#end(this.#wasConnected ? 'lost' : 'no-route');
        break;
    }
  }

  #end(kind, detail) {
    if (this.#over)
      return;
    this.#close();
    this.#on.ended(kind, detail);
  }

  #close() {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#send({id: 'stop'});
    this.#peer.close();
    this.#socket?.close();
  }
}
