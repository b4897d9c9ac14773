#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An element "p" whose application signals, and does as it is told.

Arguments: a pipeline as gst-launch-1.0 takes it, a JSON object of the element's properties, and how many per cent of the RTP
packets get lost, both ways, in some distance of each other. Each line that comes in is a
JSON list: "set", a property and its value; or an action and its arguments. Each event of the element goes out as a line of
JSON, what an action answers as "<action>-done", and the size of the pictures that come to
a sink "v", "v0", "v1" or "v2", when it changes, as "size".
"""

import json
import random
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst


def say(**fields):
    """From any thread: a line at once, or two would mix."""
    print(json.dumps(fields) + "\n", end="", flush=True)


def plain(value):
    return {"message": value.message} if isinstance(value, GLib.Error) else value if isinstance(value, str) else None


def on_answer(promise, action):
    reply = promise.get_reply()
    error = reply.get_value("error") if reply and reply.has_field("error") else None
    say(event=f"{action}-done", sdp=reply.get_string("sdp") if reply else None, error=error and error.message,
        code=error and error.code, stats=json.loads(reply.get_string("json")) if reply and reply.has_field("json") else None)


class Sizes:
    last = None

    def on_picture(self, sink, _data, pad):
        caps = pad.get_current_caps().get_structure(0)
        size = [caps.get_value("width"), caps.get_value("height")]
        if size != self.last:
            self.last = size
            say(event="size", sink=sink.get_name(), size=size)


class Loss:
    """SRTP gets lost, neither SRTCP nor what ICE and DTLS send; no two packets of one picture."""

    pads = {"nicesrc": "src", "nicesink": "sink"}
    distance = 15

    def __init__(self, percentage):
        self.percentage = percentage
        self.random = random.Random(42)
        self.since = {}

    def on_element(self, _pipeline, _bin, element):
        name = self.pads.get(element.get_factory().get_name()) if element.get_factory() else None
        if name:
            self.since[name] = 0
            element.get_static_pad(name).add_probe(Gst.PadProbeType.BUFFER, self.on_packet, name)

    def on_packet(self, _pad, info, name):
        first, second = info.get_buffer().extract_dup(0, 2)
        if first >> 6 != 2 or 192 <= second <= 223:
            return Gst.PadProbeReturn.OK
        self.since[name] += 1
        if self.since[name] <= self.distance or self.random.randrange(100) >= self.percentage:
            return Gst.PadProbeReturn.OK
        self.since[name] = 0
        return Gst.PadProbeReturn.DROP


def on_message(_bus, message, loop):
    if message.type == Gst.MessageType.ERROR:
        say(event="error", message=message.parse_error()[0].message)
        loop.quit()
    elif message.type == Gst.MessageType.ELEMENT and message.get_structure().get_name().startswith("kurentopeer/"):
        structure = message.get_structure()
        names = [structure.nth_field_name(i) for i in range(structure.n_fields())]
        say(event=structure.get_name().removeprefix("kurentopeer/"),
            **{name: plain(structure.get_value(name)) for name in names})


def on_line(channel, _condition, peer, loop):
    line = channel.readline()
    if not line:
        loop.quit()
        return False
    action, *arguments = json.loads(line)
    if action == "set":
        peer.set_property(*arguments)
    else:
        peer.emit(action, *arguments, Gst.Promise.new_with_change_func(on_answer, action))
    return True


def main():
    Gst.init(None)
    pipeline = Gst.parse_launch(sys.argv[1])
    peer = pipeline.get_by_name("p")
    for name, value in json.loads(sys.argv[2]).items():
        peer.set_property(name, value)
    if int(sys.argv[3]):
        pipeline.connect("deep-element-added", Loss(int(sys.argv[3])).on_element)
    for view in filter(None, map(pipeline.get_by_name, ("v", "v0", "v1", "v2"))):
        view.set_property("signal-handoffs", True)
        view.connect("handoff", Sizes().on_picture)
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
