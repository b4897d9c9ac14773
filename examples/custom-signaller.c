/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A signalling protocol of your own: custom-signaller [URI [PIPELINE]]
 *
 * The signaller joins a WebSocket that call-browser.py, .js or .c serves. So start one of them, and this in the place of
 * the browser.
 *
 * cc custom-signaller.c web-socket-signaller.c call-message.c run.c -o custom-signaller \
 *   $(pkg-config --cflags --libs gstreamer-kurentopeer-1.0 libsoup-3.0 json-glib-1.0) */
#include "run.h"
#include "web-socket-signaller.h"

#define PIPELINE                                                                                             \
  "kurentopeer name=peer "                                                                                   \
  "videotestsrc is-live=true pattern=ball ! peer.  audiotestsrc is-live=true wave=ticks ! peer. "            \
  "peer.video_src_0 ! videoconvert ! autovideosink "                                                         \
  "peer.audio_src_0 ! audioconvert ! audioresample ! autoaudiosink"

int
main (int argc, char **argv)
{
  g_autoptr (GstKurentoSignaller) signaller = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) peer = NULL;
  g_autoptr (GError) error = NULL;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch (argc > 2 ? argv[2] : PIPELINE, &error);
  if (error)
    {
      g_print ("%s\n", error->message);
      return 1;
    }

  peer = gst_bin_get_by_name (GST_BIN (pipeline), "peer");
  signaller = web_socket_signaller_new (argc > 1 ? argv[1] : "ws://127.0.0.1:8080/call");
  g_object_set (peer, "signaller", signaller, NULL);
  run (pipeline);

  return 0;
}
