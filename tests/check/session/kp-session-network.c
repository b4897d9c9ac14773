/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a session shows of itself, and where it can be reached. */
#include "../make-certificate.h"
#include "gstkurentoerror.h"
#include "kp-certificate.h"
#include "kp-fingerprint.h"
#include "session-peer.h"

#include <gst/check/gstcheck.h>

#define VIDEO 2
#define RED 0xff0000
#define BLUE 0x0000ff

typedef struct
{
  SessionPeer *a;
  SessionPeer *b;
} Pair;

static Pair
pair_new (void)
{
  Pair pair = {
    .a = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, VIDEO, RED),
    .b = session_peer_new ("b", GST_KURENTO_PEER_MODE_SENDRECV, VIDEO, BLUE),
  };

  fake_signaller_wire (pair.a->signaller, pair.b->signaller);

  return pair;
}

/* With what the test has changed in the settings. */
static void
pair_start (Pair *pair)
{
  session_peer_apply_settings (pair->a);
  session_peer_apply_settings (pair->b);
  session_peer_start (pair->a);
  session_peer_start (pair->b);
}

static void
pair_call (Pair *pair)
{
  fake_signaller_request_offer (pair->a->signaller);
  session_peer_wait_event (pair->a, KP_EVENT_CONNECTED, 1);
  session_peer_wait_event (pair->b, KP_EVENT_CONNECTED, 1);
  session_peer_wait_frames (pair->a, 3, BLUE);
  session_peer_wait_frames (pair->b, 3, RED);
}

static void
pair_free (Pair *pair)
{
  session_peer_stop (pair->a);
  session_peer_stop (pair->b);
  session_peer_free (pair->a);
  session_peer_free (pair->b);
}

/* Owned; PEM. */
static gchar *
set_certificate (SessionPeer *peer, const gchar *kind)
{
  g_autofree gchar *made = make_certificate (kind);

  peer->settings->certificate = kp_certificate_load (made, g_get_real_time () / G_USEC_PER_SEC, NULL);
  fail_unless (peer->settings->certificate != NULL);

  return kp_fingerprint_from_pem (made);
}

/* Each section says so, and only so. */
static void
assert_announced (SessionPeer *peer, KpEventType event, const gchar *fingerprint)
{
  g_autofree gchar *line = g_strdup_printf ("a=fingerprint:%s\r\n", fingerprint);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) all = NULL;
  g_auto (GStrv) right = NULL;

  g_mutex_lock (&peer->lock);
  text = g_strdup (peer->last[event]);
  g_mutex_unlock (&peer->lock);
  all = g_strsplit (text, "a=fingerprint:", -1);
  right = g_strsplit (text, line, -1);
  fail_unless_equals_int (g_strv_length (all), 4); /* audio, video and data */
  fail_unless_equals_int (g_strv_length (right), 4);
}

static const gchar *const certificates[][2] = { { "P-256", "RSA2048" }, { "RSA2048", "P-384" } };

/* The other side compares what is announced with what is shown in the handshake. The second call is by a connection
 * that was made ahead. */
GST_START_TEST (test_certificate)
{
  Pair pair = pair_new ();
  g_autofree gchar *fingerprint_a = set_certificate (pair.a, certificates[__i__][0]);
  g_autofree gchar *fingerprint_b = set_certificate (pair.b, certificates[__i__][1]);
  g_autoptr (GstElement) former = NULL;
  g_autoptr (GstElement) spare = NULL;

  pair_start (&pair);
  pair_call (&pair);
  assert_announced (pair.a, KP_EVENT_OFFER_CREATED, fingerprint_a);
  assert_announced (pair.b, KP_EVENT_ANSWER_CREATED, fingerprint_b);

  former = session_peer_wait_webrtcbin (pair.a, NULL);
  fake_signaller_leave (pair.a->signaller);
  fake_signaller_leave (pair.b->signaller);
  spare = session_peer_wait_webrtcbin (pair.a, former);
  fake_signaller_request_offer (pair.a->signaller);
  session_peer_wait_event (pair.a, KP_EVENT_CONNECTED, 2);
  session_peer_wait_event (pair.b, KP_EVENT_CONNECTED, 2);
  assert_announced (pair.a, KP_EVENT_OFFER_CREATED, fingerprint_a);
  pair_free (&pair);
}
GST_END_TEST

/* Who has none shares one with the process, and it is another. */
GST_START_TEST (test_one_certificate)
{
  Pair pair = pair_new ();
  g_autofree gchar *fingerprint = set_certificate (pair.b, "P-256");

  pair_start (&pair);
  pair_call (&pair);
  assert_announced (pair.b, KP_EVENT_ANSWER_CREATED, fingerprint);
  fail_unless (strstr (pair.a->last[KP_EVENT_OFFER_CREATED], fingerprint) == NULL);
  pair_free (&pair);
}
GST_END_TEST

static Suite *
kp_session_network_suite (void)
{
  Suite *suite = suite_create ("kp-session-network");
  TCase *tcase = tcase_create ("general");

  /* one DTLS key for all tests, which are forks of this process */
  session_peer_prewarm ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_certificate, 0, G_N_ELEMENTS (certificates));
  tcase_add_test (tcase, test_one_certificate);

  return suite;
}

GST_CHECK_MAIN (kp_session_network);
