/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-renew.h"

#include "sdp-test.h"

#define OTHER_FINGERPRINT                                                                                    \
  "sha-256 00:DF:34:C3:CF:6F:DF:7D:07:DE:05:64:68:9D:38:2D:E3:12:AB:AE:35:FF:7C:29:6C:F4:FB:5B:7B:7F:6C:D6"

/* What comes next, made from small-offer by one replacement. */
static const struct
{
  const gchar *from;
  const gchar *to;
  const gchar *refused; /* part of the message, or NULL */
} changes[] = {
  { "o=- 42 2 ", "o=- 42 3 ", NULL },
  { "a=sendonly", "a=inactive", NULL },
  { "a=setup:actpass", "a=setup:passive", NULL },
  { "m=video 9 ", "m=video 0 ", NULL },
  { "SAVPF 111 0", "SAVPF 0 111", NULL },
  { "SAVPF 96 97", "SAVPF 96", NULL },
  { "SAVPF 111 0\r\n", "SAVPF 111 0 9\r\n", NULL },
  { "a=max-message-size:262144\r\n",
    "a=max-message-size:262144\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n" SECTION
    "a=mid:w\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n",
    NULL },
  { "a=setup:actpass", "a=setup:active", "active in DTLS" },
  { "a=ice-ufrag:uAfA", "a=ice-ufrag:uAfB", "restart ICE" },
  { "a=ice-pwd:password", "a=ice-pwd:drowssap", "restart ICE" },
  { "a=fingerprint:" FINGERPRINT, "a=fingerprint:" OTHER_FINGERPRINT, "certificate" },
  { "a=rtpmap:96 VP8", "a=rtpmap:96 VP9", "payload type 96" },
  { "a=rtpmap:111 opus/48000/2", "a=rtpmap:111 L16/48000/2", "payload type 111" },
};

GST_START_TEST (test_check)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) former = sdp_parse (text);
  g_autofree gchar *changed = sdp_replace (text, changes[__i__].from, changes[__i__].to);
  g_autofree gchar *grouped = sdp_replace (changed, "BUNDLE a v d", "BUNDLE a v d w");
  g_autoptr (GstSDPMessage) now = sdp_parse (grouped);
  g_autoptr (GError) error = NULL;
  gboolean fine = kp_sdp_check_renewed (former, now, "active", &error);

  if (changes[__i__].refused == NULL)
    {
      g_assert_no_error (error);
      fail_unless (fine);
      return;
    }
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION);
  fail_unless (strstr (error->message, changes[__i__].refused) != NULL, "%s", error->message);
}
GST_END_TEST

/* A section that was there is missing, or is another one. */
GST_START_TEST (test_check_sections)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_auto (GStrv) halves = g_strsplit (text, "m=application", 2);
  g_autofree gchar *bundled = sdp_replace (halves[0], "BUNDLE a v d", "BUNDLE a v");
  g_autoptr (GstSDPMessage) former = sdp_parse (text);
  g_autoptr (GstSDPMessage) without = sdp_parse (bundled);
  g_autofree gchar *renamed = sdp_replace (text, "a=mid:v", "a=mid:x");
  g_autofree gchar *grouped = sdp_replace (renamed, "BUNDLE a v d", "BUNDLE a x d");
  g_autoptr (GstSDPMessage) other = sdp_parse (grouped);
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) changed = NULL;

  fail_if (kp_sdp_check_renewed (former, without, "active", &missing));
  g_assert_error (missing, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION);
  fail_if (kp_sdp_check_renewed (former, other, "active", &changed));
  g_assert_error (changed, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION);
}
GST_END_TEST

static const struct
{
  const gchar *local;
  const gchar *remote;
  const gchar *ours;
} setups[] = {
  { "actpass", "active", "passive" },
  { "actpass", "passive", "active" },
  { "active", "actpass", "active" },
  { "passive", "actpass", "passive" },
};

GST_START_TEST (test_setup)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *ours = g_strconcat ("a=setup:", setups[__i__].local, NULL);
  g_autofree gchar *theirs = g_strconcat ("a=setup:", setups[__i__].remote, NULL);
  g_autofree gchar *local_text = sdp_replace (text, "a=setup:actpass", ours);
  g_autofree gchar *remote_text = sdp_replace (text, "a=setup:actpass", theirs);
  g_autoptr (GstSDPMessage) local = sdp_parse_raw (local_text);
  g_autoptr (GstSDPMessage) remote = sdp_parse_raw (remote_text);

  fail_unless_equals_string (kp_sdp_get_setup (local, remote), setups[__i__].ours);
}
GST_END_TEST

