/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The servers under measurement, each a process that listens on a port of 127.0.0.1. */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import net from 'node:net';
import path from 'node:path';

const VIDEO = 'videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1 ! peer.';
const AUDIO = 'audiotestsrc is-live=true ! peer.';

function environment(build) {
  const plugins = [path.join(build, 'gst/kurentopeer/plugin'), process.env.GST_PLUGIN_PATH].filter(Boolean);
  return {
    ...process.env,
    GST_PLUGIN_PATH: plugins.join(':'),
    GST_REGISTRY: path.join(build, 'startup-registry.bin'),
  };
}

export const commands = {
  kurentopeer: (build, port, origin) => [
    'gst-launch-1.0',
    ...`kurentopeersendonly name=peer signaller-uri=serve+http://127.0.0.1:${port}/`.split(' '),
    ...`signaller::allowed-origins=${origin} ${VIDEO} ${AUDIO}`.split(' '),
  ],
  bare: (build, port) => [path.join(build, 'tests/benchmarks/startup-bare-server'), String(port)],
};

/* Fills the plugin registry too, so that no round counts a plugin scan. */
export function isInstalled(name, build) {
  const options = {env: environment(build)};
  if (name === 'kurentopeer') return spawnSync('gst-inspect-1.0', ['kurentopeersendonly'], options).status === 0;
  return spawnSync(commands[name](build, 0)[0], [], options).error === undefined;
}

export function now() {
  return performance.timeOrigin + performance.now();
}

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true) ?? socket.destroy());
    socket.on('error', () => resolve(false));
  });
}

export class Server {
  constructor(name, build, port, origin) {
    const [program, ...args] = commands[name](build, port, origin);
    this.port = port;
    this.output = '';
    this.started = now();
    this.process = spawn(program, args, {env: environment(build), stdio: ['ignore', 'pipe', 'pipe']});
    this.process.stdout.on('data', (data) => (this.output += data));
    this.process.stderr.on('data', (data) => (this.output += data));
    this.url = `ws://127.0.0.1:${port}/helloworld`;
  }

  /* The port is tried each millisecond: a browser slows down WebSockets that failed. */
  async listening() {
    while (!(await canConnect(this.port))) {
      if (this.process.exitCode !== null) throw new Error(`the server ended: ${this.output}`);
      if (now() - this.started > 15000) throw new Error(`the server does not listen: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return now();
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}
