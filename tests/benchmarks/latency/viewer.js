/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The browser that receives: kurento-utils offers, and each picture is read as it leaves the decoder. */
import kurentoUtils from 'kurento-utils';
import {age, now} from './stamp.mjs';

const RECT = {x: 0, y: 0, width: 640, height: 16};

async function readFrames(track, ages) {
  const reader = new MediaStreamTrackProcessor({track}).readable.getReader();
  for (;;) {
    const {value: frame, done} = await reader.read();
    if (done) return;
    const time = now();
    const pixels = new Uint8Array(frame.allocationSize({rect: RECT}));
    const [luma] = await frame.copyTo(pixels, {rect: RECT});
    frame.close();
    ages.push(age(pixels.subarray(luma.offset), luma.stride, time));
  }
}

function offer(options) {
  return new Promise((resolve, reject) => {
    const peer = kurentoUtils.WebRtcPeer.WebRtcPeerRecvonly(options, (error) => {
      if (error) return reject(error);
      peer.generateOffer((error, sdpOffer) => (error ? reject(error) : resolve({peer, sdpOffer})));
    });
  });
}

window.call = async (url) => {
  const ages = [];
  const candidates = [];
  let send = (message) => candidates.push(message);
  const {peer, sdpOffer} = await offer({
    mediaConstraints: {audio: false, video: true},
    configuration: {iceServers: []},
    onicecandidate: (candidate) => send({id: 'onIceCandidate', candidate}),
  });
  peer.peerConnection.addEventListener('track', ({track}) => readFrames(track, ages));
  const socket = new WebSocket(url);
  socket.onmessage = ({data}) => {
    const message = JSON.parse(data);
    if (message.id === 'startResponse') peer.processAnswer(message.sdpAnswer);
    else if (message.id === 'iceCandidate') peer.addIceCandidate(message.candidate);
  };
  await new Promise((resolve) => (socket.onopen = resolve));
  send = (message) => socket.send(JSON.stringify(message));
  send({id: 'start', sdpOffer});
  candidates.forEach(send);
  window.ages = ages;
  window.hangUp = () => {
    send({id: 'stop'});
    peer.dispose();
    socket.close();
  };
};

/* ms, of the pictures that came since the last time; null for what is garbled. */
window.take = () => window.ages.splice(0);
