/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The known picture and tone of each side, how a browser is made to send them, and how the decoded ones are judged. */

import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';

const colourNames = ['black', 'blue', 'green', 'cyan', 'red', 'magenta', 'yellow', 'white'];

/* The nearest corner of the colour cube, for a picture that went through a codec. */
function colourName([red, green, blue]) {
  const bright = Math.max(red, green, blue);
  if (bright < 64)
    return 'black';
  return colourNames[[red, green, blue].reduce((bits, value) => bits * 2 + (value > bright / 2 ? 1 : 0), 0)];
}

const namesOf = (pixels) => pixels?.map(colourName);

/* What the pipeline sends: "videotestsrc pattern=smpte" and "audiotestsrc freq=440". A picture is looked at in some
 * points, and `read` is to make `colours` of the pixels there. */
export const bars = {
  tone: 440,
  points: [1, 3, 5, 7, 9, 11, 13].map((x) => [x / 14, 0.3]),
  colours: ['white', 'yellow', 'cyan', 'green', 'magenta', 'red', 'blue'],
  read: namesOf,
};

/* What the camera and the microphone of Chromium send. */
export const quadrants = {
  tone: 1000,
  points: [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]],
  colours: ['red', 'green', 'blue', 'white'],
  read: namesOf,
};

/* The ones of Firefox, which takes no files: one colour all over, that goes through all with Y = 128 and either Cb or Cr
 * at its least or most. */
const cycle = Array.from({length: 4 * 224}, (_, i) => {
  const side = Math.floor(i / 224), step = i % 224;
  const [cb, cr] = [[16 + step, 16], [240, 16 + step], [240 - step, 240], [16, 240 - step]][side];
  return [130.4 + 1.596 * (cr - 128), 130.4 - 0.391 * (cb - 128) - 0.813 * (cr - 128), 130.4 + 2.018 * (cb - 128)]
    .map((value) => Math.min(255, Math.max(0, value)));
});

const near = (one, other, distance) => one.every((value, i) => Math.abs(value - other[i]) < distance);

export const hues = {
  tone: 1000,
  points: quadrants.points,
  colours: 'one of the cycle',
  read: (pixels) => {
    const same = pixels?.every((pixel) => near(pixel, pixels[0], 12));
    return same && cycle.some((colour) => near(pixels[0], colour, 20)) ? hues.colours : pixels;
  },
};

export function pixelsOfFrame(rgb, {width, height, stride}, points) {
  return points.map(([x, y]) => {
    const at = Math.floor(y * height) * stride + Math.floor(x * width) * 3;
    return [...rgb.subarray(at, at + 3)];
  });
}

/* The strongest frequency of mono 16-bit samples in Hz, 0 for silence. */
export function frequencyOf(samples, rate) {
  const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  let best = {power: 0, frequency: 0};

  if (!(loudness > 100))
    return 0;
  for (let frequency = 100; frequency <= 2000; frequency += 5) {
    const step = 2 * Math.PI * frequency / rate;
    let real = 0, imaginary = 0;
    samples.forEach((sample, i) => {
      real += sample * Math.cos(step * i);
      imaginary += sample * Math.sin(step * i);
    });
    const power = real * real + imaginary * imaginary;
    if (power > best.power)
      best = {power, frequency};
  }
  return best.frequency;
}

export const sameTone = (heard, expected) => Math.abs(heard - expected) < 25;

/* One picture of four coloured quadrants, over and over. */
async function writeCamera(path) {
  const width = 320, height = 240, frames = 2;
  const yuv = {red: [82, 90, 240], green: [145, 54, 34], blue: [41, 240, 110], white: [235, 128, 128]};
  const plane = (index, scale) => Buffer.from(Array.from({length: width * height / scale / scale}, (_, i) => {
    const x = i % (width / scale) >= width / scale / 2;
    const y = Math.floor(i / (width / scale)) >= height / scale / 2;
    return yuv[quadrants.colours[2 * y + x]][index];
  }));
  const frame = [Buffer.from('FRAME\n'), plane(0, 1), plane(1, 2), plane(2, 2)];

  await writeFile(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`),
    ...Array.from({length: frames}, () => frame).flat()]));
}

/* Two seconds with a beep in each half second: a tone without pauses is noise to a browser, which removes it. */
async function writeMicrophone(path) {
  const rate = 48000, seconds = 2;
  const wav = Buffer.alloc(44 + rate * seconds * 2);

  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); /* PCM */
  wav.writeUInt16LE(1, 22); /* channels */
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(rate * seconds * 2, 40);
  for (let i = 0; i < rate * seconds; i++)
    if (i % (rate / 2) < rate / 4)
      wav.writeInt16LE(Math.round(16000 * Math.sin(2 * Math.PI * quadrants.tone * i / rate)), 44 + 2 * i);
  await writeFile(path, wav);
}

export async function writeFakeDevices(folder) {
  const devices = {camera: join(folder, 'camera.y4m'), microphone: join(folder, 'microphone.wav')};
  await Promise.all([writeCamera(devices.camera), writeMicrophone(devices.microphone)]);
  return devices;
}
