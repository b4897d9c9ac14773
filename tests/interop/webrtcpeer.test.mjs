/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What kurento-utils promises of WebRtcPeer, and its own tests look at, of the element: by the names of kurento-utils, and
 * with the real one as the other side. */

import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {describe, test} from 'node:test';

import {startApplication} from './application.mjs';
import {browserNames, sharedBrowser} from './browsers.mjs';
import {makeCallee} from './caller.mjs';
import {mediaBranches} from './element.mjs';
import {hears, hearsMicrophone, openPage, sees, seesCamera, sharedFolder, until, untilEqual} from './harness.mjs';
import {bars} from './media.mjs';

const CLOSED = 2; /* of GST_KURENTO_ERROR */

const black = {...bars, colours: bars.colours.map(() => 'black')};
const silence = {tone: 0};
const both = ['video', 'audio'];

/* A page of 127.0.0.1, which has a camera. */
function serve(test, path) {
  const server = createServer(async (_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(await readFile(path));
  });

  test.after(() => server.close());
  return new Promise((resolve) => server.listen(0, '127.0.0.1',
    () => resolve(`http://127.0.0.1:${server.address().port}/`)));
}

/* In the page: kurento-utils with promises, and all candidates in one list. */
function create(mode) {
  const gathered = Promise.withResolvers?.() ?? {};

  if (!gathered.promise)
    gathered.promise = new Promise((resolve) => gathered.resolve = resolve);
  globalThis.candidates = [];
  globalThis.gathered = gathered.promise;
  globalThis.tell = (method, ...args) => new Promise((resolve, reject) =>
    webRtcPeer[method](...args, (error, result) => error ? reject(new Error(error.message ?? error)) : resolve(result)));
  return new Promise((resolve, reject) => {
    webRtcPeer = kurentoUtils.WebRtcPeer[`WebRtcPeer${mode}`]({
      localVideo: document.querySelector('#videoInput'),
      remoteVideo: document.querySelector('#videoOutput'),
      onicecandidate: ({candidate, sdpMid, sdpMLineIndex}) => candidates.push([candidate, sdpMLineIndex, sdpMid]),
      oncandidategatheringdone: gathered.resolve,
    }, (error) => error ? reject(error) : resolve());
  });
}

const tell = (page, ...args) => page.evaluate((...rest) => tell(...rest), ...args);
const candidatesOf = (page) => page.evaluate(() => gathered.then(() => candidates));
const withoutCandidates = (sdp) => sdp.replace(/^a=(candidate:.*|end-of-candidates)\r\n/gm, '');
const directions = (sdp) => sdp.match(/^m=(audio|video)[^]*?(?=^m=|$(?![^]))/gm)
  .map((section) => section.match(/^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m)[1]);

/* The element is a client of the page's application, and so is kurento-utils. */
async function open(context, browser, page, {factory = 'kurentopeer', mode = 'Sendrecv', send = both,
  receive = both} = {}) {
  const pipeline = [`${factory} name=p send-source=none`, ...mediaBranches('p', send, receive)].join(' ');
  const peer = await startApplication(context, pipeline);
  const opened = await openPage(context, browser, await serve(context, page));

  await opened.evaluate(create, mode);
  return {peer, page: opened};
}

/* Until both have the other's description and candidates. */
async function elementOffers({peer, page}) {
  const {sdp} = await peer.ask('generate-offer');
  const answer = await tell(page, 'processOffer', sdp);

  await peer.ask('process-answer', answer);
  for (const candidate of await candidatesOf(page))
    await peer.ask('add-ice-candidate', ...candidate);
  return {offer: sdp, answer};
}

async function browserOffers({peer, page}) {
  const offer = await tell(page, 'generateOffer');
  const {sdp} = await peer.ask('process-offer', offer);

  await tell(page, 'processAnswer', sdp);
  for (const candidate of await candidatesOf(page))
    await peer.ask('add-ice-candidate', ...candidate);
  return {offer, answer: sdp};
}

async function receives(page) {
  await sees(page, '#videoOutput', bars);
  await hears(page, '#videoOutput', bars);
}

const callee = sharedFolder(makeCallee);

