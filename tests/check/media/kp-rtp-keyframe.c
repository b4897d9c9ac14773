/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-rtp-keyframe.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define PACKET(...) (const guint8[]){ __VA_ARGS__ }, sizeof ((const guint8[]){ __VA_ARGS__ })

/* A keyframe of 640x480 with a scaling hint. */
#define VP8_KEY 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0xe0, 0x01
/* Baseline, 320x240. */
#define SPS 0x67, 0x42, 0xc0, 0x14, 0xda, 0x05, 0x07, 0xc4
#define SPS_SIZE 0x00, 0x08

static const struct
{
  const gchar *codec;
  const guint8 *data;
  gsize size;
  gboolean begins;
  guint width;
  guint height;
} packets[] = {
  { "VP8", PACKET (0x10, VP8_KEY), TRUE, 640, 480 },
  { "vp8", PACKET (0x90, 0x80, 0x12, VP8_KEY), TRUE, 640, 480 },
  { "VP8", PACKET (0x90, 0xf0, 0x92, 0x34, 0x01, 0x20, VP8_KEY), TRUE, 640, 480 },
  { "VP8", PACKET (0x10, 0x11, 0x02, 0x00, 0x9d, 0x01, 0x2a), FALSE }, /* an inter picture */
  { "VP8", PACKET (0x00, VP8_KEY), FALSE }, /* not the first packet of it */
  { "VP8", PACKET (0x11, VP8_KEY), FALSE }, /* not the first partition */
  { "VP8", PACKET (0x10, 0x10, 0x02, 0x00, 0x9d, 0x01), FALSE },
  { "VP8", PACKET (0x90, 0x80, 0x92), FALSE },
  { "VP9", PACKET (0x0a, 0x18, 0x02, 0x80, 0x01, 0xe0, 0x01, 0x04), TRUE, 640, 480 },
  { "VP9", PACKET (0xaa, 0x81, 0x23, 0x00, 0x01, 0x30, 0x01, 0x40, 0x00, 0xf0, 0x02, 0x80, 0x01, 0xe0), TRUE,
    640, 480 },
  { "VP9", PACKET (0x88, 0x12, 0x00), TRUE, 0, 0 },
  { "VP9", PACKET (0xc8, 0x12, 0x00), FALSE }, /* predicted */
  { "VP9", PACKET (0x80, 0x12, 0x00), FALSE }, /* not the first packet */
  { "VP9", PACKET (0x28, 0x02, 0x00), FALSE }, /* not the lowest layer */
  { "VP9", PACKET (0x0a, 0x18, 0x02), TRUE, 0, 0 },
  { "H264", PACKET (SPS), TRUE, 320, 240 },
  { "H264", PACKET (0x78, SPS_SIZE, SPS, 0x00, 0x02, 0x68, 0xce), TRUE, 320, 240 },
  { "H264", PACKET (0x78, 0x00, 0x02, 0x09, 0xf0, SPS_SIZE, SPS), TRUE, 320, 240 },
  { "H264", PACKET (0x65, 0x88), FALSE }, /* its parameter sets came before */
  { "H264", PACKET (0x7c, 0x85, 0x88), FALSE },
  { "H264", PACKET (0x41, 0x9a), FALSE },
  { "H264", PACKET (0x78, 0x00, 0x20, 0x67), FALSE },
  { "H264", PACKET (0x67), TRUE, 0, 0 },
  { "AV1", PACKET (0x18, 0x0a), TRUE, 0, 0 },
  { "AV1", PACKET (0x10, 0x32), FALSE },
  { "AV1", PACKET (0x98, 0x0a), FALSE }, /* the rest of what the packet before began */
  { "OPUS", PACKET (0x10, VP8_KEY), FALSE },
};

GST_START_TEST (test_parse)
{
  guint width, height;

  fail_unless_equals_int (
      kp_rtp_keyframe_parse (packets[__i__].codec, packets[__i__].data, packets[__i__].size, &width, &height),
      packets[__i__].begins);
  if (!packets[__i__].begins)
    return;
  fail_unless_equals_int (width, packets[__i__].width);
  fail_unless_equals_int (height, packets[__i__].height);
}
GST_END_TEST

/* None of them reads beyond its end: sanitizers tell. */
GST_START_TEST (test_cut)
{
  for (gsize size = 0; size <= packets[__i__].size; size++)
    {
      g_autofree guint8 *data = g_malloc (size);
      guint width, height;

      if (size)
        memcpy (data, packets[__i__].data, size);
      kp_rtp_keyframe_parse (packets[__i__].codec, data, size, &width, &height);
    }
}
GST_END_TEST

static Suite *
kp_rtp_keyframe_suite (void)
{
  Suite *suite = suite_create ("kp-rtp-keyframe");
  TCase *tcase = tcase_create ("keyframe");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_parse, 0, G_N_ELEMENTS (packets));
  tcase_add_loop_test (tcase, test_cut, 0, G_N_ELEMENTS (packets));

  return suite;
}

GST_CHECK_MAIN (kp_rtp_keyframe)
