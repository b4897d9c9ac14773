/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the tests of the embedded page do and see on it. */

import assert from 'node:assert/strict';

import {hears, hearsMicrophone, sees, seesCamera, until} from './harness.mjs';
import {bars} from './media.mjs';

export const phone = {width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true};

/* A control as a screen reader finds it. Hidden ones are not found. */
export const control = (page, name, role = 'button') => page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`);

export async function press(page, name, role) {
  const handle = await control(page, name, role);
  await handle.click();
}

/* The two regions in which the page speaks up. */
export const spoken = (page) =>
  page.$$eval('#status, #notice', (elements) => elements.map(({innerText}) => innerText).join('\n').trim());

export async function says(page, pattern, options) {
  let last;
  try {
    await until(`the page says ${pattern}`, async () => pattern.test(last = await spoken(page)), options);
  } catch (error) {
    throw new Error(`${error.message}; it says: ${last}`);
  }
}

export const visible = (page, selector) => page.$eval(selector, (element) => element.checkVisibility());

export async function talks(page, peer) {
  await says(page, /^Connected$/);
  await sees(page, '#remote', bars);
  await hears(page, '#remote', bars);
  assert.equal(await page.$eval('#remote', ({muted}) => muted), false);
  await seesCamera(peer, page);
  await hearsMicrophone(peer, page);
  assert.ok(await visible(page, '#local'));
}

export async function watches(page) {
  await says(page, /^Watching$/);
  await sees(page, '#remote', bars);
  assert.equal(await page.$eval('#remote', ({muted}) => muted), true);
  assert.equal(await page.$eval('#line', ({disabled}) => disabled), true);
  assert.equal(await visible(page, '#local'), false);
  assert.equal(await visible(page, '#placeholder'), false);
}

const chat = (page) => page.$$eval('#log li', (items) => items.map(({textContent}) => textContent));

export async function chats(page, peer, line) {
  await page.waitForSelector('#line:enabled');
  await page.type('#line', line);
  await page.keyboard.press('Enter');
  await until('the line arrives', () => peer.lines.includes(line));
  await peer.say(`${line}, too`);
  await until('the answer arrives', async () => (await chat(page)).includes(`Peer${line}, too`));
}

/* Runs in the page before its own scripts: what it may not do is kept. */
export const keepViolations = (page) => page.evaluateOnNewDocument(() => {
  globalThis.violations = [];
  document.addEventListener('securitypolicyviolation', ({violatedDirective, blockedURI}) =>
    violations.push(`${violatedDirective} ${blockedURI}`));
});
