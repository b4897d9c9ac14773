/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The browser half of the stand-in: answers each start with the colour bars and the tone of the pipeline. */

let peer = null;
let channel = null;
let answered = null;

function bars() {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  let count = 0;

  canvas.width = 320;
  canvas.height = 240;
  setInterval(() => {
    ['white', 'yellow', 'cyan', 'lime', 'magenta', 'red', 'blue'].forEach((colour, i) => {
      context.fillStyle = colour;
      context.fillRect(i * 320 / 7, 0, 320 / 7 + 1, 240);
    });
    context.fillStyle = 'black';
    context.fillRect(count++ % 32 * 10, 200, 10, 40);
  }, 66);
  return canvas.captureStream(15);
}

function tone() {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, {frequency: 440});
  const output = context.createMediaStreamDestination();

  oscillator.connect(output);
  oscillator.start();
  return output.stream;
}

const remote = Object.assign(document.createElement('video'), {id: 'remote', autoplay: true});
document.body.append(remote);

const outgoing = new MediaStream([...bars().getTracks(), ...tone().getTracks()]);

function adopt(made) {
  channel = made;
  channel.onmessage = ({data}) => gotLine(data);
}

async function start(sdp) {
  peer?.close();
  peer = new RTCPeerConnection();
  answered = Promise.withResolvers();
  remote.srcObject = new MediaStream();
  peer.ontrack = ({track}) => remote.srcObject.addTrack(track);
  peer.ondatachannel = (event) => adopt(event.channel);
  peer.onicecandidate = ({candidate}) => candidate && sendToClient({id: 'iceCandidate', candidate: candidate.toJSON()});
  await peer.setRemoteDescription({type: 'offer', sdp});
  for (const track of outgoing.getTracks())
    peer.addTrack(track, outgoing);
  await peer.setLocalDescription();
  sendToClient({id: 'startResponse', sdpAnswer: peer.localDescription.sdp});
  answered.resolve();
}

async function receive(message) {
  switch (message.id) {
    case 'start':
      return start(message.sdpOffer);
    case 'onIceCandidate':
      await answered?.promise;
      return peer?.addIceCandidate(message.candidate);
    case 'stop':
      peer?.close();
      peer = null;
  }
}

function say(text) {
  channel.send(text);
}
