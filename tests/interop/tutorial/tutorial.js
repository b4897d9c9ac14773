/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Does what the hello-world page of the node tutorials does, with the real kurento-utils: one WebSocket for the whole
 * page, no check of anything. The query says the path, the mode, and whether there is a data channel. */

const query = new URLSearchParams(location.search);
const ws = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/${query.get('path') ?? 'helloworld'}`);
const errors = [];
const lines = [];
let webRtcPeer = null;
let channelOpen = false;

function sendMessage(message) {
  ws.send(JSON.stringify(message));
}

function onError(error) {
  errors.push(error?.message ?? error);
}

ws.onmessage = ({data}) => {
  const message = JSON.parse(data);

  switch (message.id) {
    case 'startResponse':
      webRtcPeer.processAnswer(message.sdpAnswer, (error) => error && onError(error));
      break;
    case 'iceCandidate':
      webRtcPeer.addIceCandidate(message.candidate, (error) => error && onError(error));
      break;
    case 'error':
      onError(`Error message from server: ${message.message}`);
      break;
    default:
      onError(`Unrecognized message ${data}`);
  }
};

function start() {
  const options = {
    localVideo: document.querySelector('#videoInput'),
    remoteVideo: document.querySelector('#videoOutput'),
    onicecandidate: (candidate) => sendMessage({id: 'onIceCandidate', candidate}),
  };

  if (query.has('data'))
    Object.assign(options, {
      dataChannels: true,
      dataChannelConfig: {
        onopen: () => channelOpen = true,
        onclose: () => channelOpen = false,
        onmessage: ({data}) => lines.push(data),
      },
    });
  webRtcPeer = kurentoUtils.WebRtcPeer[`WebRtcPeer${query.get('mode') ?? 'Sendrecv'}`](options, function (error) {
    if (error)
      return onError(error);
    this.generateOffer((problem, sdpOffer) => problem ? onError(problem) : sendMessage({id: 'start', sdpOffer}));
  });
}

function stop() {
  webRtcPeer.dispose();
  webRtcPeer = null;
  sendMessage({id: 'stop'});
}
