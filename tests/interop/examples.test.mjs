/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The examples of an application that signals: the element offers, a browser answers, by hand and with kurento-utils. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {languages, makeCallee, makeInstalled, ownPage, startCaller} from './caller.mjs';
import {
  hears, hearsMicrophone, look, openPage, sees, seesCamera, sharedFolder, until,
} from './harness.mjs';
import {bars} from './media.mjs';

const callee = sharedFolder(makeCallee);
const installed = sharedFolder(makeInstalled);

const errors = (page) => page.evaluate(() => errors);
const stop = (page) => page.evaluate(() => stop());
const start = (page, ...args) => page.evaluate((mode, answer) => start(mode, answer), ...args);

async function receives(page, selector = '#videoOutput') {
  await sees(page, selector, bars);
  await hears(page, selector, bars);
}

async function isReceived(peer, page) {
  await seesCamera(peer, page);
  await hearsMicrophone(peer, page);
}

async function talks(page, text) {
  await page.waitForFunction(() => channelOpen);
  await page.evaluate((said) => webRtcPeer.send(said), text);
  await until('what was said comes back', () => page.evaluate((said) => lines.includes(`You said: ${said}`), text));
}

async function open(context, browser, language, options) {
  const peer = await startCaller(context, installed(), language, callee(), options);
  return {peer, page: await openPage(context, browser, peer.url)};
}

/* Firefox is slow, and what it does is the same for each language. */
const runs = browserNames.flatMap((name) =>
  languages.filter((language) => name !== 'firefox' || language !== 'C').map((language) => [name, language]));

for (const [name, language] of runs)
  describe(`a call from ${language} to ${name}`, () => {
    const browser = sharedBrowser(name);

    test('its own page answers, and again', async (context) => {
      const peer = await startCaller(context, installed(), language, ownPage);
      const page = await openPage(context, browser(), peer.url);

      for (const round of [1, 2]) {
        const text = `¿Qué tal? ${round}`;
        await page.click('#answer');
        await receives(page, '#remote');
        await isReceived(peer, page);
        await page.waitForSelector('#line:enabled');
        await page.type('#line', text);
        await page.keyboard.press('Enter');
        await until('what was said comes back', () => page.$$eval('#log li', (items, said) =>
          items.some(({textContent}) => textContent === `You said: ${said}`), text));
        await page.click('#leave');
        await until('the program knows that the page has left',
          () => peer.lines.filter((line) => line.startsWith('disconnected')).length === round);
      }
      assert.equal(await page.$$eval('#log li', (items) => items.length), 2);
      assert.equal(peer.lines.filter((line) => line === 'connected').length, 2);
      assert.deepEqual(page.problems, []);
    });

    test('kurento-utils answers; leave and return five times', async (context) => {
      const {peer, page} = await open(context, browser(), language);

      for (const round of [1, 2, 3, 4, 5]) {
        await start(page, 'Sendrecv');
        await receives(page);
        await isReceived(peer, page);
        await talks(page, `grüß dich ${round}`);
        await stop(page);
        assert.deepEqual(await errors(page), [], `round ${round}`);
      }
    });

    test('a wrong answer is refused with words, and the next call is possible', async (context) => {
      const {peer, page} = await open(context, browser(), language);

      await start(page, 'Sendrecv', 'no SDP');
      await until('the page hears why', async () => (await errors(page)).length === 1);
      assert.match((await errors(page))[0], /SDP/);
      await stop(page);
      await start(page, 'Sendrecv');
      await receives(page);
      await isReceived(peer, page);
    });

    test('a second page takes over', async (context) => {
      const {peer, page} = await open(context, browser(), language);
      const second = await openPage(context, browser(), peer.url);

      await start(page, 'Sendrecv');
      await receives(page);
      await start(second, 'Sendrecv');
      await receives(second);
      await page.waitForFunction(() => ws.readyState === WebSocket.CLOSED);
      await talks(second, 'Who is there?');
    });
  });

for (const name of browserNames)
  describe(`the element offers to kurento-utils in ${name}`, () => {
    const browser = sharedBrowser(name);

    test('it only sends', async (context) => {
      const {page} = await open(context, browser(), 'Python', {factory: 'kurentopeersendonly', receive: []});

      await start(page, 'Recvonly');
      await receives(page);
      await talks(page, 'Seen and heard');
      assert.match(await page.evaluate(() => offers[0]), /a=sendonly/);
      assert.deepEqual(await errors(page), []);
    });

    test('it only receives', async (context) => {
      const {peer, page} = await open(context, browser(), 'Python', {factory: 'kurentopeerrecvonly', send: []});

      await start(page, 'Sendonly');
      await isReceived(peer, page);
      await talks(page, 'Here I am');
      assert.match(await page.evaluate(() => offers[0]), /a=recvonly/);
      assert.equal(await look.frames(page, '#videoOutput'), 0);
      assert.deepEqual(await errors(page), []);
    });
  });
