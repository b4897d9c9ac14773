#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pipeline, the argument, with an element "p" whose application signals: each line that comes in is a request, [action,
argument], and each answer goes out as a line of JSON, as does the size of the pictures that come to "v" when it changes."""

import json
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst


def say(**fields):
    """From any thread: a line at once, or two would mix."""
    print(json.dumps(fields) + "\n", end="", flush=True)


def on_message(_bus, message, loop):
    if message.type == Gst.MessageType.ERROR:
        error, debug = message.parse_error()
        say(event="error", message=error.message, debug=debug)
        loop.quit()
    elif message.type == Gst.MessageType.ELEMENT and message.get_structure().get_name().startswith("kurentopeer/"):
        say(event=message.get_structure().get_name().removeprefix("kurentopeer/"))


def on_answer(promise, action, *_):
    reply = promise.get_reply()
    error = reply.get_value("error") if reply and reply.has_field("error") else None
    say(event=f"{action}-done", sdp=reply.get_string("sdp") if reply else None,
        stats=json.loads(reply.get_string("json")) if reply and reply.has_field("json") else None,
        error=error.message if error else None)


class Sizes:
    last = None

    def on_picture(self, _sink, _data, pad):
        caps = pad.get_current_caps().get_structure(0)
        size = [caps.get_value("width"), caps.get_value("height")]
        if size != self.last:
            self.last = size
            say(event="size", size=size)


def on_line(channel, _condition, peer, loop):
    line = channel.readline()
    if not line:
        loop.quit()
        return False
    action, argument = json.loads(line)
    arguments = [] if argument is None else [argument]
    peer.emit(action, *arguments, Gst.Promise.new_with_change_func(on_answer, action))
    return True


def main():
    Gst.init(None)
    pipeline = Gst.parse_launch(sys.argv[1])
    peer = pipeline.get_by_name("p")
    view = pipeline.get_by_name("v")
    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_message, loop)
    if view:
        view.set_property("signal-handoffs", True)
        view.connect("handoff", Sizes().on_picture)
    GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_line, peer, loop)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    say(event="plays", url="http://127.0.0.1:1/")
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    say(event="stopped")


main()
