/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peers that come and go, fifty times: what each leaves behind adds up. Objects are counted by the leaks tracer, under
 * which this test is run as well. */
#include "../usage.h"
#include "session-peer.h"

#include <gst/check/gstcheck.h>

#define AUDIO_VIDEO 3
#define N_WARM_UP 5
#define N_ROUNDS 50
#define RED 0xff0000
#define BLUE 0x0000ff

/* The connection that was made ahead of the next peer is part of what is there at rest. */
static void
wait_rest (SessionPeer *peer)
{
  gst_object_unref (session_peer_wait_webrtcbin (peer, NULL));
}

static void
connect_and_leave (SessionPeer *a, SessionPeer *b, guint round)
{
  fake_signaller_request_offer (a->signaller);
  session_peer_wait_event (a, KP_EVENT_CONNECTED, round);
  session_peer_wait_event (b, KP_EVENT_CONNECTED, round);
  session_peer_wait_event (b, KP_EVENT_DATA_CHANNEL_OPEN, round);
  session_peer_wait_frames (a, 1, BLUE);
  session_peer_wait_frames (b, 1, RED);
  fake_signaller_leave (a->signaller);
  fake_signaller_leave (b->signaller);
  session_peer_wait_event (a, KP_EVENT_DISCONNECTED, round);
  session_peer_wait_event (b, KP_EVENT_DISCONNECTED, round);
}

GST_START_TEST (test_fifty_rounds)
{
  SessionPeer *a = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, RED);
  SessionPeer *b = session_peer_new ("b", GST_KURENTO_PEER_MODE_SENDRECV, AUDIO_VIDEO, BLUE);
  Usage empty = usage_get ();
  Usage idle;

  fake_signaller_wire (a->signaller, b->signaller);
  session_peer_start (a);
  session_peer_start (b);
  /* the outlets, and what libraries keep for good */
  for (guint i = 1; i <= N_WARM_UP; i++)
    connect_and_leave (a, b, i);
  wait_rest (a);
  wait_rest (b);
  usage_wait ((Usage){ empty.threads + 20, empty.descriptors + 40 });
  idle = usage_get ();
  for (guint i = 1; i <= N_ROUNDS; i++)
    connect_and_leave (a, b, N_WARM_UP + i);
  usage_wait (idle);

  session_peer_stop (a);
  session_peer_stop (b);
  session_peer_free (a);
  session_peer_free (b);
}

GST_END_TEST;

static Suite *
kp_session_rounds_suite (void)
{
  Suite *suite = suite_create ("kp-session-rounds");
  TCase *tcase = tcase_create ("general");

  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 240);
  tcase_add_test (tcase, test_fifty_rounds);

  return suite;
}

GST_CHECK_MAIN (kp_session_rounds);
