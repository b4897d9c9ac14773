#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A chat with whoever opens the page: chat.js [SIGNALLER-URI]
//
// Each line of the standard input is a message on the data channel, and each message that comes is a line of the standard
// output. No media. Lines are read once somebody is there; the chat ends with the visit after the end of the input.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Gst from 'gi://Gst?version=1.0';
import GstKurento from 'gi://GstKurento?version=1.0';
import System from 'system';

Gst.init(null);
Gio._promisify(Gio.DataInputStream.prototype, 'read_line_async', 'read_line_finish_utf8');

class Chat {
  #loop = new GLib.MainLoop(null, false);
  #lines = Gio.DataInputStream.new(Gio.UnixInputStream.new(0, false));
  #pipeline = new Gst.Pipeline();
  #peer = Gst.ElementFactory.make('kurentopeer', null);
  #adapter;
  #ended = false;

  constructor(uri) {
    this.#peer.media_constraints = '{"audio":false,"video":false}';
    this.#peer.signaller_uri = uri;
    this.#pipeline.add(this.#peer);

    // The peer emits its signals in a thread of its own, where JavaScript cannot run; the adapter brings them here.
    this.#adapter = GstKurento.PeerSignalAdapter.new(this.#peer, null);
    this.#adapter.connect('server-event', (_, name, json) => printerr(name, json));
    this.#adapter.connect('data-channel-open', (_, label) => this.#onOpen(label));
    this.#adapter.connect('data-channel-message', (_, label, data, isText) =>
      print(isText ? new TextDecoder().decode(data.toArray()) : `${data.get_size()} bytes`));
    this.#adapter.connect('disconnected', (_, reason) => this.#onDisconnected(reason));
    this.#adapter.connect('peer-error', (_, error) => printerr(error.message));
    const bus = this.#pipeline.get_bus();
    bus.add_signal_watch();
    bus.connect('message::error', (_, message) => {
      printerr(message.parse_error()[0].message);
      this.#loop.quit();
    });
  }

  #onOpen(label) {
    printerr('open:', label);
    if (!this.#ended && !this.#lines.has_pending())
      this.#readLines().catch((error) => printerr(error.message)).finally(() => (this.#ended = true));
  }

  #onDisconnected(reason) {
    printerr('disconnected:', reason);
    if (this.#ended)
      this.#loop.quit();
  }

  async #readLines() {
    for (;;) {
      const [line] = await this.#lines.read_line_async(GLib.PRIORITY_DEFAULT, null);
      if (line === null)
        return;
      try {
        this.#peer.send_string(null, line);
      } catch (error) {
        printerr(error.message);
      }
    }
  }

  run() {
    this.#pipeline.set_state(Gst.State.PLAYING);
    this.#loop.run();
    this.#pipeline.set_state(Gst.State.NULL);
  }
}

new Chat(System.programArgs[0] ?? 'serve+http://127.0.0.1:8080/').run();
