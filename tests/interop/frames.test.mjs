/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A snapshot of what a browser sends, opened by the browser itself. */

import {describe, test} from 'node:test';

import {browserNames, sharedBrowser} from './browsers.mjs';
import {startElement} from './element.mjs';
import {openPage, seesCamera, sharedFolder, untilEqual} from './harness.mjs';
import {makeDocumentRoot} from './kurento-utils.mjs';

const documentRoot = sharedFolder(makeDocumentRoot);

/* In the page. */
async function pixelsOfImage(uri, points) {
  const image = new Image();
  const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});

  image.src = uri;
  await image.decode();
  context.canvas.width = image.naturalWidth;
  context.canvas.height = image.naturalHeight;
  context.drawImage(image, 0, 0);
  return points.map(([x, y]) =>
    [...context.getImageData(Math.floor(x * image.naturalWidth), Math.floor(y * image.naturalHeight), 1, 1).data]
      .slice(0, 3));
}

for (const name of browserNames)
  describe(`the current frame of ${name}`, () => {
    const browser = sharedBrowser(name);

    for (const type of ['image/png', 'image/jpeg'])
      test(type, async (context) => {
        const peer = await startElement(context, browser(), {documentRoot: documentRoot()});
        const page = await openPage(context, browser(), peer.url);
        const {points, read, colours} = page.devices;

        await page.waitForFunction(() => ws.readyState === WebSocket.OPEN);
        await page.evaluate(() => start());
        await seesCamera(peer, page);
        await untilEqual('the image shows the camera', async () => {
          const {image} = await peer.snapshot(type);
          return image && read(await page.evaluate(pixelsOfImage, `data:${type};base64,${image}`, points));
        }, colours);
      });
  });
