/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-blank.h"

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

static GstBuffer *
make_buffer (gsize size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, 0x5a, size);
  GST_BUFFER_PTS (buffer) = 3 * GST_SECOND;
  GST_BUFFER_DURATION (buffer) = GST_SECOND / 30;

  return buffer;
}

static const gchar *const formats[] = { "I420", "NV12",  "YUY2",      "UYVY",      "BGRx", "RGB",
                                        "ARGB", "GRAY8", "I420_10LE", "P010_10LE", "Y444", "v210" };

/* An odd size, whose last line and column are black, too. */
GST_START_TEST (test_picture)
{
  g_autofree gchar *text
      = g_strdup_printf ("video/x-raw,format=%s,width=35,height=19,framerate=30/1", formats[__i__]);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  g_autoptr (GstCaps) rgb = gst_caps_from_string ("video/x-raw,format=RGB,width=35,height=19,framerate=30/1");
  g_autoptr (GstSample) sample = NULL;
  g_autoptr (GstSample) seen = NULL;
  g_autoptr (GError) error = NULL;
  KpBlank blank = { NULL };
  GstBuffer *black;
  GstVideoInfo info;
  GstMapInfo map;

  fail_unless (gst_video_info_from_caps (&info, caps));
  black = kp_blank_make (&blank, caps, make_buffer (GST_VIDEO_INFO_SIZE (&info)));
  fail_unless (black != NULL);
  fail_unless_equals_uint64 (gst_buffer_get_size (black), GST_VIDEO_INFO_SIZE (&info));
  fail_unless_equals_uint64 (GST_BUFFER_PTS (black), 3 * GST_SECOND);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (black), GST_SECOND / 30);

  sample = gst_sample_new (black, caps, NULL, NULL);
  seen = gst_video_convert_sample (sample, rgb, GST_CLOCK_TIME_NONE, &error);
  g_assert_no_error (error);
  fail_unless (gst_buffer_map (gst_sample_get_buffer (seen), &map, GST_MAP_READ));
  for (gsize i = 0; i < 19; i++)
    for (gsize j = 0; j < 35 * 3; j++)
      fail_unless (map.data[i * GST_ROUND_UP_4 (35 * 3) + j] <= 2, "%s: %u", formats[__i__], map.data[i]);
  gst_buffer_unmap (gst_sample_get_buffer (seen), &map);
  gst_buffer_unref (black);
  kp_blank_clear (&blank);
}
GST_END_TEST

/* Painted once, and again for another size. */
GST_START_TEST (test_sizes)
{
  g_autoptr (GstCaps) small
      = gst_caps_from_string ("video/x-raw,format=I420,width=16,height=16,framerate=30/1");
  g_autoptr (GstCaps) large
      = gst_caps_from_string ("video/x-raw,format=I420,width=64,height=64,framerate=30/1");
  g_autoptr (GstBuffer) first = NULL;
  g_autoptr (GstBuffer) second = NULL;
  g_autoptr (GstBuffer) third = NULL;
  KpBlank blank = { NULL };

  first = kp_blank_make (&blank, small, make_buffer (384));
  second = kp_blank_make (&blank, small, make_buffer (384));
  fail_unless (first != second && gst_buffer_peek_memory (first, 0) == gst_buffer_peek_memory (second, 0));
  third = kp_blank_make (&blank, large, make_buffer (6144));
  fail_unless_equals_uint64 (gst_buffer_get_size (third), 6144);
  kp_blank_clear (&blank);
}
GST_END_TEST

/* Whatever memory the source has, black lies in the system's. */
GST_START_TEST (test_features)
{
  g_autoptr (GstCaps) caps
      = gst_caps_from_string ("video/x-raw(memory:DMABuf),format=NV12,width=16,height=16,framerate=30/1");
  g_autoptr (GstCaps) expected
      = gst_caps_from_string ("video/x-raw,format=NV12,width=16,height=16,framerate=30/1");
  g_autoptr (GstCaps) blank_caps = kp_blank_get_caps (caps);
  g_autoptr (GstBuffer) black = NULL;
  KpBlank blank = { NULL };

  fail_unless (gst_caps_is_equal (blank_caps, expected), "%" GST_PTR_FORMAT, blank_caps);
  black = kp_blank_make (&blank, caps, make_buffer (1));
  fail_unless_equals_uint64 (gst_buffer_get_size (black), 384);
  kp_blank_clear (&blank);
}
GST_END_TEST

GST_START_TEST (test_unknown)
{
  g_autoptr (GstCaps) caps
      = gst_caps_from_string ("video/x-raw,format=ENCODED,width=16,height=16,framerate=30/1");
  KpBlank blank = { NULL };

  fail_unless (kp_blank_make (&blank, caps, make_buffer (10)) == NULL);
  kp_blank_clear (&blank);
}
GST_END_TEST

static const struct
{
  const gchar *format;
  guint8 silence;
} sounds[] = { { "S16LE", 0 }, { "F32LE", 0 }, { "U8", 0x80 } };

/* What others still hold is not touched. */
GST_START_TEST (test_silence)
{
  g_autofree gchar *text = g_strdup_printf ("audio/x-raw,format=%s,rate=8000,channels=1,layout=interleaved",
                                            sounds[__i__].format);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  g_autoptr (GstBuffer) shared = make_buffer (64);
  g_autoptr (GstBuffer) silence = NULL;
  KpBlank blank = { NULL };
  guint8 byte;

  silence = kp_blank_make (&blank, caps, gst_buffer_ref (shared));
  fail_unless_equals_uint64 (gst_buffer_get_size (silence), 64);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (silence), 3 * GST_SECOND);
  for (guint i = 0; i < 64; i++)
    {
      gst_buffer_extract (silence, i, &byte, 1);
      fail_unless_equals_int (byte, sounds[__i__].silence);
      gst_buffer_extract (shared, i, &byte, 1);
      fail_unless_equals_int (byte, 0x5a);
    }
  kp_blank_clear (&blank);
}
GST_END_TEST

static Suite *
kp_blank_suite (void)
{
  Suite *suite = suite_create ("kp-blank");
  TCase *tcase = tcase_create ("kp-blank");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_picture, 0, G_N_ELEMENTS (formats));
  tcase_add_test (tcase, test_sizes);
  tcase_add_test (tcase, test_features);
  tcase_add_test (tcase, test_unknown);
  tcase_add_loop_test (tcase, test_silence, 0, G_N_ELEMENTS (sounds));

  return suite;
}

GST_CHECK_MAIN (kp_blank)
