#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A chat with whoever opens the page: chat.py [SIGNALLER-URI]

Each line of the standard input is a message on the data channel, and each message that comes is a line of the standard
output. No media. Lines are read once somebody is there; the chat ends with the visit after the end of the input."""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstKurento", "1.0")
from gi.repository import Gio, GLib, Gst, GstKurento  # noqa: E402


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Chat:
    def __init__(self, uri):
        self.loop = GLib.MainLoop()
        self.ended = False
        self.lines = Gio.DataInputStream.new(Gio.UnixInputStream.new(0, False))
        self.pipeline = Gst.Pipeline()
        self.peer = Gst.ElementFactory.make("kurentopeer")
        self.peer.props.media_constraints = '{"audio":false,"video":false}'
        self.peer.props.signaller_uri = uri
        self.pipeline.add(self.peer)

        self.adapter = GstKurento.PeerSignalAdapter.new(self.peer, None)
        self.adapter.connect("server-event", lambda _, name, json: say(name, json))
        self.adapter.connect("data-channel-open", self.on_open)
        self.adapter.connect("data-channel-message", self.on_message)
        self.adapter.connect("disconnected", self.on_disconnected)
        self.adapter.connect("peer-error", lambda _, error: say(error.message))
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", lambda _, message: (say(message.parse_error().gerror.message), self.loop.quit()))

    def on_open(self, _adapter, label):
        say("open:", label)
        if not self.ended and not self.lines.has_pending():
            self.read_line()

    def on_disconnected(self, _adapter, reason):
        say("disconnected:", reason)
        if self.ended:
            self.loop.quit()

    def on_message(self, _adapter, _label, data, is_text):
        print(data.get_data().decode() if is_text else f"{data.get_size()} bytes", flush=True)

    def read_line(self):
        self.lines.read_line_async(GLib.PRIORITY_DEFAULT, None, self.on_line)

    def on_line(self, lines, result):
        line, _length = lines.read_line_finish_utf8(result)
        if line is None:
            self.ended = True
            return
        try:
            self.peer.send_string(None, line)
        except GLib.Error as error:
            say(error.message)
        self.read_line()

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)


Gst.init(None)
Chat(*sys.argv[1:] or ["serve+http://127.0.0.1:8080/"]).run()
