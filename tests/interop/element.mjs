/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The element in a process of its own: what it sends is known (media.mjs), what it decodes comes back through pipes. */

import {spawn} from 'node:child_process';
import {createWriteStream} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

import {buildDir, here, keptFile, until} from './harness.mjs';
import {frequencyOf, pixelsOfFrame} from './media.mjs';

const picture = {width: 64, height: 48, stride: 64 * 3};
const frameSize = picture.stride * picture.height;
const rate = 8000;
const window = rate / 8 * 2; /* bytes; shorter than a beep of the microphone */

const branches = {
  send: {
    video: 'videotestsrc is-live=true pattern=smpte ! video/x-raw,width=320,height=240,framerate=15/1 ! p.',
    audio: 'audiotestsrc is-live=true freq=440 ! p.',
  },
  receive: {
    video: `p.video_src_0 ! videoconvert ! videoscale ! video/x-raw,format=RGB,width=${picture.width},` +
      `height=${picture.height} ! fdsink fd=3 sync=false`,
    audio: `p.audio_src_0 ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=${rate},channels=1 ! ` +
      'fdsink fd=4 sync=false',
  },
};

/* Keeps the last whole picture. */
class Pictures {
  count = 0;
  last = null;
  #rest = Buffer.alloc(0);

  add(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    while (this.#rest.length >= frameSize) {
      this.last = this.#rest.subarray(0, frameSize);
      this.#rest = this.#rest.subarray(frameSize);
      this.count++;
    }
  }
}

/* Keeps the last second of sound. */
class Sound {
  #last = Buffer.alloc(0);

  add(data) {
    this.#last = Buffer.concat([this.#last, data]);
    this.#last = Buffer.from(this.#last.subarray(Math.max(0, this.#last.length - rate * 2) & ~1));
  }

  forget() {
    this.#last = Buffer.alloc(0);
  }

  /* of the loudest part */
  frequency() {
    const samples = new Int16Array(this.#last.buffer, this.#last.byteOffset, this.#last.length >> 1);
    let best = {energy: -1, part: samples};

    for (let at = 0; at + window / 2 <= samples.length; at += window / 4) {
      const part = samples.subarray(at, at + window / 2);
      const energy = part.reduce((sum, sample) => sum + sample * sample, 0);
      if (energy > best.energy)
        best = {energy, part};
    }
    return frequencyOf(best.part, rate);
  }
}

export const environment = {
  ...process.env,
  GST_PLUGIN_PATH: join(buildDir, 'gst/kurentopeer/plugin'),
  GI_TYPELIB_PATH: join(buildDir, 'gst/kurentopeer'),
  LD_LIBRARY_PATH: join(buildDir, 'gst/kurentopeer'),
  GST_REGISTRY: join(buildDir, 'interop-registry.bin'),
};

/* What a program complains of is a failure, but for this: the RTP session of GStreamer 1.22.0 walks through its sources while
 * another thread adds one, and stops in time (mended in 1.22.3). */
const isComplaint = (line) => /-CRITICAL \*\*/.test(line) && !/version == hash_table->version/.test(line);

/* What is between the peer and the pipes of a process, the peer being named `name`. */
export const mediaBranches = (name, send, receive) =>
  [...send.map((kind) => branches.send[kind]), ...receive.map((kind) => branches.receive[kind])]
    .map((branch) => branch.replace(/\bp\./, `${name}.`));

/* Starts a program that prints its address, and ends with the test: a crash or a slow end fails it. `installed`: an environment
 * in the place of the build's. */
export async function runElement(test, command, readLine = () => {}, installed = {}) {
  const child = spawn(command[0], command.slice(1), {stdio: Array(5).fill('pipe'), env: {...environment, ...installed}});
  const ended = new Promise((resolve) => child.on('exit', (code, killer) => resolve(killer ?? code)));
  const log = createWriteStream(await keptFile(`${test.name?.replace(/\W+/g, '-') ?? 'element'}-${child.pid}.log`));
  const pictures = new Pictures();
  const sound = new Sound();
  const events = [];
  const lines = [];
  const complaints = [];
  let output = '';
  let running = true;

  child.stdio[3].on('data', (data) => pictures.add(data));
  child.stdio[4].on('data', (data) => sound.add(data));
  createInterface({input: child.stderr}).on('line', (line) => {
    log.write(`${line}\n`);
    if (isComplaint(line))
      complaints.push(line);
  });
  createInterface({input: child.stdout}).on('line', (line) => {
    log.write(`${line}\n`);
    output += `${line}\n`;
    readLine(line, {events, lines});
  });
  ended.then(() => running = false);

  let stopping;
  const stop = () => stopping ??= (async () => {
    if (running)
      child.kill('SIGINT');
    const hurry = setTimeout(() => child.kill('SIGKILL'), 5000);
    const how = await ended;
    clearTimeout(hurry);
    log.end();
    if (how !== 0)
      throw new Error(`the element's process ended with ${how}, see ${log.path}`);
    if (complaints.length)
      throw new Error(`the element's process complained: ${complaints[0]}, see ${log.path}`);
  })();
  test.after(stop);

  const url = await until('the element listens', async () => {
    if (!running)
      throw new Error(`the element's process ended with ${await ended}, see ${log.path}`);
    return output.match(/\bhttps?:\/\/127\.0\.0\.1:[1-9]\d*\//)?.[0];
  }, {deadline: 20000});
  return {
    url,
    lines,
    events,
    stop,
    pictures,
    pid: child.pid,
    output: () => output,
    event: (name, options) =>
      until(`the element posts ${name}`, () => events.find(({event}) => event === name), options),
    say: (text) => child.stdin.write(`${text}\n`),
    snapshot: (type) => {
      const before = events.length;
      child.stdin.write(`/snapshot ${type}\n`);
      return until('a snapshot comes', () => events.slice(before).find(({event}) => event === 'snapshot'));
    },
    forget: () => {
      pictures.last = null;
      sound.forget();
    },
    pixels: (points) => pictures.last && pixelsOfFrame(pictures.last, picture, points),
    tone: () => sound.frequency(),
  };
}

/* `properties` go to the element as gst-launch writes them; `tool` is peer.py, or "gst-launch" for the stock one, which
 * can neither send nor show data. */
export function startElement(test, _browser, {factory = 'kurentopeer', scheme = 'http', port = 0, properties = [],
  token, documentRoot, send = ['video', 'audio'], receive = ['video', 'audio'], tool = 'peer.py'} = {}) {
  const pipeline = [
    `${factory} name=p data-channels=true signaller-uri=serve+${scheme}://127.0.0.1:${port}/`,
    ...token ? [`signaller::auth-token=${token}`] : [],
    ...documentRoot ? [`signaller::document-root=${documentRoot}`] : [],
    ...properties,
    ...mediaBranches('p', send, receive),
  ].join(' ');

  if (tool !== 'peer.py')
    return runElement(test, ['gst-launch-1.0', '-m', ...pipeline.split(' ')]);
  return runElement(test, ['/usr/bin/python3', join(here, 'peer.py'), pipeline], (line, {events, lines}) => {
    const event = JSON.parse(line);
    events.push(event);
    if (event.event === 'data')
      lines.push(event.text);
  });
}
