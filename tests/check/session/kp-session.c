/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentoerror.h"
#include "session-peer.h"

#include <gst/check/gstcheck.h>

#define AUDIO_VIDEO 3
#define RED 0xff0000
#define BLUE 0x0000ff

typedef struct
{
  SessionPeer *a;
  SessionPeer *b;
} Pair;

static Pair
pair_new (GstKurentoPeerMode mode_a, guint sources_a, GstKurentoPeerMode mode_b, guint sources_b)
{
  Pair pair = {
    .a = session_peer_new ("a", mode_a, sources_a, RED),
    .b = session_peer_new ("b", mode_b, sources_b, BLUE),
  };

  fake_signaller_wire (pair.a->signaller, pair.b->signaller);

  return pair;
}

static void
pair_call (Pair *pair)
{
  session_peer_start (pair->a);
  session_peer_start (pair->b);
  fake_signaller_request_offer (pair->a->signaller);
}

static void
pair_free (Pair *pair)
{
  session_peer_stop (pair->a);
  session_peer_stop (pair->b);
  session_peer_free (pair->a);
  session_peer_free (pair->b);
}

GST_START_TEST (test_sendrecv)
{
  Pair pair
      = pair_new (GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO);

  pair_call (&pair);
  session_peer_wait_event (pair.a, KP_EVENT_CONNECTED, 1);
  session_peer_wait_event (pair.b, KP_EVENT_CONNECTED, 1);
  session_peer_wait_frames (pair.a, 5, BLUE);
  session_peer_wait_frames (pair.b, 5, RED);
  session_peer_wait_sound (pair.a, 10);
  session_peer_wait_sound (pair.b, 10);
  pair_free (&pair);
}

GST_END_TEST;

/* The directions that the two modes leave. */
GST_START_TEST (test_made_ahead)
{
  Pair pair
      = pair_new (GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO);
  GstElement *ahead_a, *ahead_b, *used_a, *used_b, *next;

  session_peer_start (pair.a);
  session_peer_start (pair.b);
  ahead_a = session_peer_wait_webrtcbin (pair.a, NULL);
  ahead_b = session_peer_wait_webrtcbin (pair.b, NULL);

  fake_signaller_request_offer (pair.a->signaller);
  session_peer_wait_event (pair.a, KP_EVENT_CONNECTED, 1);
  session_peer_wait_event (pair.b, KP_EVENT_CONNECTED, 1);
  used_a = session_peer_wait_webrtcbin (pair.a, NULL);
  used_b = session_peer_wait_webrtcbin (pair.b, NULL);
  fail_unless (used_a == ahead_a && used_b == ahead_b);

  fake_signaller_leave (pair.a->signaller);
  session_peer_wait_event (pair.a, KP_EVENT_DISCONNECTED, 1);
  next = session_peer_wait_webrtcbin (pair.a, ahead_a);

  gst_object_unref (next);
  gst_object_unref (used_a);
  gst_object_unref (used_b);
  gst_object_unref (ahead_a);
  gst_object_unref (ahead_b);
  pair_free (&pair);
}

GST_END_TEST;

GST_START_TEST (test_one_way)
{
  Pair pair = pair_new (GST_KURENTO_PEER_MODE_RECVONLY, 0, GST_KURENTO_PEER_MODE_SENDONLY, AUDIO_VIDEO);

  pair_call (&pair);
  session_peer_wait_event (pair.a, KP_EVENT_CONNECTED, 1);
  session_peer_wait_frames (pair.a, 5, BLUE);
  session_peer_wait_sound (pair.a, 10);
  session_peer_wait_event (pair.a, KP_EVENT_STREAM_ADDED, 2);
  fail_unless_equals_int (session_peer_count_frames (pair.b), 0);
  fail_unless_equals_int (pair.b->events[KP_EVENT_STREAM_ADDED], 0);
  pair_free (&pair);
}

GST_END_TEST;

static const struct
{
  const gchar *offered;
  const gchar *accepted;
} codec_table[] = {
  { NULL, "VP8" }, { NULL, "VP9" }, { NULL, "H264" }, { "H264,VP8", NULL }, { "VP9", NULL },
};

