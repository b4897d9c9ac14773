/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Janus, the server of Debian, in a process of its own: its VideoRoom sends each subscriber one layer of a simulcast. */

import {spawn} from 'node:child_process';
import {createWriteStream} from 'node:fs';
import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import WebSocket from 'ws';

import {freePort, keptFile, until} from './harness.mjs';

const room = 1;

const installed = async (kind, suffix) => {
  const base = '/usr/lib';
  for (const triplet of await readdir(base)) {
    const folder = join(base, triplet, 'janus', kind);
    const files = await readdir(folder).catch(() => []);
    if (files.length)
      return {folder, files: files.filter((file) => file.endsWith(suffix))};
  }
  throw new Error('janus is not installed');
};

/* Only what the tests need: the other plugins would want settings of their own. */
async function configure(folder, port) {
  const plugins = await installed('plugins', '.so');
  const transports = await installed('transports', '.so');
  const others = ({files}, wanted) => files.filter((file) => file !== wanted).join(',');
  const files = {
    'janus.jcfg': `general: { plugins_folder = "${plugins.folder}" transports_folder = "${transports.folder}" }
      plugins: { disable = "${others(plugins, 'libjanus_videoroom.so')}" }
      transports: { disable = "${others(transports, 'libjanus_websockets.so')}" }`,
    'janus.transport.websockets.jcfg': `general: { ws = true ws_port = ${port} ws_ip = "127.0.0.1" }`,
    'janus.plugin.videoroom.jcfg': `room-${room}: { publishers = 2 bitrate = 5000000 videocodec = "vp8,h264" }`,
  };

  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), text.replace(/([\w"]) (?=\w+ = )/g, '$1\n'));
}

/* One session of the WebSocket API, with one handle of the VideoRoom plugin. */
class Client {
  #socket;
  #waiting = new Map();
  #ids = {};
  #last = 0;

  static async connect(test, port) {
    const client = new Client();
    client.#socket = await until('Janus listens', () => new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'janus-protocol');
      socket.on('open', () => resolve(socket)).on('error', () => resolve(null));
    }), {deadline: 20000});
    test.after(() => client.#socket.close());
    client.#socket.on('message', (data) => client.#take(JSON.parse(data)));
    client.#ids.session_id = (await client.#ask({janus: 'create'})).data.id;
    client.#ids.handle_id = (await client.#ask({janus: 'attach', plugin: 'janus.plugin.videoroom'})).data.id;
    return client;
  }

  #take(message) {
    if (message.janus === 'ack' || !this.#waiting.has(message.transaction))
      return;
    this.#waiting.get(message.transaction)(message);
    this.#waiting.delete(message.transaction);
  }

  #ask(request) {
    const transaction = `${++this.#last}`;
    const answer = new Promise((resolve) => this.#waiting.set(transaction, resolve));
    this.#socket.send(JSON.stringify({...this.#ids, ...request, transaction}));
    return answer;
  }

  /* What the plugin answers, and its description, if there is one. */
  async request(body, jsep) {
    const answer = await this.#ask({janus: 'message', body, jsep});
    const data = answer.plugindata?.data;
    if (!data || data.error)
      throw new Error(`Janus says ${JSON.stringify(data ?? answer)}`);
    return {...data, sdp: answer.jsep?.sdp};
  }
}

/* Ends with the test. */
export async function startJanus(test) {
  const folder = await mkdtemp(join(tmpdir(), 'kurentopeer-janus-'));
  const port = await freePort();
  await configure(folder, port);

  const log = createWriteStream(await keptFile(`janus-${port}.log`));
  const child = spawn('janus', ['--configs-folder', folder, '--disable-colors'], {stdio: ['ignore', 'pipe', 'pipe']});
  const ended = new Promise((resolve) => child.on('exit', resolve).on('error', resolve));
  child.stdout.pipe(log);
  child.stderr.pipe(log, {end: false});
  test.after(async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, {recursive: true});
  });

  return {
    room,
    client: () => Client.connect(test, port),
  };
}
