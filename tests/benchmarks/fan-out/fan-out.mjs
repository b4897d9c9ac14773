#!/usr/bin/env node
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a further peer costs of one encoder. See README.md. */
import path from 'node:path';
import {parseArgs} from 'node:util';
import {encode, pay} from '../common/media.mjs';
import {NAMES, call, column, inTurn, round} from '../common/pairs.mjs';
import {bareServer, bareViewer, launch} from '../common/peers.mjs';
import {Server, freePorts, helloWorld} from '../common/processes.mjs';
import {root, save} from '../common/record.mjs';
import {slope, summary, table} from '../common/stats.mjs';
import {holdings} from '../common/usage.mjs';

const SOURCE = 'videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1';
const TARGET = 1.05;

const {values: options} = parseArgs({
  options: {
    build: {type: 'string', default: path.join(root, 'build')},
    rounds: {type: 'string', default: '3'},
    seconds: {type: 'string', default: '5'},
    codec: {type: 'string', default: 'VP8'},
    peers: {type: 'string', default: '1,8,32'},
    save: {type: 'string'},
  },
});

const counts = options.peers.split(',').map(Number);
const camera = `${SOURCE} ! ${encode(options.codec)} ! tee name=tee allow-not-linked=true`;

/* What listens, and where its peers are. */
async function start(name, n) {
  const ports = await freePorts(name === 'bare' ? 1 : n);
  if (name === 'bare') {
    const args = ['--codec', options.codec, '--source', camera, '--video', pay(options.codec)];
    const server = new Server(options.build, ports[0], bareServer(options.build, ports[0], args));
    return {server, urls: Array(n).fill(server.url)};
  }
  const peers = ports.map((port, i) => `kurentopeersendonly name=p${i} signaller-uri=serve+http://127.0.0.1:${port}/ tee. ! p${i}.video_sink_0`);
  const server = new Server(options.build, ports.at(-1), launch([camera, ...peers].join(' ')));
  return {server, urls: ports.map(helloWorld)};
}

/* Packets a second that came in the last full seconds. */
function packetRate(client, seconds) {
  const rates = [...client.output.matchAll(/packets (\d+)/g)].slice(-seconds).map((match) => Number(match[1]));
  return rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}

async function begin(name, n) {
  const {server, urls} = await start(name, n);
  return call(options.build, server, bareViewer(options.build, options.codec, urls), n);
}

function measure({server, client}, n) {
  const packets = Math.round(packetRate(client, Number(options.seconds)) / n); /* a second and peer */
  return {packets, threads: holdings(server.pid).threads};
}

async function rounds() {
  const results = [];
  for (let i = 0; i < Number(options.rounds); i++) {
    for (const n of counts) {
      const pair = await round(inTurn(i), Number(options.seconds), (name) => begin(name, n), (call) => measure(call, n));
      results.push(...pair.map((result) => ({round: i + 1, peers: n, ...result})));
      const text = pair.map(({name, cpu}) => `${name} ${cpu} ms/s`);
      process.stderr.write(`\r${i + 1}/${options.rounds} ${n} peers: ${text.join(', ')}`.padEnd(70));
    }
  }
  process.stderr.write('\n');
  return results;
}

/* ms a second and further peer, of each round */
function slopes(results, name) {
  const rows = results.filter((row) => row.name === name);
  return Array.from({length: Number(options.rounds)}, (_, i) => slope(rows.filter(({round}) => round === i + 1), 'peers', 'cpu'));
}

const median = (values) => summary(values).median;

function row(name, results) {
  const of = (what) => counts.map((n) => median(column(results.filter(({peers}) => peers === n), name, what)));
  return [name, ...of('cpu'), ...of('packets'), summary(slopes(results, name), 2).median];
}

async function main() {
  const results = await rounds();
  console.log('\nCPU in ms a second and packets a second and peer, for each number of peers; CPU of a further peer');
  const head = ['', ...counts.map((n) => `CPU ${n}`), ...counts.map((n) => `packets ${n}`), 'further'];
  console.log(table([head, ...NAMES.map((name) => row(name, results))]));
  const bare = slopes(results, 'bare');
  const ratios = slopes(results, 'kurentopeer').map((further, i) => further / bare[i]);
  console.log(`\nkurentopeer / bare: ${summary(ratios, 3).median} (<= ${TARGET})`);
  if (options.save) save(options.save, {results});
}

await main();
