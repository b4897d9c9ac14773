/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The command lines of servers and clients: kurentopeer with gst-launch-1.0, and the bare programs. */
import {LATENCY, pay, rtpCaps} from './media.mjs';
import {program} from './processes.mjs';

const BARE = `bundle-policy=max-bundle latency=${LATENCY}`;

export function bareServer(build, port, args) {
  return [program(build, 'bare-server'), '--retransmit', '--settings', `latency=${LATENCY}`, ...args, String(port)];
}

export function launch(line) {
  return ['gst-launch-1.0', ...line.split(' ')];
}

/* Receives @codec and drops it, or gives it to @chain. */
export function bareViewer(build, codec, urls, chain) {
  const args = chain ? ['--chain', chain] : [];
  return [program(build, 'client'), ...args, '--receive', rtpCaps(codec), `webrtcbin name=peer ${BARE}`, ...urls];
}

/* Sends what @line encodes. */
export function bareCamera(build, codec, url, line) {
  return [program(build, 'client'), `${line} ! ${pay(codec)} pt=96 ! ${rtpCaps(codec)} ! webrtcbin name=peer ${BARE}`, url];
}