/* Whatever the answer chooses of what was offered is what flows, both ways. */
GST_START_TEST (test_codecs)
{
  Pair pair
      = pair_new (GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO);

  session_peer_set_video_codecs (pair.a, codec_table[__i__].offered);
  session_peer_set_video_codecs (pair.b, codec_table[__i__].accepted);
  pair_call (&pair);
  session_peer_wait_frames (pair.a, 5, BLUE);
  session_peer_wait_frames (pair.b, 5, RED);
  pair_free (&pair);
}

GST_END_TEST;

static void
send_text (SessionPeer *from, SessionPeer *to, const gchar *label, const gchar *text)
{
  g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  guint before = to->events[KP_EVENT_DATA_CHANNEL_MESSAGE];

  fail_unless (kp_session_send (from->session, label, data, TRUE, &error), "%s", error ? error->message : "");
  session_peer_wait_event (to, KP_EVENT_DATA_CHANNEL_MESSAGE, before + 1);
  fail_unless_equals_string (to->message, text);
}

GST_START_TEST (test_data_channel)
{
  Pair pair = pair_new (GST_KURENTO_PEER_MODE_SENDRECV, 0, GST_KURENTO_PEER_MODE_SENDRECV, 0);
  const gchar *label = pair.a->settings->data_channel->label;

  pair_call (&pair);
  session_peer_wait_event (pair.a, KP_EVENT_DATA_CHANNEL_OPEN, 1);
  session_peer_wait_event (pair.b, KP_EVENT_DATA_CHANNEL_OPEN, 1);
  fail_unless_equals_string (pair.b->last[KP_EVENT_DATA_CHANNEL_OPEN], label);
  send_text (pair.a, pair.b, NULL, "hello");
  send_text (pair.b, pair.a, NULL, "");
  send_text (pair.a, pair.b, label, "gr\303\274\303\237e");
  send_text (pair.b, pair.a, label, "by name");
  pair_free (&pair);
}

GST_END_TEST;

/* The peer leaves, and comes again: the same pads, a new connection. */
GST_START_TEST (test_leave_and_return)
{
  Pair pair
      = pair_new (GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO);

  pair_call (&pair);
  for (guint round = 1; round <= 5; round++)
    {
      session_peer_wait_event (pair.a, KP_EVENT_CONNECTED, round);
      session_peer_wait_event (pair.b, KP_EVENT_CONNECTED, round);
      session_peer_wait_frames (pair.a, 5, BLUE);
      session_peer_wait_frames (pair.b, 5, RED);
      fake_signaller_leave (pair.a->signaller);
      fake_signaller_leave (pair.b->signaller);
      session_peer_wait_event (pair.a, KP_EVENT_DISCONNECTED, round);
      session_peer_wait_event (pair.b, KP_EVENT_DISCONNECTED, round);
      session_peer_wait_event (pair.b, KP_EVENT_STREAM_ENDED, round);
      fake_signaller_request_offer (pair.a->signaller);
    }
  pair_free (&pair);
}

GST_END_TEST;

/* ---- a stream that begins while the session ends ---- */

typedef struct
{
  GMutex lock; /* guards everything below */
  GCond changed;
  gboolean begun;
  gboolean may_go_on;
} LateStream;

/* In the middle of pad-added, before the outlet is asked for. */
static void
hold_stream_cb (LateStream *self)
{
  g_mutex_lock (&self->lock);
  self->begun = TRUE;
  g_cond_broadcast (&self->changed);
  while (!self->may_go_on)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
watch_jitter_buffer_cb (LateStream *self, GstBin *bin, GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory && g_str_equal (GST_OBJECT_NAME (factory), "rtpjitterbuffer"))
    g_signal_connect_swapped (element, "notify::rtx-next-seqnum", G_CALLBACK (hold_stream_cb), self);
}

static void
late_stream_wait (LateStream *self)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->lock);
  while (!self->begun && in_time)
    in_time = g_cond_wait_until (&self->changed, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
  fail_unless (in_time);
}

