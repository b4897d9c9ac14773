/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How loud the sound is, told in the headers of RTP (RFC 6464) both ways: nobody decodes it here. */

import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {startElement} from './element.mjs';
import {openPage, sharedFolder, until} from './harness.mjs';
import {makeDocumentRoot} from './kurento-utils.mjs';

const documentRoot = sharedFolder(makeDocumentRoot);

/* In the page: of what comes, 0 to 1; and whether it comes from the headers. */
async function receivedLevel() {
  const receiver = webRtcPeer.peerConnection.getReceivers().find(({track}) => track.kind === 'audio');
  return {level: receiver?.getSynchronizationSources()[0]?.audioLevel,
    answered: webRtcPeer.peerConnection.remoteDescription?.sdp.includes('ssrc-audio-level')};
}

for (const name of browserNames)
  describe(`levels with ${name}`, () => {
    const browser = sharedBrowser(name);

    test('of a tone, and of the microphone', async (context) => {
      const peer = await startElement(context, browser(), {
        documentRoot: documentRoot(),
        properties: ['hark={}', 'output=encoded', 'p.audio_src_0 ! fakesink async=false'],
        receive: [],
      });
      const page = await openPage(context, browser(), peer.url);
      const spoken = (remote) => peer.events.some((event) => event.event === 'speaking' && event.remote === remote);

      await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
      await page.evaluate(() => start());
      await until('the tone is speech', () => spoken(false));
      await until('the microphone is speech', () => spoken(true));
      await until('the browser knows the level of the tone', async () => {
        const {level, answered} = await page.evaluate(receivedLevel);
        return answered && level > 0.2 && level < 1;
      });
    });
  });
