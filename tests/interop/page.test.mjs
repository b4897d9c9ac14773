/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The embedded page, as a person uses it. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {
  freePort, hears, hearsMicrophone, keptFile, look, openPage, sees, seesCamera, until,
} from './harness.mjs';
import {bars} from './media.mjs';
import {pairs} from './peers.mjs';
import {startStandIn} from './standin.mjs';

const phone = {width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true};
const dark = [{name: 'prefers-color-scheme', value: 'dark'}];

const status = (page) => page.$eval('#status', (element) => element.textContent);
const visible = (page, selector) => page.$eval(selector, (element) => element.checkVisibility());
const chat = (page) => page.$$eval('#log li', (items) => items.map(({textContent}) => textContent));

async function says(page, pattern, options) {
  let last;
  try {
    await until(`the page says ${pattern}`, async () => pattern.test(last = await status(page)), options);
  } catch (error) {
    throw new Error(`${error.message}; it says: ${last}`);
  }
}

async function talks(page, peer) {
  await says(page, /sound, .*camera.* are on/);
  await sees(page, '#remote', bars);
  await hears(page, '#remote', bars);
  assert.equal(await page.$eval('#remote', ({muted}) => muted), false);
  await seesCamera(peer, page);
  await hearsMicrophone(peer, page);
  assert.ok(await visible(page, '#local'));
}

async function watches(page) {
  await says(page, /watching/);
  await sees(page, '#remote', bars);
  assert.equal(await page.$eval('#remote', ({muted}) => muted), true);
  assert.equal(await page.$eval('#line', ({disabled}) => disabled), true);
  assert.equal(await visible(page, '#local'), false);
  assert.equal(await visible(page, '#placeholder'), false);
}

async function chats(page, peer, line) {
  await page.waitForSelector('#line:enabled');
  await page.type('#line', line);
  await page.keyboard.press('Enter');
  await until('the line arrives', () => peer.lines.includes(line));
  await peer.say(`${line}, too`);
  await until('the answer arrives', async () => (await chat(page)).includes(`Peer${line}, too`));
}

for (const [name, kind, startPeer] of pairs)
  describe(`page in ${name} and ${kind}`, () => {
    const browser = sharedBrowser(name);

    test('watch, connect, chat, leave, again', async (context) => {
      const peer = await startPeer(context, browser());
      const page = await openPage(context, browser(), peer.url);

      await watches(page);
      assert.ok(await look.decoded(page) > 0);
      context.diagnostic(`first picture ${await page.evaluate(() => probe.firstPicture)} ms after opening the page`);
      for (const round of [1, 2, 3]) {
        await page.click('#connect');
        await talks(page, peer);
        await chats(page, peer, `Hello ${round} <b>&amp;`);
        if (round === 1)
          await page.screenshot({path: await keptFile(`page-${name}-${kind}.png`)});
        await page.click('#leave');
        await watches(page);
      }
      assert.deepEqual(page.problems, []);
    });

    test('a reload, and a server that goes and comes back', async (context) => {
      const port = await freePort();
      const first = await startPeer(context, browser(), {port});
      const page = await openPage(context, browser(), first.url, {viewport: phone, media: dark});

      await watches(page);
      await page.click('#connect');
      await talks(page, first);
      await page.screenshot({path: await keptFile(`page-${name}-${kind}-phone.png`)});
      await page.reload();
      await watches(page);
      await page.click('#connect');
      await talks(page, first);
      await first.stop();
      await says(page, /(gone|ended|not answer).*Trying again/);
      await talks(page, await startPeer(context, browser(), {port}));
    });

    test('somebody else is connected', async (context) => {
      const peer = await startPeer(context, browser());
      const first = await openPage(context, browser(), peer.url);
      await watches(first);
      const second = await openPage(context, browser(), peer.url);

      await says(second, /Somebody else is connected right now\. Trying again/);
      assert.equal(await look.decoded(second), 0);
      await watches(first);
      await first.close();
      await watches(second);
    });

    test('a token', async (context) => {
      const peer = await startPeer(context, browser(), {token: 'secret'});
      const page = await openPage(context, browser(), `${peer.url}?token=secret`);

      await watches(page);
    });
  });

/* Chromium cannot reach a hidden address, so not the stand-in in it; Firefox and the element can. */
for (const [name, kind, startPeer] of pairs)
  describe(`page in ${name} and ${kind}, without permission`, () => {
    const browser = sharedBrowser(name, {devices: 'denied', mdns: kind === 'element'});

    test('says so, and connects without', async (context) => {
      const peer = await startPeer(context, browser());
      const page = await openPage(context, browser(), peer.url);

      await watches(page);
      await page.click('#connect');
      await says(page, /not allowed/);
      await sees(page, '#remote', bars);
      await page.click('#listen');
      await says(page, /send no sound and no picture/);
      await sees(page, '#remote', bars);
      await hears(page, '#remote', bars);
      assert.equal(await page.$eval('#remote', ({muted}) => muted), false);
      await chats(page, peer, 'Only words');
      await page.click('#leave');
      await watches(page);
    });
  });

for (const name of browserNames)
  describe(`page in ${name}, in trouble`, () => {
    const browser = sharedBrowser(name, {mdns: name === 'firefox'});

    test('no camera', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: (made) => made.evaluateOnNewDocument(() => {
        const {getUserMedia} = navigator.mediaDevices;
        navigator.mediaDevices.getUserMedia = async (constraints) => {
          if (constraints.video)
            throw new DOMException('none', 'NotFoundError');
          return getUserMedia.call(navigator.mediaDevices, constraints);
        };
      })});

      await watches(page);
      await page.click('#connect');
      await says(page, /sound and microphone are on/);
      await sees(page, '#remote', bars);
      assert.equal(await visible(page, '#local'), false);
    });

    test('no camera and no microphone', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: (made) => made.evaluateOnNewDocument(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
      })});

      await watches(page);
      await page.click('#connect');
      await says(page, /no camera and no microphone/);
      assert.ok(await visible(page, '#listen'));
    });

    test('not in a secure context', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url.replace('127.0.0.1', 'insecure.test'));

      await watches(page);
      await page.click('#connect');
      await says(page, /localhost or over https/);
      assert.ok(await visible(page, '#listen'));
    });

    test('the server ends the session', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url);

      await watches(page);
      peer.endSession('out of tape.');
      await says(page, /The other side has ended: out of tape\. Trying again/);
      await watches(page);
    });

    test('a wrong token', async (context) => {
      const peer = await startStandIn(context, browser(), {token: 'secret'});
      const page = await openPage(context, browser(), `${peer.url}?token=guess`);

      await says(page, /does not accept this page.*Trying again/);
      assert.equal(await look.decoded(page), 0);
    });
  });
