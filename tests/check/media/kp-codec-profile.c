/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-codec-profile.h"

#include <gst/check/gstcheck.h>

static const struct
{
  const gchar *codec;
  const gchar *encoded;
  const gchar *field;
  const gchar *value;
} profiles[] = {
  { "H264", "video/x-h264,profile=constrained-baseline,level=(string)3.1", "profile-level-id", "42e01f" },
  { "H264", "video/x-h264,profile=baseline,level=(string)3", "profile-level-id", "42001e" },
  { "H264", "video/x-h264,profile=main,level=(string)4", "profile-level-id", "4d0028" },
  { "H264", "video/x-h264,profile=high,level=(string)5.2", "profile-level-id", "640034" },
  { "H264", "video/x-h264,profile=high", "profile-level-id", "64001f" },
  { "H264", "video/x-h264,profile=constrained-high,level=(string)2.1", "profile-level-id", "640c15" },
  /* what is not known stays as it is offered for raw media */
  { "H264", "video/x-h264", "profile-level-id", "42e01f" },
  { "H264", "video/x-h264,profile=scalable-high", "profile-level-id", "42e01f" },
  { "VP9", "video/x-vp9,profile=(string)2", "profile-id", "2" },
  { "VP9", "video/x-vp9", "profile-id", "0" },
  { "VP8", "video/x-vp8,profile=(string)1", "profile-id", NULL },
};

static GstCaps *
describe (const gchar *name, const gchar *encoded)
{
  const KpCodec *codec = kp_codec_find (KP_MEDIA_VIDEO, name);
  g_autoptr (GstCaps) caps = gst_caps_from_string (encoded);
  GstCaps *rtp = kp_codec_get_rtp_caps (codec, codec->default_pt);

  kp_codec_profile_apply (codec, caps, rtp);

  return rtp;
}

GST_START_TEST (test_apply)
{
  g_autoptr (GstCaps) rtp = describe (profiles[__i__].codec, profiles[__i__].encoded);

  fail_unless_equals_string (
      gst_structure_get_string (gst_caps_get_structure (rtp, 0), profiles[__i__].field),
      profiles[__i__].value);
}
GST_END_TEST;

/* For a profile of ours: formats of the peer, the best one first. */
static const struct
{
  const gchar *ours;
  const gchar *theirs[8];
} orders[] = {
  { "constrained-baseline", { "42e01f", "42001f", "4d001f", "640c1f", "64001f", "6e001f" } },
  { "baseline", { "42001f", "4d001f", "64001f", "42c01f" } },
  { "main", { "4d001f", "640c1f", "64001f", "42001f", "42e01f" } },
  { "high", { "64001f", "6e001f", "640c1f", "4d001f", "42001f", "42e01f" } },
};

static guint
rate (const gchar *ours, const gchar *id)
{
  const KpCodec *codec = kp_codec_find (KP_MEDIA_VIDEO, "H264");
  g_autofree gchar *encoded = g_strdup_printf ("video/x-h264,profile=%s", ours);
  g_autoptr (GstCaps) rtp = describe ("H264", encoded);
  g_autoptr (GstStructure) format
      = gst_structure_new ("application/x-rtp", "packetization-mode", G_TYPE_STRING, "1", "profile-level-id",
                           G_TYPE_STRING, id, NULL);

  return kp_codec_profile_rate (codec, gst_caps_get_structure (rtp, 0), format);
}

GST_START_TEST (test_order)
{
  for (guint i = 0; orders[__i__].theirs[i]; i++)
    {
      guint now = rate (orders[__i__].ours, orders[__i__].theirs[i]);

      fail_unless (now > 0);
      fail_unless (i == 0 || now < rate (orders[__i__].ours, orders[__i__].theirs[i - 1]), "%s",
                   orders[__i__].theirs[i]);
    }
  fail_unless_equals_int (rate (orders[__i__].ours, "53001f"), 0);
}
GST_END_TEST;

static Suite *
kp_codec_profile_suite (void)
{
  Suite *suite = suite_create ("kp-codec-profile");
  TCase *tcase = tcase_create ("profile");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_apply, 0, G_N_ELEMENTS (profiles));
  tcase_add_loop_test (tcase, test_order, 0, G_N_ELEMENTS (orders));

  return suite;
}

GST_CHECK_MAIN (kp_codec_profile)
