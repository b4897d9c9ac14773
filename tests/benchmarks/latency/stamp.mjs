/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The time in a picture, as plugin.c draws it. */
const BLOCK = 16;
const BITS = 40;
const [WHITE, BLACK] = [235, 16];

/* us of the wall clock: Date.now() has it, but in steps of 1 ms. */
const offset = (() => {
  const start = Date.now();
  while (Date.now() === start);
  return Date.now() - performance.now();
})();
export const now = () => BigInt.asUintN(32, BigInt(Math.round((offset + performance.now()) * 1000)));

const withChecksum = (time) => (time << 8n) | (((time >> 24n) + (time >> 16n) + (time >> 8n) + time) & 0xffn);

/* Into the luma plane of a picture that is 640 pixels wide. */
export function stamp(luma) {
  const bits = withChecksum(now());
  const row = new Uint8Array(BITS * BLOCK);
  for (let i = 0; i < BITS; i++) row.fill((bits >> BigInt(BITS - 1 - i)) & 1n ? WHITE : BLACK, i * BLOCK, (i + 1) * BLOCK);
  for (let y = 0; y < BLOCK; y++) luma.set(row, y * row.length);
}

/* ms since, at @time; NaN when it is garbled. */
export function age(luma, stride, time) {
  let bits = 0n;
  for (let i = 0; i < BITS; i++) {
    bits = (bits << 1n) | (luma[(BLOCK / 2) * stride + i * BLOCK + BLOCK / 2] > (WHITE + BLACK) / 2 ? 1n : 0n);
  }
  const stamped = bits >> 8n;
  return bits === withChecksum(stamped) ? Number(BigInt.asUintN(32, time - stamped)) / 1000 : NaN;
}
