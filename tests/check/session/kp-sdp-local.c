/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp.h"

#include "kp-sdp-edit.h"
#include "sdp-test.h"

GST_START_TEST (test_match_answer)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) offer = sdp_parse_changed ("m=audio 9 ", "m=audio 0 ");
  g_autoptr (GstSDPMessage) answer = sdp_parse_raw (text);

  kp_sdp_media_set_attribute (kp_sdp_edit_media (answer, 0), "fingerprint", SHA1);
  kp_sdp_match_answer (answer, offer);
  fail_unless (kp_sdp_media_is_rejected (answer, 0));
  fail_unless_equals_string (sdp_get_group (answer), "BUNDLE v d");
  fail_unless_equals_string (sdp_get_value (answer, 0, "fingerprint"), FINGERPRINT);
  fail_unless (sdp_get_value (answer, 0, "ssrc") == NULL);
  fail_unless_equals_int (kp_sdp_media_get_direction (gst_sdp_message_get_media (answer, 0)),
                          KP_DIRECTION_INACTIVE);
}
GST_END_TEST;

/* Kurento offers any. */
GST_START_TEST (test_match_sctp_port)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) offer = sdp_parse_changed ("a=sctp-port:5000", "a=sctp-port:2855");
  g_autoptr (GstSDPMessage) answer = sdp_parse_raw (text);

  kp_sdp_match_answer (answer, offer);
  fail_unless_equals_string (sdp_get_value (answer, 2, "sctp-port"), "2855");
  fail_unless (sdp_get_value (answer, 1, "sctp-port") == NULL);
}
GST_END_TEST;

GST_START_TEST (test_add_rtx)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *more = sdp_replace (text, "SAVPF 96 97\r\n",
                                        "SAVPF 96 97 98 100 101\r\na=rtpmap:98 H264/90000\r\n"
                                        "a=rtpmap:100 VP9/90000\r\na=rtpmap:101 red/90000\r\n");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (more);
  const GstSDPMedia *video = gst_sdp_message_get_media (sdp, 1);

  kp_sdp_add_rtx_for_all (sdp);
  fail_unless_equals_int (gst_sdp_media_formats_len (video), 7);
  fail_unless_equals_string (gst_sdp_media_get_format (video, 5), "99");
  fail_unless_equals_string (gst_sdp_media_get_format (video, 6), "102");
  fail_unless_equals_string (gst_sdp_media_get_attribute_val_n (video, "fmtp", 1), "99 apt=98");
  fail_unless_equals_string (gst_sdp_media_get_attribute_val_n (video, "fmtp", 2), "102 apt=100");
  fail_unless_equals_int (gst_sdp_media_formats_len (gst_sdp_message_get_media (sdp, 0)), 2);

  /* nothing is left to do */
  kp_sdp_add_rtx_for_all (sdp);
  fail_unless_equals_int (gst_sdp_media_formats_len (video), 7);
}
GST_END_TEST;

/* When all dynamic payload types are taken the spare ones follow, and then none. */
GST_START_TEST (test_rtx_runs_out)
{
  g_autoptr (GString) text = g_string_new ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nm=video 9 RTP/SAVPF");
  g_autoptr (GstSDPMessage) sdp = NULL;
  const GstSDPMedia *media;

  for (guint i = 96; i < 128; i++)
    g_string_append_printf (text, " %u", i);
  g_string_append (text, "\r\na=rtpmap:127 rtx/90000\r\na=fmtp:127 apt=96\r\n");
  for (guint i = 96; i < 127; i++)
    g_string_append_printf (text, "a=rtpmap:%u VP8/90000\r\n", i);

  sdp = sdp_parse_raw (text->str);
  media = gst_sdp_message_get_media (sdp, 0);
  kp_sdp_add_rtx_for_all (sdp);
  fail_unless_equals_int (gst_sdp_media_formats_len (media), 32 + 29);
  fail_unless_equals_string (gst_sdp_media_get_format (media, 32), "35");
  fail_unless_equals_string (gst_sdp_media_get_format (media, 60), "63");
}
GST_END_TEST;

GST_START_TEST (test_dedupe_ssrcs)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *twice = sdp_replace (text, "a=ssrc:2222 cname:video",
                                         "a=ssrc:2222 cname:video\r\na=ssrc:2222 msid:x y\r\n"
                                         "a=ssrc:2222 cname:video\r\na=ssrc-group:FID 2222 3333");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (twice);

  kp_sdp_dedupe_ssrcs (sdp);
  fail_unless_equals_int (sdp_count_attributes (sdp, 1, "ssrc"), 3);
  fail_unless_equals_int (sdp_count_attributes (sdp, 1, "ssrc-group"), 1);
}
GST_END_TEST;

GST_START_TEST (test_set_msid)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *named
      = sdp_replace (text, "a=ssrc:1111 cname:audio",
                     "a=ssrc:1111 msid:user1@host webrtctransceiver0\r\na=ssrc:1111 cname:audio");
  g_autofree gchar *receiving = sdp_replace (named, "a=sendonly", "a=recvonly");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (receiving);

  kp_sdp_set_msid (sdp, "s", NULL);
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "msid"), 1);
  fail_unless_equals_string (sdp_get_value (sdp, 0, "msid"), "s s-a");
  fail_unless_equals_string (sdp_get_value (sdp, 0, "ssrc"), "1111 msid:s s-a");
  fail_unless (sdp_get_value (sdp, 1, "msid") == NULL);
  fail_unless (sdp_get_value (sdp, 2, "msid") == NULL);
}
GST_END_TEST;

