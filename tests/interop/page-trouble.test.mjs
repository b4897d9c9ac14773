/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the embedded page says when something goes wrong, in plain words, and what it lets the person do about it. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {startElement} from './element.mjs';
import {freePort, look, openPage, sees} from './harness.mjs';
import {bars} from './media.mjs';
import {chats, control, press, says, visible, watches} from './page.mjs';
import {withElement} from './peers.mjs';
import {startStandIn} from './standin.mjs';

/* The page waits 15 s for an answer; the person who tests it does not. */
const hurry = (page) => page.evaluateOnNewDocument(() => {
  const {setTimeout} = globalThis;
  globalThis.setTimeout = (act, delay) => setTimeout(act, delay === 15000 ? 1500 : delay);
});

/* Only the person tries again. */
const dontRetry = (page) => page.evaluateOnNewDocument(() => {
  const {setTimeout} = globalThis;
  globalThis.setTimeout = (act, delay) => delay === 300 ? 0 : setTimeout(act, delay);
});

const deviceProblems = [
  ['NotAllowedError', /was not allowed.*try again/s],
  ['NotFoundError', /There is no camera or microphone/],
  ['NotReadableError', /in use.*Another program has it/s],
  ['AbortError', /cannot be used.*because/s],
];

for (const name of browserNames) {
  describe(`page in ${name}, without devices`, () => {
    const browser = sharedBrowser(name, {mdns: false});

    test('and why', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: (made) => made.evaluateOnNewDocument(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('because', globalThis.problem));
      })});

      await watches(page);
      for (const [error, words] of deviceProblems) {
        await page.evaluate((named) => {
          globalThis.problem = named;
        }, error);
        await press(page, 'Connect');
        await says(page, words);
        assert.deepEqual(await page.$$eval('#notice button', (buttons) => buttons.map(({innerText}) => innerText)),
          ['Listen and chat', 'Close']);
      }
      await sees(page, '#remote', bars);
      await page.click('#notice button');
      await says(page, /^Connected, without camera and microphone$/);
      await chats(page, peer, 'Only words');
    });

    test('no camera', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: (made) => made.evaluateOnNewDocument(() => {
        const {getUserMedia} = navigator.mediaDevices;
        navigator.mediaDevices.getUserMedia = async (constraints) => {
          if (constraints.video)
            throw new DOMException('none', 'NotFoundError');
          return getUserMedia.call(navigator.mediaDevices, constraints);
        };
      })});

      await watches(page);
      await press(page, 'Connect');
      await says(page, /^Connected, without camera$/);
      await sees(page, '#remote', bars);
      assert.equal(await visible(page, '#local'), false);
      assert.equal(await visible(page, '#camera'), false);
      assert.equal(await visible(page, '#microphone'), true);
    });

    test('not in a secure context', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url.replace('127.0.0.1', 'insecure.test'));

      await watches(page);
      await press(page, 'Connect');
      await says(page, /localhost or over https/);
      await control(page, 'Close');
    });
  });

  describe(`page in ${name}, in trouble`, () => {
    const browser = sharedBrowser(name, {mdns: false});

    test('the other side ends the call', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url);

      await watches(page);
      peer.endSession('out of tape.');
      await says(page, /The other side has ended the call.*out of tape\..*Trying again/s);
      await watches(page);
    });

    test('a wrong token', async (context) => {
      const peer = await startStandIn(context, browser(), {token: 'secret'});
      const page = await openPage(context, browser(), `${peer.url}?token=guess`);

      await says(page, /The token is missing or wrong.*Trying again/s);
      assert.equal(await look.decoded(page), 0);
    });

    test('nobody answers', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: async (made) => {
        await hurry(made);
        await made.evaluateOnNewDocument(() => {
          WebSocket.prototype.send = () => {};
        });
      }});

      await says(page, /The other side does not answer/);
    });

    test('no way through the network', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: async (made) => {
        await hurry(made);
        await made.evaluateOnNewDocument(() => {
          const Peer = RTCPeerConnection;
          globalThis.RTCPeerConnection = function make() {
            return new Peer({iceTransportPolicy: 'relay'});
          };
        });
      }});

      await says(page, /No way through the network.*firewall.*Trying again/s);
    });

    test('the network goes, and comes back', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: (made) => made.evaluateOnNewDocument(() => {
        const Peer = RTCPeerConnection;
        globalThis.become = (state) => {
          Object.defineProperty(made, 'connectionState', {value: state, configurable: true});
          made.dispatchEvent(new Event('connectionstatechange'));
        };
        let made;
        globalThis.RTCPeerConnection = function make(...values) {
          return made = new Peer(...values);
        };
      })});

      await watches(page);
      await page.evaluate(() => become('disconnected'));
      await says(page, /^Interrupted.*waits for it to come back/s);
      await page.evaluate(() => become('connected'));
      await says(page, /^Watching$/);
      await page.evaluate(() => become('failed'));
      await says(page, /The connection was lost/);
      await watches(page);
    });

    test('a browser that cannot', async (context) => {
      const peer = await startStandIn(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: (made) => made.evaluateOnNewDocument(() => {
        delete globalThis.RTCPeerConnection;
      })});

      await says(page, /This browser cannot make video calls.*Firefox/s);
      assert.deepEqual(page.problems, []);
    });
  });

  describe(`page in ${name}, and the element in trouble`, {skip: !withElement}, () => {
    const browser = sharedBrowser(name);

    test('somebody else is connected', async (context) => {
      const peer = await startElement(context, browser());
      const first = await openPage(context, browser(), peer.url);
      await watches(first);
      const second = await openPage(context, browser(), peer.url, {prepare: dontRetry});

      await says(second, /^Not connected.*Somebody else is connected.*Trying again/s);
      assert.equal(await look.decoded(second), 0);
      await watches(first);
      await first.close();
      await press(second, 'Try now');
      await watches(second);
    });

    test('a server that asks for a token now', async (context) => {
      const port = await freePort();
      const first = await startElement(context, browser(), {port});
      const page = await openPage(context, browser(), first.url);

      await watches(page);
      await first.stop();
      await says(page, /The (server|other side) has/);
      await startElement(context, browser(), {port, token: 'secret'});
      await says(page, /The token is missing or wrong/, {deadline: 20000});
    });

    test('a server with a certificate that goes', async (context) => {
      const peer = await startElement(context, browser(), {scheme: 'https'});
      const page = await openPage(context, browser(), peer.url);

      await watches(page);
      await press(page, 'Statistics', 'tab');
      await page.waitForSelector('#statistics .group');
      assert.equal(await visible(page, '#unmeasured'), false);
      await peer.stop();
      await page.waitForFunction(() => document.querySelector('#unmeasured').checkVisibility());
      assert.equal(await visible(page, '#statistics .group'), false);
      await says(page, /certificate may be new.*reload the page/s, {deadline: 20000});
      await control(page, 'Reload');
    });
  });
}
