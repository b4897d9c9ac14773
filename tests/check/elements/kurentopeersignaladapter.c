/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-fixture.h"

#include <gst/kurentopeer/kurentopeer.h>

typedef struct
{
  GMainLoop *loop;
  GThread *thread; /* where the signal came */
  gchar *sdp;
} Seen;

static void
offer_created_cb (GObject *adapter, const gchar *sdp, gpointer user_data)
{
  Seen *seen = user_data;

  seen->thread = g_thread_self ();
  seen->sdp = g_strdup (sdp);
  g_main_loop_quit (seen->loop);
}

/* In the context that was named, or in the thread default one. */
GST_START_TEST (test_context)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  GstElement *peer = gst_parse_launch ("kurentopeer send-source=test", NULL);
  GstKurentoPeerSignalAdapter *adapter;
  Seen seen = { loop };

  g_main_context_push_thread_default (context);
  adapter = gst_kurento_peer_signal_adapter_new (GST_KURENTO_PEER (peer), __i__ ? context : NULL);
  g_signal_connect (adapter, "offer-created", G_CALLBACK (offer_created_cb), &seen);
  gst_element_set_state (peer, GST_STATE_PLAYING);
  g_signal_emit_by_name (peer, "generate-offer", NULL);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);

  fail_unless (seen.thread == g_thread_self ());
  fail_unless (g_str_has_prefix (seen.sdp, "v=0"));
  g_free (seen.sdp);
  gst_element_set_state (peer, GST_STATE_NULL);
  g_object_unref (adapter);
  peer_finalize (peer);
}
GST_END_TEST

static guint
count_signals (GType type, GHashTable *names)
{
  g_autofree guint *ids = NULL;
  guint n_ids;

  ids = g_signal_list_ids (type, &n_ids);
  for (guint i = 0; i < n_ids; i++)
    {
      GSignalQuery query;

      g_signal_query (ids[i], &query);
      if (!(query.signal_flags & G_SIGNAL_ACTION))
        g_hash_table_add (names, (gpointer)query.signal_name);
    }

  return g_hash_table_size (names);
}

/* It has each signal of an event that the peer has. */
GST_START_TEST (test_complete)
{
  g_autoptr (GTypeClass) peer_class = g_type_class_ref (GST_TYPE_KURENTO_PEER);
  g_autoptr (GTypeClass) adapter_class = g_type_class_ref (GST_TYPE_KURENTO_PEER_SIGNAL_ADAPTER);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_signals = count_signals (GST_TYPE_KURENTO_PEER, names);

  fail_unless (n_signals >= 16);
  fail_unless_equals_int (count_signals (GST_TYPE_KURENTO_PEER_SIGNAL_ADAPTER, names), n_signals);
}
GST_END_TEST

/* It keeps the peer no longer than the application does, and may go first. */
GST_START_TEST (test_references)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  GstKurentoPeerSignalAdapter *adapter = gst_kurento_peer_signal_adapter_new (GST_KURENTO_PEER (peer), NULL);
  GstKurentoPeerSignalAdapter *other = gst_kurento_peer_signal_adapter_new (GST_KURENTO_PEER (peer), NULL);
  g_autoptr (GstKurentoPeer) same = gst_kurento_peer_signal_adapter_get_peer (adapter);

  fail_unless (same == GST_KURENTO_PEER (peer));
  g_clear_object (&same);
  g_assert_finalize_object (other);
  peer_finalize (peer);
  fail_unless (gst_kurento_peer_signal_adapter_get_peer (adapter) == NULL);
  g_assert_finalize_object (adapter);
}
GST_END_TEST

static const gchar *
get_sdp (GstPromise *promise)
{
  const gchar *sdp = gst_structure_get_string (gst_promise_get_reply (promise), "sdp");

  fail_unless (sdp != NULL);
  return sdp;
}

static void
answered_cb (GstPromise *promise, gpointer offerer)
{
  g_signal_emit_by_name (offerer, "process-answer", get_sdp (promise), NULL);
  gst_promise_unref (promise);
}

typedef struct
{
  GstElement *offerer;
  GstElement *answerer;
} Ends;

static void
offered_cb (GstPromise *promise, gpointer user_data)
{
  Ends *ends = user_data;

  g_signal_emit_by_name (ends->answerer, "process-offer", get_sdp (promise),
                         gst_promise_new_with_change_func (answered_cb, ends->offerer, NULL));
  gst_promise_unref (promise);
}

static GstElement *
make_end (GstElement *pipeline)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);

  g_object_set (peer, "data-channels", TRUE, "media-constraints", "{\"audio\":false,\"video\":false}", NULL);
  gst_bin_add (GST_BIN (pipeline), peer);
  return peer;
}

static void
count_cb (GObject *adapter, const gchar *label, GBytes *data, gboolean is_text, gsize *taken)
{
  *taken += g_bytes_get_size (data);
}

/* One more, when there is room. */
static gboolean
send_one (GstElement *peer, GBytes *message)
{
  g_autoptr (GObject) channel = NULL;
  guint64 waiting = 0;
  gboolean sent = FALSE;

  g_object_get (peer, "data-channel", &channel, NULL);
  if (channel)
    g_object_get (channel, "buffered-amount", &waiting, NULL);
  if (channel && waiting < 256 * 1024)
    g_signal_emit_by_name (peer, "send-data", NULL, message, &sent);
  return sent;
}

#define MESSAGE_SIZE 60000 /* bytes */
#define MAX_WAITING (22 * 1024 * 1024) /* bytes; 16 MiB, and what is on its way */
#define STANDSTILL (G_TIME_SPAN_SECOND / 2)

/* What waits for the context is what the peer has to wait for. */
GST_START_TEST (test_slow_context)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GBytes) message = g_bytes_new_take (g_malloc0 (MESSAGE_SIZE), MESSAGE_SIZE);
  GstElement *pipeline = gst_pipeline_new (NULL);
  Ends ends = { make_end (pipeline), make_end (pipeline) };
  GstKurentoPeerSignalAdapter *adapter
      = gst_kurento_peer_signal_adapter_new (GST_KURENTO_PEER (ends.answerer), context);
  gsize sent = 0, taken = 0;
  gint64 since = g_get_monotonic_time ();
  gint64 deadline = since + 20 * G_TIME_SPAN_SECOND;

  g_signal_connect (adapter, "data-channel-message", G_CALLBACK (count_cb), &taken);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (ends.offerer, "generate-offer",
                         gst_promise_new_with_change_func (offered_cb, &ends, NULL));
  while (sent < 2 * MAX_WAITING && (sent == 0 || g_get_monotonic_time () - since < STANDSTILL))
    if (send_one (ends.offerer, message))
      {
        sent += MESSAGE_SIZE;
        since = g_get_monotonic_time ();
      }
    else
      g_thread_yield ();
  fail_unless (sent < MAX_WAITING, "%" G_GSIZE_FORMAT " bytes were sent", sent);

  while (taken < sent && g_get_monotonic_time () < deadline)
    g_main_context_iteration (context, FALSE);
  fail_unless (taken == sent);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_object_unref (adapter);
  gst_object_unref (pipeline);
}
GST_END_TEST

static Suite *
kurentopeersignaladapter_suite (void)
{
  Suite *suite = suite_create ("kurentopeersignaladapter");
  TCase *tcase = tcase_create ("adapter");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_context, 0, 2);
  tcase_add_test (tcase, test_complete);
  tcase_add_test (tcase, test_references);
  tcase_add_test (tcase, test_slow_context);

  return suite;
}

GST_CHECK_MAIN (kurentopeersignaladapter)
