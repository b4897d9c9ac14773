/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Forward error correction of video with a browser that has it: what is lost on its way is there, and right. */

import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {startApplication} from './application.mjs';
import {sharedBrowser} from './browsers.mjs';
import {openPage, sees, until} from './harness.mjs';
import {bars} from './media.mjs';

/* In the page: pictures of one colour that move out, and descriptions with all candidates. */
function prepare() {
  const canvas = Object.assign(document.createElement('canvas'), {width: 320, height: 240});
  const painter = canvas.getContext('2d');
  const video = Object.assign(document.createElement('video'), {autoplay: true, muted: true});
  let at = 0;

  setInterval(() => {
    painter.fillStyle = `rgb(${at++ % 20} 255 0)`;
    painter.fillRect(0, 0, 320, 240);
  }, 50);
  document.body.append(video);
  globalThis.pc = new RTCPeerConnection();
  pc.ontrack = ({track}) => video.srcObject = new MediaStream([track]);
  const [track] = canvas.captureStream(20).getTracks();
  pc.addTrack(track, new MediaStream([track]));
  globalThis.complete = async (description) => {
    await pc.setLocalDescription(description);
    while (pc.iceGatheringState !== 'complete')
      await new Promise((done) => pc.addEventListener('icegatheringstatechange', done, {once: true}));
    return pc.localDescription.sdp;
  };
  globalThis.offer = async () => complete(await pc.createOffer());
  globalThis.answer = async (sdp) => {
    await pc.setRemoteDescription({type: 'offer', sdp});
    return complete(await pc.createAnswer());
  };
  globalThis.accept = (sdp) => pc.setRemoteDescription({type: 'answer', sdp});
  globalThis.received = async () =>
    [...(await pc.getStats()).values()].find(({type, kind}) => type === 'inbound-rtp' && kind === 'video');
}

async function elementOffers(page, peer) {
  const {sdp} = await peer.ask('generate-offer');
  const answer = await page.evaluate((text) => globalThis.answer(text), sdp);

  await peer.ask('process-answer', answer);
  return [sdp, answer];
}

async function browserOffers(page, peer) {
  const offer = await page.evaluate(() => globalThis.offer());
  const {sdp} = await peer.ask('process-offer', offer);

  await page.evaluate((text) => accept(text), sdp);
  return [offer, sdp];
}

const media = 'videotestsrc is-live=true pattern=smpte ! video/x-raw,width=320,height=240,framerate=20/1 ! ' +
  'kurentopeer name=p latency=200 p.video_src_0 ! fakesink name=v async=false sync=false';

/* What the two say of the video that each receives. */
async function statistics(page, peer) {
  const {stats} = await peer.ask('get-stats');

  return [await page.evaluate(() => received()), Object.values(stats).find(({type}) => type === 'inbound-rtp')];
}

for (const [who, negotiate] of [['the element', elementOffers], ['chromium', browserOffers]])
  describe(`VP8 with losses, ${who} offers`, () => {
    const browser = sharedBrowser('chromium', {mdns: false});

    test('FEC repairs both ways', async (context) => {
      const page = await openPage(context, browser(), 'about:blank');
      const peer = await startApplication(context, media,
        {'do-retransmission': false, 'do-fec': true, 'video-codecs': 'VP8'}, 5);

      await page.evaluate(prepare);
      const [, answer] = await negotiate(page, peer);
      assert.match(answer, /red\/90000/);
      assert.match(answer, /ulpfec\/90000/);
      assert.doesNotMatch(answer, /rtx\/90000/);
      await peer.event('connected');
      await sees(page, 'video', bars);
      const both = await until('enough pictures are there, and enough packets are not', async () => {
        const sides = await statistics(page, peer);
        return sides.every(({framesDecoded, packetsLost}) => framesDecoded > 150 && packetsLost >= 8) && sides;
      }, {deadline: 40000});

      assert.ok(both[1].fecPacketsReceived > 0);
      /* the element protects each picture, Chromium two to three of four: the others cannot be repaired */
      const {fecPacketsReceived, framesDecoded} = both[1];
      const unprotected = [0, Math.max(0, 1 - fecPacketsReceived / framesDecoded)];
      for (const [side, {id, pliCount, packetsLost}] of both.entries())
        assert.ok(pliCount <= 1 + packetsLost * (1 / 5 + unprotected[side]), `${id}: ${packetsLost} lost packets cost ${pliCount} keyframes`);
      assert.equal(peer.events.find(({event}) => event === 'peer-error'), undefined);
    });
  });
