/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The sending browser: kurento-utils answers each offer that the relay passes on. Its camera runs already. */
import kurentoUtils from 'kurento-utils';

const constraints = {audio: true, video: {width: 640, height: 480, frameRate: 30}};
let stream;
let peer;

function answer(socket, offer) {
  const send = (message) => socket.send(JSON.stringify(message));
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
}

window.serve = async (url) => {
  stream = await navigator.mediaDevices.getUserMedia(constraints);
  const video = document.querySelector('video');
  video.srcObject = stream;
  await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  const socket = new WebSocket(url);
  socket.onmessage = ({data}) => {
    const message = JSON.parse(data);
    if (message.id === 'start') answer(socket, message.sdpOffer);
    else if (message.id === 'onIceCandidate') peer.addIceCandidate(message.candidate);
    else if (message.id === 'stop') peer.dispose();
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error('no relay'));
  });
};
