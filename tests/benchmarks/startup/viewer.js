/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The browser's side of one round, the same for every server: kurento-utils offers and receives. */
import kurentoUtils from 'kurento-utils';

const DEADLINE = 15000; /* ms */

/* The first picture that leaves the decoder, without waiting for the screen's next refresh. */
async function firstDecoded({track, receiver}) {
  const reader = new MediaStreamTrackProcessor({track}).readable.getReader();
  const {value: frame} = await reader.read();
  const time = performance.now();
  const size = `${frame.codedWidth}x${frame.codedHeight}`;
  frame.close();
  reader.cancel();
  /* The next picture is a thirtieth of a second away, so this is the last packet of the first one. */
  const stats = [...(await receiver.getStats()).values()].find(({type}) => type === 'inbound-rtp');
  return {time, size, received: stats.lastPacketReceivedTimestamp - performance.timeOrigin};
}

/* In an element of its own: kurento-utils shows the first stream only, which without msid may have no video. */
function firstShown(track) {
  const video = Object.assign(document.createElement('video'), {autoplay: true, muted: true});
  document.body.append(video);
  video.srcObject = new MediaStream([track]);
  return new Promise((resolve) => video.addEventListener('loadeddata', () => resolve(performance.now())));
}

class Round {
  constructor() {
    this.marks = {}; /* name -> performance.now() */
    this.candidates = []; /* waiting for the socket */
    this.video = Object.assign(document.createElement('video'), {autoplay: true, muted: true});
    document.body.replaceChildren(this.video);
  }

  mark(name, time = performance.now()) {
    this.marks[name] ??= time;
  }

  /* Makes the peer and its offer; nothing is sent yet. */
  prepare() {
    return new Promise((resolve, reject) => {
      const options = {
        remoteVideo: this.video,
        configuration: {iceServers: []},
        onicecandidate: (candidate) => this.sendCandidate(candidate),
      };
      this.peer = kurentoUtils.WebRtcPeer.WebRtcPeerRecvonly(options, (error) => {
        if (error) return reject(error);
        this.watch(this.peer.peerConnection);
        this.peer.generateOffer((error, sdp) => {
          this.offer = sdp;
          error ? reject(error) : resolve();
        });
      });
    });
  }

  watch(pc) {
    pc.addEventListener('iceconnectionstatechange', () => pc.iceConnectionState === 'connected' && this.mark('ice'));
    pc.addEventListener('connectionstatechange', () => pc.connectionState === 'connected' && this.mark('dtls'));
    const received = new Promise((resolve) => {
      pc.addEventListener('track', (event) => event.track.kind === 'video' && resolve(event));
    });
    this.decoded = received.then(firstDecoded);
    this.shown = received.then(({track}) => firstShown(track));
    this.decoded.then(({time, received}) => this.mark('decoded', time) ?? this.mark('received', received));
    this.shown.then((time) => this.mark('shown', time) ?? this.mark('decoded', time));
  }

  sendCandidate(candidate) {
    const text = JSON.stringify({id: 'onIceCandidate', candidate});
    this.started ? this.socket.send(text) : this.candidates.push(text);
  }

  connect(url) {
    this.socket = new WebSocket(url);
    return new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onerror = () => reject(new Error(`no WebSocket at ${url}`));
    });
  }

  exchange() {
    return new Promise((resolve, reject) => {
      this.socket.onclose = () => reject(new Error('the server closed the WebSocket'));
      this.socket.onmessage = ({data}) => {
        const message = JSON.parse(data);
        if (message.id === 'startResponse') {
          this.mark('answer');
          this.peer.processAnswer(message.sdpAnswer, (error) => error && reject(error));
        } else if (message.id === 'iceCandidate') {
          this.mark('candidate');
          this.peer.addIceCandidate(message.candidate, (error) => error && reject(error));
        } else if (message.id === 'error') {
          reject(new Error(message.message));
        }
      };
      setTimeout(() => this.explain().then((text) => reject(new Error(text))), DEADLINE);
      this.mark('offer');
      this.socket.send(JSON.stringify({id: 'start', sdpOffer: this.offer}));
      this.started = true;
      this.candidates.forEach((text) => this.socket.send(text));
      Promise.all([this.decoded, this.shown]).then(resolve);
    });
  }

  /* Why there is no picture. */
  async explain() {
    const stats = [...(await this.peer.peerConnection.getStats()).values()];
    const video = stats.find(({type, kind}) => type === 'inbound-rtp' && kind === 'video') ?? {};
    const {packetsReceived, packetsLost, framesReceived, keyFramesDecoded, pliCount} = video;
    const seen = {packetsReceived, packetsLost, framesReceived, keyFramesDecoded, pliCount};
    return `no picture after ${DEADLINE} ms: ${JSON.stringify({...this.marks, ...seen})}`;
  }

  async run(url) {
    await this.connect(url);
    await this.exchange();
    const {size} = await this.decoded;
    if (size !== '640x480') throw new Error(`the picture is ${size}`);
    /* Wall clock, so that the driver can count from the start of a process. */
    return Object.fromEntries(Object.entries(this.marks).map(([name, time]) => [name, performance.timeOrigin + time]));
  }

  stop() {
    this.peer.dispose();
    if (this.socket?.readyState !== WebSocket.OPEN) return undefined;
    this.socket.send(JSON.stringify({id: 'stop'}));
    return new Promise((resolve) => {
      this.socket.onclose = resolve;
      this.socket.close();
    });
  }
}

window.prepare = async () => {
  window.round = new Round();
  await window.round.prepare();
};

window.run = async (url) => {
  try {
    return await window.round.run(url);
  } finally {
    await window.round.stop();
  }
};
