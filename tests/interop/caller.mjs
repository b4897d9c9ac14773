/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The examples that call a browser, run against an installed tree, and the page with kurento-utils that they can serve
 * instead of their own. */

import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

import {mediaBranches, runElement} from './element.mjs';
import {buildDir, here, root} from './harness.mjs';
import {makeDocumentRoot} from './kurento-utils.mjs';

const examples = join(root, 'examples');

export const languages = ['C', 'Python', 'JavaScript'];

/* The tree, and call-browser in each language. */
export async function makeInstalled(test) {
  const folder = await mkdtemp(join(tmpdir(), 'kurentopeer-installed-'));

  test.after(() => rm(folder, {recursive: true, force: true}));
  const {stdout} = await promisify(execFile)('/usr/bin/python3', [join(root, 'tests/examples/installed.py'), folder],
    {env: {...process.env, KURENTOPEER_BUILDDIR: buildDir}});
  return {
    environment: JSON.parse(stdout),
    C: [join(folder, 'call-browser')],
    Python: ['/usr/bin/python3', join(examples, 'call-browser.py')],
    JavaScript: ['gjs', '-m', join(examples, 'call-browser.js')],
  };
}

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

export function startCaller(test, installed, language, page, {factory = 'kurentopeer', send = ['video', 'audio'],
  receive = ['video', 'audio']} = {}) {
  const pipeline = [`${factory} name=peer data-channels=true`, ...mediaBranches('peer', send, receive)].join(' ');
  return runElement(test, [...installed[language], '0', pipeline, page], (line, {lines}) => lines.push(line),
    installed.environment);
}
