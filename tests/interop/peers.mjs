/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whom the tests of browsers that call are run against. INTEROP_PEERS=stand-in proves pages and tests alone. */

import {startElement} from './element.mjs';
import {startStandIn} from './standin.mjs';

const all = {'stand-in': startStandIn, element: startElement};
const wanted = process.env.INTEROP_PEERS?.split(',') ?? Object.keys(all);

export const peers = wanted.map((name) => [name, all[name]]);
export const withElement = wanted.includes('element');
