/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the results are kept with. */
import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../../..');

function machine(more) {
  const system = /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const gstreamer = spawnSync('gst-launch-1.0', ['--version'], {encoding: 'utf8'}).stdout.split('\n')[1];
  const load = Number(os.loadavg()[0].toFixed(1)); /* ours and that of others */
  return {system, load, cores: os.availableParallelism(), cpu: os.cpus()[0].model, gstreamer, node: process.version, ...more};
}

/* As JSON, one line a round. */
export function save(file, {results, ...facts}, more) {
  const script = path.relative(root, process.argv[1]);
  const record = {
    command: [script, ...process.argv.slice(2)].join(' '),
    date: new Date().toISOString().slice(0, 10),
    machine: machine(more),
    ...facts,
    results,
  };
  const text = JSON.stringify(record, null, 1).replace(/\{[^{}]*\}/g, (leaf) => leaf.replace(/\n\s*/g, ' '));
  mkdirSync(path.dirname(file), {recursive: true});
  writeFileSync(file, `${text}\n`);
  console.log(`\nkept in ${file}`);
}
