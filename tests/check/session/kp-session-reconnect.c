/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A signaller that loses its server. */
#include "channel-pair.h"

#include <gst/check/gstcheck.h>

#define DEADLINE (10 * G_TIME_SPAN_SECOND)

static void
wait_fatal (SessionPeer *peer)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean in_time = TRUE;

  g_mutex_lock (&peer->lock);
  while (peer->fatal == NULL && in_time)
    in_time = g_cond_wait_until (&peer->changed, &peer->lock, deadline);
  g_mutex_unlock (&peer->lock);
  fail_unless (in_time, "no error came");
  fail_unless (g_error_matches (peer->fatal, GST_KURENTO_ERROR, GST_KURENTO_ERROR_SIGNALLING));
  fail_unless_equals_string (peer->fatal->message, "the server has gone");
}

/* The call ends with the server, and there is another one when it is back. */
GST_START_TEST (test_reconnect)
{
  Pair pair = pair_new ();

  kp_session_set_auto_reconnect (pair.a->session, TRUE);
  pair_call (&pair);
  session_peer_wait_event (pair.a, KP_EVENT_CONNECTED, 1);
  fake_signaller_lose (pair.a->signaller, 1);
  session_peer_wait_event (pair.a, KP_EVENT_DISCONNECTED, 1);
  session_peer_wait_event (pair.b, KP_EVENT_DISCONNECTED, 1);
  session_peer_wait_event (pair.a, KP_EVENT_RECONNECTED, 1);
  fail_unless_equals_string (pair.a->last[KP_EVENT_DISCONNECTED], "the server has gone");
  fail_unless_equals_string (pair.a->attempts->str,
                             "1: 1000 ms, the server has gone;2: 2000 ms, the server has gone;");

  fake_signaller_request_offer (pair.a->signaller);
  session_peer_wait_event (pair.a, KP_EVENT_CONNECTED, 2);
  session_peer_wait_event (pair.b, KP_EVENT_CONNECTED, 2);

  /* it begins anew */
  fake_signaller_lose (pair.a->signaller, 0);
  session_peer_wait_event (pair.a, KP_EVENT_RECONNECTED, 2);
  fail_unless (g_str_has_suffix (pair.a->attempts->str, ";1: 1000 ms, the server has gone;"));
  fail_unless (pair.a->fatal == NULL);
  pair_free (&pair);
}
GST_END_TEST

GST_START_TEST (test_not_wanted)
{
  SessionPeer *peer = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, 0, 0);

  session_peer_start (peer);
  fake_signaller_lose (peer->signaller, 0);
  wait_fatal (peer);
  fail_unless_equals_int (peer->events[KP_EVENT_RECONNECTING], 0);
  session_peer_stop (peer);
  session_peer_free (peer);
}
GST_END_TEST

GST_START_TEST (test_no_longer_wanted)
{
  SessionPeer *peer = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, 0, 0);

  kp_session_set_auto_reconnect (peer->session, TRUE);
  session_peer_start (peer);
  fake_signaller_lose (peer->signaller, G_MAXUINT);
  session_peer_wait_event (peer, KP_EVENT_RECONNECTING, 1);
  kp_session_set_auto_reconnect (peer->session, FALSE);
  wait_fatal (peer);
  session_peer_stop (peer);
  session_peer_free (peer);
}
GST_END_TEST

/* In the middle of a pause nothing is left behind. */
GST_START_TEST (test_stop)
{
  SessionPeer *peer = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, 0, 0);

  kp_session_set_auto_reconnect (peer->session, TRUE);
  session_peer_start (peer);
  fake_signaller_lose (peer->signaller, G_MAXUINT);
  session_peer_wait_event (peer, KP_EVENT_RECONNECTING, 1);
  session_peer_stop (peer);
  fail_unless (peer->fatal == NULL);
  session_peer_free (peer);
}
GST_END_TEST

static Suite *
kp_session_reconnect_suite (void)
{
  Suite *suite = suite_create ("kp-session-reconnect");
  TCase *tcase = tcase_create ("general");

  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_reconnect);
  tcase_add_test (tcase, test_not_wanted);
  tcase_add_test (tcase, test_no_longer_wanted);
  tcase_add_test (tcase, test_stop);

  return suite;
}

GST_CHECK_MAIN (kp_session_reconnect)
