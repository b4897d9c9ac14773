# SPDX-License-Identifier: LGPL-2.1-or-later
"""The typelib from Python: types, properties, async methods, errors, signals from the peer's thread, the adapter."""
import threading

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstKurento', '1.0')
from gi.repository import GLib, Gst, GstKurento  # noqa: E402

Gst.init(None)
main = threading.get_ident()
loop = GLib.MainLoop()
GLib.timeout_add_seconds(20, lambda: loop.quit())

peer = Gst.ElementFactory.make('kurentopeer')
assert isinstance(peer, GstKurento.Peer)
assert peer.props.mode == GstKurento.PeerMode.SENDRECV
peer.props.send_source = GstKurento.SendSource.TEST
assert isinstance(GstKurento.Peer.new('p', GstKurento.PeerMode.RECVONLY), Gst.Bin)

try:
    peer.set_configuration('{"iceServers":3}')
    raise SystemExit('a malformed configuration was taken')
except GLib.Error as error:
    assert error.matches(GstKurento.Error.quark(), GstKurento.Error.INVALID_ARGUMENT), error
    assert 'iceServers' in error.message

seen = {}
adapter = GstKurento.PeerSignalAdapter.new(peer, None)
adapter.connect('offer-created', lambda _, sdp: seen.update(adapter=(threading.get_ident(), sdp)))
peer.connect('offer-created', lambda _, sdp: seen.update(peer=(threading.get_ident(), sdp)))


def offer_done(source, result):
    seen['offer'] = source.generate_offer_finish(result)
    seen['thread'] = threading.get_ident()
    GLib.idle_add(quit_when_seen)


def quit_when_seen():
    if 'adapter' not in seen:
        return GLib.SOURCE_CONTINUE
    loop.quit()
    return GLib.SOURCE_REMOVE


peer.set_state(Gst.State.PLAYING)
peer.generate_offer_async(None, offer_done)
loop.run()

assert seen['offer'].startswith('v=0'), seen
assert seen['thread'] == main
assert seen['adapter'] == (main, seen['offer'])
assert seen['peer'][0] != main and seen['peer'][1] == seen['offer']
peer.set_state(Gst.State.NULL)

try:
    peer.send_string(None, 'hello')
    raise SystemExit('sent below PAUSED')
except GLib.Error as error:
    assert error.matches(GstKurento.Error.quark(), GstKurento.Error.INVALID_STATE), error
