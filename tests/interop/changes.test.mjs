/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changes of a call, with a browser's own RTCPeerConnection: whoever wants one, the rest of the call goes on. */

import assert from 'node:assert/strict';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {runElement} from './element.mjs';
import {here, openPage, until, untilEqual} from './harness.mjs';

const colours = {red: 0xffff0000, blue: 0xff0000ff};

/* In the page: pictures of one colour out, the middle of pictures in, and descriptions with all candidates. */
function prepare() {
  const streams = [];

  globalThis.pc = new RTCPeerConnection();
  globalThis.pictures = [];
  globalThis.channel = pc.createDataChannel('changes');
  globalThis.paint = (colour) => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 160, height: 120});
    const context = canvas.getContext('2d');
    const draw = () => {
      context.fillStyle = colour;
      context.fillRect(0, 0, 160, 120);
    };
    draw();
    setInterval(draw, 60);
    streams.push(canvas.captureStream(15));
    return streams.at(-1);
  };
  globalThis.complete = async (description) => {
    await pc.setLocalDescription(description);
    while (pc.iceGatheringState !== 'complete')
      await new Promise((done) => pc.addEventListener('icegatheringstatechange', done, {once: true}));
    return pc.localDescription.sdp;
  };
  globalThis.offer = async (options) => complete(await pc.createOffer(options));
  globalThis.answer = async (sdp) => {
    await pc.setRemoteDescription({type: 'offer', sdp});
    return complete(await pc.createAnswer());
  };
  globalThis.accept = (sdp) => pc.setRemoteDescription({type: 'answer', sdp});
  globalThis.look = (index) => {
    const {video} = pictures[index] ?? {};
    const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
    const context = canvas.getContext('2d');

    if (!video?.videoWidth)
      return null;
    context.drawImage(video, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value > 128);
  };
  globalThis.frames = (index) => {
    const {video} = pictures[index];
    return video.mozPaintedFrames ?? video.getVideoPlaybackQuality().totalVideoFrames;
  };
  pc.ontrack = ({track, transceiver}) => {
    if (track.kind !== 'video' || pictures.some((picture) => picture.transceiver === transceiver))
      return;
    const video = Object.assign(document.createElement('video'),
      {autoplay: true, muted: true, srcObject: new MediaStream([track])});
    document.body.append(video);
    pictures.push({transceiver, video});
  };
}

const named = {red: [true, false, false], lime: [false, true, false], blue: [false, false, true]};

/* The element's side: what it says of `pad` from now on. */
async function startPeer(context) {
  const pictures = {};
  const peer = await runElement(context, ['/usr/bin/python3', join(here, 'changes-peer.py')], (line, {events}) => {
    const event = JSON.parse(line);
    if (event.event === 'picture')
      pictures[event.pad] = {pixel: event.pixel, count: (pictures[event.pad]?.count ?? 0) + 1};
    else
      events.push(event);
  });
  const ask = (action, argument = null) => peer.say(JSON.stringify([action, argument]));
  const request = async (action, argument) => {
    const seen = peer.events.length;
    ask(action, argument);
    return until(`${action} is answered`,
      () => peer.events.slice(seen).find(({event}) => event === `${action}-done`));
  };
  const sdpOf = async (action, argument) => {
    const {sdp, error} = await request(action, argument);
    assert.equal(error, null);
    return sdp;
  };

  return {
    ...peer,
    ask,
    request,
    sdpOf,
    count: (name) => peer.events.filter(({event}) => event === name).length,
    async shows(pad, colour) {
      const from = pictures[pad]?.count ?? 0;
      await untilEqual(`${pad} shows ${colour}`, () => pictures[pad]?.pixel.map((value) => value > 128), named[colour]);
      await until(`${pad} moves`, () => pictures[pad].count > from + 3);
    },
    isStill: (pad) => pictures[pad].count,
  };
}

