/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a client that is wrong, broken, forged, foreign or second is told, and that it harms nobody. */

import assert from 'node:assert/strict';
import {once} from 'node:events';
import {describe, test} from 'node:test';

import {WebSocket} from 'ws';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {startElement} from './element.mjs';
import {look, openPage, sees, until} from './harness.mjs';
import {makeDocumentRoot} from './kurento-utils.mjs';
import {bars} from './media.mjs';

/* A client that says what it likes. `answers` are the messages that came. */
async function openSocket(context, peer, {path = 'helloworld', ...options} = {}) {
  const socket = new WebSocket(`${peer.url.replace('http', 'ws')}${path}`, options);
  const answers = [];

  context.after(() => socket.terminate());
  socket.on('message', (data) => answers.push(JSON.parse(data)));
  await once(socket, 'open');
  return Object.assign(socket, {answers});
}

async function refusal(context, peer, options) {
  const error = await openSocket(context, peer, options).then(() => null, (problem) => problem);
  return error?.message;
}

const emptySdp = 'v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';

const wrong = {
  'no JSON': 'start it, please',
  'half of a JSON text': '{"id":"start","sdpOffer":"v=0',
  'no object': '[1,2,3]',
  'null': 'null',
  'no id': '{"sdpOffer":"v=0"}',
  'an unknown id': '{"id":"presenter","sdpOffer":"v=0"}',
  "the Java tutorials' dialect": '{"id":"PROCESS_SDP_OFFER","sdpOffer":"v=0"}',
  'no offer': '{"id":"start"}',
  'a number as the offer': '{"id":"start","sdpOffer":17}',
  'an offer that is no SDP': '{"id":"start","sdpOffer":"nonsense"}',
  'an offer without media': JSON.stringify({id: 'start', sdpOffer: emptySdp}),
  'nested too deeply': `${'['.repeat(5000)}${']'.repeat(5000)}`,
};

for (const name of browserNames)
  describe(`dialect, with ${name}`, () => {
    const browser = sharedBrowser(name);
    const watches = async (context, peer) => {
      const page = await openPage(context, browser(), peer.url);
      await sees(page, '#remote', bars);
      return page;
    };

    test('what is wrong is answered with an error, and the server goes on', async (context) => {
      const peer = await startElement(context, browser());

      for (const [what, text] of Object.entries(wrong))
        await context.test(what, async (step) => {
          const socket = await openSocket(step, peer);
          socket.send(text);
          const answer = await until('an answer', () => socket.answers[0]);
          assert.equal(answer.id, 'error');
          assert.equal(typeof answer.message, 'string');
          assert.ok(answer.message.length > 10, answer.message);
          socket.close();
          await once(socket, 'close');
        });
      await watches(context, peer);
    });

    /* The tutorial's page shows an error and goes on. */
    test('a client may be wrong and then right on the same socket', async (context) => {
      const peer = await startElement(context, browser(), {documentRoot: await makeDocumentRoot(context)});
      const page = await openPage(context, browser(), peer.url, {prepare: (made) => made.evaluateOnNewDocument(() => {
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (text) {
          if (JSON.parse(text).id === 'start') {
            const candidate = {candidate: 'nonsense', sdpMid: '0', sdpMLineIndex: 0};
            send.call(this, 'nonsense');
            send.call(this, JSON.stringify({id: 'onIceCandidate', candidate}));
            send.call(this, JSON.stringify({id: 'onIceCandidate'}));
          }
          send.call(this, text);
        };
      })});

      await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
      await page.evaluate(() => start());
      await sees(page, '#videoOutput', bars);
      assert.equal((await page.evaluate(() => errors)).length, 1);
    });

    test('nothing that a second client sends reaches the first', async (context) => {
      const peer = await startElement(context, browser());
      const page = await watches(context, peer);
      const socket = await openSocket(context, peer);

      socket.send(JSON.stringify({id: 'start', sdpOffer: await page.evaluate(async () => {
        const other = new RTCPeerConnection();
        other.addTransceiver('video', {direction: 'recvonly'});
        return (await other.createOffer()).sdp;
      })}));
      const answer = await until('an answer', () => socket.answers[0]);
      assert.equal(answer.id, 'error');
      assert.match(answer.message, /busy/i);
      socket.send(JSON.stringify({id: 'stop'}));
      socket.send('nonsense');
      await sees(page, '#remote', bars);
      assert.deepEqual(socket.answers.filter(({id}) => id !== 'error'), []);
      assert.match(await page.$eval('#status', ({textContent}) => textContent), /watching/i);
    });

    test('a client that vanishes in the middle of a word frees the peer', async (context) => {
      const peer = await startElement(context, browser());
      const page = await watches(context, peer);
      const {sdp} = await page.evaluate(async () => {
        const other = new RTCPeerConnection();
        other.addTransceiver('video', {direction: 'recvonly'});
        return other.createOffer();
      });

      await page.close();
      await peer.event('disconnected'); /* a closed page may be busy with its end for a while */
      const socket = await openSocket(context, peer);
      socket.send(JSON.stringify({id: 'start', sdpOffer: sdp}));
      await until('the answer', () => socket.answers.find(({id}) => id === 'startResponse'));
      socket.terminate();
      await watches(context, peer);
    });
  });

