/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-feedback.h"

#include "sdp-test.h"

static GstSDPMessage *
make_sdp (const gchar *lines)
{
  g_autofree gchar *text = g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                                            "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102\r\n%s",
                                            lines);

  return sdp_parse_raw (text);
}

static gchar *
list_rembs (const GstSDPMessage *sdp)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (sdp, 0);
  GString *list = g_string_new (NULL);
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "rtcp-fb", i)); i++)
    if (g_str_has_suffix (value, " goog-remb"))
      g_string_append_printf (list, "%s;", value);

  return g_string_free (list, FALSE);
}

#define PLI(format) "a=rtcp-fb:" format " nack pli\r\n"
#define REMB(format) "a=rtcp-fb:" format " goog-remb\r\n"

static const struct
{
  const gchar *lines;
  const gchar *offer; /* or NULL */
  const gchar *rembs;
} cases[] = {
  { PLI ("96") "a=rtcp-fb:97 nack\r\n" PLI ("102"), NULL, "96 goog-remb;102 goog-remb;" },
  { "a=rtcp-fb:96 nack\r\n", NULL, "" },
  { "a=sendonly\r\n" PLI ("96"), NULL, "96 goog-remb;" },
  /* once */
  { PLI ("96") REMB ("96"), NULL, "96 goog-remb;" },
  /* who sends nothing needs no word */
  { "a=recvonly\r\n" PLI ("96"), NULL, "" },
  { "a=inactive\r\n" PLI ("96"), NULL, "" },
  /* what the peer can */
  { PLI ("96") PLI ("102"), PLI ("96") REMB ("102"), "102 goog-remb;" },
  { PLI ("96"), "a=rtcp-fb:* goog-remb\r\n", "96 goog-remb;" },
  { PLI ("96"), PLI ("96"), "" },
};

GST_START_TEST (test_add)
{
  g_autoptr (GstSDPMessage) sdp = make_sdp (cases[__i__].lines);
  g_autoptr (GstSDPMessage) offer = cases[__i__].offer ? make_sdp (cases[__i__].offer) : NULL;
  g_autofree gchar *list = NULL;

  kp_sdp_add_remb (sdp, offer);
  list = list_rembs (sdp);
  fail_unless_equals_string (list, cases[__i__].rembs);
}
GST_END_TEST

GST_START_TEST (test_other_sections)
{
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
      "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n" PLI ("96") "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\n" PLI ("96"));

  kp_sdp_add_remb (sdp, NULL);
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "rtcp-fb"), 1);
  fail_unless_equals_int (sdp_count_attributes (sdp, 1, "rtcp-fb"), 1);
}
GST_END_TEST

static Suite *
kp_sdp_feedback_suite (void)
{
  Suite *suite = suite_create ("kp-sdp-feedback");
  TCase *tcase = tcase_create ("feedback");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_add, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tcase, test_other_sections);

  return suite;
}

GST_CHECK_MAIN (kp_sdp_feedback)
