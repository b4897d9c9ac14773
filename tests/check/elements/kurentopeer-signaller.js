// SPDX-License-Identifier: LGPL-2.1-or-later
// A signaller written in JavaScript: two peers call each other by it, and it hears of errors.
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gst from 'gi://Gst?version=1.0';
import GstKurento from 'gi://GstKurento?version=1.0';
import System from 'system';

Gst.init(null);

const DEADLINE = 30; // s
const {Error: Code, Signaller} = GstKurento;

// Passes everything to another one, and writes it down.
const MemorySignaller = GObject.registerClass({
  Implements: [Signaller],
}, class MemorySignaller extends GObject.Object {
  other = null;
  calls = [];

  seen(name) {
    return this.calls.filter((call) => call[0] === name).map((call) => call.slice(1));
  }

  vfunc_start() {
    this.calls.push(['start']);
    this.emit_ready('memory:here');
  }

  vfunc_stop() {
    this.calls.push(['stop']);
  }

  vfunc_send_offer(sdp) {
    this.calls.push(['offer', sdp]);
    this.other.emit_offer(sdp);
  }

  vfunc_send_answer(sdp) {
    this.calls.push(['answer', sdp]);
    this.other.emit_answer(sdp);
  }

  vfunc_send_candidate(candidate, sdpMLineIndex, sdpMid) {
    this.calls.push(['candidate', candidate, sdpMLineIndex, sdpMid]);
    this.other.emit_candidate(candidate, sdpMLineIndex, sdpMid);
  }

  vfunc_send_error(error) {
    this.calls.push(['error', error]);
  }

  vfunc_refuse(error) {
    this.calls.push(['refuse', error]);
  }

  vfunc_end_session(reason) {
    this.calls.push(['end', reason]);
    this.other.emit_session_ended(reason);
  }
});

class End {
  signaller = new MemorySignaller();
  peer = Gst.ElementFactory.make('kurentopeer', null);
  events = [];
  #pipeline = new Gst.Pipeline();

  constructor() {
    const bus = this.#pipeline.get_bus();
    this.peer.send_source = GstKurento.SendSource.TEST;
    this.peer.signaller = this.signaller;
    this.#pipeline.add(this.peer);
    bus.add_signal_watch();
    bus.connect('message::element', (_, message) => this.events.push(message.get_structure().get_name()));
    bus.connect('message::error', (_, message) => this.events.push(message.parse_error()[0].message));
  }

  setState(state) {
    this.#pipeline.set_state(state);
  }

  told(name) {
    return this.events.includes(`kurentopeer/${name}`);
  }
}

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

function testCall(caller, callee) {
  caller.signaller.emit_session_requested();
  waitFor('both are connected', () => caller.told('connected') && callee.told('connected'));
  check(caller.told('server-event'), 'server-event');
  check(caller.peer.signaller === caller.signaller, 'the property');

  const [[offer]] = caller.signaller.seen('offer');
  check(offer.startsWith('v=0') && callee.signaller.seen('answer').length === 1, 'offer and answer');
}

// They are sent when they are found late, which cannot be relied on.
function testCandidates() {
  const signaller = new MemorySignaller();
  const heard = [];

  signaller.other = new MemorySignaller();
  signaller.other.connect('candidate', (_, ...args) => heard.push(args));
  signaller.send_candidate('candidate:1', 3, 'video0');
  signaller.send_candidate('', 0, null);
  check(JSON.stringify(signaller.seen('candidate')) === '[["candidate:1",3,"video0"],["",0,null]]', 'send_candidate');
  check(JSON.stringify(heard) === JSON.stringify(signaller.seen('candidate')), 'emit_candidate');
}

function testRefuse(caller, callee) {
  const [[offer]] = caller.signaller.seen('offer');
  callee.signaller.emit_offer(offer.replace(/a=ice-ufrag:\S+/g, 'a=ice-ufrag:another'));
  waitFor('the change is refused', () => callee.signaller.seen('refuse').length > 0);
  const [[error]] = callee.signaller.seen('refuse');
  check(error.matches(GstKurento.error_quark(), Code.NEGOTIATION), error.message);
}

function testErrors(end) {
  end.signaller.emit_offer('no SDP');
  waitFor('the error is sent', () => end.signaller.seen('error').length > 0);
  const [[error]] = end.signaller.seen('error');
  check(error.matches(GstKurento.error_quark(), Code.INVALID_ARGUMENT), error.message);

  end.signaller.emit_failed(GLib.Error.new_literal(GstKurento.error_quark(), Code.SIGNALLING, 'no server'));
  waitFor('an error of the pipeline', () => end.events.includes('no server'));
}

const ends = [new End(), new End()];
const [caller, callee] = ends;

[caller.signaller.other, callee.signaller.other] = [callee.signaller, caller.signaller];
testCandidates();
ends.forEach((end) => end.setState(Gst.State.PLAYING));
waitFor('both start', () => ends.every(({signaller}) => signaller.seen('start').length > 0));
testCall(caller, callee);
testRefuse(caller, callee);
caller.peer.emit('close', null);
waitFor('the callee hears of the end', () => callee.told('disconnected'));
waitFor('the signaller is stopped', () => caller.signaller.seen('stop').length > 0);
testErrors(callee);
ends.forEach((end) => end.setState(Gst.State.NULL));
waitFor('the other signaller is stopped', () => callee.signaller.seen('stop').length > 0);
System.exit(0);
