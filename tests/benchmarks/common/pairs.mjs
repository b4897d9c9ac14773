/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls of both kinds at the same time, so that what else the machine does meets both alike. */
import os from 'node:os';
import {Process, sleep} from './processes.mjs';
import {cpuOf} from './usage.mjs';

export const NAMES = ['bare', 'kurentopeer'];

const WARM_UP = 6000; /* ms after the connections are up: ICE has ended its checks then */

/* {server, client}: when @client, a command line, has connected @n times to @server. */
export async function call(build, server, client, n = 1) {
  const call = {server};
  try {
    await server.listening();
    call.client = new Process(build, client);
    await call.client.says(new RegExp(`connected ${n}\n`));
    return call;
  } catch (error) {
    await hangUp(call);
    throw error;
  }
}

function hangUp({server, client}) {
  return Promise.all([server.stop(), client?.stop()]);
}

/* One round: what @begin (name) calls, and what @measure finds in it beside the CPU in ms a second. The order is @names'. */
export async function round(names, seconds, begin, measure) {
  const calls = [];
  try {
    for (const name of names) calls.push(await begin(name));
    await sleep(WARM_UP);
    const times = await Promise.all(calls.map(({server}) => cpuOf(server.pid, seconds)));
    const load = Number(os.loadavg()[0].toFixed(1));
    return names.map((name, i) => ({name, cpu: Number(times[i].toFixed(1)), ...measure(calls[i]), load}));
  } finally {
    await Promise.all(calls.map(hangUp));
  }
}

/* Each is first as often as the other. */
export const inTurn = (i) => (i % 2 ? NAMES : [...NAMES].reverse());

/* The column @what of @name. */
export const column = (results, name, what) => results.filter((row) => row.name === name).map((row) => row[what]);
