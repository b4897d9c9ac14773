/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A folder for signaller::document-root: the tutorial's page with the kurento-utils of npm, which has no bundle. */

import {cp, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {build} from 'esbuild';

import {here} from './harness.mjs';

export async function makeDocumentRoot(test) {
  const folder = await mkdtemp(join(tmpdir(), 'kurentopeer-tutorial-'));

  test.after(() => rm(folder, {recursive: true, force: true}));
  await cp(join(here, 'tutorial'), folder, {recursive: true});
  await build({
    stdin: {contents: "window.kurentoUtils = require('kurento-utils');", resolveDir: here},
    outfile: join(folder, 'kurento-utils.js'),
    bundle: true,
    format: 'iife',
    platform: 'browser',
    define: {global: 'window'},
    logLevel: 'error',
  });
  return folder;
}
