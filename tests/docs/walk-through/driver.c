/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs the pieces of the page against another peer of the same process. */
#include <gst/kurentopeer/kurentopeer.h>

typedef void (*AnswerFunc) (const gchar *sdp_answer);

static void on_error (const GError *error);
static void on_message (GBytes *data);
static void on_open (void);
static void send_offer_to_remote_peer (const gchar *sdp, AnswerFunc callback);
static void send_candidate_to_remote_peer (const gchar *candidate, guint sdp_mline_index,
                                           const gchar *sdp_mid);

/* THE PAGE */

static GstKurentoPeer *other;
static GMainLoop *loop;
static int n_missing = 3; /* a picture, a message, the answer to it */

static void
see (void)
{
  if (--n_missing == 0)
    g_main_loop_quit (loop);
}

static void
on_error (const GError *error)
{
  g_printerr ("%s\n", error->message);
  g_main_loop_quit (loop);
}

static void
on_message (GBytes *data)
{
  if (g_bytes_get_size (data) == strlen ("thanks"))
    see ();
}

static void
on_open (void)
{
  send_something ();
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer callback)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sdp = gst_kurento_peer_process_offer_finish (other, result, &error);

  if (error)
    on_error (error);
  else
    ((AnswerFunc)callback) (sdp);
}

static void
send_offer_to_remote_peer (const gchar *sdp, AnswerFunc callback)
{
  gst_kurento_peer_process_offer_async (other, sdp, NULL, on_answered, callback);
}

static void
send_candidate_to_remote_peer (const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid)
{
  gst_kurento_peer_add_ice_candidate_async (other, candidate, sdp_mline_index, sdp_mid, NULL, NULL, NULL);
}

static void
other_message_cb (GstKurentoPeerSignalAdapter *other_adapter, const gchar *label, GBytes *data)
{
  g_print ("said: %.*s\n", (int)g_bytes_get_size (data), (const gchar *)g_bytes_get_data (data, NULL));
  gst_kurento_peer_send_string (other, label, "thanks", NULL);
  see ();
}

static void
stream_added_cb (GstKurentoPeerSignalAdapter *own_adapter, GstStreamCollection *streams)
{
  if (gst_stream_collection_get_size (streams) == 1)
    see ();
}

static void
other_candidate_cb (GstKurentoPeerSignalAdapter *other_adapter, const gchar *candidate, guint sdp_mline_index,
                    const gchar *sdp_mid)
{
  on_remote_candidate (candidate, sdp_mline_index, sdp_mid);
}

static gboolean
late_cb (gpointer user_data)
{
  g_printerr ("%d things are missing\n", n_missing);
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GstKurentoPeerSignalAdapter) other_adapter = NULL;

  gst_init (&argc, &argv);
  loop = g_main_loop_new (NULL, FALSE);
  other = GST_KURENTO_PEER (gst_element_factory_make ("kurentopeer", NULL));
  gst_util_set_object_arg (G_OBJECT (other), "send-source", "test");
  other_adapter = gst_kurento_peer_signal_adapter_new (other, NULL);
  g_signal_connect (other_adapter, "data-channel-message", G_CALLBACK (other_message_cb), NULL);
  g_signal_connect (other_adapter, "ice-candidate", G_CALLBACK (other_candidate_cb), NULL);
  gst_element_set_state (GST_ELEMENT (other), GST_STATE_PLAYING);

  make ();
  g_signal_connect (adapter, "stream-added", G_CALLBACK (stream_added_cb), NULL);
  add_data_channel ();
  start ();
  g_timeout_add_seconds (40, late_cb, NULL);
  g_main_loop_run (loop);
  dispose ();
  gst_element_set_state (GST_ELEMENT (other), GST_STATE_NULL);
  gst_object_unref (other);
  g_main_loop_unref (loop);

  return n_missing > 0;
}
