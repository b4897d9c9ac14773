#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls the embedded server of another kurentopeer, as a browser would. launch-lines.py runs it.

Usage: caller.py ws://127.0.0.1:8080/helloworld

Prints "up N" once it is connected and has got a decoded buffer of each section that the other side sends; N is how many
sections the other side receives. Then it stays until it is ended. What goes wrong, or takes too long, ends it with a
message. Lines of the standard input go out on the data channel, and what comes on it is printed after "said ".
"""

import json
import re
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstKurento", "1.0")
gi.require_version("Soup", "3.0")
from gi.repository import GLib, Gst, GstKurento, Soup  # noqa: E402

TIMEOUT = 60  # s, until it is up


def count_sections(sdp, direction):
    """How many audio and video sections have that direction, or both."""
    sections = re.split(r"^m=", sdp, flags=re.M)[1:]
    return sum(1 for section in sections if section.startswith(("audio", "video"))
               and re.search(rf"^a=(sendrecv|{direction})\r?$", section, flags=re.M))


class Caller:
    def __init__(self, uri):
        self.loop = GLib.MainLoop()
        self.error = None
        self.is_connected = False
        self.answer = None
        self.seen = set()
        self.socket = None

        self.pipeline = Gst.Pipeline.new(None)
        self.peer = Gst.ElementFactory.make("kurentopeer")
        self.peer.set_property("send-source", GstKurento.SendSource.TEST)
        self.peer.set_property("data-channels", True)
        self.pipeline.add(self.peer)
        self.peer.connect("pad-added", self.on_pad_added)
        self.adapter = GstKurento.PeerSignalAdapter.new(self.peer, None)
        self.adapter.connect("ice-candidate", self.on_candidate)
        self.adapter.connect("connected", self.on_connected)
        self.adapter.connect("data-channel-open", lambda *args: self.read_lines())
        self.adapter.connect("data-channel-message", self.on_data)
        self.adapter.connect("peer-error", lambda adapter, error: self.end(error.message))

        self.timer = GLib.timeout_add_seconds(TIMEOUT, lambda: self.end(f"not up after {TIMEOUT} s"))
        self.http = Soup.Session()
        # the server's certificate is self-signed
        message = Soup.Message.new("GET", uri)
        message.connect("accept-certificate", lambda *args: True)
        self.http.websocket_connect_async(message, None, None, GLib.PRIORITY_DEFAULT, None, self.on_open)

    def run(self):
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        return self.error

    def end(self, error):
        self.error = error
        self.loop.quit()

    def on_open(self, session, result):
        try:
            self.socket = session.websocket_connect_finish(result)
        except GLib.Error as error:
            self.end(error.message)
            return
        self.socket.connect("message", self.on_message)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.peer.generate_offer_async(None, self.on_offer)

    def say(self, **message):
        self.socket.send_text(json.dumps(message))

    def on_offer(self, peer, result):
        try:
            self.say(id="start", sdpOffer=peer.generate_offer_finish(result))
        except GLib.Error as error:
            self.end(error.message)

    def on_candidate(self, adapter, candidate, index, mid):
        self.say(id="onIceCandidate", candidate={"candidate": candidate, "sdpMLineIndex": index, "sdpMid": mid})

    def on_message(self, socket, kind, data):
        message = json.loads(data.get_data())
        if message["id"] == "startResponse":
            self.answer = message["sdpAnswer"]
            self.peer.process_answer_async(self.answer, None, None)
        elif message["id"] == "iceCandidate":
            candidate = message["candidate"]
            self.peer.add_ice_candidate_async(candidate["candidate"], candidate["sdpMLineIndex"],
                                              candidate["sdpMid"], None, None)
        else:
            self.end(f"the server says {message}")

    def on_connected(self, adapter):
        self.is_connected = True
        self.check()

    def read_lines(self):
        GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, self.on_line)

    def on_line(self, source, condition):
        line = source.readline()
        if line:
            self.peer.send_string(None, line.rstrip("\n"))
        return bool(line)

    def on_data(self, adapter, label, data, is_text):
        print("said", data.get_data().decode(), flush=True)

    def on_pad_added(self, peer, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("signal-handoffs", True)
        sink.set_property("async", False)
        sink.connect("handoff", self.on_buffer, pad.get_name())
        self.pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))

    def on_buffer(self, sink, buffer, pad, name):
        if name not in self.seen:
            self.seen.add(name)
            GLib.idle_add(self.check)

    def check(self):
        if self.timer and self.is_connected and len(self.seen) >= count_sections(self.answer, "sendonly"):
            GLib.source_remove(self.timer)
            self.timer = 0
            print("up", count_sections(self.answer, "recvonly"), flush=True)
        return GLib.SOURCE_REMOVE


Gst.init(None)
sys.exit(Caller(sys.argv[1]).run())
