/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The browser that sends pictures which it draws itself, as a camera would deliver them, and answers with kurento-utils. */
import kurentoUtils from 'kurento-utils';
import {stamp} from './stamp.mjs';

const [WIDTH, HEIGHT, RATE] = [640, 480, 30];

function camera() {
  const generator = new MediaStreamTrackGenerator({kind: 'video'});
  const writer = generator.writable.getWriter();
  const pixels = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
  setInterval(() => {
    stamp(pixels);
    const timestamp = Math.round(performance.now() * 1000);
    writer.write(new VideoFrame(pixels, {format: 'I420', codedWidth: WIDTH, codedHeight: HEIGHT, timestamp}));
  }, 1000 / RATE);
  return new MediaStream([generator]);
}

window.serve = async (url) => {
  const stream = camera();
  const socket = new WebSocket(url);
  const send = (message) => socket.send(JSON.stringify(message));
  let peer;
  const answer = (offer) => {
    const options = {
      videoStream: stream.clone(), /* dispose() stops it */
      configuration: {iceServers: []},
      onicecandidate: (candidate) => send({id: 'iceCandidate', candidate}),
    };
    peer = kurentoUtils.WebRtcPeer.WebRtcPeerSendonly(options, (error) => {
      if (error) throw error;
      peer.processOffer(offer, (error, sdpAnswer) => {
        if (error) throw error;
        send({id: 'startResponse', sdpAnswer});
      });
    });
  };
  socket.onmessage = ({data}) => {
    const message = JSON.parse(data);
    if (message.id === 'start') answer(message.sdpOffer);
    else if (message.id === 'onIceCandidate') peer.addIceCandidate(message.candidate);
    else if (message.id === 'stop') peer.dispose();
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('no relay'));
  });
};
