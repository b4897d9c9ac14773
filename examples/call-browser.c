/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A pipeline calls a browser: call-browser [PORT [PIPELINE [PAGE]]]
 *
 * The application signals: a page that opens the WebSocket /call gets {"offer": sdp}, sends {"answer": sdp}, and both
 * send {"candidate": {...}}. What the page says on the data channel is said back to it.
 *
 * cc call-browser.c call-page.c call-message.c run.c -o call-browser \
 *   $(pkg-config --cflags --libs gstreamer-kurentopeer-1.0 libsoup-3.0 json-glib-1.0) */
#include <gst/kurentopeer/kurentopeer.h>

#include "call-message.h"
#include "call-page.h"
#include "run.h"

#define PIPELINE                                                                                             \
  "kurentopeer name=peer data-channels=true "                                                                \
  "videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=30/1 ! peer. "                     \
  "audiotestsrc is-live=true volume=0.2 ! peer. "                                                            \
  "peer.video_src_0 ! videoconvert ! autovideosink "                                                         \
  "peer.audio_src_0 ! audioconvert ! audioresample ! autoaudiosink"

static GstKurentoPeer *peer;
static SoupWebsocketConnection *page; /* that got the offer, or NULL */

static void
offer_cb (GObject *source, GAsyncResult *result, gpointer socket)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *offer = gst_kurento_peer_generate_offer_finish (peer, result, &error);

  if (page && soup_websocket_connection_get_state (page) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (page, SOUP_WEBSOCKET_CLOSE_NORMAL, "somebody else is called");
  g_clear_object (&page);
  page = socket;
  call_message_send (page, offer ? "offer" : "error", offer ? offer : error->message);
}

typedef gboolean (*Finish) (GstKurentoPeer *self, GAsyncResult *result, GError **error);

static void
done_cb (GObject *source, GAsyncResult *result, gpointer finish)
{
  g_autoptr (GError) error = NULL;

  if (!((Finish)finish) (peer, result, &error))
    call_message_send (page, "error", error->message);
}

static void
socket_message_cb (SoupWebsocketConnection *socket, int type, GBytes *data)
{
  g_autoptr (CallMessage) message = call_message_new (data);

  if (socket == page && message->answer)
    gst_kurento_peer_process_answer_async (peer, message->answer, NULL, done_cb,
                                           gst_kurento_peer_process_answer_finish);
  else if (socket == page && message->candidate)
    gst_kurento_peer_add_ice_candidate_async (peer, message->candidate, message->sdp_mline_index,
                                              message->sdp_mid, NULL, done_cb,
                                              gst_kurento_peer_add_ice_candidate_finish);
}

static void
socket_cb (SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *socket,
           gpointer user_data)
{
  g_signal_connect (socket, "message", G_CALLBACK (socket_message_cb), NULL);
  gst_kurento_peer_generate_offer_async (peer, NULL, offer_cb, g_object_ref (socket));
}

/* The adapter emits the signals of the peer in the main loop; those of the peer itself come in a thread of its own. */

static void
ice_candidate_cb (GstKurentoPeerSignalAdapter *adapter, const gchar *candidate, guint index, const gchar *mid)
{
  call_message_send_candidate (page, candidate, index, mid);
}

static void
message_cb (GstKurentoPeerSignalAdapter *adapter, const gchar *label, GBytes *data, gboolean is_text)
{
  g_autofree gchar *text = g_strdup_printf ("You said: %.*s", (int)g_bytes_get_size (data),
                                            (const gchar *)g_bytes_get_data (data, NULL));

  if (is_text)
    gst_kurento_peer_send_string (peer, label, text, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GstKurentoPeerSignalAdapter) adapter = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *address = NULL;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch (argc > 2 ? argv[2] : PIPELINE, &error);
  if (pipeline)
    server = call_page_serve (argc > 1 ? atoi (argv[1]) : 8080, argc > 3 ? argv[3] : "call-browser.html",
                              socket_cb, &address, &error);
  if (!server)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  peer = GST_KURENTO_PEER (gst_bin_get_by_name (GST_BIN (pipeline), "peer"));
  adapter = gst_kurento_peer_signal_adapter_new (peer, NULL);
  g_signal_connect (adapter, "ice-candidate", G_CALLBACK (ice_candidate_cb), NULL);
  g_signal_connect (adapter, "data-channel-message", G_CALLBACK (message_cb), NULL);
  g_print ("Open %s in a browser. Ctrl-C ends.\n", address);
  run (pipeline);
  g_clear_object (&page);
  gst_object_unref (peer);

  return 0;
}
