#!/usr/bin/env node
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How old a picture is when it leaves the receiver's decoder. See README.md. */
import os from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {decode, encode, pay} from '../common/media.mjs';
import {bareServer, bareViewer, launch} from '../common/peers.mjs';
import {Process, Server, freePort, program, sleep} from '../common/processes.mjs';
import {root, save} from '../common/record.mjs';
import {quantile, summary, table} from '../common/stats.mjs';
import {launchBrowser, servePages} from '../common/web.mjs';

const CAMERA = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=640,height=480,framerate=30/1 ! latencystamp';
const READER = 'latencyread ! fakesink sync=false';
const SETTLE = 2000; /* ms after the first picture */
const PATHS = ['kurentopeer kurentopeer', 'bare bare', 'kurentopeer chromium', 'bare chromium', 'chromium chromium'];
/* what each is to be below */
const TARGETS = {
  'kurentopeer kurentopeer': ['bare bare', 'chromium chromium'],
  'kurentopeer chromium': ['bare chromium', 'chromium chromium'],
};

const {values: options} = parseArgs({
  options: {
    build: {type: 'string', default: path.join(root, 'build')},
    rounds: {type: 'string', default: '7'},
    seconds: {type: 'string', default: '2'},
    save: {type: 'string'},
  },
});

/* for the elements of plugin.c */
process.env.GST_PLUGIN_PATH = [path.join(options.build, 'tests/benchmarks'), process.env.GST_PLUGIN_PATH].filter(Boolean).join(':');

const servers = {
  bare: (port) => bareServer(options.build, port, ['--video', `${CAMERA} ! ${encode('VP8')} ! ${pay('VP8')}`]),
  kurentopeer: (port, origin) =>
    launch(`kurentopeersendonly name=peer congestion-control=disabled video-codecs=VP8 signaller-uri=serve+http://127.0.0.1:${port}/ signaller::allowed-origins=${origin} ${CAMERA} ! peer.`),
};

const viewers = {
  bare: (url) => bareViewer(options.build, 'VP8', [url], `${decode('VP8')} ! ${READER}`),
  kurentopeer: (url) => [program(options.build, 'client'), `kurentopeerrecvonly name=peer peer.video_src_0 ! ${READER}`, url],
};

/* Ages in ms of all pictures of a while; NaN for what is garbled. */
async function watchProcess(command) {
  const viewer = new Process(options.build, command);
  try {
    await viewer.says(/latency/);
    await sleep(SETTLE);
    viewer.output = '';
    await sleep(Number(options.seconds) * 1000);
    return [...viewer.output.matchAll(/^(?:latency (\d+)|garbled)$/gm)].map((match) => Number(match[1]) / 1000);
  } finally {
    await viewer.stop();
  }
}

async function watchPage(page, url) {
  try {
    await page.evaluate((url) => window.call(url), url);
    await page.waitForFunction(() => window.ages.length > 0);
    await sleep(SETTLE);
    await page.evaluate(() => window.take());
    await sleep(Number(options.seconds) * 1000);
    const ages = await page.evaluate(() => window.take());
    return ages.map((age) => age ?? NaN);
  } finally {
    await page.evaluate(() => window.hangUp());
  }
}

async function measure(name, page, pages) {
  const [sender, viewer] = name.split(' ');
  const relay = `ws://127.0.0.1:${pages.port}/helloworld`;
  if (sender === 'chromium') return watchPage(page, relay);
  const port = await freePort();
  const server = new Server(options.build, port, servers[sender](port, `http://127.0.0.1:${pages.port}`));
  try {
    await server.listening();
    return await (viewer === 'chromium' ? watchPage(page, server.url) : watchProcess(viewers[viewer](server.url)));
  } finally {
    await server.stop();
  }
}

function describe(ages) {
  const good = ages.filter((age) => !Number.isNaN(age));
  if (good.length < ages.length * 0.9 || good.length === 0) throw new Error(`${ages.length - good.length} of ${ages.length} pictures are garbled`);
  const [median, p95] = [0.5, 0.95].map((q) => Number(quantile(good, q).toFixed(2)));
  return {median, p95, pictures: good.length, load: Number(os.loadavg()[0].toFixed(1))};
}

async function rounds(page, pages) {
  const results = Object.fromEntries(PATHS.map((name) => [name, []]));
  for (let i = 0; i < Number(options.rounds); i++) {
    for (const name of i % 2 ? PATHS : [...PATHS].reverse()) {
      const result = describe(await measure(name, page, pages));
      results[name].push(result);
      process.stderr.write(`\r${i + 1}/${options.rounds} ${name}: ${JSON.stringify(result)}`.padEnd(100));
    }
  }
  process.stderr.write('\n');
  return results;
}

function row(name, results) {
  const of = (name, what) => summary(results[name].map((round) => round[what])).median;
  const targets = (TARGETS[name] ?? []).map((other) => `${(of(name, 'median') / of(other, 'median')).toFixed(2)} of ${other}`);
  return [name.replace(' ', ' to '), of(name, 'median'), of(name, 'p95'), of(name, 'pictures'), targets.join(', ') || '-'];
}

async function main() {
  const pages = await servePages(import.meta.dirname);
  const origin = `http://127.0.0.1:${pages.port}`;
  const browsers = await Promise.all([launchBrowser({}), launchBrowser({})]);
  try {
    const [page, sender] = await Promise.all(browsers.map((browser) => browser.newPage()));
    await Promise.all([page.goto(`${origin}/viewer`), sender.goto(`${origin}/sender`)]);
    await sender.evaluate((url) => window.serve(url), `ws://127.0.0.1:${pages.port}/sender`);
    const results = await rounds(page, pages);
    console.log('\nage of the decoded picture in ms (targets: <= 1), pictures of a round');
    console.log(table([['', 'median', 'p95', 'pictures', 'ratios'], ...PATHS.map((name) => row(name, results))]));
    if (options.save) save(options.save, {results}, {chromium: await browsers[0].version()});
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    pages.close();
  }
}

await main();
