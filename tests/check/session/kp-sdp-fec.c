/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-fec.h"

#include "sdp-test.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define VIDEO(formats) "m=video 9 UDP/TLS/RTP/SAVPF " formats "\r\n"
#define VP8 "a=rtpmap:96 VP8/90000\r\n"
#define RTX(number, apt) "a=rtpmap:" number " rtx/90000\r\na=fmtp:" number " apt=" apt "\r\n"
#define FEC(red, ulpfec) "a=rtpmap:" red " red/90000\r\na=rtpmap:" ulpfec " ulpfec/90000\r\n"

#define PLAIN HEAD VIDEO ("96") VP8
#define WITH_RTX HEAD VIDEO ("96 97") VP8 RTX ("97", "96")
#define WITH_FEC HEAD VIDEO ("96 110 111") VP8 FEC ("110", "111")
#define WITH_BOTH HEAD VIDEO ("96 97 110 112 111") VP8 RTX ("97", "96") FEC ("110", "111") RTX ("112", "110")
#define WITHOUT_RTX_OF_RED HEAD VIDEO ("96 97 110 111") VP8 RTX ("97", "96") FEC ("110", "111")

/* Owned. */
static gchar *
list_formats (const GstSDPMessage *sdp, guint index)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (sdp, index);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    g_string_append_printf (text, "%s%s", i ? " " : "", gst_sdp_media_get_format (media, i));

  return g_string_free (text, FALSE);
}

static void
assert_fec (const GstSDPMessage *sdp, guint index, gint red, gint ulpfec)
{
  KpFecFormats formats;

  fail_unless (kp_sdp_media_get_fec (gst_sdp_message_get_media (sdp, index), &formats));
  fail_unless_equals_int (formats.red, red);
  fail_unless_equals_int (formats.ulpfec, ulpfec);
}

GST_START_TEST (test_get)
{
  static const gchar *const none[] = {
    PLAIN,
    HEAD VIDEO ("96 110") VP8 "a=rtpmap:110 red/90000\r\n",
    HEAD VIDEO ("96 110") VP8 "a=rtpmap:110 ulpfec/90000\r\n",
    HEAD VIDEO ("96 110 111") VP8 FEC ("110", "112"),
    HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 110 111\r\na=rtpmap:110 red/48000/2\r\na=rtpmap:111 ulpfec/48000\r\n",
  };
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (WITH_FEC);
  KpFecFormats formats;

  assert_fec (sdp, 0, 110, 111);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GstSDPMessage) other = sdp_parse_raw (none[i]);

      fail_if (kp_sdp_media_get_fec (gst_sdp_message_get_media (other, 0), &formats), "%u", i);
    }
}
GST_END_TEST

/* What is retransmitted is so in RED as well. */
static const struct
{
  const gchar *offer;
  const gchar *formats;
} offers[] = {
  { PLAIN, "96 97 98" },
  { WITH_RTX, "96 97 98 100 99" },
};

GST_START_TEST (test_offer)
{
  g_autoptr (GstSDPMessage) offer = sdp_parse_raw (offers[__i__].offer);
  g_autofree gchar *formats = NULL;
  gboolean retransmits = __i__ == 1;

  kp_sdp_offer_fec (offer, 0, NULL);
  formats = list_formats (offer, 0);
  fail_unless_equals_string (formats, offers[__i__].formats);
  assert_fec (offer, 0, retransmits ? 98 : 97, retransmits ? 99 : 98);
  if (retransmits)
    fail_unless_equals_string (
        gst_sdp_media_get_attribute_val_n (gst_sdp_message_get_media (offer, 0), "fmtp", 1), "100 apt=98");
}
GST_END_TEST

/* A number means the same in all sections, and for both sides. */
GST_START_TEST (test_offer_further)
{
  g_autoptr (GstSDPMessage) offer = sdp_parse_raw (WITH_BOTH VIDEO ("96 97") VP8 RTX ("97", "96"));
  g_autoptr (GstSDPMessage) other = sdp_parse_raw (WITH_RTX);
  g_autoptr (GstSDPMessage) remote = sdp_parse_raw (WITH_BOTH);
  g_autofree gchar *formats = NULL;
  g_autofree gchar *other_formats = NULL;

  kp_sdp_offer_fec (offer, 1, remote);
  formats = list_formats (offer, 1);
  fail_unless_equals_string (formats, "96 97 110 112 111");
  kp_sdp_offer_fec (other, 0, remote);
  other_formats = list_formats (other, 0);
  fail_unless_equals_string (other_formats, "96 97 110 112 111");
}
GST_END_TEST

