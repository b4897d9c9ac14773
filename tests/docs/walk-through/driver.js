// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the pieces of the page against another peer of the same process.
import GLib from 'gi://GLib';
import System from 'system';

/* THE PAGE */

const loop = new GLib.MainLoop(null, false);
const other = Gst.ElementFactory.make('kurentopeer', null);
const otherAdapter = GstKurento.PeerSignalAdapter.new(other, null);
const missing = new Set(['picture', 'message', 'answer to the message']);
let status = 1;

Gio._promisify(GstKurento.Peer.prototype, 'process_offer_async', 'process_offer_finish');

function see(what) {
  missing.delete(what);
  if (missing.size > 0)
    return;
  status = 0;
  loop.quit();
}

function onError(error) {
  printerr(error.message);
  loop.quit();
}

function sendOfferToRemotePeer(sdp, callback) {
  other.process_offer_async(sdp, null).then(callback).catch(onError);
}

function sendCandidateToRemotePeer({candidate, sdpMLineIndex, sdpMid}) {
  other.add_ice_candidate_async(candidate, sdpMLineIndex, sdpMid, null).catch(onError);
}

function onOpen() {
  send();
}

function onMessage(data) {
  if (new TextDecoder().decode(data) === 'thanks')
    see('answer to the message');
}

const bus = pipeline.get_bus();

other.send_source = GstKurento.SendSource.TEST;
otherAdapter.connect('ice-candidate', (_, candidate, sdpMLineIndex, sdpMid) =>
  onRemoteCandidate({candidate, sdpMLineIndex, sdpMid}));
otherAdapter.connect('data-channel-message', (_, label, data) => {
  print(`said: ${new TextDecoder().decode(data.toArray())}`);
  other.send_string(label, 'thanks');
  see('message');
});
bus.add_signal_watch();
bus.connect('message::element', (_, message) =>
  message.get_structure().has_name('kurentopeer/stream-added') && see('picture'));
bus.connect('message::error', (_, message) => onError(message.parse_error()[0]));
GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, 40, () => onError({message: `no ${[...missing]}`}));
other.set_state(Gst.State.PLAYING);
addDataChannel();
start();
loop.run();
dispose();
other.set_state(Gst.State.NULL);
System.exit(status);
