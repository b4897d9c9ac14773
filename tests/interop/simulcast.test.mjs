/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Simulcast, through a server that really does it. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {startApplication} from './application.mjs';
import {sharedBrowser} from './browsers.mjs';
import {openPage, sees, untilEqual} from './harness.mjs';
import {startJanus} from './janus.mjs';
import {bars} from './media.mjs';

const sizes = [[160, 120], [320, 240], [640, 480]]; /* as Janus counts layers: from the lowest one */

/* The element's side: what it answers, and the size of the pictures that it sees. */
async function startPeer(context, pipeline) {
  const peer = await startApplication(context, pipeline);

  return {
    ...peer,
    size: (name = 'v') => peer.events.findLast(({event, sink}) => event === 'size' && sink === name)?.size,
    streams: async () => Object.values((await peer.ask('get-stats')).stats).filter(({type}) => type === 'outbound-rtp'),
  };
}

async function publish(context, janus, codec) {
  const peer = await startPeer(context, 'videotestsrc is-live=true pattern=smpte ! ' +
    `video/x-raw,width=640,height=480,framerate=20/1 ! kurentopeersendonly name=p simulcast=true video-codecs=${codec}`);
  const client = await janus.client();
  const {sdp: offer} = await peer.ask('generate-offer');

  await client.request({request: 'join', ptype: 'publisher', room: janus.room});
  const {sdp} = await client.request({request: 'publish'}, {type: 'offer', sdp: offer});
  assert.match(sdp, /a=simulcast:recv h;m;l/);
  await peer.ask('process-answer', sdp);
  await peer.event('connected');
  return peer;
}

/* `answer` makes an answer to the offer of Janus. */
async function subscribe(context, janus, answer) {
  const client = await janus.client();
  const {participants: [{id}]} = await client.request({request: 'listparticipants', room: janus.room});
  const {sdp} = await client.request({request: 'join', ptype: 'subscriber', room: janus.room, streams: [{feed: id}]});

  await client.request({request: 'start'}, {type: 'answer', sdp: await answer(sdp)});
  return (layer) => client.request({request: 'configure', streams: [{mid: '0', substream: layer}]});
}

for (const codec of ['VP8', 'H264'])
  describe(`simulcast of ${codec} from the element by Janus to the element`, () => {
    test('each layer is seen when it is chosen, and the pictures go on', async (context) => {
      const janus = await startJanus(context);
      const publisher = await publish(context, janus, codec);
      const subscriber = await startPeer(context,
        'kurentopeerrecvonly name=p p.video_src_0 ! fakesink name=v async=false sync=false');
      const choose = await subscribe(context, janus, async (sdp) => (await subscriber.ask('process-offer', sdp)).sdp);

      await subscriber.event('connected');
      for (const layer of [2, 0, 1, 2, 1, 0]) {
        await choose(layer);
        await untilEqual(`layer ${layer} is seen`, subscriber.size, sizes[layer]);
      }

      const streams = await publisher.streams();
      assert.deepEqual(streams.map(({rid}) => rid).sort(), ['h', 'l', 'm']);
      for (const {rid, frameWidth, pliCount, keyFramesEncoded} of streams) {
        assert.equal(frameWidth, {h: 640, m: 320, l: 160}[rid]);
        assert.ok(pliCount > 0 && keyFramesEncoded > 1, `${rid} was asked for keyframes`);
      }
    });
  });

/* In the page: a description that has all candidates. */
async function gather() {
  while (pc.iceGatheringState !== 'complete')
    await new Promise((done) => pc.addEventListener('icegatheringstatechange', done, {once: true}));
  return pc.localDescription.sdp;
}

/* In the page: pictures that move, of the size from which on Chromium sends three layers. */
function makePictures() {
  const canvas = Object.assign(document.createElement('canvas'), {width: 960, height: 540});
  const painter = canvas.getContext('2d');
  let at = 0;

  setInterval(() => {
    painter.fillStyle = `hsl(${at++ % 360} 80% 50%)`;
    painter.fillRect(at * 7 % 960, at * 5 % 540, 100, 100);
  }, 50);
  return canvas.captureStream(20).getTracks()[0];
}

const openPeer = (context, browser) => openPage(context, browser, 'about:blank',
  {prepare: (page) => page.evaluateOnNewDocument(`${gather}\n${makePictures}`)});

