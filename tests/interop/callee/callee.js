/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The page of an application that calls: the real kurento-utils answers. One WebSocket a call. */

const errors = [];
const lines = [];
const offers = [];
let ws = null;
let webRtcPeer = null;
let channelOpen = false;

function onError(error) {
  errors.push(error?.message ?? error);
}

function sendMessage(message) {
  if (ws.readyState === WebSocket.OPEN)
    ws.send(JSON.stringify(message));
}

function processOffer(mode, sdpOffer) {
  const options = {
    localVideo: document.querySelector('#videoInput'),
    remoteVideo: document.querySelector('#videoOutput'),
    onicecandidate: (candidate) => sendMessage({candidate}),
    dataChannels: true,
    dataChannelConfig: {
      onopen: () => channelOpen = true,
      onclose: () => channelOpen = false,
      onmessage: ({data}) => lines.push(data),
    },
  };

  offers.push(sdpOffer);
  webRtcPeer = kurentoUtils.WebRtcPeer[`WebRtcPeer${mode}`](options, function (error) {
    if (error)
      return onError(error);
    this.processOffer(sdpOffer, (problem, answer) => problem ? onError(problem) : sendMessage({answer}));
  });
}

/* `answer`: what is said instead of kurento-utils' answer */
function start(mode, answer) {
  ws = new WebSocket(`ws://${location.host}/call`);
  ws.onmessage = ({data}) => {
    const {offer, candidate, error} = JSON.parse(data);

    if (error)
      onError(error);
    else if (offer && answer)
      sendMessage({answer});
    else if (offer)
      processOffer(mode, offer);
    else
      webRtcPeer?.addIceCandidate(candidate, (problem) => problem && onError(problem));
  };
}

function stop() {
  webRtcPeer?.dispose();
  webRtcPeer = null;
  channelOpen = false;
  ws.close();
}
