// SPDX-License-Identifier: LGPL-2.1-or-later
// The typelib from JavaScript: async methods as promises, and signals by the adapter.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Gst from 'gi://Gst?version=1.0';
import GstKurento from 'gi://GstKurento?version=1.0';
import system from 'system';

Gst.init(null);
Gio._promisify(GstKurento.Peer.prototype, 'generate_offer_async', 'generate_offer_finish');

const loop = new GLib.MainLoop(null, false);
const peer = Gst.ElementFactory.make('kurentopeer', null);
const adapter = GstKurento.PeerSignalAdapter.new(peer, null);
let status = 1;

peer.send_source = GstKurento.SendSource.TEST;
peer.set_state(Gst.State.PLAYING);

const created = new Promise(resolve => adapter.connect('offer-created', (_, sdp) => resolve(sdp)));
GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, 20, () => loop.quit());

Promise.all([peer.generate_offer_async(null), created])
    .then(([offer, sdp]) => {
        status = offer.startsWith('v=0') && offer === sdp ? 0 : 1;
    })
    .catch(error => printerr(error))
    .finally(() => loop.quit());
loop.run();
peer.set_state(Gst.State.NULL);
system.exit(status);
