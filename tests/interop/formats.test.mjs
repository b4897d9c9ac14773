/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a browser and the element agree on when the browser has a choice. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {startElement} from './element.mjs';
import {hears, hearsMicrophone, openPage, sees, seesCamera, sharedFolder, untilEqual} from './harness.mjs';
import {makeDocumentRoot} from './kurento-utils.mjs';
import {bars} from './media.mjs';

const documentRoot = sharedFolder(makeDocumentRoot);

async function open(context, browser, properties) {
  const peer = await startElement(context, browser, {documentRoot: documentRoot(), properties});
  const page = await openPage(context, browser, peer.url);

  await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
  return {peer, page};
}

async function talk(page, peer) {
  await sees(page, '#videoOutput', bars);
  await hears(page, '#videoOutput', bars);
  await seesCamera(peer, page);
  await hearsMicrophone(peer, page);
  assert.deepEqual(await page.evaluate(() => errors), []);
}

/* Runs in the page. */
async function codecs() {
  const report = await webRtcPeer.peerConnection.getStats();
  return [...new Set([...report.values()].filter(({type}) => type === 'codec').map(({mimeType}) => mimeType))].sort();
}

/* bit/s; as the element last told it. */
function bitrateOf({events}) {
  const report = events.findLast(({event}) => event === 'stats')?.json;
  return Object.values(JSON.parse(report ?? '{}')).find(({type}) => type === 'candidate-pair')?.availableOutgoingBitrate ?? 0;
}

/* Runs in the page: of the pictures that come. */
async function receivedSize() {
  const stats = [...(await webRtcPeer.peerConnection.getStats()).values()];
  const video = stats.find(({type, kind}) => type === 'inbound-rtp' && kind === 'video');
  return [video?.frameWidth, video?.frameHeight];
}

/* Runs in the page: three sizes of the camera's picture, of which the answer takes one. */
async function offerSimulcast() {
  const peer = new RTCPeerConnection();
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 480}});

  peer.ontrack = ({streams: [remote]}) => document.querySelector('#videoOutput').srcObject = remote;
  peer.onicecandidate = ({candidate}) => candidate && sendMessage({id: 'onIceCandidate', candidate});
  ws.onmessage = ({data}) => {
    const {sdpAnswer, candidate} = JSON.parse(data);
    if (sdpAnswer)
      peer.setRemoteDescription({type: 'answer', sdp: sdpAnswer}).catch(onError);
    else if (candidate)
      peer.addIceCandidate(candidate).catch(onError);
  };
  peer.addTrack(stream.getAudioTracks()[0], stream);
  peer.addTransceiver(stream.getVideoTracks()[0], {streams: [stream], sendEncodings: [
    {rid: 'high'}, {rid: 'middle', scaleResolutionDownBy: 2}, {rid: 'low', scaleResolutionDownBy: 4}]});
  await peer.setLocalDescription();
  sendMessage({id: 'start', sdpOffer: peer.localDescription.sdp});
}

for (const name of browserNames)
  describe(`${name} has a choice`, () => {
    const browser = sharedBrowser(name);

    test('VP9 and PCMU', async (context) => {
      const {peer, page} = await open(context, browser(), ['video-codecs=VP9', 'audio-codecs=PCMU']);

      await page.evaluate(() => start());
      await talk(page, peer);
      assert.deepEqual(await page.evaluate(codecs), ['audio/PCMU', 'video/VP9']);
    });

    /* Firefox has to load its H.264 from elsewhere first. */
    test('H.264, or else VP8, and PCMA', async (context) => {
      const {peer, page} = await open(context, browser(), ['video-codecs=H264,VP8', 'audio-codecs=PCMA']);
      const hasH264 = await page.evaluate(async () => {
        const peer = new RTCPeerConnection();
        peer.addTransceiver('video');
        return /H264/.test((await peer.createOffer()).sdp);
      });

      await page.evaluate(() => start());
      await talk(page, peer);
      assert.deepEqual(await page.evaluate(codecs), ['audio/PCMA', hasH264 ? 'video/H264' : 'video/VP8']);
    });

    test('more bits than it gets at first', async (context) => {
      const {peer, page} = await open(context, browser(),
        ['start-bitrate=120000', 'max-bitrate=160000', 'degradation-preference=maintain-framerate', 'stats-interval=200']);

      await page.evaluate(() => start());
      await untilEqual('all that is allowed', () => bitrateOf(peer), 160000);
      await untilEqual('whole pictures', () => page.evaluate(receivedSize), [320, 240]);
      for (const feedback of ['transport-cc', 'goog-remb'])
        assert.match(await page.evaluate(() => webRtcPeer.peerConnection.remoteDescription.sdp), new RegExp(`rtcp-fb:\\d+ ${feedback}`));
    });

    test('an offer of simulcast', async (context) => {
      const {peer, page} = await open(context, browser());

      await page.evaluate(offerSimulcast);
      await talk(page, peer);
    });
  });
