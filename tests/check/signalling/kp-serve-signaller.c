/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve-fixture.h"

#include "gstkurentoerror.h"

GST_START_TEST (test_start_and_stop)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);

  server->answers = TRUE;
  tab_say (tab, START);
  tab_say (tab, CANDIDATE ("candidate:1"));

  ck_assert_str_eq (tab_get_message (tab, 0), "{\"id\":\"startResponse\",\"sdpAnswer\":\"the answer\"}");
  ck_assert_str_eq (
      tab_get_message (tab, 1),
      "{\"id\":\"iceCandidate\",\"candidate\":{\"candidate\":\"candidate:1 1 UDP 1 127.0.0.1 1000 typ "
      "host\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"__module__\":\"kurento\",\"__type__\":"
      "\"IceCandidate\"}}");
  ck_assert (strstr (tab_get_message (tab, 2), "candidate:2"));

  tab_say (tab, STOP);
  check_event (server, 0, "offer v=0");
  check_event (server, 1, "candidate candidate:1 0 0");
  check_event (server, 2, "ended the client stopped");

  /* the same socket may start again */
  tab_say (tab, START);
  check_event (server, 3, "offer v=0");
  ck_assert_uint_eq (tab->messages->len, 3);
}
GST_END_TEST;

/* Candidates may come before the offer (the page's WebSocket and its connection do not wait for each other), and an end
 * may be written in several ways. */
GST_START_TEST (test_candidates)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);

  tab_say (tab, CANDIDATE ("candidate:1"));
  tab_say (tab, CANDIDATE ("candidate:2"));
  tab_say (tab, START);
  tab_say (tab, CANDIDATE ("candidate:3"));
  tab_say (tab, "{\"id\":\"onIceCandidate\",\"candidate\":{}}");
  tab_say (tab, "{\"id\":\"onIceCandidate\",\"candidate\":null}");
  tab_say (tab, "{\"id\":\"onIceCandidate\"}");
  tab_say (tab, CANDIDATE (""));
  tab_say (tab, STOP);

  check_event (server, 0, "offer v=0");
  check_event (server, 1, "candidate candidate:1 0 0");
  check_event (server, 2, "candidate candidate:2 0 0");
  check_event (server, 3, "candidate candidate:3 0 0");
  check_event (server, 4, "candidate  0 (null)");
  check_event (server, 5, "candidate  0 (null)");
  check_event (server, 6, "candidate  0 0");
  check_event (server, 7, "ended the client stopped");

  /* those of a session that is over are not the next one's */
  tab_say (tab, CANDIDATE ("candidate:4"));
  tab_say (tab, START);
  tab_say (tab, STOP);
  check_event (server, 8, "offer v=0");
  check_event (server, 9, "ended the client stopped");
  ck_assert_uint_eq (tab->messages->len, 0);
}
GST_END_TEST;

GST_START_TEST (test_our_candidates_wait_for_the_answer)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);

  tab_say (tab, START);
  check_event (server, 0, "offer v=0");
  gst_kurento_signaller_send_candidate (server->signaller, "candidate:1", 0, "0");
  gst_kurento_signaller_send_candidate (server->signaller, "candidate:2", 0, "0");
  gst_kurento_signaller_send_candidate (server->signaller, "", 0, "0");
  gst_kurento_signaller_send_answer (server->signaller, "v=0");
  gst_kurento_signaller_send_candidate (server->signaller, "candidate:3", 0, "0");

  ck_assert (strstr (tab_get_message (tab, 0), "startResponse"));
  ck_assert (strstr (tab_get_message (tab, 1), "candidate:1"));
  ck_assert (strstr (tab_get_message (tab, 2), "candidate:2"));
  ck_assert (strstr (tab_get_message (tab, 3), "candidate:3"));
}
GST_END_TEST;

static const gchar *const garbage[] = {
  "this is not JSON",
  "null",
  "[1,2]",
  "42",
  "\"just a string\"",
  "{}",
  "{\"id\":\"fly\"}",
  "{\"id\":\"STOP\"}",
  "{\"id\":\"start\"}",
  "{\"id\":\"start\",\"sdpOffer\":17}",
  "{\"id\":\"PROCESS_SDP_OFFER\",\"sdpOffer\":\"v=0\"}",
  "{\"id\":\"presenter\",\"sdpOffer\":\"v=0\"}",
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
};

/* The socket, the session on it and the server live on. */
GST_START_TEST (test_garbage)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);

  tab_say (tab, START);
  tab_say (tab, garbage[__i__]);
  ck_assert (
      g_str_has_prefix (tab_get_message (tab, 0), "{\"id\":\"error\",\"message\":\"Invalid message: "));
  tab_say (tab, CANDIDATE ("candidate:1"));
  check_event (server, 0, "offer v=0");
  check_event (server, 1, "candidate candidate:1 0 0");
  ck_assert_uint_eq (tab->messages->len, 1);
}
GST_END_TEST;

GST_START_TEST (test_second_start_replaces_the_first)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);

  tab_say (tab, START);
  check_event (server, 0, "offer v=0");
  gst_kurento_signaller_send_candidate (server->signaller, "candidate:of-the-first", 0, "0");
  tab_say (tab, "{\"id\":\"start\",\"sdpOffer\":\"v=1\"}");
  check_event (server, 1, "ended the client started anew");
  check_event (server, 2, "offer v=1");

  gst_kurento_signaller_send_answer (server->signaller, "second");
  gst_kurento_signaller_send_candidate (server->signaller, "candidate:of-the-second", 0, "0");
  ck_assert (strstr (tab_get_message (tab, 0), "second"));
  ck_assert (strstr (tab_get_message (tab, 1), "candidate:of-the-second"));
}
GST_END_TEST;

