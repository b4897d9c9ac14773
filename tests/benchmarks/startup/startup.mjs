#!/usr/bin/env node
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the browser's offer to its first decoded picture: kurentopeer, bare webrtcbin, Chromium. See README.md. */
import path from 'node:path';
import {parseArgs} from 'node:util';
import {Server, freePort, sleep} from '../common/processes.mjs';
import {root, save} from '../common/record.mjs';
import {summary, table} from '../common/stats.mjs';
import {launchBrowser, servePages} from '../common/web.mjs';
import {commands, isInstalled} from './servers.mjs';

const REST = 400; /* ms between rounds, so that one does not pay for the end of the last */
const PHASES = ['listening', 'offer', 'answer', 'candidate', 'ice', 'dtls', 'received', 'decoded', 'shown'];
const TARGETS = {'warm/bare': 0.55, 'warm/chromium': 0.4, 'cold/bare': 0.45};

const {values: options} = parseArgs({
  options: {
    build: {type: 'string', default: path.join(root, 'build')},
    rounds: {type: 'string', default: '15'},
    servers: {type: 'string', default: 'kurentopeer,bare,chromium'},
    kinds: {type: 'string', default: 'warm,cold'},
    mdns: {type: 'boolean', default: false},
    save: {type: 'string'},
  },
});

/* Marks in ms after @zero. */
function since(zero, marks) {
  return Object.fromEntries(Object.entries(marks).map(([name, time]) => [name, Number((time - zero).toFixed(2))]));
}

async function warmRound(page, url) {
  await page.evaluate(() => window.prepare());
  const marks = await page.evaluate((url) => window.run(url), url);
  return since(marks.offer, marks);
}

async function startServer(name, origin) {
  const port = await freePort();
  return new Server(options.build, port, commands[name](options.build, port, origin));
}

/* The page is open and its offer made when the process starts. */
async function coldRound(page, name, origin) {
  await page.evaluate(() => window.prepare());
  const server = await startServer(name, origin);
  try {
    const listening = await server.listening();
    const marks = await page.evaluate((url) => window.run(url), server.url);
    return since(server.started, {listening, ...marks});
  } finally {
    await server.stop();
  }
}

/* Interleaved, so that a slow moment of the machine meets all of them; the first round of each is not counted. */
async function interleave(names, kind, round) {
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let i = 0; i <= Number(options.rounds); i++) {
    for (const name of names) {
      const marks = await round(name);
      if (i > 0) results[name].push(marks);
      process.stderr.write(`\r${kind} ${i}/${options.rounds} ${name}: ${marks.decoded.toFixed(0)} ms`.padEnd(50));
      await sleep(REST);
    }
  }
  process.stderr.write('\n');
  return results;
}

async function measureWarm(names, page, pages, origin) {
  const servers = [];
  const urls = {chromium: `ws://127.0.0.1:${pages.port}/helloworld`};
  try {
    for (const name of names.filter((name) => commands[name])) {
      const server = await startServer(name, origin);
      servers.push(server);
      await server.listening();
      urls[name] = server.url;
    }
    return await interleave(names, 'warm', (name) => warmRound(page, urls[name]));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function measureCold(names, page, origin) {
  const processes = names.filter((name) => commands[name]);
  return interleave(processes, 'cold', (name) => coldRound(page, name, origin));
}

function resultRows(kind, results) {
  const medians = {};
  for (const [name, rounds] of Object.entries(results)) medians[name] = summary(rounds.map((marks) => marks.decoded)).median;
  return Object.entries(results).map(([name, rounds]) => {
    const {q1, median, q3} = summary(rounds.map((marks) => marks.decoded));
    const shown = summary(rounds.map((marks) => marks.shown)).median;
    const ratio = (other) => {
      if (!medians[other] || other === name) return '-';
      const target = name === 'kurentopeer' && TARGETS[`${kind}/${other}`];
      return `${(median / medians[other]).toFixed(2)}${target ? ` (<= ${target})` : ''}`;
    };
    return [`${kind} ${name}`, median, q1, q3, shown, ratio('bare'), ratio('chromium')];
  });
}

function phaseRows(kind, results) {
  return Object.entries(results).map(([name, rounds]) => [
    `${kind} ${name}`,
    ...PHASES.map((phase) => (phase in rounds[0] ? summary(rounds.map((marks) => marks[phase])).median : '-')),
  ]);
}

async function main() {
  const names = options.servers.split(',').filter((name) => {
    const there = !commands[name] || isInstalled(name, options.build);
    if (!there) console.error(`${name} is not built, left out`);
    return there;
  });
  const pages = await servePages(import.meta.dirname);
  const origin = `http://127.0.0.1:${pages.port}`;
  const browsers = [await launchBrowser(options)];
  try {
    const page = await browsers[0].newPage();
    await page.goto(`${origin}/viewer`);
    if (names.includes('chromium')) {
      browsers.push(await launchBrowser(options));
      const sender = await browsers[1].newPage();
      await sender.goto(`${origin}/sender`);
      await sender.evaluate((url) => window.serve(url), `ws://127.0.0.1:${pages.port}/sender`);
    }
    const results = {};
    if (options.kinds.includes('warm')) results.warm = await measureWarm(names, page, pages, origin);
    if (options.kinds.includes('cold')) results.cold = await measureCold(names, page, origin);

    const kinds = Object.entries(results);
    console.log('\nfirst decoded picture, ms after the offer (warm) or after exec (cold)');
    const head = ['', 'median', 'q1', 'q3', 'shown', '/bare', '/chromium'];
    console.log(table([head, ...kinds.flatMap(([kind, rounds]) => resultRows(kind, rounds))]));
    console.log('\nphases, medians');
    console.log(table([['', ...PHASES], ...kinds.flatMap(([kind, rounds]) => phaseRows(kind, rounds))]));
    if (options.save) save(options.save, {results}, {chromium: await browsers[0].version()});
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    pages.close();
  }
}

await main();
