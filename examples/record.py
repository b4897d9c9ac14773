#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records a visitor: record.py FILE [SIGNALLER-URI]

What the browser sends goes into FILE (.webm, .mkv or .mp4) as it comes: nothing is decoded or encoded again. The file is
complete when the visitor leaves, or with Ctrl-C."""
import signal
import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

FORMATS = {  # a muxer, and the codec that the browser is asked for
    ".webm": ("webmmux offset-to-zero=true", "VP8"),
    ".mkv": ("matroskamux offset-to-zero=true", "H264"),
    ".mp4": ("mp4mux", "H264"),
}


class Recorder:
    def __init__(self, file, uri):
        muxer, codec = FORMATS[Path(file).suffix]
        self.status = 0
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(f"""{muxer} name=mux ! filesink name=file
            kurentopeerrecvonly name=peer output=encoded video-codecs={codec} audio-codecs=OPUS signaller-uri={uri}
            peer.video_src_0 ! queue ! mux.video_0  peer.audio_src_0 ! queue ! mux.audio_0""")
        self.pipeline.get_by_name("file").props.location = file

        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::element", self.on_event)
        bus.connect("message::latency", lambda *_: self.pipeline.recalculate_latency())
        bus.connect("message::error", self.on_error)
        bus.connect("message::eos", lambda *_: self.loop.quit())
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, self.finish)

    def on_event(self, _bus, message):
        event = message.get_structure()
        if event.has_name("kurentopeer/server-event"):
            print(event.get_string("name"), event.get_string("json"), flush=True)
        elif event.has_name("kurentopeer/connected"):
            print("recording", flush=True)
        elif event.has_name("kurentopeer/disconnected"):
            self.finish()

    def finish(self):
        """The muxer completes the file, and then comes EOS."""
        self.pipeline.send_event(Gst.Event.new_eos())
        return GLib.SOURCE_CONTINUE

    def on_error(self, _bus, message):
        print(message.parse_error().gerror.message, file=sys.stderr)
        self.status = 1
        self.loop.quit()

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        return self.status


def main(file, uri="serve+http://127.0.0.1:8080/"):
    Gst.init(None)
    return Recorder(file, uri).run()


sys.exit(main(*sys.argv[1:]))
