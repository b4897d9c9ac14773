/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pages and waiting. Whatever is opened for a test is closed at its end, whether it passes or not. */

import {mkdir, readFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join, resolve} from 'node:path';
import {after, before} from 'node:test';
import {fileURLToPath} from 'node:url';

import {sameTone} from './media.mjs';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const root = resolve(here, '../..');
export const buildDir = resolve(process.env.KURENTOPEER_BUILDDIR ?? join(root, 'build'));
export const pageDir = join(root, 'gst/kurentopeer/signalling/page');

/* Calls `check` until it gives something true, which is returned. */
export async function until(what, check, {deadline = 10000, every = 40} = {}) {
  const end = performance.now() + deadline;
  let seen;

  for (;;) {
    seen = await check();
    if (seen)
      return seen;
    if (performance.now() > end)
      throw new Error(`waited ${deadline} ms in vain: ${what}`);
    await new Promise((done) => setTimeout(done, every));
  }
}

/* The same for a value: names the last one that was seen when the deadline passes. */
export async function untilEqual(what, read, expected, options) {
  const wanted = JSON.stringify(expected);
  let seen;

  try {
    await until(what, async () => JSON.stringify(seen = await read()) === wanted, options);
  } catch (error) {
    throw new Error(`${error.message}: expected ${wanted}, saw ${JSON.stringify(seen)}`);
  }
}

export async function untilTone(what, read, expected, options) {
  let seen;

  try {
    await until(what, async () => sameTone(seen = await read(), expected), options);
  } catch (error) {
    throw new Error(`${error.message}: expected ${expected} Hz, heard ${seen} Hz`);
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

/* Screenshots, and the logs of what was run, are kept beside the build. */
export async function keptFile(name) {
  const folder = join(buildDir, 'interop');
  await mkdir(folder, {recursive: true});
  return join(folder, name);
}

/* A folder for all tests of a suite: to be called where before() may be. `make` gets something with an after(). */
export function sharedFolder(make) {
  const ends = [];
  let made;

  before(async () => {
    made = await make({after: (end) => ends.push(end)});
  });
  after(() => Promise.all(ends.map((end) => end())));
  return () => made;
}

/* A page in a context of its own, with the probe in it. What it complains of is collected in `problems`; `devices` is
 * what its camera and microphone send. */
export async function openPage(test, browser, url, {viewport, media, prepare} = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const problems = [];

  test.after(() => context.close().catch(() => {})); /* the browser may be closed already */
  page.setDefaultTimeout(10000);
  page.on('console', (message) => ['error', 'warn'].includes(message.type()) && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.evaluateOnNewDocument(await readFile(join(here, 'probe.js'), 'utf8'));
  if (viewport)
    await page.setViewport(viewport);
  if (media && browser.name === 'chromium') /* Firefox cannot be asked to */
    await page.emulateMediaFeatures(media);
  await prepare?.(page);
  await page.goto(url, {waitUntil: 'domcontentloaded'});
  return Object.assign(page, {problems, devices: browser.devices});
}

/* What a <video> of a page shows and plays. */
export const look = {
  pixels: (page, selector, points) => page.evaluate((...args) => probe.pixels(...args), selector, points),
  tone: (page, selector) => page.evaluate((...args) => probe.tone(...args), selector),
  decoded: (page) => page.evaluate(() => probe.decoded),
  frames: (page, selector) => page.evaluate((...args) => probe.frames(...args), selector),
};

/* A browser need not paint what nobody looks at. */
export async function sees(page, selector, picture, options) {
  await page.bringToFront();
  const frames = await look.frames(page, selector);
  await untilEqual(`${selector} shows ${picture.colours}`,
    async () => picture.read(await look.pixels(page, selector, picture.points)), picture.colours, options);
  await until(`${selector} moves`, async () => await look.frames(page, selector) > frames + 2, options);
}

export const hears = (page, selector, {tone}, options) =>
  untilTone(`${selector} plays ${tone} Hz`, () => look.tone(page, selector), tone, options);

/* What the peer of a page decodes: only what comes from now on counts. */
export async function seesCamera(peer, {devices}, options) {
  peer.forget();
  await untilEqual('the peer sees the camera', async () => devices.read(await peer.pixels(devices.points)),
    devices.colours, options);
}

export async function hearsMicrophone(peer, {devices}, options) {
  peer.forget();
  await untilTone('the peer hears the microphone', peer.tone, devices.tone, options);
}
