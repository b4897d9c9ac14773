/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-candidate.h"

#include <gst/check/gstcheck.h>

#define HOST "candidate:1 1 UDP 2015363327 192.0.2.2 40005 typ host"
#define SRFLX "candidate:2 1 UDP 1677722111 203.0.113.9 40005 typ srflx raddr 192.0.2.2 rport 40005"
#define TCP "candidate:3 1 TCP 1015022079 192.0.2.2 40005 typ host tcptype passive"

GST_START_TEST (test_is_host)
{
  fail_unless (kp_candidate_is_host (HOST));
  fail_unless (kp_candidate_is_host (TCP));
  fail_if (kp_candidate_is_host (SRFLX));
  fail_if (kp_candidate_is_host (""));
  fail_if (kp_candidate_is_host ("candidate:1 1 UDP 1 192.0.2.2"));
}
GST_END_TEST

GST_START_TEST (test_address)
{
  g_autofree gchar *address = kp_candidate_dup_address (SRFLX);
  g_autofree gchar *nothing = kp_candidate_dup_address ("");
  g_autofree gchar *replaced = kp_candidate_replace_address (TCP, "2001:db8::9");
  g_autofree gchar *end = kp_candidate_replace_address ("", "2001:db8::9");

  fail_unless_equals_string (address, "203.0.113.9");
  fail_unless (nothing == NULL);
  fail_unless_equals_string (replaced,
                             "candidate:3 1 TCP 1015022079 2001:db8::9 40005 typ host tcptype passive");
  fail_unless_equals_string (end, "");
}
GST_END_TEST

static const struct
{
  const gchar *other;
  gboolean same;
} others[] = {
  { HOST, TRUE },
  { "candidate:9 1 udp 7 192.0.2.2 40005 typ host generation 0", TRUE },
  { "candidate:1 1 UDP 2015363327 192.0.2.3 40005 typ host", FALSE },
  { "candidate:1 1 UDP 2015363327 192.0.2.2 40006 typ host", FALSE },
  { "candidate:1 1 UDP 2015363327 192.0.2.2 40005 typ srflx", FALSE },
  { TCP, FALSE },
  { "", FALSE },
};

GST_START_TEST (test_leads_to_same)
{
  fail_unless_equals_int (kp_candidate_leads_to_same (HOST, others[__i__].other), others[__i__].same);
  fail_unless_equals_int (kp_candidate_leads_to_same (others[__i__].other, HOST), others[__i__].same);
}
GST_END_TEST

static Suite *
kp_candidate_address_suite (void)
{
  Suite *suite = suite_create ("kp-candidate-address");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_is_host);
  tcase_add_test (tcase, test_address);
  tcase_add_loop_test (tcase, test_leads_to_same, 0, G_N_ELEMENTS (others));

  return suite;
}

GST_CHECK_MAIN (kp_candidate_address);
