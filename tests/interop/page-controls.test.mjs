/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The controls of the embedded page, each by what it is for: what the element sees and hears, and what the person does. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {startElement} from './element.mjs';
import {hearsMicrophone, openPage, sees, seesCamera, until, untilEqual} from './harness.mjs';
import {bars} from './media.mjs';
import {control, keepViolations, press, says, talks, watches} from './page.mjs';
import {withElement} from './peers.mjs';

const points = [[0.25, 0.25], [0.75, 0.75]];

async function peerSees(peer, colour) {
  peer.forget();
  await untilEqual(`the peer sees ${colour}`, async () => bars.read(await peer.pixels(points)), [colour, colour]);
}

const isOn = async (page, name) =>
  (await control(page, name, 'switch')).evaluate((element) => element.getAttribute('aria-checked') === 'true');

/* Two cameras more: one with a plain picture, one that another program has; and the speaker that was chosen is kept. */
const addDevices = (page) => page.evaluateOnNewDocument(() => {
  const devices = navigator.mediaDevices;
  const {getUserMedia, enumerateDevices} = devices;
  const added = {second: 'Second camera', taken: 'Camera in use'};

  devices.enumerateDevices = async () => [...await enumerateDevices.call(devices),
    ...Object.entries(added).map(([deviceId, label]) => ({kind: 'videoinput', deviceId, label})),
    {kind: 'audiooutput', deviceId: 'headset', label: 'Headset'}];
  devices.getUserMedia = async (constraints) => {
    const wanted = constraints.video?.deviceId?.exact;
    if (wanted === 'taken')
      throw new DOMException('in use', 'NotReadableError');
    if (wanted !== 'second')
      return getUserMedia.call(devices, constraints);
    const canvas = Object.assign(document.createElement('canvas'), {width: 320, height: 240});
    const context = canvas.getContext('2d');
    let odd = false;
    setInterval(() => {
      context.fillStyle = 'yellow';
      context.fillRect(0, 0, 320, 240);
      context.fillStyle = (odd = !odd) ? 'yellow' : 'black';
      context.fillRect(150, 110, 4, 4);
    }, 66);
    return canvas.captureStream(15);
  };
  HTMLMediaElement.prototype.setSinkId = async function setSinkId(id) {
    globalThis.sink = id;
  };
});

