/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The examples that call a browser, and the page with kurento-utils that they can serve instead of their own. */

import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {mediaBranches, runElement} from './element.mjs';
import {here, root} from './harness.mjs';
import {makeDocumentRoot} from './kurento-utils.mjs';

const examples = join(root, 'examples');

export const callers = {
  Python: ['/usr/bin/python3', join(examples, 'call-browser.py')],
  JavaScript: ['gjs', '-m', join(examples, 'call-browser.js')],
};
export const ownPage = join(examples, 'call-browser.html');

/* One file, for a server that has no other. */
export async function makeCallee(test) {
  const folder = await makeDocumentRoot(test);
  const [html, kurentoUtils, callee] = await Promise.all([join(here, 'callee/callee.html'),
    join(folder, 'kurento-utils.js'), join(here, 'callee/callee.js')].map((path) => readFile(path, 'utf8')));
  const page = join(folder, 'callee.html');

  await writeFile(page, html.replace('</head>', () => `<script>${kurentoUtils}</script><script>${callee}</script></head>`));
  return page;
}

export function startCaller(test, command, page, {factory = 'kurentopeer', send = ['video', 'audio'],
  receive = ['video', 'audio']} = {}) {
  const pipeline = [`${factory} name=peer data-channels=true`, ...mediaBranches('peer', send, receive)].join(' ');
  return runElement(test, [...command, '0', pipeline, page], (line, {lines}) => lines.push(line));
}
