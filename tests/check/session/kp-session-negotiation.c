/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The negotiation as an application drives it, without a signaller's help. */
#include "session-answer.h"
#include "session-peer.h"

#include <gst/check/gstcheck.h>

#define AUDIO_VIDEO 3
#define RED 0xff0000
#define BLUE 0x0000ff

static SessionPeer *
make_peer (const gchar *name, guint sources, guint32 colour)
{
  SessionPeer *peer = session_peer_new (name, GST_KURENTO_PEER_MODE_SENDRECV, sources, colour);

  session_peer_start (peer);

  return peer;
}

static void
end_peer (SessionPeer *peer)
{
  session_peer_stop (peer);
  session_peer_free (peer);
}

static gchar *
make_offer (SessionPeer *peer)
{
  g_auto (Answer) offer = { 0 };

  kp_session_generate_offer (peer->session, text_task (&offer));
  assert_ok (&offer);

  return g_steal_pointer (&offer.text);
}

static void
call (SessionPeer *a, SessionPeer *b)
{
  g_autofree gchar *offer = NULL;
  g_auto (Answer) answer = { 0 };
  g_auto (Answer) done = { 0 };

  a->candidates_to = b->session;
  b->candidates_to = a->session;
  offer = make_offer (a);
  kp_session_process_offer (b->session, offer, text_task (&answer));
  assert_ok (&answer);
  kp_session_process_answer (a->session, answer.text, plain_task (&done));
  assert_ok (&done);
}

/* The offerer's candidates come long before its offer: they wait. A further offer is for the same connection. */
GST_START_TEST (test_call_by_hand)
{
  SessionPeer *a = make_peer ("a", AUDIO_VIDEO, RED);
  SessionPeer *b = make_peer ("b", AUDIO_VIDEO, BLUE);

  for (guint round = 1; round <= 2; round++)
    {
      call (a, b);
      session_peer_wait_event (a, KP_EVENT_CONNECTED, 1);
      session_peer_wait_event (a, KP_EVENT_OFFER_CREATED, round);
      session_peer_wait_event (b, KP_EVENT_ANSWER_CREATED, round);
      session_peer_wait_event (a, KP_EVENT_CANDIDATE_GATHERING_DONE, 1);
      session_peer_wait_frames (a, 5, BLUE);
      session_peer_wait_frames (b, 5, RED);
    }
  end_peer (a);
  end_peer (b);
}

GST_END_TEST;

/* The candidates of this host are in the description already: a round trip less. */
GST_START_TEST (test_description_has_candidates)
{
  SessionPeer *a = make_peer ("a", AUDIO_VIDEO, RED);
  g_autofree gchar *offer = make_offer (a);

  fail_unless (strstr (offer, "a=candidate:") != NULL, "%s", offer);
  fail_unless (strstr (offer, "a=bundle-only") == NULL);
  fail_unless (strstr (offer, "fe80:") == NULL);
  end_peer (a);
}

GST_END_TEST;

/* What is wrong is said, nothing is changed, and the session goes on. */
GST_START_TEST (test_bad_input)
{
  SessionPeer *a = make_peer ("a", AUDIO_VIDEO, RED);
  SessionPeer *b = make_peer ("b", AUDIO_VIDEO, BLUE);
  g_auto (Answer) early = { 0 };
  g_auto (Answer) garbage = { 0 };
  g_auto (Answer) candidate = { 0 };
  g_auto (Answer) again = { 0 };
  g_auto (Answer) stats = { 0 };

  kp_session_process_answer (a->session, "v=0", plain_task (&early));
  assert_error (&early, GST_KURENTO_ERROR_INVALID_STATE, "offer");
  kp_session_process_offer (a->session, "hello", text_task (&garbage));
  assert_error (&garbage, GST_KURENTO_ERROR_INVALID_ARGUMENT, "SDP");
  kp_session_add_candidate (a->session, "candidate:no", 0, "0", plain_task (&candidate));
  assert_error (&candidate, GST_KURENTO_ERROR_INVALID_ARGUMENT, "candidate");
  kp_session_get_stats (a->session, plain_task (&stats));
  assert_error (&stats, GST_KURENTO_ERROR_INVALID_STATE, "connection");
  call (a, b);
  session_peer_wait_frames (b, 5, RED);
  kp_session_process_answer (a->session, "v=0", plain_task (&again));
  assert_error (&again, GST_KURENTO_ERROR_INVALID_STATE, "offer");
  session_peer_wait_frames (b, 5, RED);
  fail_unless_equals_int (b->events[KP_EVENT_DISCONNECTED], 0);
  end_peer (a);
  end_peer (b);
}

GST_END_TEST;