for (const name of withElement ? browserNames : [])
  describe(`controls of the page in ${name}`, () => {
    const browser = sharedBrowser(name);

    async function open(context, prepare) {
      const peer = await startElement(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: async (made) => {
        await keepViolations(made);
        await prepare?.(made);
      }});
      await watches(page);
      return {peer, page};
    }

    async function finish(page) {
      assert.deepEqual(page.problems, []);
      assert.deepEqual(await page.evaluate(() => violations), []);
    }

    test('camera and microphone go off and on', async (context) => {
      const {peer, page} = await open(context);

      await press(page, 'Connect');
      await talks(page, peer);
      await press(page, 'Camera', 'switch');
      assert.equal(await isOn(page, 'Camera'), false);
      await peerSees(peer, 'black');
      await press(page, 'Camera', 'switch');
      assert.equal(await isOn(page, 'Camera'), true);
      await seesCamera(peer, page);
      await press(page, 'Microphone', 'switch');
      assert.equal(await isOn(page, 'Microphone'), false);
      await until('the peer hears nothing', () => peer.tone() === 0);
      await press(page, 'Microphone', 'switch');
      await hearsMicrophone(peer, page);
      await finish(page);
    });

    test('sound', async (context) => {
      const {page} = await open(context);
      const muted = () => page.$eval('#remote', (video) => video.muted);

      assert.equal(await isOn(page, 'Sound'), false);
      await press(page, 'Sound', 'switch');
      assert.equal(await isOn(page, 'Sound'), true);
      assert.equal(await muted(), false);
      await press(page, 'Sound', 'switch');
      assert.equal(await muted(), true);
      await finish(page);
    });

    test('a snapshot is a PNG of the picture', async (context) => {
      const {page} = await open(context, (made) => made.evaluateOnNewDocument(() => {
        const {createObjectURL} = URL;
        globalThis.saved = [];
        URL.createObjectURL = (blob) => {
          globalThis.blob = blob;
          return createObjectURL(blob);
        };
        HTMLAnchorElement.prototype.click = function click() {
          saved.push(this.download);
        };
      }));

      await press(page, 'Snapshot');
      await page.waitForFunction(() => saved.length === 1);
      const pixels = await page.evaluate(async (where) => {
        const picture = await createImageBitmap(blob);
        const canvas = Object.assign(document.createElement('canvas'), {width: picture.width, height: picture.height});
        const drawing = canvas.getContext('2d', {willReadFrequently: true});
        drawing.drawImage(picture, 0, 0);
        return where.map(([x, y]) => [...drawing.getImageData(x * picture.width, y * picture.height, 1, 1).data]);
      }, bars.points);
      assert.deepEqual(bars.read(pixels), bars.colours);
      assert.equal(await page.evaluate(() => blob.type), 'image/png');
      assert.match(await page.evaluate(() => saved[0]), /^snapshot-[-\dT]+\.png$/);
      assert.match(await page.$eval('#news', ({textContent}) => textContent), /^Saved snapshot-/);
      await finish(page);
    });

    test('full screen', async (context) => {
      const {page} = await open(context);
      const full = () => page.evaluate(() => document.fullscreenElement?.id ?? '');

      await press(page, 'Full screen');
      await untilEqual('the call is full screen', full, 'call');
      await sees(page, '#remote', bars);
      await press(page, 'Exit full screen');
      await untilEqual('full screen has ended', full, '');
      await control(page, 'Full screen');
      await finish(page);
    });

    test('what the browser refuses is told', async (context) => {
      const {page} = await open(context, (made) => made.evaluateOnNewDocument(() => {
        Element.prototype.requestFullscreen = () => Promise.reject(new TypeError('Not today'));
      }));

      await press(page, 'Full screen');
      await says(page, /The browser refuses that.*Not today/s);
      await press(page, 'Close');
      await says(page, /^Watching$/);
      await finish(page);
    });

    test('pop out', async (context) => {
      const {page} = await open(context);
      const out = () => page.evaluate(() => document.pictureInPictureElement?.id ?? '');

      await press(page, 'Pop out');
      await untilEqual('the picture is out', out, 'remote');
      await press(page, 'Pop out');
      await untilEqual('the picture is back', out, '');
      await finish(page);
    });

    test('another camera and another speaker, in the middle of a call', async (context) => {
      const {peer, page} = await open(context, addDevices);

      await press(page, 'Connect');
      await talks(page, peer);
      await press(page, 'Devices', 'tab');
      await page.waitForFunction(() => [...document.querySelectorAll('option')].some(({label}) => label === 'Headset'));
      await page.select('#videoinput', 'second');
      await peerSees(peer, 'yellow');
      await page.waitForSelector('#videoinput:enabled');
      assert.equal(await page.$eval('#videoinput', ({selectedOptions}) => selectedOptions[0].label), 'Second camera');
      await page.select('#audiooutput', 'headset');
      assert.equal(await page.evaluate(() => globalThis.sink), 'headset');
      await page.select('#videoinput', '');
      await seesCamera(peer, page);
      assert.equal(peer.events.filter(({event}) => event === 'connected').length, 2, 'watching, and one call');
      await finish(page);
    });

    test('a camera that another program has leaves the old one', async (context) => {
      const {peer, page} = await open(context, addDevices);

      await press(page, 'Connect');
      await talks(page, peer);
      await press(page, 'Devices', 'tab');
      await page.waitForSelector('#videoinput:enabled');
      await page.select('#videoinput', 'taken');
      await says(page, /The camera is in use/);
      await seesCamera(peer, page);
      await press(page, 'Close');
      await says(page, /^Connected$/);
      await finish(page);
    });

    /* Firefox takes no such event from a script. */
    test('a camera that is unplugged', {skip: name === 'firefox'}, async (context) => {
      const {peer, page} = await open(context);

      await press(page, 'Connect');
      await talks(page, peer);
      await page.$eval('#local', ({srcObject}) => srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended')));
      await says(page, /The camera has stopped/);
      await finish(page);
    });

    test('statistics, while they are shown', async (context) => {
      const {peer, page} = await open(context, (made) => made.evaluateOnNewDocument(() => {
        const {setInterval, clearInterval} = globalThis;
        globalThis.timers = new Set();
        globalThis.setInterval = (...values) => {
          const timer = setInterval(...values);
          timers.add(timer);
          return timer;
        };
        globalThis.clearInterval = (timer) => {
          clearInterval(timer);
          timers.delete(timer);
        };
      }));
      const timers = () => page.evaluate(() => globalThis.timers.size);
      const numbers = () => page.$$eval('#statistics .group', (groups) => Object.fromEntries(groups
        .filter((group) => group.checkVisibility())
        .map((group) => [group.querySelector('h2').textContent, Object.fromEntries([...group.querySelectorAll('dl > div')]
          .map((row) => [row.querySelector('dt').textContent, row.querySelector('dd').textContent]))])));
      const plots = () => page.$$eval('#statistics .line', (lines) => lines.map((line) => line.getAttribute('d')));

      assert.equal(await timers(), 0);
      await press(page, 'Connect');
      await talks(page, peer);
      await press(page, 'Statistics', 'tab');
      let seen;
      await until('all is measured', async () => {
        seen = await numbers();
        return /bit\/s/.test(seen['Your picture']?.['Bit rate']) && /bit\/s/.test(seen['Your sound']?.['Bit rate'])
          && seen['Connection']['Round trip'] !== '–' && seen['Your picture'].Loss !== '–';
      }, {deadline: 20000}).catch((error) => assert.fail(`${error.message}: ${JSON.stringify(seen)}`));
      context.diagnostic(JSON.stringify(seen));
      const picture = seen['Picture from the other side'];
      assert.match(picture['Bit rate'], /^[\d.]+ [kM]bit\/s$/);
      assert.match(picture.Frames, /^[1-9]\d* \/s$/);
      assert.match(picture.Loss, /^[\d.]+ %$/);
      assert.match(picture['Jitter buffer'], /^\d+ ms$/);
      assert.equal(picture.Resolution, '320 × 240');
      assert.equal(picture.Codec, 'VP8');
      assert.match(seen.Connection['Round trip'], /^\d+ ms$/);
      assert.match(seen.Connection.Path, /^direct/);
      const before = await plots();
      await until('the plots go on', async () => {
        const now = await plots();
        return now.some((line, i) => line !== before[i]);
      });

      assert.equal(await timers(), 1);
      await peer.say('Somebody there?');
      await control(page, 'Chat, 1 unread', 'tab');
      await press(page, 'Chat, 1 unread', 'tab');
      await control(page, 'Chat', 'tab');
      assert.equal(await timers(), 0, 'nobody looks at them');
      await finish(page);
    });
  });
