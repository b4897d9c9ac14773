// SPDX-License-Identifier: LGPL-2.1-or-later
// A call with media and data by the plugin alone: factories, action signals, and everything else on the bus. A promise is
// answered in a thread of the peer, where JavaScript cannot run, so that answers are taken from the bus, too.
import GLib from 'gi://GLib';
import Gst from 'gi://Gst?version=1.0';
import System from 'system';

Gst.init(null);

const DEADLINE = 30; // s

function check(truth, what) {
  if (!truth)
    throw new Error(what);
}

function waitFor(what, isDone) {
  let late = false;
  const source = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, DEADLINE, () => {
    late = true;
    return GLib.SOURCE_CONTINUE;
  });
  while (!isDone() && !late)
    GLib.MainContext.default().iteration(true);
  GLib.source_remove(source);
  check(!late, what);
}

// A peer that sends one colour, and measures how bright what it gets is.
class End {
  events = [];
  brightness = -1;
  #pipeline;

  constructor(pattern) {
    this.#pipeline = Gst.parse_launch(`kurentopeer name=peer data-channels=true post-data-messages=true
      videotestsrc is-live=true pattern=${pattern} ! video/x-raw,width=160,height=120,framerate=15/1 ! peer.
      audiotestsrc is-live=true ! peer.
      peer.video_src_0 ! videoconvert ! videoanalyse ! fakesink  peer.audio_src_0 ! fakesink`);
    this.peer = this.#pipeline.get_by_name('peer');
    const bus = this.#pipeline.get_bus();
    bus.add_signal_watch();
    bus.connect('message::element', (_, message) => this.#onEvent(message.get_structure()));
    bus.connect('message::error', (_, message) => this.events.push(`error: ${message.parse_error()[0].message}`));
    bus.connect('message::latency', () => this.#pipeline.recalculate_latency());
    this.setState(Gst.State.PLAYING);
  }

  #onEvent(event) {
    if (event.has_name('GstVideoAnalyse'))
      this.brightness = event.get_double('luma-average')[1];
    else
      this.events.push(event);
  }

  setState(state) {
    this.#pipeline.set_state(state);
  }

  // What the first event of that name carries.
  wait(name, field = null) {
    const find = () => this.events.find((event) => event.has_name?.(`kurentopeer/${name}`));
    waitFor(name, find);
    return field && find().get_value(field);
  }
}

const [caller, callee] = [new End('white'), new End('black')];

caller.peer.emit('generate-offer', null);
callee.peer.emit('process-offer', caller.wait('offer-created', 'sdp'), null);
caller.peer.emit('process-answer', callee.wait('answer-created', 'sdp'), null);
callee.peer.emit('add-ice-candidate', '', 0, null, null);
[caller, callee].forEach((end) => end.wait('connected'));
[caller, callee].forEach((end) => end.wait('data-channel-open'));

check(caller.peer.emit('send-string', null, '¿Qué tal?'), 'send-string');
check(callee.peer.emit('send-data', null, GLib.Bytes.new([0, 1, 2])), 'send-data');
check(new TextDecoder().decode(callee.wait('data-channel-message', 'data').toArray()) === '¿Qué tal?', 'a string');
check(callee.wait('data-channel-message', 'is-text'), 'is-text');
check(caller.wait('data-channel-message', 'data').toArray().join() === '0,1,2', 'bytes');
check(!caller.wait('data-channel-message', 'is-text'), 'is not text');
waitFor('white', () => callee.brightness > 0.8);
waitFor('black', () => caller.brightness >= 0 && caller.brightness < 0.2);

const promise = Gst.Promise.new(); // which may be waited for, where nothing else has to go on
caller.peer.emit('process-offer', 'no SDP', promise);
check(promise.wait() === Gst.PromiseResult.REPLIED, 'the answer');
check(promise.get_reply().get_value('error').message.includes('SDP'), 'the error');
caller.peer.emit('close', null);
callee.wait('disconnected');
[caller, callee].forEach((end) => end.setState(Gst.State.NULL));
check(![...caller.events, ...callee.events].some((event) => typeof event === 'string'), 'no error');
System.exit(0);