/* The former sections stay as they were told, and what webrtcbin made of the new one joins their transport. */
GST_START_TEST (test_renew)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autofree gchar *longer
      = g_strconcat (text,
                     "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n"
                     "a=ice-ufrag:fresh\r\na=ice-pwd:freshfreshfreshfreshfresh\r\n"
                     "a=fingerprint:" OTHER_FINGERPRINT "\r\na=setup:actpass\r\na=mid:w\r\n"
                     "a=sendonly\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n",
                     NULL);
  g_autofree gchar *made_text = sdp_replace (longer, "a=mid:a", "a=mid:z");
  g_autoptr (GstSDPMessage) former = sdp_parse_raw (text);
  g_autoptr (GstSDPMessage) made = sdp_parse_raw (made_text);
  g_autoptr (GstSDPMessage) sdp = kp_sdp_renew (former, made, "active");

  fail_unless_equals_int (gst_sdp_message_medias_len (sdp), 4);
  fail_unless_equals_string (gst_sdp_message_get_origin (sdp)->sess_id, "42");
  fail_unless_equals_string (gst_sdp_message_get_origin (sdp)->sess_version, "3");
  fail_unless_equals_string (sdp_get_value (sdp, 0, "mid"), "a");
  fail_unless_equals_string (sdp_get_value (sdp, 3, "mid"), "w");
  fail_unless_equals_string (sdp_get_value (sdp, 3, "ice-ufrag"), "uAfA");
  fail_unless_equals_string (sdp_get_value (sdp, 3, "ice-pwd"), "passwordpasswordpassword");
  fail_unless_equals_string (sdp_get_value (sdp, 3, "fingerprint"), FINGERPRINT);
  fail_unless_equals_string (sdp_get_group (sdp), "BUNDLE a v d w");
  for (guint i = 0; i < 4; i++)
    fail_unless_equals_string (sdp_get_value (sdp, i, "setup"), "active");
}
GST_END_TEST

GST_START_TEST (test_fit_answer)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) answer = sdp_parse_raw (text);
  g_autofree gchar *fewer = sdp_replace (text, "SAVPF 111 0", "SAVPF 0");
  g_autofree gchar *stopped = sdp_replace (fewer, "m=video 9", "m=video 0");
  g_autofree gchar *left = sdp_replace (stopped, "BUNDLE a v d", "BUNDLE a d");
  g_autoptr (GstSDPMessage) offer = sdp_parse_raw (left);
  const GstSDPMedia *audio = gst_sdp_message_get_media (answer, 0);

  kp_sdp_fit_answer (answer, offer);
  fail_unless_equals_int (gst_sdp_media_formats_len (audio), 1);
  fail_unless_equals_string (gst_sdp_media_get_format (audio, 0), "0");
  fail_unless_equals_int (sdp_count_attributes (answer, 0, "rtpmap"), 0);
  fail_unless_equals_int (gst_sdp_media_get_port (gst_sdp_message_get_media (answer, 1)), 0);
  fail_unless_equals_string (sdp_get_group (answer), "BUNDLE a d");
}
GST_END_TEST

GST_START_TEST (test_direction)
{
  static const gchar *const names[] = { "inactive", "sendonly", "recvonly", "sendrecv" };
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (text);
  GstSDPMedia *media = (GstSDPMedia *)gst_sdp_message_get_media (sdp, 0);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      kp_sdp_media_set_direction (media, i);
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        fail_unless_equals_int (sdp_count_attributes (sdp, 0, names[j]), i == j);
    }
  fail_unless_equals_int (kp_direction_swap (KP_DIRECTION_SEND), KP_DIRECTION_RECV);
  fail_unless_equals_int (kp_direction_swap (KP_DIRECTION_RECV), KP_DIRECTION_SEND);
  fail_unless_equals_int (kp_direction_swap (KP_DIRECTION_SENDRECV), KP_DIRECTION_SENDRECV);
  fail_unless_equals_int (kp_direction_swap (KP_DIRECTION_INACTIVE), KP_DIRECTION_INACTIVE);
}
GST_END_TEST

static Suite *
kp_sdp_renew_suite (void)
{
  Suite *suite = suite_create ("kp-sdp-renew");
  TCase *tcase = tcase_create ("kp-sdp-renew");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_check, 0, G_N_ELEMENTS (changes));
  tcase_add_test (tcase, test_check_sections);
  tcase_add_loop_test (tcase, test_setup, 0, G_N_ELEMENTS (setups));
  tcase_add_test (tcase, test_renew);
  tcase_add_test (tcase, test_fit_answer);
  tcase_add_test (tcase, test_direction);

  return suite;
}

GST_CHECK_MAIN (kp_sdp_renew)