for (const name of browserNames)
  describe(`changes of a call between ${name} and the element`, () => {
    const browser = sharedBrowser(name, {mdns: false});

    async function sees(page, index, colour) {
      await untilEqual(`picture ${index} is ${colour}`, () => page.evaluate((i) => look(i), index), named[colour]);
      const before = await page.evaluate((i) => frames(i), index);
      await until(`picture ${index} moves`, async () => await page.evaluate((i) => frames(i), index) > before + 3);
    }

    async function goesOn({peer, page}) {
      await sees(page, 0, 'red');
      await peer.shows('video_src_0', 'lime');
      assert.equal(peer.count('connected'), 1);
      assert.equal(peer.count('disconnected'), 0);
      assert.equal(await page.evaluate(() => pc.connectionState), 'connected');
    }

    async function browserOffers({peer, page}, options) {
      const offer = await page.evaluate((wanted) => offer(wanted), options);
      await page.evaluate((sdp) => accept(sdp), await peer.sdpOf('process-offer', offer));
    }

    async function elementOffers({peer, page}) {
      const offer = await peer.sdpOf('generate-offer');
      const {error} = await peer.request('process-answer', await page.evaluate((sdp) => answer(sdp), offer));
      assert.equal(error, null);
    }

    async function open(context, begin) {
      const peer = await startPeer(context);
      const page = await openPage(context, browser(), 'about:blank');
      const call = {peer, page};

      await page.evaluate(prepare);
      await page.evaluate(() => {
        const stream = paint('lime');
        pc.addTrack(stream.getVideoTracks()[0], stream);
      });
      await begin(call);
      await goesOn(call);
      return call;
    }

    test('a picture becomes smaller, and then comes from another source', async (context) => {
      const call = await open(context, elementOffers);
      const {peer, page} = call;
      const hasSize = (width, height) => untilEqual(`the picture has ${width}x${height}`,
        () => page.evaluate(() => [pictures[0].video.videoWidth, pictures[0].video.videoHeight]), [width, height]);

      await hasSize(160, 120);
      peer.ask('set', ['video_sink_0', 'scale-resolution-down-by', 2]);
      await hasSize(80, 60);
      await goesOn(call);
      peer.ask('set', ['video_sink_0', 'scale-resolution-down-by', 1]);
      await hasSize(160, 120);
      peer.ask('replace', ['video_sink_0', colours.blue, 320, 180]);
      await hasSize(320, 180);
      await sees(page, 0, 'blue');
      peer.ask('replace', ['video_sink_0', colours.red, 160, 120]);
      await hasSize(160, 120);
      await goesOn(call);
      assert.equal(peer.count('negotiation-needed'), 0);
    });

    for (const [who, begin] of [['the browser', browserOffers], ['the element', elementOffers]]) {
      test(`begun by ${who}: the same again, from both sides`, async (context) => {
        const call = await open(context, begin);
        const {peer} = call;

        await browserOffers(call);
        await goesOn(call);
        peer.ask('add', colours.blue);
        await until('a negotiation is needed', () => peer.count('negotiation-needed') === 1);
        peer.ask('release', 'video_sink_1');
        await elementOffers(call);
        await goesOn(call);
        await browserOffers(call);
        await goesOn(call);
      });

      test(`begun by ${who}: the browser adds a picture and takes it away`, async (context) => {
        const call = await open(context, begin);
        const {peer, page} = call;

        await page.evaluate(() => {
          const stream = paint('blue');
          globalThis.further = pc.addTrack(stream.getVideoTracks()[0], stream);
        });
        await browserOffers(call);
        await peer.shows('video_src_1', 'blue');
        await goesOn(call);
        await page.evaluate(() => pc.removeTrack(further));
        await browserOffers(call);
        await until('the stream ended', () => peer.count('stream-ended') === 1);
        await goesOn(call);
      });

      test(`begun by ${who}: the element adds a picture and takes it away`, async (context) => {
        const call = await open(context, begin);
        const {peer, page} = call;

        peer.ask('add', colours.blue);
        await until('a negotiation is needed', () => peer.count('negotiation-needed') === 1);
        await elementOffers(call);
        await sees(page, 1, 'blue');
        await goesOn(call);
        peer.ask('release', 'video_sink_1');
        await until('a negotiation is needed', () => peer.count('negotiation-needed') === 2);
        await elementOffers(call);
        assert.equal(await page.evaluate(() => pictures[1].transceiver.currentDirection), 'inactive');
        await goesOn(call);
        peer.ask('add', colours.blue);
        await until('a negotiation is needed', () => peer.count('negotiation-needed') === 3);
        await page.evaluate(() => pc.addTransceiver('video', {direction: 'recvonly'}));
        await browserOffers(call);
        await sees(page, 2, 'blue');
        await goesOn(call);
      });

      test(`begun by ${who}: an ICE restart is refused`, async (context) => {
        const call = await open(context, begin);
        const {peer, page} = call;
        const {error} = await peer.request('process-offer', await page.evaluate(() => offer({iceRestart: true})));

        assert.match(error, /restart ICE/);
        assert.equal(peer.count('peer-error'), 1);
        /* to Firefox a restart that it offers is no connection yet */
        if (name === 'firefox')
          await page.evaluate(() => pc.setLocalDescription({type: 'rollback'}));
        await goesOn(call);
      });
    }

    /* One that answered the first offer loses its media when it rolls back, whoever the peer is: Chromium does. */
    test('the browser takes back what is refused', async (context) => {
      const call = await open(context, browserOffers);
      const {peer, page} = call;
      const {error} = await peer.request('process-offer', await page.evaluate(() => offer({iceRestart: true})));

      assert.match(error, /restart ICE/);
      await page.evaluate(() => pc.setLocalDescription({type: 'rollback'}));
      await browserOffers(call);
      await goesOn(call);
    });

    test('two pictures that only their mids tell apart', async (context) => {
      const peer = await startPeer(context);
      const page = await openPage(context, browser(), 'about:blank');

      await page.evaluate(prepare);
      peer.ask('add', colours.blue);
      const offer = (await peer.sdpOf('generate-offer')).replace(/^a=(ssrc|ssrc-group):.*\r\n/gm, '');
      const {error} = await peer.request('process-answer', await page.evaluate((sdp) => answer(sdp), offer));
      assert.equal(error, null);
      await sees(page, 0, 'red');
      await sees(page, 1, 'blue');
    });

    test('the browser hears that the element closes', async (context) => {
      const {peer, page} = await open(context, browserOffers);

      peer.ask('close');
      await until('the DTLS transport is closed',
        () => page.evaluate(() => pc.getSenders()[0].transport.state === 'closed'));
    });

    test('both offer at once', async (context) => {
      const call = await open(context, browserOffers);
      const {peer, page} = call;

      peer.ask('add', colours.blue);
      await until('a negotiation is needed', () => peer.count('negotiation-needed') === 1);
      const theirs = await page.evaluate(() => {
        const stream = paint('blue');
        pc.addTrack(stream.getVideoTracks()[0], stream);
        return offer();
      });
      const ours = await peer.sdpOf('generate-offer');
      assert.match((await peer.request('process-offer', theirs)).error, /our offer/);
      const {error} = await peer.request('process-answer', await page.evaluate((sdp) => answer(sdp), ours));
      assert.equal(error, null);
      await sees(page, 1, 'blue');
      await browserOffers(call);
      await peer.shows('video_src_1', 'blue');
      await goesOn(call);
    });

    test('a picture is held, taken up again, and stopped', async (context) => {
      const call = await open(context, browserOffers);
      const {peer, page} = call;

      await page.evaluate(() => pc.getTransceivers()[0].direction = 'inactive');
      await browserOffers(call);
      await until('the stream ended', () => peer.count('stream-ended') === 1);
      await page.evaluate(() => pc.getTransceivers()[0].direction = 'sendrecv');
      await browserOffers(call);
      await goesOn(call);
      await page.evaluate(() => {
        const stream = paint('blue');
        globalThis.further = pc.addTransceiver(stream.getVideoTracks()[0], {streams: [stream]});
      });
      await browserOffers(call);
      await peer.shows('video_src_1', 'blue');
      await page.evaluate(() => further.stop());
      await browserOffers(call);
      await until('the stream ended', () => peer.count('stream-ended') === 2);
      await goesOn(call);
    });
  });
