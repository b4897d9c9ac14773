#!/usr/bin/env node
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What kurentopeer costs beside a bare webrtcbin. See README.md. */
import path from 'node:path';
import {parseArgs} from 'node:util';
import {SOURCE, decode, encode, pay} from '../common/media.mjs';
import {NAMES, call, column, inTurn, round} from '../common/pairs.mjs';
import {bareCamera, bareServer, bareViewer, launch} from '../common/peers.mjs';
import {Server, freePort} from '../common/processes.mjs';
import {root, save} from '../common/record.mjs';
import {summary, table} from '../common/stats.mjs';
import {holdings} from '../common/usage.mjs';

const SINK = 'fakesink sync=true';
const TARGETS = {cpu: 1.03, memory: 1.1};

const {values: options} = parseArgs({
  options: {
    build: {type: 'string', default: path.join(root, 'build')},
    rounds: {type: 'string', default: '5'},
    seconds: {type: 'string', default: '5'},
    codecs: {type: 'string', default: 'VP8,H264'},
    roles: {type: 'string', default: 'sender,receiver'},
    save: {type: 'string'},
  },
});

const servers = {
  bare: {
    sender: (codec, port) =>
      bareServer(options.build, port, ['--codec', codec, '--video', `${SOURCE} ! ${encode(codec)} ! ${pay(codec)}`]),
    receiver: (codec, port) => bareServer(options.build, port, ['--receive', `${decode(codec)} ! ${SINK}`]),
  },
  kurentopeer: {
    sender: (codec, port) =>
      launch(`kurentopeersendonly name=peer congestion-control=disabled video-codecs=${codec} signaller-uri=serve+http://127.0.0.1:${port}/ ${SOURCE} ! peer.`),
    receiver: (codec, port) =>
      launch(`kurentopeerrecvonly name=peer signaller-uri=serve+http://127.0.0.1:${port}/ peer.video_src_0 ! ${SINK}`),
  },
};

const clients = {
  sender: (codec, url) => bareViewer(options.build, codec, [url]),
  receiver: (codec, url) => bareCamera(options.build, codec, url, `${SOURCE} ! ${encode(codec)}`),
};

async function begin(name, role, codec) {
  const port = await freePort();
  const server = new Server(options.build, port, servers[name][role](codec, port));
  return call(options.build, server, clients[role](codec, server.url));
}

async function rounds(role, codec) {
  const results = [];
  for (let i = 0; i < Number(options.rounds); i++) {
    const pair = await round(inTurn(i), Number(options.seconds), (name) => begin(name, role, codec), ({server}) => holdings(server.pid));
    results.push(...pair);
    const text = pair.map(({name, cpu, memory}) => `${name} ${cpu} ms/s ${memory} KiB`);
    process.stderr.write(`\r${codec} ${role} ${i + 1}/${options.rounds}: ${text.join(', ')}`.padEnd(90));
  }
  process.stderr.write('\n');
  return results;
}

const median = (values) => summary(values).median;

function row(title, results) {
  const of = (name, what) => median(column(results, name, what));
  const ratio = (what) => {
    const bare = column(results, 'bare', what);
    return summary(column(results, 'kurentopeer', what).map((value, i) => value / bare[i]), 3).median;
  };
  const cells = Object.keys(TARGETS).flatMap((what) => [of('bare', what), of('kurentopeer', what), ratio(what)]);
  const counts = ['threads', 'descriptors'].flatMap((what) => NAMES.map((name) => of(name, what)));
  return [title, ...cells, ...counts];
}

async function main() {
  const results = {};
  for (const codec of options.codecs.split(','))
    for (const role of options.roles.split(',')) results[`${codec} ${role}`] = await rounds(role, codec);
  console.log('\nbare, kurentopeer, ratio: CPU in ms a second, Private_Dirty in KiB; then threads and descriptors of both');
  const head = ['', 'CPU', '', `<= ${TARGETS.cpu}`, 'memory', '', `<= ${TARGETS.memory}`, 'threads', '<= +1', 'descriptors', ''];
  console.log(table([head, ...Object.entries(results).map(([title, rounds]) => row(title, rounds))]));
  if (options.save) save(options.save, {results});
}

await main();
