/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The servers under measurement. */
import {spawnSync} from 'node:child_process';
import os from 'node:os';
import {encoder, pay} from '../common/media.mjs';
import {environment, program} from '../common/processes.mjs';

const VIDEO = 'videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1';
const AUDIO = 'audiotestsrc is-live=true';

const BARE_VIDEO = `${VIDEO} ! videoconvert ! queue ! ${encoder('VP8', Math.min(os.cpus().length, 4))} ! ${pay('VP8')}`;
const BARE_AUDIO =
  `${AUDIO} ! audioconvert ! audioresample ! queue ! ` +
  'opusenc bitrate=64000 bitrate-type=constrained-vbr complexity=5 frame-size=20 inband-fec=true ' +
  'packet-loss-percentage=5 perfect-timestamp=true ! rtpopuspay';

export const commands = {
  kurentopeer: (build, port, origin) => [
    'gst-launch-1.0',
    ...`kurentopeersendonly name=peer signaller-uri=serve+http://127.0.0.1:${port}/`.split(' '),
    ...`signaller::allowed-origins=${origin} ${VIDEO} ! peer. ${AUDIO} ! peer.`.split(' '),
  ],
  bare: (build, port) => [program(build, 'bare-server'), '--video', BARE_VIDEO, '--audio', BARE_AUDIO, String(port)],
};

/* Fills the plugin registry too, so that no round counts a plugin scan. */
export function isInstalled(name, build) {
  const options = {env: environment(build)};
  if (name === 'kurentopeer') return spawnSync('gst-inspect-1.0', ['kurentopeersendonly'], options).status === 0;
  return spawnSync(program(build, 'bare-server'), [], options).error === undefined;
}
