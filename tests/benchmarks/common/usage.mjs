/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a process uses, from /proc. */
import {readFileSync, readdirSync} from 'node:fs';
import {sleep} from './processes.mjs';

/* ms; utime and stime together, but in ns and not in the ticks of /proc/PID/stat */
function cpuTime(pid) {
  const times = readdirSync(`/proc/${pid}/task`).map((task) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return 0; /* it has just ended */
    }
  });
  return times.reduce((sum, time) => sum + time, 0) / 1e6;
}

/* ms of CPU a second, during @seconds */
export async function cpuOf(pid, seconds) {
  const start = performance.now();
  const before = cpuTime(pid);
  await sleep(seconds * 1000);
  return ((cpuTime(pid) - before) * 1000) / (performance.now() - start);
}

export function holdings(pid) {
  const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return {
    memory: Number(/Private_Dirty:\s+(\d+)/.exec(memory)[1]) /* KiB */,
    threads: readdirSync(`/proc/${pid}/task`).length,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
