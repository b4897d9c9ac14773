#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pipeline calls a browser: call-browser.py [PORT [PIPELINE [PAGE]]]

The application signals: a page that opens the WebSocket /call gets {"offer": sdp}, sends {"answer": sdp}, and both
send {"candidate": {...}}. What the page says on the data channel is said back to it."""
import json
import signal
import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstKurento", "1.0")
gi.require_version("Soup", "3.0")
from gi.repository import GLib, Gst, GstKurento, Soup  # noqa: E402

PIPELINE = """kurentopeer name=peer data-channels=true
    videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1 ! peer.
    audiotestsrc is-live=true volume=0.2 ! peer.
    peer.video_src_0 ! videoconvert ! autovideosink
    peer.audio_src_0 ! audioconvert ! audioresample ! autoaudiosink"""


def send(socket, **message):
    if socket and socket.get_state() == Soup.WebsocketState.OPEN:
        socket.send_text(json.dumps(message))


class Caller:
    def __init__(self, peer):
        self.peer = peer
        self.socket = None  # of the page that got the offer
        # The peer emits its signals in a thread of its own; the adapter brings them to the main loop.
        self.adapter = GstKurento.PeerSignalAdapter.new(peer, None)
        self.adapter.connect("ice-candidate", self.on_ice_candidate)
        self.adapter.connect("data-channel-message", self.on_message)
        for name in "connected", "disconnected", "peer-error":
            self.adapter.connect(name, lambda _, *args, name=name: print(name, *args, flush=True))

    def on_socket(self, _server, _message, _path, socket):
        socket.connect("message", self.on_socket_message)
        self.peer.generate_offer_async(None, self.on_offer, socket)

    def on_offer(self, peer, result, socket):
        if self.socket and self.socket.get_state() == Soup.WebsocketState.OPEN:
            self.socket.close(Soup.WebsocketCloseCode.NORMAL, "somebody else is called")
        self.socket = socket
        try:
            send(socket, offer=peer.generate_offer_finish(result))
        except GLib.Error as error:
            send(socket, error=error.message)

    def on_ice_candidate(self, _adapter, candidate, sdp_mline_index, sdp_mid):
        send(self.socket, candidate={"candidate": candidate, "sdpMLineIndex": sdp_mline_index, "sdpMid": sdp_mid})

    def on_socket_message(self, socket, _type, data):
        message = json.loads(data.get_data()) if socket == self.socket else {}
        if "answer" in message:
            self.peer.process_answer_async(message["answer"], None, self.on_done, self.peer.process_answer_finish)
        elif "candidate" in message:
            candidate, index, mid = (message["candidate"][name] for name in ("candidate", "sdpMLineIndex", "sdpMid"))
            self.peer.add_ice_candidate_async(
                candidate, index, mid, None, self.on_done, self.peer.add_ice_candidate_finish)

    def on_done(self, _peer, result, finish):
        try:
            finish(result)
        except GLib.Error as error:
            send(self.socket, error=error.message)

    def on_message(self, _adapter, label, data, is_text):
        if is_text:
            self.peer.send_string(label, "You said: " + data.get_data().decode())


def main(port=8080, description=PIPELINE, page=Path(__file__).with_suffix(".html")):
    Gst.init(None)
    loop = GLib.MainLoop()
    pipeline = Gst.parse_launch(description)
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::error", lambda _, message: (print(message.parse_error().gerror), loop.quit()))
    bus.connect("message::latency", lambda *_: pipeline.recalculate_latency())
    server = Soup.Server()
    server.listen_local(int(port), Soup.ServerListenOptions.IPV4_ONLY)
    address = server.get_uris()[0].to_string()
    server.add_handler("/", lambda _, message, *__: (
        message.set_status(200, None), message.set_response("text/html", Soup.MemoryUse.COPY, Path(page).read_bytes())))
    server.add_websocket_handler("/call", address.rstrip("/"), None, Caller(pipeline.get_by_name("peer")).on_socket)
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    print(f"Open {address} in a browser. Ctrl-C ends.", flush=True)
    loop.run()
    pipeline.set_state(Gst.State.NULL)


main(*sys.argv[1:])
