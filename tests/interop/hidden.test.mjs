/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Browsers without permission for the camera hide their addresses: all that they tell is names that end in .local, which
 * nobody but a browser looks up. The element is to be reached all the same, whoever offers. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {makeCallee, makeInstalled, startCaller} from './caller.mjs';
import {startElement} from './element.mjs';
import {hears, openPage, sees, sharedFolder, until} from './harness.mjs';
import {makeDocumentRoot} from './kurento-utils.mjs';
import {bars} from './media.mjs';

const documentRoot = sharedFolder(makeDocumentRoot);
const callee = sharedFolder(makeCallee);
const installed = sharedFolder(makeInstalled);

const prepare = (page) => page.evaluateOnNewDocument(() => {
  const send = WebSocket.prototype.send;

  globalThis.sent = [];
  WebSocket.prototype.send = function (text) {
    sent.push(text);
    send.call(this, text);
  };
});

/* The addresses in all that the page has sent, of candidates in descriptions and of those on their own. */
async function toldAddresses(page) {
  const text = (await page.evaluate(() => sent)).join('\n');
  return [...text.matchAll(/candidate:\S+ \d+ \S+ \d+ (\S+) \d+ typ host/g)].map(([, address]) => address);
}

async function isHidden(page) {
  const addresses = await toldAddresses(page);
  assert.ok(addresses.length > 0);
  assert.deepEqual(addresses.filter((address) => !address.endsWith('.local')), []);
}

/* Runs in the page: a client without trickle ICE. */
async function offerAtOnce() {
  const peer = new RTCPeerConnection();
  const gathered = new Promise((done) => peer.onicecandidate = ({candidate}) => candidate || done());

  peer.ontrack = ({track}) => document.querySelector('#videoOutput').srcObject = new MediaStream([track]);
  ws.onmessage = ({data}) => {
    const {sdpAnswer, candidate} = JSON.parse(data);
    if (sdpAnswer)
      peer.setRemoteDescription({type: 'answer', sdp: sdpAnswer});
    else if (candidate)
      peer.addIceCandidate(candidate);
  };
  peer.addTransceiver('video', {direction: 'recvonly'});
  await peer.setLocalDescription();
  await gathered;
  ws.send(JSON.stringify({id: 'start', sdpOffer: peer.localDescription.sdp}));
}

async function receives(page) {
  await sees(page, '#videoOutput', bars);
  await hears(page, '#videoOutput', bars);
  assert.deepEqual(await page.evaluate(() => errors), []);
}

for (const name of browserNames)
  describe(`${name} without an address`, () => {
    const browser = sharedBrowser(name, {devices: 'denied'});

    test('it offers', async (context) => {
      const peer = await startElement(context, browser(), {documentRoot: documentRoot(), receive: []});
      const page = await openPage(context, browser(), `${peer.url}?mode=Recvonly&data`, {prepare});

      await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
      await page.evaluate(() => start());
      await receives(page);
      await page.waitForFunction(() => channelOpen);
      await page.evaluate(() => webRtcPeer.send('Can you hear me?'));
      await until('the line arrives', () => peer.lines.includes('Can you hear me?'));
      await isHidden(page);
    });

    /* What would end the search for an address, as no candidate can be used. */
    test('it offers when it knows all its candidates', async (context) => {
      const peer = await startElement(context, browser(), {documentRoot: documentRoot(), receive: []});
      const page = await openPage(context, browser(), peer.url, {prepare});

      await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
      await page.evaluate(offerAtOnce);
      await sees(page, '#videoOutput', bars);
      await isHidden(page);
      assert.match(await page.evaluate(() => JSON.parse(sent[0]).sdpOffer), /a=candidate:.*\.local /);
    });

    test('it answers', async (context) => {
      const peer = await startCaller(context, installed(), 'Python', callee(), {receive: []});
      const page = await openPage(context, browser(), peer.url, {prepare});

      await page.evaluate(() => start('Recvonly'));
      await receives(page);
      await page.waitForFunction(() => channelOpen);
      await page.evaluate(() => webRtcPeer.send('Can you hear me?'));
      await until('it comes back', () => page.evaluate(() => lines.includes('You said: Can you hear me?')));
      await isHidden(page);
    });
  });
