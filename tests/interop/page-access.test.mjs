/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The embedded page for everybody: by keyboard, by ear, large and small, light and dark. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {startElement} from './element.mjs';
import {openPage, until} from './harness.mjs';
import {control, keepViolations, says, spoken, talks, watches} from './page.mjs';
import {withElement} from './peers.mjs';

const widths = [[360, 640], [390, 844], [768, 1024], [844, 390], [1280, 800], [1920, 1080]];

const controls = 'button, input, select, [tabindex="0"]';

const focused = (page) => page.evaluate(() => document.activeElement.id);

/* The Tab key comes to all controls, from the top of the page; it is not pressed once more, which would leave the page. */
async function assertOrder(page, expected) {
  const ids = [];

  await page.evaluate(() => {
    const start = document.createElement('div');
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    start.addEventListener('blur', () => start.remove());
  });
  while (ids.length < expected.length) {
    await page.keyboard.press('Tab');
    ids.push(await focused(page));
  }
  assert.deepEqual(ids, expected);
  assert.equal(await page.$$eval(controls, (all) => all.filter((one) =>
    one.checkVisibility() && !one.disabled && one.tabIndex === 0).length), expected.length);
}

/* Text that is hard to read, with its contrast: WCAG 2 asks for 4.5. Runs in the page. */
function findFaint() {
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => parse(colour).slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const {backgroundColor} = getComputedStyle(at);
      if ((parse(backgroundColor)[3] ?? 1) > 0)
        return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const hasText = (element) => [...element.childNodes].some(({nodeType, data}) => nodeType === 3 && data.trim());

  return [...document.querySelectorAll('body *')].filter((element) => hasText(element) && element.checkVisibility()
    && !element.disabled).map((element) => {
    const [one, other] = [light(getComputedStyle(element).color), light(ground(element))];
    return [element.textContent.trim(), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
  }).filter(([, contrast]) => contrast < 4.5);
}

for (const name of withElement ? browserNames : [])
  describe(`page in ${name}, for everybody`, () => {
    const browser = sharedBrowser(name);

    async function open(context, options) {
      const peer = await startElement(context, browser());
      const page = await openPage(context, browser(), peer.url, {...options, prepare: keepViolations});
      await watches(page);
      return {peer, page};
    }

    test('a call by keyboard', async (context) => {
      const {peer, page} = await open(context);
      const video = ['sound', 'snapshot', 'popout', 'full'].map((id) => `#${id}`);
      const there = await page.$$eval(video.join(), (found) => found.filter((one) => one.checkVisibility()).map(({id}) => id));

      await assertOrder(page, ['connect', 'listen', ...there, 'chat-tab', 'log']);
      await (await control(page, 'Connect')).focus();
      await page.keyboard.press('Enter');
      await talks(page, peer);
      assert.equal(await focused(page), 'leave');
      await page.waitForSelector('#line:enabled');
      await assertOrder(page,
        ['microphone', 'camera', 'leave', ...there, 'chat-tab', 'log', 'line', 'send']);
      await page.focus('#microphone');
      await page.keyboard.press(' ');
      assert.equal(await page.$eval('#microphone', (button) => button.getAttribute('aria-checked')), 'false');
      await page.focus('#chat-tab');
      for (const [key, tab, panel] of [['ArrowRight', 'statistics-tab', 'statistics'], ['End', 'devices-tab', 'devices'],
        ['ArrowRight', 'chat-tab', 'chat'], ['ArrowLeft', 'devices-tab', 'devices'], ['Home', 'chat-tab', 'chat']]) {
        await page.keyboard.press(key);
        assert.equal(await focused(page), tab);
        assert.deepEqual(await page.$$eval('[role="tabpanel"]', (panels) =>
          panels.filter((one) => one.checkVisibility()).map(({id}) => id)), [panel]);
      }
      await page.focus('#leave');
      await page.keyboard.press('Enter');
      await watches(page);
      assert.equal(await focused(page), 'connect');
      assert.deepEqual(page.problems, []);
      assert.deepEqual(await page.evaluate(() => violations), []);
    });

    test('everything has a name, and what happens is said once', async (context) => {
      const {peer, page} = await open(context);

      for (const [role, names] of Object.entries({
        button: ['Connect', 'Listen and chat', 'Snapshot', 'Full screen', 'Send'],
        switch: ['Sound'],
        tab: ['Chat', 'Statistics', 'Devices'],
        textbox: ['Message'],
        log: ['Chat messages'],
        heading: ['kurentopeer'],
      }))
        for (const known of names)
          await control(page, known, role);
      await (await control(page, 'Devices', 'tab')).click();
      for (const known of name === 'firefox' ? ['Camera', 'Microphone'] : ['Camera', 'Microphone', 'Speaker'])
        await control(page, known, 'combobox');
      assert.deepEqual(await page.$$eval(controls, (all) => all.filter((one) => !one.textContent.trim()
        && !one.labels?.length && !one.getAttribute('aria-label')).map(({outerHTML}) => outerHTML)), []);

      await page.evaluate(() => {
        globalThis.heard = [];
        const listen = (element) => new MutationObserver(() => heard.push(element.innerText.trim()))
          .observe(element, {childList: true, characterData: true, subtree: true});
        listen(document.querySelector('[role="status"]'));
        listen(document.querySelector('[role="alert"]'));
        globalThis.tries = 0;
        const Socket = WebSocket;
        globalThis.WebSocket = class extends Socket {
          constructor(...values) {
            super(...values);
            tries++;
          }
        };
      });
      await peer.stop();
      await until('the page tries again, and again', () => page.evaluate(() => tries > 2), {deadline: 20000});
      const heard = await page.evaluate(() => globalThis.heard);
      assert.deepEqual(heard, [...new Set(heard)], 'nothing is said twice');
      assert.ok(heard.includes('Not connected'));
    });

    test('small and large', async (context) => {
      const {page} = await open(context);

      for (const [width, height] of widths) {
        await page.setViewport({width, height});
        for (const tab of ['chat', 'statistics', 'devices']) {
          await page.$eval(`#${tab}-tab`, (element) => element.click());
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${tab} at ${width}`);
          const bad = await page.$$eval('button, input, select', (all) => all.filter((one) => one.checkVisibility())
            .map((one) => [one.id, one.getBoundingClientRect()])
            .filter(([, {left, right, width, height}]) => left < 0 || right > innerWidth || width < 44 || height < 44)
            .map(([id]) => id));
          assert.deepEqual(bad, [], `${tab} at ${width}`);
        }
      }
    });

    for (const scheme of ['light', 'dark'])
      test(`${scheme}: all text can be read`, {skip: name === 'firefox' && 'it has one scheme here'}, async (context) => {
        const {page} = await open(context, {media: [{name: 'prefers-color-scheme', value: scheme}]});

        assert.equal(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches), scheme === 'dark');
        assert.deepEqual(await page.evaluate(findFaint), []);
        await page.click('#connect');
        await says(page, /^Connected$/);
        await page.click('#camera');
        await page.click('#devices-tab');
        assert.deepEqual(await page.evaluate(findFaint), []);
        assert.equal(await spoken(page), 'Connected');
      });
  });