/* Each pad may say of which streams it is: one line a stream, the first one for those that read it from the ssrc. */
GST_START_TEST (test_own_msids)
{
  static const struct
  {
    const gchar *msid; /* of the video */
    guint n;
    const gchar *line; /* the first one */
  } cases[] = {
    { "camera", 1, "camera s-v" },
    { "camera both", 2, "camera s-v" },
    { "-", 1, "- s-v" },
    { NULL, 1, "s s-v" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *text = sdp_load ("small-offer");
      g_autofree gchar *named = sdp_replace (text, "a=ssrc:2222 cname:video", "a=ssrc:2222 msid:x y");
      g_autofree gchar *ssrc = g_strconcat ("2222 msid:", cases[i].line, NULL);
      g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (named);
      g_autoptr (GPtrArray) msids = g_ptr_array_new ();

      g_ptr_array_add (msids, NULL);
      g_ptr_array_add (msids, (gpointer)cases[i].msid);
      kp_sdp_set_msid (sdp, "s", msids);
      fail_unless_equals_string (sdp_get_value (sdp, 0, "msid"), "s s-a");
      fail_unless_equals_int (sdp_count_attributes (sdp, 1, "msid"), cases[i].n);
      fail_unless_equals_string (sdp_get_value (sdp, 1, "msid"), cases[i].line);
      fail_unless_equals_string (sdp_get_value (sdp, 1, "ssrc"), ssrc);
    }
}
GST_END_TEST;

GST_START_TEST (test_max_message_size)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (text);

  kp_sdp_set_max_message_size (sdp, 65536);
  fail_unless_equals_int (sdp_count_attributes (sdp, 2, "max-message-size"), 1);
  fail_unless_equals_string (sdp_get_value (sdp, 2, "max-message-size"), "65536");
  fail_unless (sdp_get_value (sdp, 0, "max-message-size") == NULL);
}
GST_END_TEST;

/* As webrtcbin writes it: a flag with a NULL value. */
GST_START_TEST (test_unreject_bundled)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *closed = sdp_replace (text, " 9 ", " 0 ");
  g_autofree gchar *partly = sdp_replace (closed, "BUNDLE a v d", "BUNDLE a v");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (partly);

  gst_sdp_media_add_attribute (kp_sdp_edit_media (sdp, 1), "bundle-only", NULL);
  gst_sdp_media_add_attribute (kp_sdp_edit_media (sdp, 2), "bundle-only", NULL);
  kp_sdp_unreject_bundled (sdp);
  fail_unless_equals_int (gst_sdp_media_get_port (gst_sdp_message_get_media (sdp, 0)), 0);
  fail_unless_equals_int (gst_sdp_media_get_port (gst_sdp_message_get_media (sdp, 1)), 9);
  fail_unless_equals_int (gst_sdp_media_get_port (gst_sdp_message_get_media (sdp, 2)), 0);
  fail_if (kp_sdp_media_has_attribute (gst_sdp_message_get_media (sdp, 1), "bundle-only"));
}
GST_END_TEST;

GST_START_TEST (test_add_candidate)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (text);

  kp_sdp_add_candidate (sdp, 0, "candidate:3 1 UDP 1 192.0.2.8 6638 typ host");
  kp_sdp_add_candidate (sdp, 0, "a=candidate:4 1 UDP 1 192.0.2.8 6639 typ host");
  kp_sdp_add_candidate (sdp, 0, "");
  kp_sdp_add_candidate (sdp, 99, "");
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "candidate"), 2);
  fail_unless_equals_string (sdp_get_value (sdp, 0, "candidate"), "3 1 UDP 1 192.0.2.8 6638 typ host");
  fail_unless_equals_int (sdp_count_attributes (sdp, 0, "end-of-candidates"), 1);
}
GST_END_TEST;

GST_START_TEST (test_strip_mids)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (text);

  kp_sdp_strip_mids (sdp);
  fail_unless (sdp_get_group (sdp) == NULL);
  for (guint i = 0; i < 3; i++)
    fail_unless (sdp_get_value (sdp, i, "mid") == NULL);
}
GST_END_TEST;

static Suite *
kp_sdp_local_suite (void)
{
  Suite *suite = suite_create ("kp-sdp-local");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_match_answer);
  tcase_add_test (tcase, test_match_sctp_port);
  tcase_add_test (tcase, test_add_rtx);
  tcase_add_test (tcase, test_rtx_runs_out);
  tcase_add_test (tcase, test_dedupe_ssrcs);
  tcase_add_test (tcase, test_set_msid);
  tcase_add_test (tcase, test_own_msids);
  tcase_add_test (tcase, test_max_message_size);
  tcase_add_test (tcase, test_unreject_bundled);
  tcase_add_test (tcase, test_add_candidate);
  tcase_add_test (tcase, test_strip_mids);
  return suite;
}

GST_CHECK_MAIN (kp_sdp_local)