describe('a WebSocket', () => {
  test('pages of other servers are refused', async (context) => {
    const peer = await startElement(context);

    assert.match(await refusal(context, peer, {origin: 'http://evil.test'}), /403/);
    assert.match(await refusal(context, peer, {path: 'nosuch'}), /40\d/);
    assert.equal(await refusal(context, peer, {origin: peer.url.slice(0, -1)}), undefined);
  });

  test('a wrong token is refused', async (context) => {
    const peer = await startElement(context, null, {token: 'secret'});

    assert.match(await refusal(context, peer), /401/);
    assert.match(await refusal(context, peer, {path: 'helloworld?token=guess'}), /401/);
    assert.equal(await refusal(context, peer, {path: 'helloworld?token=secret'}), undefined);
  });
});

const security = 8; /* GST_KURENTO_ERROR_SECURITY */

/* Alters one digit of the fingerprint in what a page sends or gets: then the other side is not who its SDP says. */
const forge = (made) => made.evaluateOnNewDocument(() => {
  const send = WebSocket.prototype.send;
  const digit = /(a=fingerprint:sha-256 )([0-9A-F])/g;

  WebSocket.prototype.send = function (text) {
    send.call(this, text.replace(digit, (_, name, first) => name + (first === '0' ? '1' : '0')));
  };
});

for (const name of browserNames)
  describe(`a forged fingerprint in ${name}`, () => {
    const browser = sharedBrowser(name);

    test('of a page that sends and receives: nothing is decoded, and the bus says SECURITY', async (context) => {
      const peer = await startElement(context, browser());
      const page = await openPage(context, browser(), peer.url, {prepare: forge});

      const {error} = await peer.event('peer-error');
      assert.match(error.domain, /kurento/);
      assert.equal(error.code, security);
      await page.click('#connect');
      await until('a second error', () => peer.events.filter(({event}) => event === 'peer-error').length > 2);
      assert.deepEqual(peer.events.filter(({event}) => event === 'connected'), []);
      assert.equal(peer.pictures.count, 0);
      assert.equal(await look.decoded(page), 0);
    });

    test('as gst-launch-1.0 -m shows it', async (context) => {
      const peer = await startElement(context, browser(), {tool: 'gst-launch-1.0'});
      const page = await openPage(context, browser(), peer.url, {prepare: forge});

      await until('the message', () => /kurentopeer\/peer-error.*/.test(peer.output()));
      assert.equal(await look.decoded(page), 0);
      assert.equal(peer.pictures.count, 0);
      await page.close();
      await sees(await openPage(context, browser(), peer.url), '#remote', bars);
    });
  });
