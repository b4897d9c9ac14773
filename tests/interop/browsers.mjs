/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The browsers of the tests. They differ in how they are started and in what their fake devices send; a test gets one of
 * them and does not care which. INTEROP_BROWSERS=firefox tests with that one only. */

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before} from 'node:test';

import puppeteer from 'puppeteer-core';

import {hues, quadrants, writeFakeDevices} from './media.mjs';

const quiet = ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-default-apps', '--disable-extensions', '--disable-domain-reliability',
  '--disable-breakpad', '--metrics-recording-only', '--mute-audio', '--disable-dev-shm-usage',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows', '--allow-loopback-in-peer-connection'];

/* No name is ever looked up outside: kurento-utils brings a list of public STUN servers. */
const names = 'MAP insecure.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';

async function chromium(folder, {mdns, devices}) {
  const fake = await writeFakeDevices(folder);
  const capture = {
    granted: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${fake.camera}`, `--use-file-for-fake-audio-capture=${fake.microphone}`],
    denied: ['--use-fake-ui-for-media-stream=deny', '--use-fake-device-for-media-stream'],
  }[devices];
  const off = ['OptimizationHints', 'MediaRouter', 'Translate', ...mdns ? [] : ['WebRtcHideLocalIpsWithMdns']];

  return {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    userDataDir: join(folder, 'profile'),
    args: [...quiet, ...capture, `--host-resolver-rules=${names}`, `--disable-features=${off}`,
      '--autoplay-policy=no-user-gesture-required'],
  };
}

/* It has no files for its fake devices: see `hues`. */
async function firefox(_folder, {mdns, devices}) {
  const permission = {granted: 1, denied: 2}[devices];

  return {
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.audio.fake_frequency': hues.tone,
      'permissions.default.camera': permission,
      'permissions.default.microphone': permission,
      'media.peerconnection.ice.obfuscate_host_addresses': mdns,
      'media.cubeb.force_mock_context': true, /* sound on machines without */
      'media.autoplay.default': 0,
      'network.dns.forceResolve': '127.0.0.1', /* no name is looked up outside */
    },
  };
}

/* Firefox takes seconds to start, so all suites of a file share one. Chromium starts at once, and hangs after some twenty
 * pages with calls: each suite has its own. */
const kinds = {
  chromium: {options: chromium, devices: quadrants, isKept: false},
  firefox: {options: firefox, devices: hues, isKept: true},
};

export const browserNames = process.env.INTEROP_BROWSERS?.split(',') ?? Object.keys(kinds);

async function startBrowser(name, permission) {
  const folder = await mkdtemp(join(tmpdir(), 'kurentopeer-interop-'));
  const {options, devices} = kinds[name];
  const browser = await puppeteer.launch({
    browser: name === 'firefox' ? name : 'chrome',
    headless: true,
    acceptInsecureCerts: true,
    defaultViewport: {width: 1200, height: 720},
    ...await options(folder, permission),
  });

  return {
    name,
    devices,
    createBrowserContext: () => browser.createBrowserContext(),
    async close() {
      await browser.close();
      await rm(folder, {recursive: true, force: true, maxRetries: 5});
    },
  };
}

const kept = new Map();

after(async () => {
  for (const browser of kept.values())
    await (await browser).close();
});

function keepBrowser(name, options) {
  const key = JSON.stringify([name, options]);

  if (!kept.has(key))
    kept.set(key, startBrowser(name, options));
  return kept.get(key);
}

/* To be called where before() may be. mdns: hide local addresses from pages that may not use the camera, as browsers do
 * by default. devices: "granted" or "denied". */
export function sharedBrowser(name, {mdns = true, devices = 'granted'} = {}) {
  const {isKept} = kinds[name];
  let browser;

  before(async () => {
    browser = await (isKept ? keepBrowser : startBrowser)(name, {mdns, devices});
  });
  after(() => isKept || browser.close());
  return () => browser;
}
