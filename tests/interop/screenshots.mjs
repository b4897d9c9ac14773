/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes the pictures of the documentation, of the page in Chromium with the element at the other side:
 * KURENTOPEER_BUILDDIR=$PWD/build node tests/interop/screenshots.mjs [FOLDER] */

import {mkdir} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {describe, test} from 'node:test';

import {sharedBrowser} from './browsers.mjs';
import {runElement, startElement} from './element.mjs';
import {here, openPage, root, until} from './harness.mjs';
import {press, says} from './page.mjs';

const folder = resolve(process.argv[2] ?? join(root, 'docs/plugins/images'));
const desk = {width: 1280, height: 800};
const phone = {width: 390, height: 844, isMobile: true, hasTouch: true, deviceScaleFactor: 1.5};
const measured = 25; /* s of statistics in the picture */

const scheme = (value) => [{name: 'prefers-color-scheme', value}];

const pipeline = `kurentopeer name=p data-channels=true signaller-uri=serve+http://127.0.0.1:0/
  videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1 ! p.
  audiotestsrc is-live=true ! p.
  p.video_src_0 ! videoconvert ! fakesink p.audio_src_0 ! fakesink`;

describe('screenshots', () => {
  const browser = sharedBrowser('chromium');

  async function open(context, options) {
    const peer = await runElement(context, ['/usr/bin/python3', join(here, 'peer.py'), pipeline]);
    const page = await openPage(context, browser(), peer.url, options);
    await says(page, /^Watching$/);
    await until('some pictures', () => page.evaluate(() => probe.decoded > 10));
    return {peer, page};
  }

  async function talk(context, options) {
    const {peer, page} = await open(context, options);
    await press(page, 'Connect');
    await says(page, /^Connected$/);
    await page.waitForSelector('#line:enabled');
    await page.type('#line', 'Hello! Do you see me?');
    await page.keyboard.press('Enter');
    await peer.say('Picture and sound are fine.');
    await until('the answer', () => page.$$eval('#log li', ({length}) => length === 2));
    await until('some pictures', () => page.evaluate(() => document.querySelector('#local').videoWidth > 0));
    return {peer, page};
  }

  async function save(page, name) {
    await mkdir(folder, {recursive: true});
    await page.screenshot({path: join(folder, `page-${name}.webp`), quality: 80});
  }

  test('a call', async (context) => {
    const {page} = await talk(context, {viewport: desk, media: scheme('light')});
    await save(page, 'call');
  });

  test('statistics', async (context) => {
    const {page} = await talk(context, {viewport: desk, media: scheme('dark')});
    await press(page, 'Statistics', 'tab');
    await page.waitForFunction((least) => document.querySelector('#statistics .line')?.getAttribute('d').split('L').length > least,
      {timeout: 2000 * measured}, measured);
    await save(page, 'statistics');
  });

  test('a phone', async (context) => {
    const {page} = await talk(context, {viewport: phone, media: scheme('dark')});
    await save(page, 'phone');
  });

  test('somebody else is connected', async (context) => {
    const peer = await startElement(context, browser());
    await says(await openPage(context, browser(), peer.url), /^Watching$/);
    const page = await openPage(context, browser(), peer.url, {viewport: phone, media: scheme('light')});
    await says(page, /Somebody else/);
    await save(page, 'busy');
  });
});
