/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a browser sees of the element's certificate and of its address. */

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {X509Certificate} from 'node:crypto';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {pathToFileURL} from 'node:url';

import {startApplication} from './application.mjs';
import {browserNames, sharedBrowser} from './browsers.mjs';
import {openPage} from './harness.mjs';

const keys = {
  'an EC key': ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'an RSA key': ['rsa:2048'],
};
const ports = {min: 42000, max: 42019};

async function makeCertificate(context, key) {
  const folder = await mkdtemp(join(tmpdir(), 'kurentopeer-'));
  const path = join(folder, 'peer.pem');

  context.after(() => rm(folder, {recursive: true}));
  execFileSync('openssl', ['req', '-x509', '-newkey', ...key, '-nodes', '-days', '2', '-subj', '/CN=test', '-keyout',
    path, '-out', path], {stdio: 'ignore'});
  return {uri: pathToFileURL(path).href, der: new X509Certificate(await readFile(path)).raw};
}

/* In the page: takes an offer; the answer has all candidates. */
async function answer(sdp) {
  globalThis.pc = new RTCPeerConnection();
  await pc.setRemoteDescription({type: 'offer', sdp});
  await pc.setLocalDescription(await pc.createAnswer());
  while (pc.iceGatheringState !== 'complete')
    await new Promise((done) => pc.addEventListener('icegatheringstatechange', done, {once: true}));
  return pc.localDescription.sdp;
}

/* In the page: whether pictures are decoded. */
async function decodes() {
  const stats = [...(await pc.getStats()).values()];
  return stats.some(({type, framesDecoded}) => type === 'inbound-rtp' && framesDecoded > 5);
}

/* In the page: the port that it sends to, and the certificate of the handshake (null where a browser does not tell). */
async function look() {
  const stats = await pc.getStats();
  const pair = [...stats.values()].find(({type, nominated, state}) => type === 'candidate-pair' && nominated &&
    state === 'succeeded');
  const [transport] = pc.getReceivers().map((receiver) => receiver.transport);
  const [der] = transport.getRemoteCertificates?.() ?? [];

  return {port: stats.get(pair.remoteCandidateId).port, der: der ? [...new Uint8Array(der)] : null};
}

for (const name of browserNames)
  describe(`certificate and ports with ${name}`, () => {
    const browser = sharedBrowser(name);

    for (const [title, key] of Object.entries(keys))
      test(title, async (context) => {
        const {uri, der} = await makeCertificate(context, key);
        const peer = await startApplication(context,
          'kurentopeer name=p videotestsrc is-live=true ! video/x-raw,width=320,height=240 ! p.',
          {certificate: uri, 'min-port': ports.min, 'max-port': ports.max});
        const page = await openPage(context, browser(), 'about:blank');

        const {sdp} = await peer.ask('generate-offer');
        await peer.ask('process-answer', await page.evaluate(answer, sdp));
        await page.waitForFunction(decodes);

        const seen = await page.evaluate(look);
        assert.ok(seen.port >= ports.min && seen.port <= ports.max, `port ${seen.port}`);
        if (name === 'chromium')
          assert.notEqual(seen.der, null);
        if (seen.der !== null)
          assert.deepEqual(Buffer.from(seen.der), der);
      });
  });
