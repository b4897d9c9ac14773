/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve-fixture.h"

#include <json-glib/json-glib.h>

#define START "{\"id\":\"start\",\"sdpOffer\":\"v=0\"}"
#define STOP "{\"id\":\"stop\"}"
#define CANDIDATE(text)                                                                                      \
  "{\"id\":\"onIceCandidate\",\"candidate\":{\"candidate\":\"" text                                          \
  "\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0}}"

static void
check_event (Server *server, guint index, const gchar *expected)
{
  ck_assert_str_eq (server_get_event (server, index), expected);
}

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

static Suite *
kp_serve_signaller_suite (void)
{
  Suite *suite = suite_create ("kp-serve-signaller");
  TCase *dialect = tcase_create ("dialect");

  suite_add_tcase (suite, dialect);
  tcase_add_test (dialect, test_start_and_stop);

  return suite;
}

GST_CHECK_MAIN (kp_serve_signaller);
