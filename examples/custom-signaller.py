#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A signalling protocol of your own: custom-signaller.py [URI [PIPELINE]]

The signaller joins a WebSocket that brings {"offer": sdp}, takes {"answer": sdp}, and has {"candidate": {...}} both ways:
what call-browser.py, .js and .c serve. So start one of them, and this in the place of the browser."""
import json
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstKurento", "1.0")
gi.require_version("Soup", "3.0")
from gi.repository import Gio, GLib, GObject, Gst, GstKurento, Soup  # noqa: E402

PIPELINE = """kurentopeer name=peer
    videotestsrc is-live=true pattern=ball ! peer.  audiotestsrc is-live=true wave=ticks ! peer.
    peer.video_src_0 ! videoconvert ! autovideosink
    peer.audio_src_0 ! audioconvert ! audioresample ! autoaudiosink"""


class WebSocketSignaller(GObject.Object, GstKurento.Signaller):
    """The peer calls the functions in the main loop. It never offers, since the protocol has no offers of ours."""

    def __init__(self, uri):
        super().__init__()
        self.uri = uri
        self.session = Soup.Session()
        self.cancellable = None
        self.socket = None

    def do_start(self):
        self.cancellable = Gio.Cancellable()
        message = Soup.Message.new("GET", self.uri)
        origin = self.uri.replace("ws", "http", 1).rsplit("/", 1)[0]
        self.session.websocket_connect_async(
            message, origin, None, GLib.PRIORITY_DEFAULT, self.cancellable, self.on_open)

    def do_stop(self):
        self.cancellable.cancel()
        self.do_end_session("the peer stops")

    def do_send_answer(self, sdp):
        self.send(answer=sdp)

    def do_send_candidate(self, candidate, sdp_mline_index, sdp_mid):
        self.send(candidate={"candidate": candidate, "sdpMLineIndex": sdp_mline_index, "sdpMid": sdp_mid})

    def do_send_error(self, error):
        self.do_end_session(error.message)

    def do_end_session(self, reason):
        if self.socket and self.socket.get_state() == Soup.WebsocketState.OPEN:
            self.socket.close(Soup.WebsocketCloseCode.NORMAL, reason[:123])

    def send(self, **message):
        if self.socket.get_state() == Soup.WebsocketState.OPEN:
            self.socket.send_text(json.dumps(message))

    def on_open(self, session, result):
        try:
            self.socket = session.websocket_connect_finish(result)
        except GLib.Error as error:
            if not self.cancellable.is_cancelled():
                self.emit_failed(error)
            return
        self.socket.connect("message", self.on_message)
        self.socket.connect("closed", lambda _: self.emit_session_ended("the other side has hung up"))
        self.emit_ready(None)

    def on_message(self, _socket, _type, data):
        message = json.loads(data.get_data())
        if "offer" in message:
            self.emit_offer(message["offer"])
        elif "candidate" in message:
            self.emit_candidate(*(message["candidate"][name] for name in ("candidate", "sdpMLineIndex", "sdpMid")))
        else:
            self.emit_session_ended(message.get("error", "not a message of the protocol"))


def on_event(event):
    if event.has_name("kurentopeer/connected"):
        print("connected", flush=True)
    elif event.has_name("kurentopeer/disconnected"):
        print("disconnected", event.get_string("reason"), flush=True)
    elif event.has_name("kurentopeer/peer-error"):
        print("peer-error", event.get_string("text"), flush=True)


def main(uri="ws://127.0.0.1:8080/call", description=PIPELINE):
    Gst.init(None)
    loop = GLib.MainLoop()
    pipeline = Gst.parse_launch(description)
    pipeline.get_by_name("peer").set_property("signaller", WebSocketSignaller(uri))
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::element", lambda _, message: on_event(message.get_structure()))
    bus.connect("message::error", lambda _, message: (print(message.parse_error().gerror.message), loop.quit()))
    bus.connect("message::latency", lambda *_: pipeline.recalculate_latency())
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)


main(*sys.argv[1:])
