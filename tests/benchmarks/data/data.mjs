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
const DEADLINE = 20000; /* ms */
const STALLED = {roundTrip: null, throughput: null};

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

/* A browser of its own each time: the channels of the third or fourth call of one stall more often than not. */
async function measurePage(url, size) {
  const browser = await launchBrowser({});
  try {
    const page = await browser.newPage();
    await page.goto(url);
    const measured = page.evaluate((...args) => window.measure(...args), size, Number(options.seconds));
    measured.catch(() => {}); /* when the browser is closed */
    return await Promise.race([measured, sleep(DEADLINE).then(() => STALLED)]);
  } finally {
    await browser.close();
  }
}

async function rounds(url) {
  const results = [];
  for (let i = 0; i < Number(options.rounds); i++) {
    for (const size of SIZES)
      for (const kind of i % 2 ? KINDS : [...KINDS].reverse()) {
        const {roundTrip, throughput} = await (kind === 'chromium' ? measurePage(url, size) : run(kind, size, options.seconds));
        const load = Number(os.loadavg()[0].toFixed(1));
        results.push({kind, size, roundTrip: roundTrip && Number(roundTrip.toFixed(3)), throughput: throughput && Number(throughput.toFixed(2)), load});
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
  try {
    const results = await rounds(`http://127.0.0.1:${pages.port}/viewer`);
    report(results);
    if (options.save) save(options.save, {results});
  } finally {
    pages.close();
  }
}

await main();
