/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-muxable.h"

#include <gst/check/gstcheck.h>

static GstCaps *
fix_caps (KpMuxable *self, const gchar *current, const gchar *caps)
{
  g_autoptr (GstCaps) before = current ? gst_caps_from_string (current) : NULL;
  g_autoptr (GstCaps) now = gst_caps_from_string (caps);

  return kp_muxable_fix_caps (self, before, now);
}

static const struct
{
  const gchar *current;
  const gchar *caps;
  const gchar *fixed;
} caps_cases[] = {
  { NULL, "video/x-vp8,width=160,height=120", "video/x-vp8,width=160,height=120" },
  { "video/x-vp8,width=160,height=120", "video/x-vp8,width=640,height=480",
    "video/x-vp8,width=160,height=120" },
  { "video/x-vp8,width=160,height=120", "video/x-vp9,width=640,height=480",
    "video/x-vp9,width=640,height=480" },
  { "video/x-h264,stream-format=avc,alignment=au,codec_data=(buffer)01",
    "video/x-h264,stream-format=avc,alignment=au,codec_data=(buffer)02",
    "video/x-h264,stream-format=avc,alignment=au,codec_data=(buffer)01" },
  { "video/x-h264,stream-format=avc,alignment=au", "video/x-h264,stream-format=byte-stream,alignment=au",
    "video/x-h264,stream-format=byte-stream,alignment=au" },
  { "video/x-h264,stream-format=byte-stream,alignment=au",
    "video/x-h264,stream-format=byte-stream,alignment=nal",
    "video/x-h264,stream-format=byte-stream,alignment=nal" },
  { NULL, "audio/x-opus,channels=1", "audio/x-opus,channels=2,rate=48000" },
  { "audio/x-opus,channels=2,rate=48000", "audio/x-opus,channels=1", "audio/x-opus,channels=2,rate=48000" },
  { NULL, "audio/x-mulaw,channels=1,rate=8000", "audio/x-mulaw,channels=1,rate=8000" },
};

GST_START_TEST (caps_stay)
{
  g_autoptr (GstCaps) expected = gst_caps_from_string (caps_cases[__i__].fixed);
  g_autoptr (GstCaps) fixed = NULL;
  KpMuxable muxable;

  kp_muxable_init (&muxable, KP_MEDIA_VIDEO);
  fixed = fix_caps (&muxable, caps_cases[__i__].current, caps_cases[__i__].caps);
  fail_unless (gst_caps_is_strictly_equal (fixed, expected), "%" GST_PTR_FORMAT, fixed);
}
GST_END_TEST

/* PTS and DTS, in ms, of a buffer that comes at @time; -1 = it is dropped. */
static gint
fix_time (KpMuxable *self, gint time, const guint8 *data, gsize size)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);
  gint fixed;

  GST_BUFFER_PTS (buffer) = time * GST_MSECOND;
  GST_BUFFER_DTS (buffer) = 77;
  buffer = kp_muxable_fix_buffer (self, buffer);
  if (buffer == NULL)
    return -1;

  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), GST_BUFFER_DTS (buffer));
  fixed = GST_BUFFER_PTS (buffer) / GST_MSECOND;
  gst_buffer_unref (buffer);

  return fixed;
}

GST_START_TEST (pictures_never_go_back)
{
  static const gint times[] = { 100, 133, 90, 123, 156, 189 };
  static const gint fixed[] = { 100, 133, 134, 135, 156, 189 };
  KpMuxable muxable;

  kp_muxable_init (&muxable, KP_MEDIA_VIDEO);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    fail_unless_equals_int (fix_time (&muxable, times[i], (const guint8 *)"", 1), fixed[i]);
}
GST_END_TEST

/* 20 ms each. */
GST_START_TEST (sound_that_is_over_is_dropped)
{
  static const gint times[] = { 100, 120, 60, 80, 100, 120, 121, 145, 200 };
  static const gint fixed[] = { 100, 120, -1, -1, -1, -1, 121, 145, 200 };
  static const guint8 packet[] = { 0x78 };
  g_autoptr (GstCaps) caps = NULL;
  KpMuxable muxable;

  kp_muxable_init (&muxable, KP_MEDIA_AUDIO);
  caps = fix_caps (&muxable, NULL, "audio/x-opus");
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    fail_unless_equals_int (fix_time (&muxable, times[i], packet, sizeof packet), fixed[i]);
}
GST_END_TEST

/* RFC 6716, 3.1 and 3.2. */
static const struct
{
  guint8 data[2];
  guint64 duration; /* us */
} packets[] = {
  { { 0x00 }, 10000 }, /* SILK, 10 ms */
  { { 0x18 }, 60000 }, /* SILK, 60 ms */
  { { 0x60 }, 10000 }, /* both, 10 ms */
  { { 0x68 }, 20000 }, /* both, 20 ms */
  { { 0x80 }, 2500 }, /* CELT, 2.5 ms */
  { { 0xf8 }, 20000 }, /* CELT, 20 ms */
  { { 0xf9 }, 40000 }, /* two frames */
  { { 0xfa }, 40000 }, /* two frames of different sizes */
  { { 0xfb, 0x03 }, 60000 }, /* three frames */
};

GST_START_TEST (packets_have_durations)
{
  GstBuffer *buffer = gst_buffer_new_memdup (packets[__i__].data, 2);
  g_autoptr (GstCaps) caps = NULL;
  KpMuxable muxable;

  kp_muxable_init (&muxable, KP_MEDIA_AUDIO);
  caps = fix_caps (&muxable, NULL, "audio/x-opus");
  GST_BUFFER_PTS (buffer) = 0;
  buffer = kp_muxable_fix_buffer (&muxable, buffer);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), packets[__i__].duration * GST_USECOND);
  gst_buffer_unref (buffer);
}
GST_END_TEST

static Suite *
kp_muxable_suite (void)
{
  Suite *suite = suite_create ("kp-muxable");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, caps_stay, 0, G_N_ELEMENTS (caps_cases));
  tcase_add_test (tcase, pictures_never_go_back);
  tcase_add_test (tcase, sound_that_is_over_is_dropped);
  tcase_add_loop_test (tcase, packets_have_durations, 0, G_N_ELEMENTS (packets));

  return suite;
}

GST_CHECK_MAIN (kp_muxable)
