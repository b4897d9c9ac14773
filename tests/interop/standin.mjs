/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stand-in for the element, made of a second browser page: the same address, page, dialect, picture and tone, and no
 * code of ours below the page. It proves the page and these tests without the element, and the other way round. */

import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {extname, join} from 'node:path';

import {WebSocketServer} from 'ws';

import {freePort, here, look, openPage, pageDir} from './harness.mjs';

const types = {'.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml'};
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function serveFile(folder, request, response) {
  const {pathname} = new URL(request.url, 'http://host');
  const name = pathname === '/' ? 'index.html' : pathname.slice(1);

  try {
    const body = await readFile(join(folder, name));
    response.writeHead(200, {'Content-Type': types[extname(name)],
      'Content-Security-Policy': folder === pageDir ? policy : ''});
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

export async function startStandIn(test, browser, {port, token, documentRoot = pageDir} = {}) {
  const lines = [];
  let client = null;
  const page = await openPage(test, browser, 'about:blank', {prepare: async (made) => {
    await made.exposeFunction('sendToClient', (message) => client?.send(JSON.stringify(message)));
    await made.exposeFunction('gotLine', (line) => lines.push(line));
  }});
  await page.addScriptTag({content: await readFile(join(here, 'standin-page.js'), 'utf8')});

  const mayEnter = ({url}) => !token || new URL(url, 'http://host').searchParams.get('token') === token;
  const http = createServer((request, response) => request.url.startsWith('/helloworld') && !mayEnter(request)
    ? response.writeHead(401).end() : serveFile(documentRoot, request, response));
  const sockets = new WebSocketServer({server: http, path: '/helloworld', verifyClient: ({req}) => mayEnter(req)});
  sockets.on('connection', (socket) => {
    const dispatch = (message) => page.evaluate((received) => receive(received), message).catch(() => {});
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.id === 'start' && client && client !== socket)
        return socket.send(JSON.stringify({id: 'error', message: 'The peer is busy'}));
      if (message.id === 'start')
        client = socket;
      if (client === socket)
        dispatch(message);
      if (message.id === 'stop' && client === socket)
        client = null;
    });
    socket.on('close', () => {
      if (client !== socket)
        return;
      dispatch({id: 'stop'});
      client = null;
    });
  });
  port ??= await freePort();
  await new Promise((resolve) => http.listen(port, '127.0.0.1', resolve));

  const stop = async () => {
    sockets.clients.forEach((socket) => socket.terminate());
    sockets.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  let stopped;
  const stopOnce = () => stopped ??= stop();
  test.after(stopOnce);
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    lines,
    stop: stopOnce,
    say: (text) => page.evaluate((line) => say(line), text),
    forget: () => {}, /* a <video> shows the present */
    pixels: (points) => look.pixels(page, '#remote', points),
    tone: () => look.tone(page, '#remote'),
    endSession: (message) => client.send(JSON.stringify({id: 'stopCommunication', message})),
  };
}
