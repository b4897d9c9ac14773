#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A signalling protocol of your own: custom-signaller.js [URI [PIPELINE]]
//
// The signaller joins a WebSocket that brings {"offer": sdp}, takes {"answer": sdp}, and has {"candidate": {...}} both
// ways: what call-browser.py, .js and .c serve. So start one of them, and this in the place of the browser.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gst from 'gi://Gst?version=1.0';
import GstKurento from 'gi://GstKurento?version=1.0';
import Soup from 'gi://Soup?version=3.0';
import System from 'system';

const PIPELINE = `kurentopeer name=peer
    videotestsrc is-live=true pattern=ball ! peer.  audiotestsrc is-live=true wave=ticks ! peer.
    peer.video_src_0 ! videoconvert ! autovideosink
    peer.audio_src_0 ! audioconvert ! audioresample ! autoaudiosink`;

Gst.init(null);

// The peer calls the functions in the main loop. It never offers, since the protocol has no offers of ours.
const WebSocketSignaller = GObject.registerClass({
  Implements: [GstKurento.Signaller],
}, class WebSocketSignaller extends GObject.Object {
  #uri;
  #session = new Soup.Session();
  #cancellable = null;
  #socket = null;

  constructor(uri) {
    super();
    this.#uri = uri;
  }

  vfunc_start() {
    const origin = this.#uri.replace('ws', 'http').replace(/\/[^/]*$/, '');
    const message = Soup.Message.new('GET', this.#uri);
    this.#cancellable = new Gio.Cancellable();
    this.#session.websocket_connect_async(message, origin, null, GLib.PRIORITY_DEFAULT, this.#cancellable,
      (_, result) => this.#onOpen(result));
  }

  vfunc_stop() {
    this.#cancellable.cancel();
    this.vfunc_end_session('the peer stops');
  }

  vfunc_send_answer(answer) {
    this.#send({answer});
  }

  vfunc_send_candidate(candidate, sdpMLineIndex, sdpMid) {
    this.#send({candidate: {candidate, sdpMLineIndex, sdpMid}});
  }

  vfunc_send_error(error) {
    this.vfunc_end_session(error.message);
  }

  vfunc_end_session(reason) {
    if (this.#socket?.get_state() === Soup.WebsocketState.OPEN)
      this.#socket.close(Soup.WebsocketCloseCode.NORMAL, reason.slice(0, 123));
  }

  #send(message) {
    if (this.#socket.get_state() === Soup.WebsocketState.OPEN)
      this.#socket.send_text(JSON.stringify(message));
  }

  #onOpen(result) {
    try {
      this.#socket = this.#session.websocket_connect_finish(result);
    } catch (error) {
      if (!this.#cancellable.is_cancelled())
        this.emit_failed(error);
      return;
    }
    this.#socket.connect('message', (_, type, data) => this.#onMessage(data));
    this.#socket.connect('closed', () => this.emit_session_ended('the other side has hung up'));
    this.emit_ready(null);
  }

  #onMessage(data) {
    const {offer, candidate, error} = JSON.parse(new TextDecoder().decode(data.toArray()));
    if (offer)
      this.emit_offer(offer);
    else if (candidate)
      this.emit_candidate(candidate.candidate, candidate.sdpMLineIndex, candidate.sdpMid);
    else
      this.emit_session_ended(error ?? 'not a message of the protocol');
  }
});

function printEvent(event) {
  if (event.has_name('kurentopeer/connected'))
    print('connected');
  else if (event.has_name('kurentopeer/disconnected'))
    print('disconnected', event.get_string('reason'));
  else if (event.has_name('kurentopeer/peer-error'))
    print('peer-error', event.get_string('text'));
}

const [uri = 'ws://127.0.0.1:8080/call', description = PIPELINE] = System.programArgs;
const loop = new GLib.MainLoop(null, false);
const pipeline = Gst.parse_launch(description);
const bus = pipeline.get_bus();

pipeline.get_by_name('peer').signaller = new WebSocketSignaller(uri);
bus.add_signal_watch();
bus.connect('message::element', (_, message) => printEvent(message.get_structure()));
bus.connect('message::error', (_, message) => {
  print(message.parse_error()[0].message);
  loop.quit();
});
bus.connect('message::latency', () => pipeline.recalculate_latency());
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 2, () => loop.quit());
pipeline.set_state(Gst.State.PLAYING);
loop.run();
pipeline.set_state(Gst.State.NULL);