GST_START_TEST (test_no_common_codec)
{
  SessionPeer *a = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, 2, RED);
  SessionPeer *b = session_peer_new ("b", GST_KURENTO_PEER_MODE_SENDRECV, 2, BLUE);
  g_autofree gchar *offer = NULL;
  g_auto (Answer) answer = { 0 };

  a->settings->audio = FALSE;
  a->settings->data_channels = FALSE;
  session_peer_set_video_codecs (a, "VP9");
  session_peer_set_video_codecs (b, "VP8,H264");
  session_peer_start (a);
  session_peer_start (b);
  offer = make_offer (a);
  kp_session_process_offer (b->session, offer, text_task (&answer));
  assert_error (&answer, GST_KURENTO_ERROR_NEGOTIATION, "VP9");
  fail_unless (strstr (answer.error->message, "VP8, H264") != NULL);
  end_peer (a);
  end_peer (b);
}

GST_END_TEST;

GST_START_TEST (test_stats)
{
  SessionPeer *a = make_peer ("a", AUDIO_VIDEO, RED);
  SessionPeer *b = make_peer ("b", 0, BLUE);
  g_auto (Answer) stats = { .is_text = TRUE };
  GTask *task = NULL;

  call (a, b);
  session_peer_wait_frames (b, 5, RED);
  task = g_task_new (NULL, NULL, answered_cb, &stats);
  kp_session_get_stats (a->session, task);
  assert_ok (&stats);
  fail_unless (gst_structure_n_fields ((GstStructure *)stats.text) > 3);
  gst_structure_free ((GstStructure *)g_steal_pointer (&stats.text));
  end_peer (a);
  end_peer (b);
}

GST_END_TEST;

/* After close everything says so. */
GST_START_TEST (test_closed)
{
  SessionPeer *a = make_peer ("a", AUDIO_VIDEO, RED);
  SessionPeer *b = make_peer ("b", AUDIO_VIDEO, BLUE);
  g_auto (Answer) waiting = { 0 };
  g_auto (Answer) closed = { 0 };
  Answer answers[5] = { 0 };

  call (a, b);
  session_peer_wait_frames (b, 5, RED);
  kp_session_generate_offer (a->session, text_task (&waiting));
  kp_session_close (a->session, plain_task (&closed));
  assert_ok (&closed);
  assert_error (&waiting, GST_KURENTO_ERROR_CLOSED, "closed");
  kp_session_generate_offer (a->session, text_task (&answers[0]));
  kp_session_process_offer (a->session, "v=0", text_task (&answers[1]));
  kp_session_process_answer (a->session, "v=0", plain_task (&answers[2]));
  kp_session_add_candidate (a->session, "", 0, "0", plain_task (&answers[3]));
  kp_session_get_stats (a->session, plain_task (&answers[4]));
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    assert_error (&answers[i], GST_KURENTO_ERROR_CLOSED, "closed");
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    answer_clear (&answers[i]);
  end_peer (a);
  end_peer (b);
}

GST_END_TEST;

static const KpEventType stop_after[]
    = { KP_N_EVENTS, KP_EVENT_OFFER_CREATED, KP_EVENT_ICE_CANDIDATE, KP_EVENT_CANDIDATE_GATHERING_DONE };

/* Stopped in the middle: what waits is answered once, at once. */
GST_START_TEST (test_stop_in_the_middle)
{
  SessionPeer *a = make_peer ("a", AUDIO_VIDEO, RED);
  g_auto (Answer) offer = { 0 };
  g_auto (Answer) candidate = { 0 };
  gint64 before;

  kp_session_add_candidate (a->session, "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host", 0, "0",
                            plain_task (&candidate));
  kp_session_generate_offer (a->session, text_task (&offer));
  if (stop_after[__i__] != KP_N_EVENTS)
    session_peer_wait_event (a, stop_after[__i__], 1);
  before = g_get_monotonic_time ();
  session_peer_stop (a);
  fail_unless (g_get_monotonic_time () - before < 2 * G_USEC_PER_SEC);
  wait_answer (&offer);
  assert_error (&candidate, GST_KURENTO_ERROR_CLOSED, "closed");
  g_main_context_iteration (NULL, FALSE);
  fail_unless_equals_int (offer.answers, 1);
  fail_unless_equals_int (candidate.answers, 1);
  session_peer_free (a);
}

GST_END_TEST;

static Suite *
kp_session_negotiation_suite (void)
{
  Suite *suite = suite_create ("kp-session-negotiation");
  TCase *tcase = tcase_create ("general");

  /* one DTLS key for all tests, which are forks of this process */
  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_call_by_hand);
  tcase_add_test (tcase, test_description_has_candidates);
  tcase_add_test (tcase, test_bad_input);
  tcase_add_test (tcase, test_no_common_codec);
  tcase_add_test (tcase, test_stats);
  tcase_add_test (tcase, test_closed);
  tcase_add_loop_test (tcase, test_stop_in_the_middle, 0, G_N_ELEMENTS (stop_after));

  return suite;
}

GST_CHECK_MAIN (kp_session_negotiation);
