/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/webrtc/webrtc.h>

/* Data channels by the public face. */
#define OFFERER "kurentopeer name=p mode=recvonly data-channels=true id=x"
#define ANSWERER "kurentopeer name=p mode=recvonly"

typedef struct
{
  Side offerer;
  Side answerer;
  GMutex lock;
  GString *told; /* events of the answerer, one a line */
} Pair;

static void
note (Pair *pair, const gchar *format, ...)
{
  va_list args;

  g_mutex_lock (&pair->lock);
  va_start (args, format);
  g_string_append_vprintf (pair->told, format, args);
  va_end (args);
  g_mutex_unlock (&pair->lock);
}

static gboolean
was_told (Pair *pair, const gchar *line)
{
  gboolean found;

  g_mutex_lock (&pair->lock);
  found = strstr (pair->told->str, line) != NULL;
  g_mutex_unlock (&pair->lock);

  return found;
}

static void
open_cb (GstElement *peer, const gchar *label, Pair *pair)
{
  note (pair, "open %s\n", label);
}

static void
message_cb (GstElement *peer, const gchar *label, GBytes *data, gboolean is_text, Pair *pair)
{
  note (pair, "%s %s %.*s\n", label, is_text ? "text" : "bytes", (int)g_bytes_get_size (data),
        (const gchar *)g_bytes_get_data (data, NULL));
}

static void
pair_init (Pair *pair, const gchar *config)
{
  g_mutex_init (&pair->lock);
  pair->told = g_string_new (NULL);
  side_init (&pair->offerer, OFFERER);
  side_init (&pair->answerer, ANSWERER);
  g_object_set (pair->offerer.peer, "data-channel-config", config, NULL);
  g_signal_connect (pair->answerer.peer, "data-channel-open", G_CALLBACK (open_cb), pair);
  g_signal_connect (pair->answerer.peer, "data-channel-message", G_CALLBACK (message_cb), pair);
  call (&pair->offerer, &pair->answerer);
}

static void
pair_clear (Pair *pair)
{
  side_clear (&pair->offerer);
  side_clear (&pair->answerer);
  g_string_free (pair->told, TRUE);
  g_mutex_clear (&pair->lock);
}

static void
send (Side *from, const gchar *label, const gchar *text)
{
  gboolean sent = FALSE;

  g_signal_emit_by_name (from->peer, "send-string", label, text, &sent);
  fail_unless (sent);
}

GST_START_TEST (test_default_label)
{
  Pair pair;

  pair_init (&pair, NULL);
  wait_until (was_told (&pair, "open WebRtcPeer-x\n"));
  send (&pair.offerer, NULL, "hello");
  wait_until (was_told (&pair, "WebRtcPeer-x text hello\n"));
  pair_clear (&pair);
}
GST_END_TEST

GST_START_TEST (test_config)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  g_autofree gchar *label = NULL;
  g_autofree gchar *protocol = NULL;
  gboolean ordered;
  Pair pair;

  pair_init (&pair, "{\"id\":\"chat\",\"options\":{\"ordered\":false,\"protocol\":\"p\"}}");
  wait_until (was_told (&pair, "open chat\n"));
  g_object_get (pair.answerer.peer, "data-channel", &channel, NULL);
  fail_unless (channel != NULL);
  g_object_get (channel, "label", &label, "protocol", &protocol, "ordered", &ordered, NULL);
  fail_unless_equals_string (label, "chat");
  fail_unless_equals_string (protocol, "p");
  fail_if (ordered);
  g_clear_object (&channel);
  pair_clear (&pair);
}
GST_END_TEST

static void
answered_cb (GstPromise *promise, gpointer user_data)
{
  g_atomic_int_set ((gint *)user_data, TRUE);
}

/* What create-data-channel says; NULL: it went well. Owned. */
static gchar *
create (Side *self, const gchar *label, const gchar *options)
{
  gint answered = FALSE;
  GstPromise *promise = gst_promise_new_with_change_func (answered_cb, &answered, NULL);
  g_autoptr (GError) error = NULL;

  g_signal_emit_by_name (self->peer, "create-data-channel", label, options, promise);
  wait_until (g_atomic_int_get (&answered));
  gst_structure_get (gst_promise_get_reply (promise), "error", G_TYPE_ERROR, &error, NULL);
  gst_promise_unref (promise);

  return error ? g_strdup (error->message) : NULL;
}

GST_START_TEST (test_create)
{
  g_autofree gchar *malformed = NULL;
  Pair pair;

  pair_init (&pair, NULL);
  wait_until (was_told (&pair, "open WebRtcPeer-x\n"));
  fail_unless (create (&pair.offerer, "more", "{\"protocol\":\"q\"}") == NULL);
  fail_unless (create (&pair.answerer, "from here", NULL) == NULL);
  wait_until (was_told (&pair, "open more\n"));
  wait_until (was_told (&pair, "open from here\n"));
  send (&pair.offerer, "more", "hello");
  wait_until (was_told (&pair, "more text hello\n"));

  malformed = create (&pair.offerer, "bad", "{\"ordered\":1}");
  fail_unless_equals_string (malformed, "options: ordered: expected true or false");
  pair_clear (&pair);
}
GST_END_TEST

GST_START_TEST (test_create_without_connection)
{
  g_autofree gchar *below = NULL;
  g_autofree gchar *before = NULL;
  g_autofree gchar *after = NULL;
  Side side;

  side_init (&side, OFFERER);
  below = create (&side, "x", NULL);
  fail_unless_equals_string (below, "the element has to be in PAUSED or PLAYING");
  side_play (&side);
  before = create (&side, "x", NULL);
  fail_unless_equals_string (before, "data channel x: there is no connection with data");
  gst_structure_free (side_ask (&side, "close", NULL));
  after = create (&side, "x", NULL);
  fail_unless_equals_string (after, "the peer is closed");
  side_clear (&side);
}
GST_END_TEST

static Suite *
data_suite (void)
{
  Suite *suite = suite_create ("pipeline-data");
  TCase *tcase = tcase_create ("channels");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_default_label);
  tcase_add_test (tcase, test_config);
  tcase_add_test (tcase, test_create);
  tcase_add_test (tcase, test_create_without_connection);

  return suite;
}

GST_CHECK_MAIN (data)
