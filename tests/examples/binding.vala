// SPDX-License-Identifier: LGPL-2.1-or-later
// The binding for Vala: properties, an asynchronous method, an error of our domain, an event.

async void ask (GstKurento.Peer peer) {
  try {
    yield peer.process_answer_async ("v=0", null);
  } catch (GstKurento.Error.INVALID_STATE error) {
    print ("refused\n");
  } catch (Error error) {
    print ("%s\n", error.message);
  }

  try {
    string offer = yield peer.generate_offer_async (null);
    print ("%s\n", offer.substring (0, 3));
  } catch (Error error) {
    print ("%s\n", error.message);
  }
}

int main (string[] args) {
  Gst.init (ref args);
  var loop = new MainLoop ();
  var peer = (GstKurento.Peer) Gst.ElementFactory.make ("kurentopeer", null);
  int missing = 2;
  var adapter = new GstKurento.PeerSignalAdapter (peer, null);

  peer.send_source = GstKurento.SendSource.TEST;
  adapter.offer_created.connect ((sdp) => {
    print ("offer-created\n");
    if (--missing == 0)
      loop.quit ();
  });
  peer.set_state (Gst.State.PLAYING);
  ask.begin (peer, () => {
    if (--missing == 0)
      loop.quit ();
  });
  loop.run ();
  peer.set_state (Gst.State.NULL);

  return 0;
}