for (const name of browserNames)
  describe(`WebRtcPeer, and kurento-utils in ${name}`, () => {
    const browser = sharedBrowser(name);
    const start = (context, options) => open(context, browser(), callee(), options);

    for (const [mode, other, send, receive] of [
      ['Recvonly', 'Sendonly', [], both], ['Sendonly', 'Recvonly', both, []], ['Sendrecv', 'Sendrecv', both, both],
    ])
      test(`WebRtcPeer${mode}`, async (context) => {
        const call = await start(context, {factory: `kurentopeer${mode.toLowerCase()}`, mode: other, send, receive});
        const {offer, answer} = await elementOffers(call);

        assert.deepEqual(directions(offer), both.map(() => mode.toLowerCase()));
        assert.deepEqual(directions(answer), both.map(() => other.toLowerCase()));
        if (send.length)
          await receives(call.page);
        if (receive.length) {
          await seesCamera(call.peer, call.page);
          await hearsMicrophone(call.peer, call.page);
        }
      });

    test('processOffer', async (context) => {
      const call = await start(context);

      await browserOffers(call);
      await receives(call.page);
      await seesCamera(call.peer, call.page);
      await hearsMicrophone(call.peer, call.page);
    });

    test('enabled', async (context) => {
      const {peer, page} = await start(context);

      await elementOffers({peer, page});
      await receives(page);
      peer.set('enabled', false);
      await sees(page, '#videoOutput', black);
      await hears(page, '#videoOutput', silence);
      peer.set('enabled', true);
      await receives(page);
    });

    test('audioEnabled and videoEnabled', async (context) => {
      const {peer, page} = await start(context);

      await elementOffers({peer, page});
      await receives(page);
      peer.set('audio-enabled', false);
      await hears(page, '#videoOutput', silence);
      await sees(page, '#videoOutput', bars);
      peer.set('audio-enabled', true);
      peer.set('video-enabled', false);
      await sees(page, '#videoOutput', black);
      await hears(page, '#videoOutput', bars);
      peer.set('video-enabled', true);
      await receives(page);
    });

    /* The browser gets no candidate: it cannot come to us. */
    test('candidates are kept until there is a description', async (context) => {
      const {peer, page} = await start(context);
      const offer = await tell(page, 'generateOffer');
      const answers = (await candidatesOf(page)).map((candidate) => peer.ask('add-ice-candidate', ...candidate));

      assert.equal(peer.events.some(({event}) => event === 'add-ice-candidate-done'), false);
      const {sdp} = await peer.ask('process-offer', withoutCandidates(offer));
      await Promise.all(answers);
      await tell(page, 'processAnswer', withoutCandidates(sdp));
      await receives(page);
      await seesCamera(peer, page);
    });

    test('dispose', async (context) => {
      const {peer, page} = await start(context);
      const {offer, answer} = await elementOffers({peer, page});

      await receives(page);
      await peer.ask('close');
      await untilEqual('kurento-utils knows', () => page.evaluate(() =>
        webRtcPeer.peerConnection.getSenders()[0].transport.state), 'closed');
      for (const action of [['generate-offer'], ['process-offer', offer], ['process-answer', answer],
        ['add-ice-candidate', '', 0, 'video0'], ['get-stats']])
        assert.equal((await peer.request(...action)).code, CLOSED, action[0]);
      await peer.ask('close');
    });

    test('dispose in the middle', async (context) => {
      const {peer, page} = await start(context);
      const {sdp} = await peer.ask('generate-offer');
      const answer = await tell(page, 'processOffer', sdp);
      const actions = [['process-answer', answer], ...(await candidatesOf(page)).map((candidate) =>
        ['add-ice-candidate', ...candidate]), ['get-stats']];
      const before = peer.events.length;
      const done = () => peer.events.slice(before).filter(({event}) => event.endsWith('-done'));

      for (const action of [...actions, ['close']])
        peer.say(JSON.stringify(action));
      await until('all are answered', () => done().length === actions.length + 1);
      for (const {event, error, code} of done())
        assert.ok(error === null || code === CLOSED, `${event}: ${error}`);
      assert.equal(done().at(-1).event, 'close-done');
      await peer.ask('close');
      assert.equal(done().length, actions.length + 2);
    });
  });
