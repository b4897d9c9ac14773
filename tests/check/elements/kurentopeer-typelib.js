// SPDX-License-Identifier: LGPL-2.1-or-later
// Every method from JavaScript: promises that are kept, and promises that are broken with an error of our domain.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Gst from 'gi://Gst?version=1.0';
import GstKurento from 'gi://GstKurento?version=1.0';
import System from 'system';

Gst.init(null); // before a class is touched

const {Error: Code, Peer, PeerMode} = GstKurento;
const nothing = GLib.Bytes.new(new Uint8Array(0));

for (const action of ['generate_offer', 'process_offer', 'process_answer', 'add_ice_candidate', 'get_stats', 'close'])
  Gio._promisify(Peer.prototype, `${action}_async`, `${action}_finish`);

function check(truth, what) {
  if (!truth)
    throw new Error(what);
}

async function refuses(code, what, call) {
  let error = null;
  try {
    await call();
  } catch (caught) {
    error = caught;
  }
  check(error instanceof GLib.Error && error.matches(GstKurento.error_quark(), code), `${what}: ${error}`);
  check(error.message.length > 0, `${what}: no message`);
}

function makePeer() {
  const peer = Peer.new(null, PeerMode.SENDRECV);
  peer.send_source = GstKurento.SendSource.TEST;
  peer.data_channels = true;
  return peer;
}

async function testCall(peer, other) {
  const offer = await peer.generate_offer_async(null);
  const answer = await other.process_offer_async(offer, null);
  check(await peer.process_answer_async(answer, null), 'process_answer');
  check(await peer.add_ice_candidate_async('', 0, null, null), 'add_ice_candidate');
  check(await peer.get_stats_async(null) instanceof Gst.Structure, 'get_stats');
  peer.request_keyframe();
}

async function testErrors(peer) {
  const idle = makePeer();
  await refuses(Code.INVALID_ARGUMENT, 'set_configuration', () => idle.set_configuration('no JSON'));
  await refuses(Code.INVALID_ARGUMENT, 'set_media_constraints', () => idle.set_media_constraints('[]'));
  await refuses(Code.INVALID_ARGUMENT, 'set_signaller_uri', () => idle.set_signaller_uri('nonsense'));
  await refuses(Code.INVALID_STATE, 'generate_offer', () => idle.generate_offer_async(null));
  await refuses(Code.INVALID_STATE, 'send_string', () => idle.send_string(null, 'to nobody'));
  await refuses(Code.INVALID_STATE, 'send_data', () => idle.send_data('label', nothing));
  await refuses(Code.INVALID_ARGUMENT, 'process_offer', () => peer.process_offer_async('no SDP', null));

  check(await peer.close_async(null), 'close');
  await refuses(Code.CLOSED, 'generate_offer', () => peer.generate_offer_async(null));
  await refuses(Code.CLOSED, 'process_answer', () => peer.process_answer_async('v=0', null));
}

async function testEvents(peer) {
  const adapter = GstKurento.PeerSignalAdapter.new(peer, null);
  const made = new Promise((resolve) => adapter.connect('offer-created', (_, sdp) => resolve(sdp)));
  const offer = await peer.generate_offer_async(null);

  check(adapter.get_peer() === peer, 'get_peer');
  check(await made === offer, 'offer-created');
}

async function testErrorEvent() {
  const peer = Peer.new(null, PeerMode.SENDONLY); // and has nothing to send
  const adapter = GstKurento.PeerSignalAdapter.new(peer, null);
  const failed = new Promise((resolve) => adapter.connect('peer-error', (_, error) => resolve(error)));

  peer.set_state(Gst.State.PLAYING);
  await refuses(Code.INVALID_STATE, 'generate_offer', () => peer.generate_offer_async(null));
  check((await failed).matches(GstKurento.error_quark(), Code.INVALID_STATE), 'peer-error');
  peer.set_state(Gst.State.NULL);
}

const loop = new GLib.MainLoop(null, false);
const peers = [makePeer(), makePeer()];
let status = 1;

peers.forEach((peer) => peer.set_state(Gst.State.PLAYING));
GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, 60, () => loop.quit());
testCall(...peers)
  .then(() => testEvents(peers[1]))
  .then(() => testErrors(peers[0]))
  .then(testErrorEvent)
  .then(() => (status = 0))
  .catch((error) => printerr(`${error}\n${error.stack}`))
  .finally(() => loop.quit());
loop.run();
peers.forEach((peer) => peer.set_state(Gst.State.NULL));
System.exit(status);
