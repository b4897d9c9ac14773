/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel-pair.h"

/* ---- options ---- */

static const struct
{
  const gchar *config;
  const gchar *label;
  const gchar *protocol;
  gboolean ordered;
  gint max_packet_life_time;
  gint max_retransmits;
  GstWebRTCPriorityType priority;
} options[] = {
  { "{}", "default", "", TRUE, -1, -1, GST_WEBRTC_PRIORITY_TYPE_LOW },
  { "{'id':'caf\303\251','options':{'protocol':'chat','priority':'very-low'}}", "caf\303\251", "chat", TRUE,
    -1, -1, GST_WEBRTC_PRIORITY_TYPE_VERY_LOW },
  { "{'options':{'ordered':false,'priority':'medium'}}", "default", "", FALSE, -1, -1,
    GST_WEBRTC_PRIORITY_TYPE_MEDIUM },
  { "{'options':{'maxRetransmits':3,'priority':'high'}}", "default", "", TRUE, -1, 3,
    GST_WEBRTC_PRIORITY_TYPE_HIGH },
  { "{'options':{'ordered':false,'maxRetransmits':0}}", "default", "", FALSE, -1, 0,
    GST_WEBRTC_PRIORITY_TYPE_LOW },
  { "{'options':{'maxPacketLifeTime':500}}", "default", "", TRUE, 500, -1, GST_WEBRTC_PRIORITY_TYPE_LOW },
};

/* What the other side learns of the channel by the wire. */
GST_START_TEST (test_options)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  g_autofree gchar *label = NULL;
  g_autofree gchar *protocol = NULL;
  gint life_time, retransmits;
  GstWebRTCPriorityType priority;
  gboolean ordered;
  Pair pair = pair_new ();

  session_peer_set_data_channel (pair.a, options[__i__].config);
  pair_call (&pair);
  fail_unless_equals_string (pair.b->last[KP_EVENT_DATA_CHANNEL_OPEN], options[__i__].label);
  channel = kp_session_dup_channel (pair.b->session);
  g_object_get (channel, "label", &label, "protocol", &protocol, "ordered", &ordered, "max-packet-lifetime",
                &life_time, "max-retransmits", &retransmits, "priority", &priority, NULL);
  fail_unless_equals_string (label, options[__i__].label);
  fail_unless_equals_string (protocol, options[__i__].protocol);
  fail_unless_equals_int (ordered, options[__i__].ordered);
  fail_unless_equals_int (life_time, options[__i__].max_packet_life_time);
  fail_unless_equals_int (retransmits, options[__i__].max_retransmits);
  fail_unless_equals_int (priority, options[__i__].priority);
  g_clear_object (&channel);
  pair_free (&pair);
}
GST_END_TEST

/* Both sides make the channel, whoever offers, under names of their own. */
GST_START_TEST (test_negotiated)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  gboolean negotiated;
  Pair pair = pair_new ();
  gint id;

  session_peer_set_data_channel (pair.a, "{'id':'ours','options':{'negotiated':true,'id':77}}");
  session_peer_set_data_channel (pair.b, "{'id':'theirs','options':{'negotiated':true,'id':77}}");
  pair_call (&pair);
  fail_unless_equals_string (pair.a->last[KP_EVENT_DATA_CHANNEL_OPEN], "ours");
  fail_unless_equals_string (pair.b->last[KP_EVENT_DATA_CHANNEL_OPEN], "theirs");
  channel = kp_session_dup_channel (pair.b->session);
  g_object_get (channel, "negotiated", &negotiated, "id", &id, NULL);
  fail_unless (negotiated);
  fail_unless_equals_int (id, 77);

  send_text (pair.a, "ours", "hello");
  session_peer_wait_event (pair.b, KP_EVENT_DATA_CHANNEL_MESSAGE, 1);
  fail_unless_equals_string (pair.b->last[KP_EVENT_DATA_CHANNEL_MESSAGE], "theirs");
  fail_unless_equals_string (pair.b->message, "hello");
  send_text (pair.b, NULL, "hello yourself");
  session_peer_wait_event (pair.a, KP_EVENT_DATA_CHANNEL_MESSAGE, 1);
  fail_unless_equals_string (pair.a->message, "hello yourself");
  fail_unless_equals_int (pair.b->events[KP_EVENT_DATA_CHANNEL_OPEN], 1);
  g_clear_object (&channel);
  pair_free (&pair);
}
GST_END_TEST

