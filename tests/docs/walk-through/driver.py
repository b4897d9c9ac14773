# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs the pieces of the page against another peer of the same process.
import sys

# THE PAGE

loop = GLib.MainLoop()
other = Gst.ElementFactory.make("kurentopeer")
other.set_property("send-source", GstKurento.SendSource.TEST)
other_adapter = GstKurento.PeerSignalAdapter.new(other, None)
seen = set()


def see(what):
    seen.add(what)
    if seen >= {"picture", "message", "answer to the message"}:
        loop.quit()


def on_error(error):
    sys.exit(error.message)


def send_offer_to_remote_peer(sdp, callback):
    other.process_offer_async(sdp, None, lambda other, result: callback(other.process_offer_finish(result)))


def send_candidate_to_remote_peer(candidate):
    other.add_ice_candidate_async(
        candidate["candidate"], candidate["sdpMLineIndex"], candidate["sdpMid"], None, None)


def on_open():
    send()


def on_message(data):
    assert data == b"thanks", data
    see("answer to the message")


def on_other_message(_adapter, label, data, _is_text):
    assert label == "chat", label
    print("said:", data.get_data().decode(), flush=True)
    other.send_string(None, "thanks")
    see("message")


def on_event(_bus, message):
    if message.get_structure().has_name("kurentopeer/stream-added"):
        see("picture")


other_adapter.connect("data-channel-message", on_other_message)
other_adapter.connect("ice-candidate", lambda _, candidate, index, mid: on_remote_candidate(
    {"candidate": candidate, "sdpMLineIndex": index, "sdpMid": mid}))
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message::element", on_event)
pipeline.get_bus().connect("message::error", lambda _, message: on_error(message.parse_error().gerror))
GLib.timeout_add_seconds(40, lambda: sys.exit(f"only {seen}"))
other.set_state(Gst.State.PLAYING)
add_data_channel()
start()
loop.run()
dispose()
other.set_state(Gst.State.NULL)
