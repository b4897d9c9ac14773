/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The real kurento-utils in a page that is written like the hello-world tutorial's: the browser offers. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {
  hears, hearsMicrophone, look, openPage, sees, seesCamera, sharedFolder, until,
} from './harness.mjs';
import {startElement} from './element.mjs';
import {makeDocumentRoot} from './kurento-utils.mjs';
import {bars} from './media.mjs';
import {pairs, withElement} from './peers.mjs';

const documentRoot = sharedFolder(makeDocumentRoot);

const start = (page) => page.evaluate(() => start());
const stop = (page) => page.evaluate(() => stop());
const errors = (page) => page.evaluate(() => errors);

async function receives(page) {
  await sees(page, '#videoOutput', bars);
  await hears(page, '#videoOutput', bars);
}

async function isReceived(peer, page) {
  await seesCamera(peer, page);
  await hearsMicrophone(peer, page);
}

for (const [name, kind, startPeer] of pairs)
  describe(`kurento-utils in ${name} and ${kind}`, () => {
    const browser = sharedBrowser(name);

    async function open(context, query = '', options = {}) {
      const peer = await startPeer(context, browser(), {documentRoot: documentRoot(), ...options});
      const page = await openPage(context, browser(), `${peer.url}${query}`);
      await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
      return {peer, page};
    }

    test('sendrecv, with data both ways', async (context) => {
      const {peer, page} = await open(context, '?mode=Sendrecv&data');

      await start(page);
      await receives(page);
      await isReceived(peer, page);
      await page.waitForFunction(() => channelOpen);
      await page.evaluate(() => webRtcPeer.send('from the browser: grüß dich'));
      await until('the line arrives', () => peer.lines.includes('from the browser: grüß dich'));
      await peer.say('from the pipeline: ¿qué tal?');
      await until('the answer arrives', () => page.evaluate(() => lines.includes('from the pipeline: ¿qué tal?')));
      assert.deepEqual(await errors(page), []);
    });

    test('recvonly', async (context) => {
      const {page} = await open(context, '?mode=Recvonly');

      await start(page);
      await receives(page);
      assert.deepEqual(await errors(page), []);
    });

    test('sendonly', async (context) => {
      const {peer, page} = await open(context, '?mode=Sendonly');

      await start(page);
      await isReceived(peer, page);
      assert.equal(await look.frames(page, '#videoOutput'), 0);
      assert.deepEqual(await errors(page), []);
    });

    test('leave and return five times', async (context) => {
      const {peer, page} = await open(context);

      for (const round of [1, 2, 3, 4, 5]) {
        await start(page);
        await receives(page);
        await isReceived(peer, page);
        await stop(page);
        assert.deepEqual(await errors(page), [], `round ${round}`);
      }
    });
  });

for (const name of withElement ? browserNames : [])
  describe(`kurento-utils in ${name} and the element`, () => {
    const browser = sharedBrowser(name);

    /* The tutorials' own pages want TLS: wss: is written in them. */
    test('over TLS with a certificate of its own making, as magic mirror', async (context) => {
      const peer = await startElement(context, browser(), {documentRoot: documentRoot(), scheme: 'https'});
      const page = await openPage(context, browser(), `${peer.url}?path=magicmirror`);

      await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
      await start(page);
      await receives(page);
      await isReceived(peer, page);
    });

    for (const [factory, mode, send, receive] of [
      ['kurentopeersendonly', 'Recvonly', ['video', 'audio'], []],
      ['kurentopeerrecvonly', 'Sendonly', [], ['video', 'audio']],
      ['kurentopeersendrecv', 'Sendrecv', ['video'], ['video']],
      ['kurentopeersendrecv', 'Sendrecv', ['audio'], ['audio']],
    ])
      test(`${factory} that sends ${send.join(' and ') || 'nothing'}`, async (context) => {
        const peer = await startElement(context, browser(), {factory, send, receive, documentRoot: documentRoot()});
        const page = await openPage(context, browser(), `${peer.url}?mode=${mode}`);

        await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
        await start(page);
        if (send.includes('video'))
          await sees(page, '#videoOutput', bars);
        if (send.includes('audio'))
          await hears(page, '#videoOutput', bars);
        if (receive.includes('video'))
          await seesCamera(peer, page);
        if (receive.includes('audio'))
          await hearsMicrophone(peer, page);
        assert.deepEqual(await errors(page), []);
      });
  });
