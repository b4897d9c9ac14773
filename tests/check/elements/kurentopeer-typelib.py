# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every public function is in the typelib, and can be called from Python: results, errors, main contexts.

kurentopeer-typelib.py GIR HEADER...
"""
import pathlib
import re
import sys
import threading
import unittest
from xml.etree import ElementTree

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstKurento', '1.0')
from gi.repository import GLib, Gst, GstKurento  # noqa: E402

DEADLINE = 20  # s
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

Error, Mode, Peer = GstKurento.Error, GstKurento.PeerMode, GstKurento.Peer


def call(start, *args):
    """What an async method gives, in the main context."""
    loop = GLib.MainLoop()
    results = []

    def done(_peer, result):
        results.append(result)
        loop.quit()

    def give_up():
        loop.quit()
        return GLib.SOURCE_REMOVE

    source = GLib.timeout_add_seconds(DEADLINE, give_up)
    start(*args, None, done)
    loop.run()
    assert results, 'no answer'
    GLib.source_remove(source)
    return results[0]


def wait_for(seen):
    """Until something is seen; the answer and the event of one failure come one after the other."""
    late = []
    source = GLib.timeout_add_seconds(DEADLINE, late.append, True)
    while not seen and not late:
        GLib.MainContext.default().iteration(True)
    assert not late, 'nothing seen'
    GLib.source_remove(source)


class Typelib(unittest.TestCase):
    def setUp(self):
        self.peer = Peer.new('peer', Mode.SENDRECV)
        self.peer.props.send_source = GstKurento.SendSource.TEST
        self.peer.props.data_channels = True
        self.peer.set_state(Gst.State.PLAYING)

    def tearDown(self):
        self.peer.set_state(Gst.State.NULL)

    def refused(self, code, function, *args):
        with self.assertRaises(GLib.Error) as caught:
            function(*args)
        self.assertTrue(caught.exception.matches(GstKurento.error_quark(), code), caught.exception)
        self.assertTrue(caught.exception.message)

    def test_complete(self):
        root = ElementTree.parse(sys.argv[1]).getroot()
        known = {element.get(C + 'identifier') for element in root.iter()}
        known |= {element.get(GLIB + 'get-type') for element in root.iter()}
        for header in map(pathlib.Path, sys.argv[2:]):
            declared = re.findall(r'^(?:\w+[ *]+)+(gst_kurento_\w+) \(', header.read_text(), flags=re.M)
            self.assertEqual([name for name in declared if name not in known], [], header.name)
        self.assertIn('gst_kurento_peer_generate_offer_async', known)

    def test_enums(self):
        self.assertEqual([Mode.SENDRECV, Mode.SENDONLY, Mode.RECVONLY], [0, 1, 2])
        self.assertEqual(Peer.new(None, Mode.SENDONLY).props.mode, Mode.SENDONLY)
        self.assertEqual([kind.__gtype__.name for kind in (
            GstKurento.PeerSendrecv, GstKurento.PeerSendonly, GstKurento.PeerRecvonly)],
            ['GstKurentoPeerSendrecv', 'GstKurentoPeerSendonly', 'GstKurentoPeerRecvonly'])
        self.assertEqual(Error.quark(), GstKurento.error_quark())
        self.assertEqual(GLib.quark_to_string(Error.quark()), 'gst-kurento-error-quark')

    def test_settings(self):
        peer = Peer.new(None, Mode.SENDRECV)
        self.assertTrue(peer.set_configuration('{"iceServers":[]}'))
        self.assertTrue(peer.set_media_constraints('{"audio":true,"video":false}'))
        self.assertTrue(peer.set_signaller_uri('serve+http://127.0.0.1:0/'))
        self.assertIsInstance(peer.get_child_by_name('signaller'), GstKurento.Signaller)
        self.refused(Error.INVALID_ARGUMENT, peer.set_configuration, 'no JSON')
        self.refused(Error.INVALID_ARGUMENT, peer.set_media_constraints, '[]')
        self.refused(Error.INVALID_ARGUMENT, peer.set_signaller_uri, 'nonsense')

    def test_call(self):
        other = Peer.new('other', Mode.SENDRECV)
        other.set_state(Gst.State.PLAYING)
        offer = self.peer.generate_offer_finish(call(self.peer.generate_offer_async))
        answer = other.process_offer_finish(call(other.process_offer_async, offer))
        self.assertTrue(self.peer.process_answer_finish(call(self.peer.process_answer_async, answer)))
        self.assertTrue(self.peer.add_ice_candidate_finish(call(self.peer.add_ice_candidate_async, '', 0, None)))
        self.assertIsInstance(self.peer.get_stats_finish(call(self.peer.get_stats_async)), Gst.Structure)
        self.peer.request_keyframe()
        self.assertTrue(self.peer.close_finish(call(self.peer.close_async)))
        other.set_state(Gst.State.NULL)

    def test_errors(self):
        wrong = call(self.peer.process_offer_async, 'no SDP')
        self.refused(Error.INVALID_ARGUMENT, self.peer.process_offer_finish, wrong)
        early = call(self.peer.process_answer_async, 'v=0')
        self.refused(Error.INVALID_STATE, self.peer.process_answer_finish, early)
        self.refused(Error.INVALID_STATE, self.peer.send_string, None, 'to nobody')
        self.refused(Error.INVALID_STATE, self.peer.get_current_frame, None)
        self.refused(Error.INVALID_ARGUMENT, self.peer.get_current_local_frame, Gst.Caps.new_any())
        self.peer.show_local_video()
        self.refused(Error.INVALID_STATE, self.peer.send_data, 'label', GLib.Bytes.new(b'to nobody'))
        self.assertTrue(self.peer.close_finish(call(self.peer.close_async)))
        self.refused(Error.CLOSED, self.peer.generate_offer_finish, call(self.peer.generate_offer_async))
        self.refused(Error.CLOSED, self.peer.get_stats_finish, call(self.peer.get_stats_async))

    def test_error_event(self):
        peer = Peer.new(None, Mode.SENDONLY)  # and has nothing to send
        seen = []
        adapter = GstKurento.PeerSignalAdapter.new(peer, None)
        adapter.connect('peer-error', lambda _, error: seen.append(error))
        peer.set_state(Gst.State.PLAYING)
        self.refused(Error.INVALID_STATE, peer.generate_offer_finish, call(peer.generate_offer_async))
        wait_for(seen)
        self.assertEqual([error.matches(Error.quark(), Error.INVALID_STATE) for error in seen], [True])
        peer.set_state(Gst.State.NULL)

    def test_adapter_context(self):
        context = GLib.MainContext.new()
        loop = GLib.MainLoop.new(context, False)
        seen = []
        adapter = GstKurento.PeerSignalAdapter.new(self.peer, context)
        adapter.connect('offer-created', lambda _, sdp: (seen.append((threading.get_ident(), sdp)), loop.quit()))
        thread = threading.Thread(target=loop.run)
        thread.start()
        offer = self.peer.generate_offer_finish(call(self.peer.generate_offer_async))
        thread.join(DEADLINE)
        self.assertEqual(seen, [(thread.ident, offer)])
        self.assertEqual(adapter.get_peer(), self.peer)


if __name__ == '__main__':
    Gst.init(None)
    unittest.main(argv=sys.argv[:1], verbosity=2)
