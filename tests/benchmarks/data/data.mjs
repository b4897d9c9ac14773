#!/usr/bin/env node
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What goes through a data channel, and how fast. See README.md. */
import {execFile} from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import {parseArgs, promisify} from 'node:util';
import {environment, program, sleep} from '../common/processes.mjs';
import {root, save} from '../common/record.mjs';
import {summary, table} from '../common/stats.mjs';
import {launchBrowser, servePages} from '../common/web.mjs';

const KINDS = ['kurentopeer', 'bare', 'chromium'];
const SIZES = [100, 16384, 65536]; /* bytes of a message */
const SLOW_SIZE = 65536;
const DEADLINE = 30000; /* ms */

const {values: options} = parseArgs({
  options: {
    build: {type: 'string', default: path.join(root, 'build')},
    rounds: {type: 'string', default: '7'},
    seconds: {type: 'string', default: '2'},
    save: {type: 'string'},
  },
});

async function run(kind, size, seconds, ...args) {
  const command = [kind, String(size), String(seconds), ...args];
  const {stdout} = await promisify(execFile)(program(options.build, 'data'), command, {env: environment(options.build)});
  return JSON.parse(stdout);
}

/* A page of its own each time: one whose channel has stalled may not come back. */
async function measurePage(browser, url, size) {
  const page = await browser.newPage();
  const stalled = sleep(DEADLINE).then(() => ({roundTrip: null, throughput: 0}));
  await page.goto(url);
  const measured = page.evaluate((...args) => window.measure(...args), size, Number(options.seconds));
  measured.catch(() => {}); /* when the page is closed */
  try {
    return await Promise.race([measured, stalled]);
  } finally {
    await page.close();
  }
}

async function rounds(browser, url) {
  const results = [];
  for (let i = 0; i < Number(options.rounds); i++) {
    for (const size of SIZES)
      for (const kind of i % 2 ? KINDS : [...KINDS].reverse()) {
        const {roundTrip, throughput} = await (kind === 'chromium' ? measurePage(browser, url, size) : run(kind, size, options.seconds));
        const load = Number(os.loadavg()[0].toFixed(1));
        results.push({kind, size, roundTrip: roundTrip && Number(roundTrip.toFixed(3)), throughput: Number(throughput.toFixed(2)), load});
        process.stderr.write(`\r${i + 1}/${options.rounds} ${JSON.stringify(results.at(-1))}`.padEnd(120));
      }
    for (const kind of ['kurentopeer', 'bare']) results.push({kind, size: SLOW_SIZE, slow: true, ...(await run(kind, SLOW_SIZE, 5, 'slow')), roundTrip: undefined});
  }
  process.stderr.write('\n');
  return results;
}

function row(results, size, what) {
  const of = (kind) => summary(results.filter((row) => row.kind === kind && row.size === size && !row.slow && row[what] !== null).map((row) => row[what]), 3).median;
  const ratio = (other) => (of('kurentopeer') / of(other)).toFixed(2);
  return [size, ...KINDS.map(of), ratio('bare'), ratio('chromium')];
}

function report(results) {
  const head = ['bytes', ...KINDS, 'of bare', 'of chromium'];
  const slow = (kind) => results.filter((row) => row.kind === kind && row.slow).map((row) => row.memory);
  console.log('\nthere and back in ms (target: <= 1 of bare)');
  console.log(table([head, ...SIZES.map((size) => row(results, size, 'roundTrip'))]));
  console.log('\nthroughput in MB/s (target: >= 1 of bare)');
  console.log(table([head, ...SIZES.map((size) => row(results, size, 'throughput'))]));
  console.log('\nmemory in MiB that a slow receiver takes in 5 s');
  console.log(table([['', ...KINDS.slice(0, 2)], ['median', ...KINDS.slice(0, 2).map((kind) => summary(slow(kind)).median)]]));
}

async function main() {
  const pages = await servePages(import.meta.dirname, ['viewer']);
  const browser = await launchBrowser({});
  try {
    const results = await rounds(browser, `http://127.0.0.1:${pages.port}/viewer`);
    report(results);
    if (options.save) save(options.save, {results}, {chromium: await browser.version()});
  } finally {
    await browser.close();
    pages.close();
  }
}

await main();
