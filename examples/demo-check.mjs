/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The demonstration without a person: headless Chromium opens its page, and both sides must see moving pictures.
 * demo.sh runs it: node demo-check.mjs ADDRESS GST-LAUNCH-LINE... */

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createRequire} from 'node:module';

const require = createRequire(new URL('../tests/interop/package.json', import.meta.url));
const puppeteer = require('puppeteer-core');

const DEADLINE = 15000; /* ms */
const [address, program, ...args] = process.argv.slice(2);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* Resolves to the ms that passed until `check` gave something true. */
async function until(what, check) {
  const start = performance.now();
  while (!(await check())) {
    if (performance.now() - start > DEADLINE)
      throw new Error(`waited ${DEADLINE} ms in vain: ${what}`);
    await sleep(20);
  }
  return Math.round(performance.now() - start);
}

/* The gst-launch line, and what its log tells. */
class Pipeline {
  log = '';

  constructor() {
    this.process = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe']});
    this.process.stdout.on('data', (data) => (this.log += data));
    this.process.stderr.on('data', (data) => (this.log += data));
  }

  get ended() {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  async listens() {
    await until(`an answer from ${address}`, async () => {
      if (this.ended)
        throw new Error('gst-launch-1.0 has ended');
      return fetch(address).then(({ok}) => ok, () => false);
    });
  }

  #numbers(from, expression) {
    return [...this.log.slice(from).matchAll(expression)].map(([, value]) => Number(value));
  }

  /* Decoded pictures that are no plain colour and differ from each other. */
  seesSince(from) {
    const averages = this.#numbers(from, /luma-average=\(double\)([0-9.e-]+)/g);
    const variances = this.#numbers(from, /luma-variance=\(double\)([0-9.e-]+)/g);
    return new Set(averages).size >= 2 && variances.every((variance) => variance > 0.0001);
  }

  hearsSince(from) {
    return this.#numbers(from, /rms=\(GValueArray\)< (-?[0-9.]+)/g).some((decibel) => decibel > -60);
  }

  async stop() {
    if (!this.ended) {
      const exit = once(this.process, 'exit');
      const impatient = setTimeout(() => this.process.kill('SIGKILL'), 5000);
      this.process.kill('SIGINT');
      await exit;
      clearTimeout(impatient);
    }
    if (this.process.exitCode !== 0)
      throw new Error(`Ctrl-C does not end gst-launch-1.0 well: ${this.process.signalCode ?? this.process.exitCode}`);
  }
}

/* Runs in the page: a small copy of the received picture, or nothing. */
function pixels() {
  const video = document.querySelector('#remote');
  if (!video?.videoWidth)
    return '';
  const canvas = Object.assign(document.createElement('canvas'), {width: 64, height: 48});
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 64, 48);
  return context.getImageData(0, 0, 64, 48).data.join();
}

/* Three different pictures, none of one colour only. */
async function moves(page, what) {
  const seen = new Set();
  return until(what, async () => {
    const picture = await page.evaluate(pixels);
    if (new Set(picture.split(',')).size > 3)
      seen.add(picture);
    return seen.size >= 3;
  });
}

async function talk(page, pipeline) {
  const before = pipeline.log.length;
  await page.waitForSelector('#connect', {visible: true, timeout: DEADLINE});
  await page.click('#connect');
  await until('the sound of the page is on', () => page.$eval('#remote', ({muted, srcObject}) => srcObject && !muted));
  const connected = await moves(page, 'moving pictures after Connect');
  console.log(`page: moving pictures ${connected} ms after the sound came on`);
  await until('moving pictures from the browser', () => pipeline.seesSince(before));
  await until('sound from the browser', () => pipeline.hearsSince(before));
  console.log('pipeline: moving pictures and sound from the browser');
}

async function check(browser, pipeline) {
  await pipeline.listens();
  const page = await browser.newPage();
  await page.goto(address);
  console.log(`page: moving pictures ${await moves(page, 'moving pictures in the page')} ms after opening`);
  await talk(page, pipeline);
  await page.waitForSelector('#leave', {visible: true, timeout: DEADLINE});
  await page.click('#leave');
  await talk(page, pipeline);
  console.log('left and came again');
}

const pipeline = new Pipeline();
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--mute-audio',
    ...process.getuid() === 0 ? ['--no-sandbox'] : []],
});
try {
  await check(browser, pipeline);
  await pipeline.stop();
  console.log('The demonstration works.');
} catch (error) {
  console.error(`${pipeline.log.split('\n').slice(-40).join('\n')}\nThe demonstration fails: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  await pipeline.stop().catch(() => {});
}
