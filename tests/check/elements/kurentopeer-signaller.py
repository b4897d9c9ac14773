# SPDX-License-Identifier: LGPL-2.1-or-later
"""A signaller written in Python: each of its functions is called, in its main context, and each of its signals is heard."""
import sys
import threading
import unittest

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstKurento', '1.0')
from gi.repository import GLib, GObject, Gst, GstKurento  # noqa: E402

DEADLINE = 30  # s
Code = GstKurento.Error


def wait_for(what, is_done):
    """In the main context of the thread."""
    context = GLib.MainContext.get_thread_default() or GLib.MainContext.default()
    late = []
    source = GLib.timeout_source_new_seconds(DEADLINE)
    source.set_callback(lambda _: late.append(True))
    source.attach(context)
    while not is_done():
        assert not late, what
        context.iteration(True)
    source.destroy()


class Signaller(GObject.Object, GstKurento.Signaller):
    """Passes everything to another one, and writes it down."""

    def __init__(self):
        super().__init__()
        self.other = None
        self.calls = []
        self.threads = set()

    def write_down(self, *call):
        self.calls.append(call)
        self.threads.add(threading.get_ident())

    def seen(self, name):
        return [call[1:] for call in self.calls if call[0] == name]

    def do_start(self):
        self.write_down('start')
        self.emit_ready('memory:here')

    def do_stop(self):
        self.write_down('stop')

    def do_send_offer(self, sdp):
        self.write_down('offer', sdp)
        self.other.emit_offer(sdp)

    def do_send_answer(self, sdp):
        self.write_down('answer', sdp)
        self.other.emit_answer(sdp)

    def do_send_candidate(self, candidate, sdp_mline_index, sdp_mid):
        self.write_down('candidate', candidate, sdp_mline_index, sdp_mid)
        self.other.emit_candidate(candidate, sdp_mline_index, sdp_mid)

    def do_send_error(self, error):
        self.write_down('error', error)

    def do_refuse(self, error):
        self.write_down('refuse', error)

    def do_end_session(self, reason):
        self.write_down('end', reason)
        self.other.emit_session_ended(reason)


class Quiet(GObject.Object, GstKurento.Signaller):
    """Each function is optional."""

    def do_start(self):
        self.emit_ready('memory:here')


class End:
    """A peer with a signaller of its own; what it tells is kept."""

    def __init__(self, signaller):
        self.signaller = signaller
        self.events = []
        self.pipeline = Gst.Pipeline()
        self.peer = Gst.ElementFactory.make('kurentopeer')
        self.peer.set_property('send-source', GstKurento.SendSource.TEST)
        self.peer.set_property('signaller', signaller)
        self.pipeline.add(self.peer)
        self.bus = self.pipeline.get_bus()
        self.bus.add_signal_watch()
        self.bus.connect('message::element', lambda _, message: self.events.append(message.get_structure()))
        self.bus.connect('message::error', lambda _, message: self.events.append(message.parse_error().gerror))

    def play(self):
        self.pipeline.set_state(Gst.State.PLAYING)

    def stop(self):
        self.bus.remove_signal_watch()
        self.pipeline.set_state(Gst.State.NULL)

    def told(self, name):
        return [event for event in self.events
                if isinstance(event, Gst.Structure) and event.has_name(f'kurentopeer/{name}')]


