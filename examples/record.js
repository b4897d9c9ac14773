#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Records a visitor: record.js FILE [SIGNALLER-URI]
//
// What the browser sends goes into FILE (.webm, .mkv or .mp4) as it comes: nothing is decoded or encoded again. The file
// is complete when the visitor leaves, or with Ctrl-C.

import GLib from 'gi://GLib';
import Gst from 'gi://Gst?version=1.0';
import System from 'system';

const FORMATS = { // a muxer, and the codec that the browser is asked for
  webm: ['webmmux offset-to-zero=true', 'VP8'],
  mkv: ['matroskamux offset-to-zero=true', 'H264'],
  mp4: ['mp4mux', 'H264'],
};

class Recorder {
  #loop = new GLib.MainLoop(null, false);
  #status = 0;
  #pipeline;

  constructor(file, uri) {
    const [muxer, codec] = FORMATS[file.split('.').at(-1)];
    this.#pipeline = Gst.parse_launch(`${muxer} name=mux ! filesink name=file
      kurentopeerrecvonly name=peer output=encoded video-codecs=${codec} audio-codecs=OPUS signaller-uri=${uri}
      peer.video_src_0 ! queue ! mux.video_0  peer.audio_src_0 ! queue ! mux.audio_0`);
    this.#pipeline.get_by_name('file').location = file;

    const bus = this.#pipeline.get_bus();
    bus.add_signal_watch();
    bus.connect('message::element', (_, message) => this.#onEvent(message.get_structure()));
    bus.connect('message::latency', () => this.#pipeline.recalculate_latency());
    bus.connect('message::error', (_, message) => this.#fail(message.parse_error()[0]));
    bus.connect('message::eos', () => this.#loop.quit());
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 2, () => this.#finish());
  }

  #onEvent(event) {
    if (event.has_name('kurentopeer/server-event'))
      print(event.get_string('name'), event.get_string('json'));
    else if (event.has_name('kurentopeer/connected'))
      print('recording');
    else if (event.has_name('kurentopeer/disconnected'))
      this.#finish();
  }

  // The muxer completes the file, and then comes EOS.
  #finish() {
    this.#pipeline.send_event(Gst.Event.new_eos());
    return GLib.SOURCE_CONTINUE;
  }

  #fail(error) {
    printerr(error.message);
    this.#status = 1;
    this.#loop.quit();
  }

  run() {
    this.#pipeline.set_state(Gst.State.PLAYING);
    this.#loop.run();
    this.#pipeline.set_state(Gst.State.NULL);
    return this.#status;
  }
}

const [file, uri = 'serve+http://127.0.0.1:8080/'] = System.programArgs;

Gst.init(null);
System.exit(new Recorder(file, uri).run());
