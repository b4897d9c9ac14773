/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whom the tests of browsers that call are run against. INTEROP_PEERS=stand-in proves pages and tests alone. */

import {browserNames} from './browsers.mjs';
import {startElement} from './element.mjs';
import {startStandIn} from './standin.mjs';

const all = {'stand-in': startStandIn, element: startElement};
const wanted = process.env.INTEROP_PEERS?.split(',');
const usual = {chromium: Object.keys(all), firefox: ['element']};

/* [name of the browser, name of the peer, what starts the peer]. One browser is enough for the stand-in. */
export const pairs = browserNames.flatMap((name) => (wanted ?? usual[name]).map((kind) => [name, kind, all[kind]]));
export const withElement = !wanted || wanted.includes('element');
