# SPDX-License-Identifier: LGPL-2.1-or-later
"""A call with media and data by the plugin alone: factories, action signals with promises, messages on the bus."""
import sys

import gi

gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst  # noqa: E402

DEADLINE = 30  # s


class End:
    """A peer that sends one colour, and looks at what it gets."""

    def __init__(self, colour, label):
        self.events = []
        self.colours = []
        self.pipeline = Gst.parse_launch(f"""kurentopeer name=peer data-channels=true post-data-messages=true
            videotestsrc is-live=true pattern={colour} ! video/x-raw,width=160,height=120,framerate=15/1 ! peer.
            audiotestsrc is-live=true ! peer.
            peer.video_src_0 ! videoconvert ! video/x-raw,format=RGB ! fakesink name=seen signal-handoffs=true
            peer.audio_src_0 ! fakesink""")
        self.peer = self.pipeline.get_by_name('peer')
        self.peer.set_property('data-channel-config', f'{{"id":"{label}"}}')
        self.pipeline.get_by_name('seen').connect('handoff', self.on_buffer)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::element', lambda _, message: self.events.append(message.get_structure()))
        bus.connect('message::error', lambda _, message: sys.exit(message.parse_error().gerror.message))
        bus.connect('message::latency', lambda *_: self.pipeline.recalculate_latency())
        self.pipeline.set_state(Gst.State.PLAYING)

    def on_buffer(self, _sink, buffer, _pad):
        self.colours.append(tuple(buffer.extract_dup(0, 3)))

    def told(self, name):
        return [event for event in self.events if event.has_name(f'kurentopeer/{name}')]

    def ask(self, action, *args):
        """The SDP that an action answers, or None; an error is raised. The answer comes in a thread of the peer."""
        answers = []

        def answered(promise):
            reply = promise.get_reply()
            answers.append([reply and reply.has_field(name) and reply.get_value(name) for name in ('error', 'sdp')])
            GLib.MainContext.default().wakeup()

        self.peer.emit(action, *args, Gst.Promise.new_with_change_func(answered))
        wait_for(action, lambda: answers)
        error, sdp = answers[0]
        if error:
            raise error
        return sdp or None

    def is_refused(self, word, action, *args):
        try:
            self.ask(action, *args)
        except GLib.Error as error:
            return error.domain == 'gst-kurento-error-quark' and word in error.message
        return False


def wait_for(what, is_done):
    late = []
    source = GLib.timeout_add_seconds(DEADLINE, lambda: late.append(True) or GLib.SOURCE_CONTINUE)
    while not is_done():
        assert not late, what
        GLib.MainContext.default().iteration(True)
    GLib.source_remove(source)


Gst.init(None)
caller, callee = End('red', 'of the caller'), End('blue', 'of the callee')
assert callee.is_refused('', 'process-answer', 'v=0')
offer = caller.ask('generate-offer')
answer = callee.ask('process-offer', offer)
assert offer.startswith('v=0') and answer.startswith('v=0')
assert caller.ask('process-answer', answer) is None
assert callee.ask('add-ice-candidate', '', 0, None) is None
assert caller.is_refused('SDP', 'process-offer', 'no SDP')

ends = (caller, callee)
wait_for('both are connected', lambda: all(end.told('connected') for end in ends))
wait_for('the channel opens', lambda: all(end.told('data-channel-open') for end in ends))
assert caller.peer.emit('send-string', None, '¿Qué tal?')
assert callee.peer.emit('send-data', None, GLib.Bytes.new(b'\0\1\2'))
wait_for('a string', lambda: callee.told('data-channel-message'))
wait_for('bytes', lambda: caller.told('data-channel-message'))
message, = callee.told('data-channel-message')
assert message.get_value('data').get_data().decode() == '¿Qué tal?' and message.get_value('is-text')
message, = caller.told('data-channel-message')
assert message.get_value('data').get_data() == b'\0\1\2' and not message.get_value('is-text')

wait_for('blue', lambda: caller.colours and caller.colours[-1][2] > 200 and caller.colours[-1][0] < 60)
wait_for('red', lambda: callee.colours and callee.colours[-1][0] > 200 and callee.colours[-1][2] < 60)

assert caller.ask('close') is None
wait_for('the callee hears of the end', lambda: callee.told('disconnected'))
assert caller.is_refused('closed', 'generate-offer')
for end in ends:
    end.pipeline.set_state(Gst.State.NULL)
assert 'GstKurento' not in dir(gi.repository), 'the typelib was used'
