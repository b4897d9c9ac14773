/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-payloads.h"

#include "sdp-test.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define VP8_AND_RTX                                                                                          \
  "m=video 9 UDP/TLS/RTP/SAVPF 100 101\r\n"                                                                  \
  "a=rtpmap:100 VP8/90000\r\na=rtpmap:101 rtx/90000\r\na=fmtp:101 apt=100\r\n"
#define VP8 "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000"
#define VP9 "application/x-rtp,media=video,encoding-name=VP9,clock-rate=90000"
#define H264(mode)                                                                                           \
  "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,packetization-mode=(string)" mode

GST_START_TEST (test_take)
{
  gboolean taken[KP_SDP_N_PAYLOAD_TYPES] = { FALSE };

  taken[96] = TRUE;
  for (gint expected = 97; expected <= 127; expected++)
    fail_unless_equals_int (kp_sdp_take_payload_type (taken), expected);
  for (gint expected = 35; expected <= 63; expected++)
    fail_unless_equals_int (kp_sdp_take_payload_type (taken), expected);
  fail_unless_equals_int (kp_sdp_take_payload_type (taken), -1);
}
GST_END_TEST

GST_START_TEST (test_mark)
{
  g_autofree gchar *text = sdp_load ("small-offer");
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (text);
  gboolean taken[KP_SDP_N_PAYLOAD_TYPES] = { FALSE };
  guint n = 0;

  kp_sdp_mark_payload_types (sdp, taken);
  for (guint i = 0; i < KP_SDP_N_PAYLOAD_TYPES; i++)
    n += taken[i];
  fail_unless (taken[0] && taken[96] && taken[97] && taken[111]);
  fail_unless_equals_int (n, 4);
}
GST_END_TEST

static const struct
{
  const gchar *format;
  gint payload_type;
} found[] = {
  { VP8, 100 },
  { VP9, -1 },
  { H264 ("1"), 102 },
  { H264 ("0"), 103 },
  { "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000", 103 },
  { "application/x-rtp,media=video,encoding-name=vp8,clock-rate=90000", 100 },
  { "application/x-rtp,media=video,encoding-name=VP8,clock-rate=48000", -1 },
  { "application/x-rtp,media=audio,encoding-name=VP8,clock-rate=90000", -1 },
};

GST_START_TEST (test_find)
{
  g_autoptr (GstSDPMessage) sdp
      = sdp_parse_raw (HEAD VP8_AND_RTX "m=video 9 UDP/TLS/RTP/SAVPF 102 103\r\na=rtpmap:102 H264/90000\r\n"
                                        "a=fmtp:102 packetization-mode=1\r\na=rtpmap:103 H264/90000\r\n");
  g_autoptr (GstCaps) caps = gst_caps_from_string (found[__i__].format);

  fail_unless_equals_int (kp_sdp_find_payload_type (sdp, gst_caps_get_structure (caps, 0)),
                          found[__i__].payload_type);
}
GST_END_TEST

static gint
get_payload (const GstCaps *caps, guint index)
{
  gint payload = -1;

  gst_structure_get_int (gst_caps_get_structure (caps, index), "payload", &payload);

  return payload;
}

/* Ours first, then the peer's, then a free one. */
GST_START_TEST (test_renumber)
{
  g_autoptr (GstSDPMessage) local = sdp_parse_raw (HEAD VP8_AND_RTX);
  g_autoptr (GstSDPMessage) remote
      = sdp_parse_raw (HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"
                            "a=rtpmap:96 VP9/90000\r\na=rtpmap:97 VP8/90000\r\n");
  g_autoptr (GstCaps) caps = gst_caps_from_string (VP8 "; " VP9 "; " H264 ("1"));

  caps = kp_sdp_renumber (caps, local, remote);
  fail_unless_equals_int (gst_caps_get_size (caps), 3);
  fail_unless_equals_int (get_payload (caps, 0), 100);
  fail_unless_equals_int (get_payload (caps, 1), 96);
  fail_unless_equals_int (get_payload (caps, 2), 98);
}
GST_END_TEST

/* The rtx of a codec has one number in all sections. */
GST_START_TEST (test_renew_rtx)
{
  g_autoptr (GstSDPMessage) sdp = sdp_parse_raw (
      HEAD VP8_AND_RTX "m=video 9 UDP/TLS/RTP/SAVPF 100 96 110\r\na=rtpmap:100 VP8/90000\r\n"
                       "a=rtpmap:96 VP9/90000\r\na=rtpmap:110 rtx/90000\r\na=fmtp:110 apt=100\r\n");
  g_autoptr (GstSDPMessage) remote
      = sdp_parse_raw (HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96 120\r\na=rtpmap:96 VP9/90000\r\n"
                            "a=rtpmap:120 rtx/90000\r\na=fmtp:120 apt=96\r\n");
  const GstSDPMedia *media = gst_sdp_message_get_media (sdp, 1);
  static const gchar *const formats[] = { "100", "96", "101", "120" };

  kp_sdp_renew_rtx (sdp, 1, remote);
  fail_unless_equals_int (gst_sdp_media_formats_len (media), G_N_ELEMENTS (formats));
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    fail_unless_equals_string (gst_sdp_media_get_format (media, i), formats[i]);
  fail_unless_equals_string (gst_sdp_media_get_attribute_val_n (media, "fmtp", 0), "101 apt=100");
  fail_unless_equals_string (gst_sdp_media_get_attribute_val_n (media, "fmtp", 1), "120 apt=96");
}
GST_END_TEST

static Suite *
kp_sdp_payloads_suite (void)
{
  Suite *suite = suite_create ("kp-sdp-payloads");
  TCase *tcase = tcase_create ("kp-sdp-payloads");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_take);
  tcase_add_test (tcase, test_mark);
  tcase_add_loop_test (tcase, test_find, 0, G_N_ELEMENTS (found));
  tcase_add_test (tcase, test_renumber);
  tcase_add_test (tcase, test_renew_rtx);

  return suite;
}

GST_CHECK_MAIN (kp_sdp_payloads)
