#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a pipeline as gst-launch-1.0 does, and lets the tests talk to its element "p".

Each message of the element goes out as a line of JSON, received data too; each line that comes in is sent as a string, but
for "/snapshot TYPE", which answers with an image of what comes.
"""

import base64
import json
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst


def say(**fields):
    print(json.dumps(fields), flush=True)


def plain(value):
    if isinstance(value, GLib.Error):
        return {"domain": value.domain, "code": value.code, "message": value.message}
    if value is None or isinstance(value, (str, int)):
        return value
    return type(value).__name__


def fields_of(structure):
    names = [structure.nth_field_name(i) for i in range(structure.n_fields())]
    return {name: plain(structure.get_value(name)) for name in names}


def on_message(_bus, message, pipeline, loop):
    if message.type == Gst.MessageType.ERROR:
        error, debug = message.parse_error()
        say(event="error", message=error.message, debug=debug)
        loop.quit()
    elif message.type == Gst.MessageType.EOS:
        say(event="eos")
        loop.quit()
    elif message.type == Gst.MessageType.LATENCY:
        pipeline.recalculate_latency()
    elif message.type == Gst.MessageType.ELEMENT and message.get_structure().get_name().startswith("kurentopeer/"):
        structure = message.get_structure()
        say(event=structure.get_name().removeprefix("kurentopeer/"), **fields_of(structure))


def on_data(_peer, label, data, is_text):
    say(event="data", label=label, text=data.get_data().decode() if is_text else None, size=data.get_size())


def take_snapshot(peer, caps):
    frame = peer.emit("get-current-frame", caps)
    data = frame.get_buffer().extract_dup(0, frame.get_buffer().get_size()) if frame else b""
    say(event="snapshot", image=base64.b64encode(data).decode())


def on_line(channel, _condition, peer, loop):
    line = channel.readline()
    if not line:
        loop.quit()
        return False
    if line.startswith("/snapshot "):
        take_snapshot(peer, Gst.Caps.from_string(line.split()[1]))
        return True
    say(event="sent", ok=peer.emit("send-string", None, line.rstrip("\n")))
    return True


def main():
    Gst.init(None)
    pipeline = Gst.parse_launch(sys.argv[1])
    peer = pipeline.get_by_name("p")
    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_message, pipeline, loop)
    peer.connect("data-channel-message", on_data)
    GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_line, peer, loop)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    say(event="stopped")


main()