/* Nothing before there was a message; then each time that what waits falls to the threshold. */
GST_START_TEST (test_low_threshold)
{
  g_autoptr (GstWebRTCDataChannel) channel = NULL;
  guint64 threshold;
  Pair pair = pair_new ();

  session_peer_set_data_channel (pair.a, "{'bufferedAmountLowThreshold':1000}");
  pair_call (&pair);
  channel = kp_session_dup_channel (pair.a->session);
  g_object_get (channel, "buffered-amount-low-threshold", &threshold, NULL);
  fail_unless_equals_uint64 (threshold, 1000);

  send_text (pair.b, NULL, "in between");
  session_peer_wait_event (pair.a, KP_EVENT_DATA_CHANNEL_MESSAGE, 1);
  fail_unless_equals_int (pair.a->events[KP_EVENT_DATA_CHANNEL_BUFFERED_AMOUNT_LOW], 0);
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree gchar *text = g_strnfill (5000, 'x');

      send_text (pair.a, NULL, text);
      session_peer_wait_event (pair.a, KP_EVENT_DATA_CHANNEL_BUFFERED_AMOUNT_LOW, i);
      fail_unless_equals_string (pair.a->last[KP_EVENT_DATA_CHANNEL_BUFFERED_AMOUNT_LOW], "default");
    }
  g_clear_object (&channel);
  pair_free (&pair);
}
GST_END_TEST

/* ---- more channels ---- */

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean answered;
  GError *error; /* owned; or NULL */
} Answer;

static void
answer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  g_mutex_lock (&answer->lock);
  g_task_propagate_boolean (G_TASK (result), &answer->error);
  answer->answered = TRUE;
  g_cond_broadcast (&answer->cond);
  g_mutex_unlock (&answer->lock);
}

typedef struct
{
  SessionPeer *peer;
  const KpDataConfig *config;
  Answer *answer;
} Creation;

static void
create_cb (gpointer user_data)
{
  Creation *creation = user_data;

  kp_session_create_channel (creation->peer->session, creation->config,
                             g_task_new (NULL, NULL, answer_cb, creation->answer));
}

/* Owned; NULL when it went well. */
static GError *
create (SessionPeer *self, const gchar *label, const gchar *text)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (KpDataConfig) config = kp_data_config_parse_options ("options", json, label, NULL);
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  Answer answer = { .answered = FALSE };
  Creation creation = { self, config, &answer };

  g_mutex_init (&answer.lock);
  g_cond_init (&answer.cond);
  kp_loop_post (self->loop, create_cb, &creation, NULL);
  g_mutex_lock (&answer.lock);
  while (!answer.answered)
    fail_unless (g_cond_wait_until (&answer.cond, &answer.lock, deadline));
  g_mutex_unlock (&answer.lock);
  g_mutex_clear (&answer.lock);
  g_cond_clear (&answer.cond);

  return answer.error;
}

GST_START_TEST (test_more_channels)
{
  Pair pair = pair_new ();
  guint n = 1;

  pair_call (&pair);
  for (guint i = 0; i < 10; i++)
    {
      SessionPeer *from = i % 2 ? pair.a : pair.b;
      SessionPeer *to = i % 2 ? pair.b : pair.a;
      g_autofree gchar *label = g_strdup_printf ("channel %u", i);

      fail_unless (create (from, label, "{'protocol':'p'}") == NULL);
      session_peer_wait_event (pair.a, KP_EVENT_DATA_CHANNEL_OPEN, ++n);
      session_peer_wait_event (pair.b, KP_EVENT_DATA_CHANNEL_OPEN, n);
      fail_unless_equals_string (to->last[KP_EVENT_DATA_CHANNEL_OPEN], label);
      send_text (from, label, label);
      session_peer_wait_event (to, KP_EVENT_DATA_CHANNEL_MESSAGE, i / 2 + 1);
      fail_unless_equals_string (to->last[KP_EVENT_DATA_CHANNEL_MESSAGE], label);
      fail_unless_equals_string (to->message, label);
    }
  pair_free (&pair);
}
GST_END_TEST

static void
fail_unless_refused (SessionPeer *self, const gchar *options, GstKurentoError code, const gchar *part)
{
  g_autoptr (GError) error = create (self, "more", options);

  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, code));
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
}

GST_START_TEST (test_refused_channels)
{
  Pair pair = pair_new ();

  session_peer_start (pair.a);
  fail_unless_refused (pair.a, "", GST_KURENTO_ERROR_INVALID_STATE, "no connection with data");

  session_peer_set_data_channel (pair.b, "{'options':{'negotiated':true,'id':8}}");
  session_peer_set_data_channel (pair.a, "{'options':{'negotiated':true,'id':8}}");
  pair_call (&pair);
  fail_unless_refused (pair.a, "{'negotiated':true,'id':8}", GST_KURENTO_ERROR_INVALID_ARGUMENT,
                       "there is one with the id 8 already");

  fake_signaller_leave (pair.a->signaller);
  session_peer_wait_event (pair.a, KP_EVENT_DISCONNECTED, 1);
  fail_unless_refused (pair.a, "", GST_KURENTO_ERROR_INVALID_STATE, "no connection with data");
  pair_free (&pair);
}
GST_END_TEST

static Suite *
kp_session_channels_suite (void)
{
  Suite *suite = suite_create ("kp-session-channels");
  TCase *tcase = tcase_create ("general");

  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_options, 0, G_N_ELEMENTS (options));
  tcase_add_test (tcase, test_negotiated);
  tcase_add_test (tcase, test_low_threshold);
  tcase_add_test (tcase, test_more_channels);
  tcase_add_test (tcase, test_refused_channels);

  return suite;
}

GST_CHECK_MAIN (kp_session_channels)
