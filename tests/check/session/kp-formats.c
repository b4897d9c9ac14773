/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-formats.h"
#include "gstkurentoerror.h"

#include <gst/check/gstcheck.h>

/* A video section with these formats; fmtp and rtpmap lines as they follow. */
static GstSDPMessage *
make_sdp (const gchar *kind, const gchar *formats, const gchar *lines)
{
  g_autofree gchar *text
      = g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
                         "m=%s 9 UDP/TLS/RTP/SAVPF %s\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n%s",
                         kind, formats, lines);
  GstSDPMessage *sdp = NULL;

  fail_unless_equals_int (gst_sdp_message_new_from_text (text, &sdp), GST_SDP_OK);

  return sdp;
}

static GPtrArray *
list_codecs (KpMediaKind kind, const gchar *names)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *codecs = kp_codec_list (kind, names, KP_CODEC_ENCODE | KP_CODEC_DECODE, &error);

  g_assert_no_error (error);

  return codecs;
}

#define VP8 "a=rtpmap:96 VP8/90000\r\n"
#define VP9(pt, profile) "a=rtpmap:" pt " VP9/90000\r\na=fmtp:" pt " profile-id=" profile "\r\n"
#define H264(pt, mode, profile)                                                                              \
  "a=rtpmap:" pt " H264/90000\r\na=fmtp:" pt " level-asymmetry-allowed=1;packetization-mode=" mode           \
  ";profile-level-id=" profile "\r\n"

static const struct
{
  const gchar *ours;
  const gchar *formats;
  const gchar *lines;
  const gchar *codec; /* NULL: none */
  guint payload_type;
} choices[] = {
  { "VP8,H264", "96", VP8, "VP8", 96 },
  { "VP8", "120", "a=rtpmap:120 VP8/90000\r\n", "VP8", 120 },
  { "VP8", "96", "a=rtpmap:96 vp8/90000\r\n", "VP8", 96 },
  /* our order decides when we answer */
  { "H264,VP8", "96 97", VP8 H264 ("97", "1", "42e01f"), "H264", 97 },
  { "VP8,H264", "97 96", VP8 H264 ("97", "1", "42e01f"), "VP8", 96 },
  /* the form of H.264 that suits constrained baseline best */
  { "H264", "97 98", H264 ("97", "0", "42e01f") H264 ("98", "1", "42e01f"), "H264", 98 },
  { "H264", "97 98", H264 ("97", "1", "42001f") H264 ("98", "1", "42e01f"), "H264", 98 },
  { "H264", "97 98", H264 ("97", "1", "64001f") H264 ("98", "1", "42001f"), "H264", 98 },
  { "H264", "97", H264 ("97", "1", "4d001f"), "H264", 97 },
  { "H264", "97", H264 ("97", "0", "42e01f"), NULL, 0 },
  { "H264", "97", "a=rtpmap:97 H264/90000\r\n", NULL, 0 },
  { "VP9", "97 98", VP9 ("97", "2") VP9 ("98", "0"), "VP9", 98 },
  { "VP9", "97", VP9 ("97", "2"), NULL, 0 },
  { "VP8", "97", "a=rtpmap:97 VP8/48000\r\n", NULL, 0 },
  { "VP8", "97", "a=rtpmap:97 AV1/90000\r\n", NULL, 0 },
};

GST_START_TEST (test_choose)
{
  GstSDPMessage *sdp = make_sdp ("video", choices[__i__].formats, choices[__i__].lines);
  g_autoptr (GPtrArray) codecs = list_codecs (KP_MEDIA_VIDEO, choices[__i__].ours);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) caps = NULL;
  const KpCodec *codec = NULL;
  guint payload_type = 0;

  caps = kp_formats_choose (gst_sdp_message_get_media (sdp, 0), codecs, NULL, &codec, &payload_type, &error);
  if (choices[__i__].codec)
    {
      g_assert_no_error (error);
      fail_unless_equals_string (codec->name, choices[__i__].codec);
      fail_unless_equals_int (payload_type, choices[__i__].payload_type);
      fail_unless_equals_int (gst_caps_get_size (caps), 1);
    }
  else
    {
      fail_unless (caps == NULL);
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION));
      fail_unless (strstr (error->message, choices[__i__].ours) != NULL, "%s", error->message);
    }
  gst_sdp_message_free (sdp);
}

GST_END_TEST;

/* What an answer needs of the offered format is in its caps. */
GST_START_TEST (test_profile_is_kept)
{
  GstSDPMessage *sdp = make_sdp ("video", "97", H264 ("97", "1", "42001f"));
  g_autoptr (GstCaps) caps = kp_formats_first (gst_sdp_message_get_media (sdp, 0));
  const GstStructure *format = gst_caps_get_structure (caps, 0);

  fail_unless_equals_string (gst_structure_get_string (format, "profile-level-id"), "42001f");
  fail_unless_equals_string (gst_structure_get_string (format, "level-asymmetry-allowed"), "1");
  gst_sdp_message_free (sdp);
}

GST_END_TEST;

/* When our offer was answered it is the answer's order that counts. */
GST_START_TEST (test_order_of_the_answer)
{
  GstSDPMessage *sdp = make_sdp ("video", "98 97 99 96",
                                 VP8 H264 ("97", "1", "42e01f") VP9 ("98", "2") "a=rtpmap:99 AV1/90000\r\n");
  g_autoptr (GPtrArray) ours = list_codecs (KP_MEDIA_VIDEO, NULL);
  g_autoptr (GPtrArray) codecs = kp_formats_list_in_order (gst_sdp_message_get_media (sdp, 0), ours, NULL);

  fail_unless_equals_int (codecs->len, 2);
  fail_unless_equals_string (((const KpCodec *)g_ptr_array_index (codecs, 0))->name, "H264");
  fail_unless_equals_string (((const KpCodec *)g_ptr_array_index (codecs, 1))->name, "VP8");
  gst_sdp_message_free (sdp);
}

GST_END_TEST;

GST_START_TEST (test_offer)
{
  g_autoptr (GPtrArray) codecs = list_codecs (KP_MEDIA_VIDEO, NULL);
  g_autoptr (GstCaps) caps = kp_formats_offer (codecs, NULL);
  gint payload_types[8];

  fail_unless (codecs->len >= 2 && codecs->len <= G_N_ELEMENTS (payload_types));
  fail_unless_equals_int (gst_caps_get_size (caps), codecs->len);
  for (guint i = 0; i < codecs->len; i++)
    {
      fail_unless (gst_structure_get_int (gst_caps_get_structure (caps, i), "payload", &payload_types[i]));
      for (guint j = 0; j < i; j++)
        fail_if (payload_types[i] == payload_types[j]);
    }
}

GST_END_TEST;

static Suite *
kp_formats_suite (void)
{
  Suite *suite = suite_create ("kp-formats");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_choose, 0, G_N_ELEMENTS (choices));
  tcase_add_test (tcase, test_profile_is_kept);
  tcase_add_test (tcase, test_order_of_the_answer);
  tcase_add_test (tcase, test_offer);

  return suite;
}

GST_CHECK_MAIN (kp_formats);
