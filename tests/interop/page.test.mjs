/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The embedded page, as a person uses it. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {sharedBrowser} from './browsers.mjs';
import {freePort, hears, keptFile, look, openPage, sees} from './harness.mjs';
import {bars} from './media.mjs';
import {chats, keepViolations, phone, says, talks, watches} from './page.mjs';
import {pairs} from './peers.mjs';

const dark = [{name: 'prefers-color-scheme', value: 'dark'}];

for (const [name, kind, startPeer] of pairs)
  describe(`page in ${name} and ${kind}`, () => {
    const browser = sharedBrowser(name);

    test('watch, connect, chat, leave, again', async (context) => {
      const peer = await startPeer(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: keepViolations});

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
      assert.deepEqual(await page.evaluate(() => violations), []);
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
      await says(page, /(gone|ended|not answer).*Trying again/s);
      await talks(page, await startPeer(context, browser(), {port}));
    });

    test('a token', async (context) => {
      const peer = await startPeer(context, browser(), {token: 'secret'});
      const page = await openPage(context, browser(), `${peer.url}?token=secret`);

      await watches(page);
    });
  });

/* The stand-in cannot be reached by a hidden address, the element can. */
for (const [name, kind, startPeer] of pairs)
  describe(`page in ${name} and ${kind}, without permission`, () => {
    const browser = sharedBrowser(name, {devices: 'denied', mdns: kind === 'element'});

    test('says so, and connects without', async (context) => {
      const peer = await startPeer(context, browser());
      const page = await openPage(context, browser(), peer.url);

      await watches(page);
      await page.click('#connect');
      await says(page, /The camera or microphone was not allowed/);
      await sees(page, '#remote', bars);
      await page.click('#listen');
      await says(page, /^Connected, without camera and microphone$/);
      await sees(page, '#remote', bars);
      await hears(page, '#remote', bars);
      assert.equal(await page.$eval('#remote', ({muted}) => muted), false);
      await chats(page, peer, 'Only words');
      await page.click('#leave');
      await watches(page);
    });
  });
