/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The first session begins before the rest of the page is there. What it tells meanwhile waits for attend(). */

import {Session} from './session.js';

export const watch = {stream: null, channel: false, sound: false};

let attend;
const attended = new Promise((resolve) => {
  attend = resolve;
});
const on = Object.fromEntries(['track', 'connected', 'interrupted', 'channel', 'line', 'ended'].map((name) =>
  [name, (...values) => attended.then((listener) => listener[name](...values))]));

export const first = globalThis.RTCPeerConnection ? new Session(watch, null, on) : null;
export {attend};
