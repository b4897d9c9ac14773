/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The processes under measurement: servers, which listen on a port of 127.0.0.1, and their clients. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import net from 'node:net';
import path from 'node:path';

const DEADLINE = 15000; /* ms */

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function environment(build) {
  const plugins = [path.join(build, 'gst/kurentopeer/plugin'), process.env.GST_PLUGIN_PATH].filter(Boolean);
  return {
    ...process.env,
    GST_PLUGIN_PATH: plugins.join(':'),
    GST_REGISTRY: path.join(build, 'benchmarks-registry.bin'),
  };
}

/* Of tests/benchmarks/common. */
export function program(build, name) {
  return path.join(build, 'tests/benchmarks', `benchmark-${name}`);
}

export function now() {
  return performance.timeOrigin + performance.now();
}

/* All different. */
export async function freePorts(n) {
  const servers = Array.from({length: n}, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

export async function freePort() {
  return (await freePorts(1))[0];
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true) ?? socket.destroy());
    socket.on('error', () => resolve(false));
  });
}

export class Process {
  constructor(build, [program, ...args]) {
    this.output = '';
    this.started = now();
    this.process = spawn(program, args, {env: environment(build), stdio: ['ignore', 'pipe', 'pipe']});
    this.process.stdout.on('data', (data) => (this.output += data));
    this.process.stderr.on('data', (data) => (this.output += data));
    this.pid = this.process.pid;
  }

  fail(what) {
    throw new Error(`${what}: ${this.process.spawnargs.join(' ')}\n${this.output}`);
  }

  async until(condition, what, interval = 1) {
    const start = now();
    while (!(await condition())) {
      if (this.process.exitCode !== null || this.process.signalCode !== null) this.fail('the process ended');
      if (now() - start > DEADLINE) this.fail(what);
      await sleep(interval);
    }
    return now();
  }

  /* What it says. */
  says(pattern) {
    return this.until(() => pattern.test(this.output), `no ${pattern}`, 10);
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}

export const helloWorld = (port) => `ws://127.0.0.1:${port}/helloworld`;

export class Server extends Process {
  constructor(build, port, command) {
    super(build, command);
    this.port = port;
    this.url = helloWorld(port);
  }

  /* The port is tried each millisecond: a browser slows down WebSockets that failed. */
  listening() {
    return this.until(() => canConnect(this.port), 'the server does not listen');
  }
}
