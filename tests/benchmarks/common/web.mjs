/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The pages of a benchmark, the relay between two browsers, and the browsers themselves. */
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import path from 'node:path';

const interop = path.join(import.meta.dirname, '../../interop');
const require = createRequire(path.join(interop, 'package.json'));
const esbuild = require('esbuild');
const puppeteer = require('puppeteer-core');
const {WebSocketServer} = require('ws');

async function bundle(folder, name) {
  const result = await esbuild.build({
    entryPoints: [path.join(folder, `${name}.js`)],
    nodePaths: [path.join(interop, 'node_modules')],
    bundle: true,
    write: false,
    format: 'iife',
    define: {global: 'window'},
    logLevel: 'error',
  });
  return result.outputFiles[0].text;
}

/* One sender, one viewer at a time: what one says, the other hears. */
function relay(http) {
  const sockets = {};
  const server = new WebSocketServer({noServer: true});
  http.on('upgrade', (request, socket, head) => {
    server.handleUpgrade(request, socket, head, (peer) => {
      const role = request.url === '/sender' ? 'sender' : 'viewer';
      const other = role === 'sender' ? 'viewer' : 'sender';
      sockets[role] = peer;
      peer.on('message', (data) => sockets[other]?.readyState === 1 && sockets[other].send(data.toString()));
    });
  });
}

/* NAME.js of @folder, each as the page /NAME. */
export async function servePages(folder, names = ['viewer', 'sender']) {
  const bundles = await Promise.all(names.map((name) => bundle(folder, name)));
  const scripts = Object.fromEntries(names.map((name, i) => [`/${name}.js`, bundles[i]]));
  const http = createServer((request, response) => {
    const script = scripts[request.url];
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ?? `<!doctype html><body><video autoplay muted playsinline></video><script src="${request.url}.js"></script>`);
  });
  relay(http);
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {port: http.address().port, close: () => http.closeAllConnections() ?? http.close()};
}

export function launchBrowser({mdns}) {
  const args = [
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-device-for-media-stream=fps=30',
    '--use-fake-ui-for-media-stream',
  ];
  if (process.getuid() === 0) args.push('--no-sandbox');
  if (!mdns) args.push('--disable-features=WebRtcHideLocalIpsWithMdns');
  return puppeteer.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args});
}