GST_START_TEST (test_busy)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) first = tab_new (server);
  g_autoptr (Tab) second = tab_new_full (server, "magicmirror", NULL);

  tab_say (first, START);
  check_event (server, 0, "offer v=0");

  tab_say (second, CANDIDATE ("candidate:of-the-second"));
  tab_say (second, START);
  tab_say (second, CANDIDATE ("candidate:of-the-second"));
  tab_say (second, STOP);
  ck_assert (
      g_str_has_prefix (tab_get_message (second, 0), "{\"id\":\"error\",\"message\":\"The peer is busy"));

  /* neither has an effect on the other */
  gst_kurento_signaller_send_answer (server->signaller, "v=0");
  ck_assert (strstr (tab_get_message (first, 0), "startResponse"));
  tab_say (first, CANDIDATE ("candidate:of-the-first"));
  check_event (server, 1, "candidate candidate:of-the-first 0 0");
  ck_assert_uint_eq (second->messages->len, 1);

  /* the first stops, the second's next try succeeds */
  tab_say (first, STOP);
  check_event (server, 2, "ended the client stopped");
  tab_say (second, START);
  check_event (server, 3, "offer v=0");
  gst_kurento_signaller_send_answer (server->signaller, "v=0");
  ck_assert (strstr (tab_get_message (second, 1), "startResponse"));
  ck_assert_uint_eq (first->messages->len, 1);
}
GST_END_TEST;

GST_START_TEST (test_holder_leaves)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) first = tab_new (server);
  g_autoptr (Tab) second = tab_new (server);

  tab_say (first, START);
  check_event (server, 0, "offer v=0");
  tab_close (first);
  check_event (server, 1, "ended the client left");

  tab_say (second, START);
  check_event (server, 2, "offer v=0");
  ck_assert_uint_eq (second->messages->len, 0);
}
GST_END_TEST;

GST_START_TEST (test_others_leave)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) first = tab_new (server);
  g_autoptr (Tab) second = tab_new (server);

  tab_say (first, START);
  check_event (server, 0, "offer v=0");
  tab_close (second);
  tab_say (first, CANDIDATE ("candidate:1"));
  check_event (server, 1, "candidate candidate:1 0 0");
}
GST_END_TEST;

GST_START_TEST (test_send_error)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);
  g_autoptr (GError) own = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION, "No common codec");
  g_autoptr (GError) foreign = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot open /etc/secret");

  tab_say (tab, START);
  check_event (server, 0, "offer v=0");
  gst_kurento_signaller_send_error (server->signaller, own);
  ck_assert_str_eq (tab_get_message (tab, 0), "{\"id\":\"error\",\"message\":\"No common codec\"}");

  /* the peer is free, and what does not belong to anybody goes nowhere */
  gst_kurento_signaller_send_answer (server->signaller, "v=0");
  tab_say (tab, START);
  check_event (server, 1, "offer v=0");
  gst_kurento_signaller_send_error (server->signaller, foreign);
  ck_assert (g_str_has_prefix (tab_get_message (tab, 1), "{\"id\":\"error\""));
  ck_assert (!strstr (tab_get_message (tab, 1), "secret"));
}
GST_END_TEST;

GST_START_TEST (test_end_session)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);

  tab_say (tab, START);
  check_event (server, 0, "offer v=0");
  gst_kurento_signaller_end_session (server->signaller, "the show is over");
  gst_kurento_signaller_send_candidate (server->signaller, "candidate:1", 0, "0");
  ck_assert_str_eq (tab_get_message (tab, 0),
                    "{\"id\":\"stopCommunication\",\"message\":\"the show is over\"}");

  tab_say (tab, START);
  check_event (server, 1, "offer v=0");
  ck_assert_uint_eq (tab->messages->len, 1);
}
GST_END_TEST;

GST_START_TEST (test_foreign_page)
{
  g_autoptr (Server) server = server_new (FALSE);
  g_autoptr (Tab) foreign = NULL;
  g_autoptr (Tab) allowed = NULL;

  g_object_set (server->signaller, "allowed-origins", "https://good.example", NULL);
  server_start (server);
  foreign = tab_new_full (server, "helloworld", "https://evil.example");
  ck_assert (foreign->error);
  ck_assert_uint_eq (soup_message_get_status (foreign->request), 403);
  allowed = tab_new_full (server, "helloworld", "https://good.example");
  g_assert_no_error (allowed->error);
}
GST_END_TEST;

static Suite *
kp_serve_signaller_suite (void)
{
  Suite *suite = suite_create ("kp-serve-signaller");
  TCase *dialect = tcase_create ("dialect");
  TCase *peer = tcase_create ("peer");

  suite_add_tcase (suite, dialect);
  tcase_add_test (dialect, test_start_and_stop);
  tcase_add_test (dialect, test_candidates);
  tcase_add_test (dialect, test_our_candidates_wait_for_the_answer);
  tcase_add_loop_test (dialect, test_garbage, 0, G_N_ELEMENTS (garbage));

  suite_add_tcase (suite, peer);
  tcase_add_test (peer, test_second_start_replaces_the_first);
  tcase_add_test (peer, test_busy);
  tcase_add_test (peer, test_holder_leaves);
  tcase_add_test (peer, test_others_leave);
  tcase_add_test (peer, test_send_error);
  tcase_add_test (peer, test_end_session);
  tcase_add_test (peer, test_foreign_page);

  return suite;
}

GST_CHECK_MAIN (kp_serve_signaller);
