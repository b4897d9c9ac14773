#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A pipeline calls a browser: call-browser.js [PORT [PIPELINE [PAGE]]]
//
// The application signals: a page that opens the WebSocket /call gets {"offer": sdp}, sends {"answer": sdp}, and both
// send {"candidate": {...}}. What the page says on the data channel is said back to it.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Gst from 'gi://Gst?version=1.0';
import GstKurento from 'gi://GstKurento?version=1.0';
import Soup from 'gi://Soup?version=3.0';
import System from 'system';

const PIPELINE = `kurentopeer name=peer data-channels=true
    videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1 ! peer.
    audiotestsrc is-live=true volume=0.2 ! peer.
    peer.video_src_0 ! videoconvert ! autovideosink
    peer.audio_src_0 ! audioconvert ! audioresample ! autoaudiosink`;
const PAGE = GLib.filename_from_uri(import.meta.url)[0].replace(/js$/, 'html');

Gst.init(null);
for (const action of ['generate_offer', 'process_answer', 'add_ice_candidate'])
  Gio._promisify(GstKurento.Peer.prototype, `${action}_async`, `${action}_finish`);

function send(socket, message) {
  if (socket?.get_state() === Soup.WebsocketState.OPEN)
    socket.send_text(JSON.stringify(message));
}

class Caller {
  #peer;
  #adapter;
  #socket = null; // of the page that got the offer

  constructor(peer) {
    this.#peer = peer;
    // The peer emits its signals in a thread of its own, where JavaScript cannot run; the adapter brings them here.
    this.#adapter = GstKurento.PeerSignalAdapter.new(peer, null);
    this.#adapter.connect('ice-candidate', (_, candidate, sdpMLineIndex, sdpMid) =>
      send(this.#socket, {candidate: {candidate, sdpMLineIndex, sdpMid}}));
    this.#adapter.connect('data-channel-message', (_, label, data, isText) =>
      isText && peer.send_string(label, `You said: ${new TextDecoder().decode(data.toArray())}`));
    for (const name of ['connected', 'disconnected', 'peer-error'])
      this.#adapter.connect(name, (_, ...args) => print(name, ...args));
  }

  async call(socket) {
    socket.connect('message', (_, type, data) =>
      this.#receive(socket, data).catch((error) => send(socket, {error: error.message})));
    const offer = await this.#peer.generate_offer_async(null);
    if (this.#socket?.get_state() === Soup.WebsocketState.OPEN)
      this.#socket.close(Soup.WebsocketCloseCode.NORMAL, 'somebody else is called');
    this.#socket = socket;
    send(socket, {offer});
  }

  async #receive(socket, data) {
    if (socket !== this.#socket)
      return;
    const {answer, candidate} = JSON.parse(new TextDecoder().decode(data.toArray()));
    if (answer)
      await this.#peer.process_answer_async(answer, null);
    else if (candidate)
      await this.#peer.add_ice_candidate_async(candidate.candidate, candidate.sdpMLineIndex, candidate.sdpMid, null);
  }
}

const [port = 8080, description = PIPELINE, page = PAGE] = System.programArgs;
const loop = new GLib.MainLoop(null, false);
const pipeline = Gst.parse_launch(description);
const caller = new Caller(pipeline.get_by_name('peer'));
const bus = pipeline.get_bus();

bus.add_signal_watch();
bus.connect('message::error', (_, message) => {
  print(message.parse_error()[0].message);
  loop.quit();
});
bus.connect('message::latency', () => pipeline.recalculate_latency());

const server = new Soup.Server();
server.listen_local(Number(port), Soup.ServerListenOptions.IPV4_ONLY);
const address = server.get_uris()[0].to_string();
server.add_handler('/', (_, message) => {
  message.set_status(200, null);
  message.set_response('text/html', Soup.MemoryUse.COPY, GLib.file_get_contents(page)[1]);
});
server.add_websocket_handler('/call', address.replace(/\/$/, ''), null, (_, message, path, socket) =>
  caller.call(socket).catch((error) => send(socket, {error: error.message})));

GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 2, () => loop.quit());
pipeline.set_state(Gst.State.PLAYING);
print(`Open ${address} in a browser. Ctrl-C ends.`);
loop.run();
pipeline.set_state(Gst.State.NULL);