static void
late_stream_go_on (LateStream *self)
{
  g_mutex_lock (&self->lock);
  self->may_go_on = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
wait_until_buried (GstElement *webrtcbin)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (GST_OBJECT_REFCOUNT_VALUE (webrtcbin) > 1 && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  fail_unless_equals_int (GST_OBJECT_REFCOUNT_VALUE (webrtcbin), 1);
}

GST_START_TEST (test_late_stream)
{
  Pair pair = pair_new (GST_KURENTO_PEER_MODE_RECVONLY, 0, GST_KURENTO_PEER_MODE_SENDONLY, 2);
  LateStream stream = { 0 };
  GstElement *webrtcbin;

  g_mutex_init (&stream.lock);
  g_cond_init (&stream.changed);
  session_peer_start (pair.a);
  session_peer_start (pair.b);
  webrtcbin = session_peer_wait_webrtcbin (pair.a, NULL);
  g_signal_connect_swapped (webrtcbin, "deep-element-added", G_CALLBACK (watch_jitter_buffer_cb), &stream);
  fake_signaller_request_offer (pair.a->signaller);
  late_stream_wait (&stream);

  session_peer_stop (pair.a);
  session_peer_free (pair.a);
  late_stream_go_on (&stream);
  wait_until_buried (webrtcbin);

  session_peer_stop (pair.b);
  session_peer_free (pair.b);
  gst_object_unref (webrtcbin);
  g_mutex_clear (&stream.lock);
  g_cond_clear (&stream.changed);
}

GST_END_TEST;

/* One hex digit of each fingerprint is changed. */
static gchar *
forge_fingerprint (const gchar *sdp)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);

  for (guint i = 0; lines[i]; i++)
    if (g_str_has_prefix (lines[i], "a=fingerprint:"))
      {
        gchar *last = lines[i] + strlen (lines[i]) - 1;

        *last = *last == '0' ? '1' : '0';
      }

  return g_strjoinv ("\r\n", lines);
}

static void
assert_nothing_received (SessionPeer *peer)
{
  fail_unless_equals_int (peer->frames, 0);
  fail_unless_equals_int (peer->samples, 0);
  fail_unless_equals_int (peer->events[KP_EVENT_CONNECTED], 0);
  fail_unless_equals_int (peer->events[KP_EVENT_STREAM_ADDED], 0);
}

/* A certificate that is not the announced one: not a frame, not a byte, and the reason is told. */
GST_START_TEST (test_forged_fingerprint)
{
  Pair pair
      = pair_new (GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO);
  SessionPeer *deceived = __i__ == 0 ? pair.a : pair.b;
  SessionPeer *liar = __i__ == 0 ? pair.b : pair.a;
  g_autofree gchar *told = NULL;

  fake_signaller_set_munge (liar->signaller, forge_fingerprint);
  pair_call (&pair);
  session_peer_wait_event (deceived, KP_EVENT_PEER_ERROR, 1);
  fail_unless (g_error_matches (deceived->error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_SECURITY));
  assert_nothing_received (deceived);
  fail_unless_equals_int (liar->frames, 0);
  told = fake_signaller_dup_error (deceived->signaller);
  fail_unless (told && strstr (told, "fingerprint"));
  pair_free (&pair);
}

GST_END_TEST;

static gchar *
drop_fingerprint (const gchar *sdp)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; lines[i] && *lines[i]; i++)
    if (!g_str_has_prefix (lines[i], "a=fingerprint:"))
      g_string_append_printf (text, "%s\r\n", lines[i]);

  return g_string_free (text, FALSE);
}

GST_START_TEST (test_no_fingerprint)
{
  Pair pair
      = pair_new (GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO);

  fake_signaller_set_munge (pair.a->signaller, drop_fingerprint);
  pair_call (&pair);
  session_peer_wait_event (pair.b, KP_EVENT_PEER_ERROR, 1);
  fail_unless (g_error_matches (pair.b->error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_SECURITY));
  assert_nothing_received (pair.b);
  pair_free (&pair);
}

GST_END_TEST;

static Suite *
kp_session_suite (void)
{
  Suite *suite = suite_create ("kp-session");
  TCase *tcase = tcase_create ("general");

  /* one DTLS key for all tests, which are forks of this process */
  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_sendrecv);
  tcase_add_test (tcase, test_made_ahead);
  tcase_add_test (tcase, test_one_way);
  tcase_add_loop_test (tcase, test_codecs, 0, G_N_ELEMENTS (codec_table));
  tcase_add_test (tcase, test_data_channel);
  tcase_add_test (tcase, test_leave_and_return);
  tcase_add_test (tcase, test_late_stream);
  tcase_add_loop_test (tcase, test_forged_fingerprint, 0, 2);
  tcase_add_test (tcase, test_no_fingerprint);

  return suite;
}

GST_CHECK_MAIN (kp_session);
