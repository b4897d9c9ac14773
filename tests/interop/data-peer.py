#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An element with data only that says back, by its pads, what comes on its default channel.

The argument is its data-channel-config. A line that comes in is a JSON list of an action and its arguments; what is
answered, and each message of the element, goes out as a line of JSON.
"""

import json
import signal
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst


lock = threading.Lock()


def say(**fields):
    with lock:
        print(json.dumps(fields), flush=True)


def on_answer(promise, action):
    reply = promise.get_reply()
    error = reply.get_value("error") if reply.has_field("error") else None
    say(event=action, sdp=reply.get_string("sdp"), error=error and error.message)


def on_message(_bus, message, loop):
    if message.type == Gst.MessageType.ERROR:
        say(event="error", message=message.parse_error()[0].message)
        loop.quit()
    elif message.type == Gst.MessageType.ELEMENT and message.get_structure().get_name().startswith("kurentopeer/"):
        structure = message.get_structure()
        say(event=structure.get_name().removeprefix("kurentopeer/"), label=structure.get_string("label"),
            text=structure.get_string("text"))


def on_line(channel, _condition, peer, loop):
    line = channel.readline()
    if not line:
        loop.quit()
        return False
    action, *arguments = json.loads(line)
    peer.emit(action, *arguments, Gst.Promise.new_with_change_func(on_answer, action))
    return True


def main():
    Gst.init(None)
    pipeline = Gst.parse_launch("kurentopeer name=p p.data_src_0 ! queue ! p.data_sink_0")
    peer = pipeline.get_by_name("p")
    peer.set_property("media-constraints", '{"audio":false,"video":false}')
    peer.set_property("data-channel-config", sys.argv[1])
    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_message, loop)
    GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_line, peer, loop)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    say(event="plays", url="http://127.0.0.1:1/")
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    say(event="stopped")


main()
