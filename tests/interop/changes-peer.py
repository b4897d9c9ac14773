#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An element "p" whose application signals: each line that comes in is a request, [action, argument], and each event and
answer goes out as a line of JSON."""

import json
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

sources = {}


def say(**fields):
    """From any thread: a line at once, or two would mix."""
    print(json.dumps(fields) + "\n", end="", flush=True)


def plain(value):
    return {"message": value.message} if isinstance(value, GLib.Error) else value if isinstance(value, str) else None


def on_message(_bus, message, loop):
    if message.type == Gst.MessageType.ERROR:
        error, debug = message.parse_error()
        say(event="error", message=error.message, debug=debug)
        loop.quit()
    elif message.type == Gst.MessageType.ELEMENT and message.get_structure().get_name().startswith("kurentopeer/"):
        structure = message.get_structure()
        names = [structure.nth_field_name(i) for i in range(structure.n_fields())]
        say(event=structure.get_name().removeprefix("kurentopeer/"),
            **{name: plain(structure.get_value(name)) for name in names})


def on_answer(promise, action, *_):
    reply = promise.get_reply()
    error = reply.get_value("error") if reply and reply.has_field("error") else None
    say(event=f"{action}-done", sdp=reply.get_string("sdp") if reply else None, error=error.message if error else None)


def show(pad):
    """The picture or the sound goes to nowhere, but what comes is counted, and its middle is looked at."""
    if pad.get_name().startswith("video"):
        sink = Gst.parse_bin_from_description(
            "videoconvert ! videoscale ! video/x-raw,format=RGB,width=64,height=48 ! "
            "fakesink name=s async=false sync=false signal-handoffs=true", True)
        sink.get_by_name("s").connect("handoff", on_picture, pad.get_name())
    else:
        sink = Gst.parse_bin_from_description("fakesink async=false sync=false", True)
    pad.get_parent_element().get_parent().add(sink)
    sink.sync_state_with_parent()
    pad.link(sink.get_static_pad("sink"))


def on_picture(_sink, data, _pad, name):
    at = (24 * 64 + 32) * 3
    say(event="picture", pad=name, pixel=list(data.extract_dup(at, 3)))


def link_source(pipeline, pad, colour, width=160, height=120):
    source = Gst.parse_bin_from_description(
        f"videotestsrc is-live=true pattern=solid-color foreground-color={colour} ! "
        f"capsfilter caps=video/x-raw,width={width},height={height},framerate=15/1", True)
    pipeline.add(source)
    source.get_static_pad("src").link(pad)
    source.sync_state_with_parent()
    sources[pad.get_name()] = source


def drop_source(pipeline, name):
    sources[name].set_state(Gst.State.NULL)
    pipeline.remove(sources[name])


def add(pipeline, peer, colour):
    link_source(pipeline, peer.request_pad_simple("video_sink_%u"), colour)


def release(pipeline, peer, name):
    peer.release_request_pad(peer.get_static_pad(name))
    drop_source(pipeline, name)


def replace(pipeline, peer, name, colour, width, height):
    pad = peer.get_static_pad(name)
    source = pad.get_peer()
    source.add_probe(Gst.PadProbeType.BLOCK_DOWNSTREAM, lambda *_: Gst.PadProbeReturn.OK)
    source.unlink(pad)
    drop_source(pipeline, name)
    link_source(pipeline, pad, colour, width, height)


def on_line(channel, _condition, pipeline, peer, loop):
    line = channel.readline()
    if not line:
        loop.quit()
        return False
    action, argument = json.loads(line)
    if action == "add":
        add(pipeline, peer, argument)
    elif action == "release":
        release(pipeline, peer, argument)
    elif action == "replace":
        replace(pipeline, peer, *argument)
    elif action == "set":
        name, prop, value = argument
        peer.get_static_pad(name).set_property(prop, value)
    else:
        arguments = [] if argument is None else [argument]
        peer.emit(action, *arguments, Gst.Promise.new_with_change_func(on_answer, action))
    return True


def main():
    Gst.init(None)
    pipeline = Gst.Pipeline()
    peer = Gst.ElementFactory.make("kurentopeer", "p")
    peer.set_property("data-channels", True)
    pipeline.add(peer)
    add(pipeline, peer, 0xFFFF0000)
    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", on_message, loop)
    peer.connect("pad-added", lambda _peer, pad: show(pad) if pad.get_direction() == Gst.PadDirection.SRC else None)
    GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_line,
                      pipeline, peer, loop)
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    say(event="plays", url="http://127.0.0.1:1/")
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    say(event="stopped")


main()
