/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-simulcast.h"

#include "kp-sdp-edit.h"
#include "sdp-test.h"

static GstSDPMessage *
make_sdp (const gchar *lines)
{
  g_autofree gchar *text = g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                                            "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n%s",
                                            lines);

  return sdp_parse_raw (text);
}

#define RECV(rid) "a=rid:" rid " recv\r\n"
#define SEND(rid) "a=rid:" rid " send\r\n"

static const struct
{
  const gchar *lines;
  const gchar *send; /* NULL: no simulcast */
  const gchar *recv;
} read[] = {
  { "", NULL, NULL },
  { RECV ("h") RECV ("m") "a=simulcast:recv h;m\r\n", NULL, "h;m" },
  { RECV ("h") RECV ("m") "a=simulcast:recv m;h\r\n", NULL, "m;h" },
  { SEND ("1") RECV ("2") "a=simulcast:send 1 recv 2\r\n", "1", "2" },
  { SEND ("1") RECV ("2") "a=simulcast:recv 2 send 1\r\n", "1", "2" },
  { "a=rid:h recv pt=96;max-width=320\r\na=simulcast:recv h\r\n", NULL, "h" },
  /* of alternatives the first, paused ones too */
  { RECV ("a") RECV ("b") RECV ("c") "a=simulcast:recv a,b;~c\r\n", NULL, "a;c" },
  { RECV ("b") "a=simulcast:recv a,b\r\n", NULL, "b" },
  /* what no a=rid describes, or not in that direction */
  { SEND ("h") "a=simulcast:recv h\r\n", NULL, NULL },
  { RECV ("h") "a=simulcast:recv h;m\r\n", NULL, "h" },
  { RECV ("h"), NULL, NULL },
  { RECV ("h") "a=simulcast:recv\r\n", NULL, NULL },
  { RECV ("h") "a=simulcast:\r\n", NULL, NULL },
  { RECV ("h") "a=simulcast:recv ;;,\r\n", NULL, NULL },
};

static void
check_rids (const GstSDPMedia *media, const gchar *verb, const gchar *expected)
{
  g_auto (GStrv) rids = kp_sdp_media_dup_rids (media, verb);
  g_autofree gchar *list = rids ? g_strjoinv (";", rids) : NULL;

  fail_unless_equals_string (list, expected);
}

GST_START_TEST (test_read)
{
  g_autoptr (GstSDPMessage) sdp = make_sdp (read[__i__].lines);
  const GstSDPMedia *media = gst_sdp_message_get_media (sdp, 0);

  check_rids (media, "send", read[__i__].send);
  check_rids (media, "recv", read[__i__].recv);
}
GST_END_TEST

GST_START_TEST (test_write)
{
  static const gchar *const rids[] = { "h", "l", NULL };
  g_autoptr (GstSDPMessage) sdp = make_sdp (SEND ("x") "a=simulcast:send x\r\na=ssrc:1 cname:c\r\n"
                                                       "a=ssrc-group:FID 1 2\r\na=mid:v\r\n");

  kp_sdp_media_set_rids (kp_sdp_edit_media (sdp, 0), rids, NULL);
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "rid"), 2);
  fail_unless_equals_string (sdp_get_value (sdp, 0, "rid"), "h send");
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "simulcast"), 1);
  fail_unless_equals_string (sdp_get_value (sdp, 0, "simulcast"), "send h;l");
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "ssrc"), 0);
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "ssrc-group"), 0);
  fail_unless_equals_string (sdp_get_value (sdp, 0, "mid"), "v");

  kp_sdp_media_set_rids (kp_sdp_edit_media (sdp, 0), rids, rids + 1);
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "rid"), 3);
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "simulcast"), 1);
  fail_unless_equals_string (sdp_get_value (sdp, 0, "simulcast"), "send h;l recv l");

  kp_sdp_media_set_rids (kp_sdp_edit_media (sdp, 0), NULL, NULL);
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "rid"), 0);
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "simulcast"), 0);
}
GST_END_TEST

static Suite *
kp_sdp_simulcast_suite (void)
{
  Suite *suite = suite_create ("kp-sdp-simulcast");
  TCase *tcase = tcase_create ("simulcast");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_read, 0, G_N_ELEMENTS (read));
  tcase_add_test (tcase, test_write);

  return suite;
}

GST_CHECK_MAIN (kp_sdp_simulcast)