class SignallerTest(unittest.TestCase):
    def make_end(self, signaller):
        end = End(signaller)
        self.addCleanup(end.stop)
        return end

    def make_call(self):
        ends = [self.make_end(Signaller()) for _ in range(2)]
        caller, callee = (end.signaller for end in ends)
        caller.other, callee.other = callee, caller
        for end in ends:
            end.play()
        wait_for('both start', lambda: caller.seen('start') and callee.seen('start'))
        caller.emit_session_requested()
        wait_for('both are connected', lambda: all(end.told('connected') for end in ends))
        return ends

    def test_call(self):
        caller, callee = self.make_call()
        self.assertEqual([len(caller.signaller.seen(name)) for name in ('offer', 'answer')], [1, 0])
        self.assertEqual([len(callee.signaller.seen(name)) for name in ('offer', 'answer')], [0, 1])
        self.assertEqual(callee.peer.props.signaller, callee.signaller)
        self.assertEqual([event.get_string('json') for event in caller.told('server-event')], ['{"uri":"memory:here"}'])

        caller.peer.emit('close', None)
        wait_for('the callee hears of the end', lambda: callee.told('disconnected'))
        self.assertEqual(len(caller.signaller.seen('end')), 1)
        wait_for('the signaller is stopped', lambda: caller.signaller.seen('stop'))
        self.assertEqual(caller.signaller.threads | callee.signaller.threads, {threading.get_ident()})

    def test_candidates(self):
        """They are sent when they are found late, which cannot be relied on."""
        signaller = Signaller()
        signaller.other = Signaller()
        heard = []
        signaller.other.connect('candidate', lambda _, *args: heard.append(args))
        signaller.send_candidate('candidate:1', 3, 'video0')
        signaller.send_candidate('', 0, None)
        self.assertEqual(signaller.seen('candidate'), [('candidate:1', 3, 'video0'), ('', 0, None)])
        self.assertEqual(heard, signaller.seen('candidate'))

    def test_refuse(self):
        caller, callee = self.make_call()
        (offer,), = caller.signaller.seen('offer')
        ufrag = offer.split('a=ice-ufrag:')[1].split()[0]
        callee.signaller.emit_offer(offer.replace(f'a=ice-ufrag:{ufrag}', 'a=ice-ufrag:another'))
        wait_for('the change is refused', lambda: callee.signaller.seen('refuse'))
        (error,), = callee.signaller.seen('refuse')
        self.assertTrue(error.matches(GstKurento.error_quark(), Code.NEGOTIATION), error)
        self.assertEqual(callee.told('disconnected'), [])

    def test_send_error(self):
        end = self.make_end(Signaller())
        end.play()
        wait_for('the start', lambda: end.signaller.seen('start'))
        end.signaller.emit_offer('no SDP')
        wait_for('the error is sent', lambda: end.signaller.seen('error'))
        (error,), = end.signaller.seen('error')
        self.assertTrue(error.matches(GstKurento.error_quark(), Code.INVALID_ARGUMENT), error)

    def test_failed(self):
        end = self.make_end(Signaller())
        end.play()
        wait_for('the start', lambda: end.signaller.seen('start'))
        end.signaller.emit_failed(GLib.Error.new_literal(GstKurento.error_quark(), 'no server', Code.SIGNALLING))
        wait_for('an error of the pipeline', lambda: any(isinstance(event, GLib.Error) for event in end.events))

    def lose_server(self, auto_reconnect):
        end = self.make_end(Signaller())
        end.peer.set_property('auto-reconnect', auto_reconnect)
        end.play()
        wait_for('the start', lambda: end.signaller.seen('start'))
        end.signaller.emit_lost(GLib.Error.new_literal(GstKurento.error_quark(), 'no server', Code.SIGNALLING))
        return end

    def test_lost(self):
        end = self.lose_server(True)
        wait_for('the server again', lambda: end.told('reconnected'))
        event, = end.told('reconnecting')
        self.assertEqual([event.get_value(name) for name in ('attempt', 'delay', 'code', 'text')],
                         [1, Gst.SECOND, 'signalling', 'no server'])
        self.assertEqual([call[0] for call in end.signaller.calls], ['start', 'stop', 'start'])

    def test_lost_for_good(self):
        end = self.lose_server(False)
        wait_for('an error of the pipeline', lambda: any(isinstance(event, GLib.Error) for event in end.events))
        self.assertEqual(end.told('reconnecting'), [])

    def test_server_event(self):
        end = self.make_end(Signaller())
        end.play()
        wait_for('the start', lambda: end.signaller.seen('start'))
        end.signaller.emit_server_event('news', '{}')
        wait_for('the news', lambda: 'news' in [event.get_string('name') for event in end.told('server-event')])

    def test_again(self):
        end = self.make_end(Signaller())
        for round_ in (1, 2, 3):
            end.play()
            wait_for('the start', lambda: len(end.signaller.seen('start')) == round_)
            end.pipeline.set_state(Gst.State.NULL)
            wait_for('the stop', lambda: len(end.signaller.seen('stop')) == round_)

    def test_optional(self):
        end = self.make_end(Quiet())
        end.play()
        wait_for('the news of the start', lambda: end.told('server-event'))
        end.signaller.emit_offer('no SDP')
        wait_for('the error', lambda: end.told('peer-error'))

    def test_replaced(self):
        end = self.make_end(Signaller())
        end.peer.set_property('signaller-uri', 'serve+http://127.0.0.1:0/')
        self.assertNotIsInstance(end.peer.props.signaller, Signaller)
        end.peer.set_property('signaller', end.signaller)
        self.assertIsNone(end.peer.props.signaller_uri)
        end.peer.set_property('signaller', None)
        self.assertIsNone(end.peer.props.signaller)

    def test_context(self):
        """The functions come in the main context of the thread that has given the signaller to the peer."""
        called = []

        def run():
            context = GLib.MainContext.new()
            context.push_thread_default()
            end = End(Signaller())
            end.play()
            wait_for('the news of the start', lambda: end.told('server-event'))
            end.stop()
            wait_for('the stop', lambda: end.signaller.seen('stop'))
            called.append((threading.get_ident(), end.signaller.threads))
            context.pop_thread_default()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(2 * DEADLINE)
        self.assertEqual(called, [(thread.ident, {thread.ident})])


if __name__ == '__main__':
    Gst.init(None)
    unittest.main(argv=sys.argv[:1], verbosity=2)
