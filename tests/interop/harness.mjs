/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Browsers, pages and waiting. Whatever is opened for a test is closed at its end, whether it passes or not. */

import {mkdir, mkdtemp, readFile, rm} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before} from 'node:test';
import {fileURLToPath} from 'node:url';

import puppeteer from 'puppeteer-core';

import {colourName, quadrants, sameTone, writeFakeDevices} from './media.mjs';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const root = resolve(here, '../..');
export const buildDir = resolve(process.env.KURENTOPEER_BUILDDIR ?? join(root, 'build'));
export const pageDir = join(root, 'gst/kurentopeer/signalling/page');

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
/* No name is ever looked up outside: kurento-utils brings a list of public STUN servers. */
const names = 'MAP insecure.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';
const quiet = ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-default-apps', '--disable-extensions', '--disable-domain-reliability',
  '--disable-breakpad', '--metrics-recording-only', '--mute-audio', '--disable-dev-shm-usage',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows', '--allow-loopback-in-peer-connection'];

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

/* mdns: hide local addresses from pages that may not use the camera, as browsers do by default. devices: "granted",
 * "denied", or "microphone" for that alone.
 * `test` is node's test context, or anything else with an after(). */
export async function startBrowser(test, {mdns = true, devices = 'granted'} = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'kurentopeer-interop-'));
  const fake = await writeFakeDevices(folder);
  const capture = {
    granted: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${fake.camera}`, `--use-file-for-fake-audio-capture=${fake.microphone}`],
    denied: ['--use-fake-ui-for-media-stream=deny', '--use-fake-device-for-media-stream'],
    microphone: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=0'],
  }[devices];
  const off = ['OptimizationHints', 'MediaRouter', 'Translate', ...mdns ? [] : ['WebRtcHideLocalIpsWithMdns']];
  const browser = await puppeteer.launch({
    executablePath: chromium,
    headless: true, /* the new one */
    userDataDir: join(folder, 'profile'),
    acceptInsecureCerts: true,
    defaultViewport: {width: 1200, height: 720},
    args: [...quiet, ...capture, `--host-resolver-rules=${names}`, `--disable-features=${off}`,
      '--autoplay-policy=no-user-gesture-required'],
  });

  test.after(async () => {
    await browser.close();
    await rm(folder, {recursive: true, force: true, maxRetries: 5});
  });
  return browser;
}

/* What all tests of a suite share: to be called where before() may be. `make` gets something with an after(). */
function shared(make) {
  const ends = [];
  let made;

  before(async () => {
    made = await make({after: (end) => ends.push(end)});
  });
  after(() => Promise.all(ends.map((end) => end())));
  return () => made;
}

export const sharedBrowser = (options) => shared((suite) => startBrowser(suite, options));
export const sharedFolder = shared;

/* A page in a context of its own, with the probe in it. What it complains of is collected in `problems`. */
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
  if (media)
    await page.emulateMediaFeatures(media);
  await prepare?.(page);
  await page.goto(url, {waitUntil: 'domcontentloaded'});
  return Object.assign(page, {problems});
}

/* What a <video> of a page shows and plays. */
export const look = {
  colours: async (page, selector, points) =>
    (await page.evaluate((...args) => probe.pixels(...args), selector, points))?.map(colourName),
  tone: (page, selector) => page.evaluate((...args) => probe.tone(...args), selector),
  decoded: (page) => page.evaluate(() => probe.decoded),
  frames: (page, selector) => page.evaluate((...args) => probe.frames(...args), selector),
};

export async function sees(page, selector, {points, colours}, options) {
  const frames = await look.frames(page, selector);
  await untilEqual(`${selector} shows ${colours}`, () => look.colours(page, selector, points), colours, options);
  await until(`${selector} moves`, async () => await look.frames(page, selector) > frames + 2, options);
}

export const hears = (page, selector, {tone}, options) =>
  untilTone(`${selector} plays ${tone} Hz`, () => look.tone(page, selector), tone, options);

/* What the peer of a browser decodes: only what comes from now on counts. */
export async function seesCamera(peer, options) {
  peer.forget();
  await untilEqual('the peer sees the camera', peer.colours, quadrants.colours, options);
}

export async function hearsMicrophone(peer, options) {
  peer.forget();
  await untilTone('the peer hears the microphone', peer.tone, quadrants.tone, options);
}