GST_START_TEST (test_no_number_left)
{
  g_autoptr (GString) text = g_string_new (HEAD "m=video 9 UDP/TLS/RTP/SAVPF");
  g_autoptr (GstSDPMessage) offer = NULL;
  guint n;

  for (guint i = 35; i <= 127; i++)
    if (i < 64 || i > 96)
      g_string_append_printf (text, " %u", i);
  g_string_append (text, "\r\n");
  offer = sdp_parse_raw (text->str);
  n = gst_sdp_media_formats_len (gst_sdp_message_get_media (offer, 0));
  kp_sdp_offer_fec (offer, 0, NULL);
  fail_unless_equals_int (gst_sdp_media_formats_len (gst_sdp_message_get_media (offer, 0)), n);
}
GST_END_TEST

static const struct
{
  const gchar *offer;
  const gchar *answer;
  const gchar *formats;
} answers[] = {
  { WITH_FEC, PLAIN, "96 110 111" },
  { WITH_BOTH, WITH_RTX, "96 97 110 112 111" },
  { WITH_BOTH, PLAIN, "96 110 111" },
  { PLAIN, PLAIN, "96" },
  { WITH_RTX, WITH_RTX, "96 97" },
  { WITHOUT_RTX_OF_RED, WITH_RTX, "96 97" },
  { WITHOUT_RTX_OF_RED, PLAIN, "96 110 111" },
};

GST_START_TEST (test_answer)
{
  g_autoptr (GstSDPMessage) offer = sdp_parse_raw (answers[__i__].offer);
  g_autoptr (GstSDPMessage) answer = sdp_parse_raw (answers[__i__].answer);
  g_autofree gchar *formats = NULL;

  kp_sdp_answer_fec (answer, 0, offer);
  formats = list_formats (answer, 0);
  fail_unless_equals_string (formats, answers[__i__].formats);
}
GST_END_TEST

/* A peer answers what was not offered. */
static const struct
{
  const gchar *offer;
  const gchar *answer;
  const gchar *formats;
} foreign[] = {
  { WITH_BOTH, WITH_BOTH, "96 97 110 112 111" },
  { WITH_BOTH, PLAIN, "96" },
  { PLAIN, WITH_BOTH, "96" },
  { WITH_RTX, WITH_BOTH, "96 97" },
  { WITH_FEC, WITH_BOTH, "96 110 111" },
  { WITH_FEC, HEAD VIDEO ("96 111 110") VP8 FEC ("111", "110"), "96" },
  { WITH_FEC, HEAD VIDEO ("96 110") VP8 "a=rtpmap:110 red/90000\r\n", "96 110" },
  { WITH_FEC, HEAD VIDEO ("96 111") VP8 "a=rtpmap:111 ulpfec/90000\r\n", "96" },
  { PLAIN, HEAD VIDEO ("110 111") FEC ("110", "111"), "110" },
};

GST_START_TEST (test_foreign)
{
  g_autoptr (GstSDPMessage) offer = sdp_parse_raw (foreign[__i__].offer);
  g_autoptr (GstSDPMessage) answer = sdp_parse_raw (foreign[__i__].answer);
  g_autofree gchar *formats = NULL;

  kp_sdp_remove_foreign_repairs (answer, offer);
  formats = list_formats (answer, 0);
  fail_unless_equals_string (formats, foreign[__i__].formats);
}
GST_END_TEST

static Suite *
kp_sdp_fec_suite (void)
{
  Suite *suite = suite_create ("kp-sdp-fec");
  TCase *tcase = tcase_create ("kp-sdp-fec");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_get);
  tcase_add_loop_test (tcase, test_offer, 0, G_N_ELEMENTS (offers));
  tcase_add_test (tcase, test_offer_further);
  tcase_add_test (tcase, test_no_number_left);
  tcase_add_loop_test (tcase, test_answer, 0, G_N_ELEMENTS (answers));
  tcase_add_loop_test (tcase, test_foreign, 0, G_N_ELEMENTS (foreign));

  return suite;
}

GST_CHECK_MAIN (kp_sdp_fec)
