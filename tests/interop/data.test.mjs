/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Data channels with a browser's own RTCPeerConnection: what it learns of our options, and messages of every size that
 * the pads of the element say back. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {startApplication} from './application.mjs';
import {browserNames, sharedBrowser} from './browsers.mjs';
import {openPage} from './harness.mjs';

const sizes = [0, 1, 1200, 65536, 65537, 262144];

/* In the page: descriptions with all candidates, and the channels that come. */
function prepare() {
  globalThis.pc = new RTCPeerConnection();
  globalThis.channels = [];
  globalThis.complete = async (description) => {
    await pc.setLocalDescription(description);
    while (pc.iceGatheringState !== 'complete')
      await new Promise((done) => pc.addEventListener('icegatheringstatechange', done, {once: true}));
    return pc.localDescription.sdp;
  };
  globalThis.answer = async (sdp) => {
    await pc.setRemoteDescription({type: 'offer', sdp});
    return complete(await pc.createAnswer());
  };
  pc.ondatachannel = ({channel}) => channels.push(channel);
}

/* In the page: one message of each size and type there and back; what was wrong with them. */
async function echo(sizes) {
  const [channel] = channels;
  const problems = [];

  channel.binaryType = 'arraybuffer';
  if (channel.readyState !== 'open')
    await new Promise((done) => channel.addEventListener('open', done, {once: true}));
  for (const size of sizes)
    for (const isText of [true, false]) {
      const bytes = Uint8Array.from({length: size}, (_, index) => 97 + (index * 7 + (index >> 8)) % 26);
      const text = new TextDecoder().decode(bytes);
      const said = new Promise((done) => channel.addEventListener('message', ({data}) => done(data), {once: true}));

      channel.send(isText ? text : bytes);
      const data = await said;
      if ((typeof data === 'string') !== isText)
        problems.push(`${size} bytes come as ${typeof data}`);
      else if (isText ? data !== text : new TextDecoder().decode(data) !== text)
        problems.push(`${size} bytes, text ${isText}: ${data.length ?? data.byteLength} come`);
    }
  return problems;
}

async function connect(context, browser, config) {
  const peer = await startApplication(context, 'kurentopeer name=p p.data_src_0 ! queue ! p.data_sink_0', {
    'media-constraints': JSON.stringify({audio: false, video: false}),
    'data-channel-config': JSON.stringify(config),
  });
  const page = await openPage(context, browser, 'about:blank');

  await page.evaluate(prepare);
  return {peer, page, ask: peer.ask};
}

/* We offer; until the channel is there. */
async function offer({page, ask}) {
  const {sdp} = await ask('generate-offer');
  await ask('process-answer', await page.evaluate((text) => answer(text), sdp));
  await page.waitForFunction(() => channels.length === 1);
}

const options = [
  {},
  {ordered: false, maxRetransmits: 3, protocol: 'chat.v1'},
  {maxPacketLifeTime: 500},
  {ordered: false},
  {maxRetransmits: 0},
];

for (const name of browserNames)
  describe(`data channels with ${name}`, () => {
    const browser = sharedBrowser(name);

    test('the browser knows our options, of the first channel and of further ones', async (context) => {
      const call = await connect(context, browser(), {id: 'grüße', options: options[0]});

      await offer(call);
      for (const [index, init] of options.entries()) {
        if (index > 0)
          await call.ask('create-data-channel', `channel ${index}`, JSON.stringify(init));
        await call.page.waitForFunction((count) => channels.length === count, {}, index + 1);
        const known = await call.page.evaluate((number) => {
          const {label, ordered, maxRetransmits, maxPacketLifeTime, protocol} = channels[number];
          return {label, ordered, maxRetransmits, maxPacketLifeTime, protocol};
        }, index);
        assert.deepEqual(known, {label: index === 0 ? 'grüße' : `channel ${index}`, ordered: true,
          maxRetransmits: null, maxPacketLifeTime: null, protocol: '', ...init});
      }
    });

    test('we offer: messages of every size and type come back whole', async (context) => {
      const call = await connect(context, browser(), {});

      await offer(call);
      assert.deepEqual(await call.page.evaluate(echo, sizes), []);
    });

    test('the browser offers: the same on its own channel, unordered and partially reliable', async (context) => {
      const {page, ask} = await connect(context, browser(), {});

      const sdpOffer = await page.evaluate(async () => {
        channels.push(pc.createDataChannel('mine', {ordered: false, maxRetransmits: 5}));
        return complete(await pc.createOffer());
      });
      const {sdp} = await ask('process-offer', sdpOffer);
      await page.evaluate((text) => pc.setRemoteDescription({type: 'answer', sdp: text}), sdp);
      assert.deepEqual(await page.evaluate(echo, sizes), []);
    });

    test('a negotiated channel, which both sides make', async (context) => {
      const call = await connect(context, browser(), {options: {negotiated: true, id: 7}});

      await call.page.evaluate(() => channels.push(pc.createDataChannel('both', {negotiated: true, id: 7})));
      await offer(call);
      assert.deepEqual(await call.page.evaluate(echo, [0, 1, 1000]), []);
    });

    test('the browser closes its channel', async (context) => {
      const call = await connect(context, browser(), {id: 'x'});

      await offer(call);
      await call.page.evaluate(echo, [1]);
      await call.page.evaluate(() => channels[0].close());
      await call.peer.event('data-channel-close');
    });
  });