/* In the page. */
async function answerAndShow(sdp) {
  globalThis.pc = new RTCPeerConnection();
  const video = Object.assign(document.createElement('video'), {autoplay: true, muted: true});

  document.body.append(video);
  pc.ontrack = ({track}) => video.srcObject = new MediaStream([track]);
  await pc.setRemoteDescription({type: 'offer', sdp});
  await pc.setLocalDescription();
  return gather();
}

const shownSize = (page) => page.$eval('video', ({videoWidth, videoHeight}) => [videoWidth, videoHeight]);

for (const codec of ['VP8', 'H264'])
  describe(`simulcast of ${codec} from the element by Janus to chromium`, () => {
    const browser = sharedBrowser('chromium', {mdns: false});

    test('each layer is seen when it is chosen, and the pictures are right', async (context) => {
      const janus = await startJanus(context);
      await publish(context, janus, codec);
      const page = await openPeer(context, browser());
      const choose = await subscribe(context, janus, (sdp) => page.evaluate(answerAndShow, sdp));

      for (const layer of [0, 1, 2, 0]) {
        await choose(layer);
        await untilEqual(`layer ${layer} is seen`, () => shownSize(page), sizes[layer]);
        await sees(page, 'video', bars);
      }
    });
  });

/* In the page. */
async function offerLayers() {
  globalThis.pc = new RTCPeerConnection();
  /* silence first, so that the layers are not of the first section */
  const [silence] = new AudioContext().createMediaStreamDestination().stream.getTracks();
  pc.addTrack(silence);
  globalThis.transceiver = pc.addTransceiver(makePictures(), {direction: 'sendonly',
    sendEncodings: [{rid: 'q', scaleResolutionDownBy: 4}, {rid: 'h', scaleResolutionDownBy: 2}, {rid: 'f'}]});
  await pc.setLocalDescription();
  return gather();
}

/* In the page: what the offer asks for. */
async function answerLayers(sdp) {
  globalThis.pc = new RTCPeerConnection();
  await pc.setRemoteDescription({type: 'offer', sdp});
  const transceiver = pc.getTransceivers().find(({receiver}) => receiver.track.kind === 'video');
  transceiver.direction = 'sendonly';
  await transceiver.sender.replaceTrack(makePictures());
  await pc.setLocalDescription();
  return gather();
}

/* In the page. */
async function setActive(rids) {
  const {sender} = transceiver;
  const parameters = sender.getParameters();

  for (const encoding of parameters.encodings)
    encoding.active = rids.includes(encoding.rid);
  await sender.setParameters(parameters);
}

describe('simulcast from chromium to the element', () => {
  const browser = sharedBrowser('chromium', {mdns: false});

  test('the largest layer that comes is seen', async (context) => {
    const page = await openPeer(context, browser());
    const peer = await startPeer(context,
      'kurentopeerrecvonly name=p p.video_src_0 ! fakesink name=v async=false sync=false');
    const {sdp} = await peer.ask('process-offer', await page.evaluate(offerLayers));

    assert.match(sdp, /a=simulcast:recv q;h;f/);
    await page.evaluate((answer) => pc.setRemoteDescription({type: 'answer', sdp: answer}), sdp);
    await peer.event('connected');
    /* Chromium begins with what fits into 300 kbit/s */
    await untilEqual('the largest layer is seen', peer.size, [960, 540], {deadline: 40000});
    await page.evaluate(setActive, ['q', 'h']);
    await untilEqual('the next one is seen', peer.size, [480, 270], {deadline: 20000});
    await page.evaluate(setActive, ['q', 'h', 'f']);
    await untilEqual('the largest layer is seen again', peer.size, [960, 540], {deadline: 40000});
  });

  test('each layer that is asked for is seen on its pad', async (context) => {
    const page = await openPeer(context, browser());
    const peer = await startPeer(context, 'kurentopeerrecvonly name=p simulcast=true simulcast-pads=true ' +
      [0, 1, 2].map((pad) => `p.video_src_${pad} ! fakesink name=v${pad} async=false sync=false`).join(' '));
    const {sdp} = await peer.ask('generate-offer');

    assert.match(sdp, /a=simulcast:recv l;m;h/);
    const answer = await page.evaluate(answerLayers, sdp);
    assert.match(answer, /a=simulcast:send l;m;h/);
    await peer.ask('process-answer', answer);
    await peer.event('connected');
    for (const [sink, size] of [['v0', [240, 135]], ['v1', [480, 270]], ['v2', [960, 540]]])
      await untilEqual(`${sink} shows its layer`, () => peer.size(sink), size, {deadline: 40000});
  });
});
