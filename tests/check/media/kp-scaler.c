/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-scaler.h"

#include "gstkurentoerror.h"
#include "media-check.h"

#define CAPS "video/x-raw,format=I420,width=320,height=240,framerate=30/1"
#define TOLERANCE 12

static GstHarness *
scaler_harness (KpScaler **scaler)
{
  g_autoptr (GError) error = NULL;
  GstHarness *harness;

  *scaler = gst_object_ref_sink (kp_scaler_new (kp_encoder_find ("vp8enc"), NULL, &error));
  g_assert_no_error (error);
  harness = gst_harness_new_with_element (GST_ELEMENT (*scaler), "sink", "src");
  gst_object_unref (*scaler);

  return harness;
}

static void
push (GstHarness *harness, guint width, guint height, GstClockTime pts)
{
  fail_unless_equals_int (gst_harness_push (harness, media_picture_new (width, height, 0, pts)), GST_FLOW_OK);
}

static void
get_format (GstHarness *harness, gint *width, gint *height, gint *fps_n, gint *fps_d)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (harness->sinkpad);
  const GstStructure *structure = gst_caps_get_structure (caps, 0);

  fail_unless (gst_structure_get_int (structure, "width", width));
  fail_unless (gst_structure_get_int (structure, "height", height));
  fail_unless (gst_structure_get_fraction (structure, "framerate", fps_n, fps_d));
}

/* The next picture is what was pushed, @width x @height. */
static void
check_picture (GstHarness *harness, gint width, gint height)
{
  g_autoptr (GstBuffer) buffer = gst_harness_try_pull (harness);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (harness->sinkpad);
  gint is_width, is_height, fps_n, fps_d;

  fail_unless (buffer != NULL);
  get_format (harness, &is_width, &is_height, &fps_n, &fps_d);
  fail_unless_equals_int (is_width, width);
  fail_unless_equals_int (is_height, height);
  fail_unless_equals_int (fps_n / fps_d, 30);
  fail_unless (media_picture_error (buffer, caps, 0) < TOLERANCE);
}

static const struct
{
  guint width;
  guint height;
  const gchar *par;
  gdouble down_by;
  gint scaled_width;
  gint scaled_height;
} sizes[] = {
  { 320, 240, "1/1", 1.0, 320, 240 }, { 320, 240, "1/1", 2.0, 160, 120 }, { 320, 240, "1/1", 1.5, 212, 160 },
  { 320, 240, "1/1", 3.0, 106, 80 },  { 322, 242, "1/1", 2.0, 160, 120 }, { 321, 241, "1/1", 1.0, 320, 240 },
  { 240, 240, "4/3", 2.0, 160, 120 }, { 320, 240, "1/1", 1000, 2, 2 },
};

/* As small as it is to be, with nothing cut off. */
GST_START_TEST (test_size)
{
  g_autofree gchar *caps
      = g_strdup_printf ("video/x-raw,format=I420,width=%u,height=%u,framerate=30/1,pixel-aspect-ratio=%s",
                         sizes[__i__].width, sizes[__i__].height, sizes[__i__].par);
  GstHarness *harness;
  KpScaler *scaler;

  harness = scaler_harness (&scaler);
  kp_scaler_set (scaler, sizes[__i__].down_by, 0);
  gst_harness_set_src_caps_str (harness, caps);
  push (harness, sizes[__i__].width, sizes[__i__].height, 0);
  if (sizes[__i__].scaled_width > 2)
    check_picture (harness, sizes[__i__].scaled_width, sizes[__i__].scaled_height);
  gst_harness_teardown (harness);
}
GST_END_TEST

/* From one picture to the next; and what comes may change, too. */
GST_START_TEST (test_change)
{
  GstHarness *harness;
  KpScaler *scaler;

  harness = scaler_harness (&scaler);
  gst_harness_set_src_caps_str (harness, CAPS);
  push (harness, 320, 240, 0);
  check_picture (harness, 320, 240);
  kp_scaler_set (scaler, 2, 0);
  push (harness, 320, 240, FRAME_DURATION);
  check_picture (harness, 160, 120);
  push (harness, 320, 240, 2 * FRAME_DURATION);
  check_picture (harness, 160, 120);
  gst_harness_set_src_caps_str (harness, "video/x-raw,format=I420,width=640,height=360,framerate=30/1");
  push (harness, 640, 360, 3 * FRAME_DURATION);
  check_picture (harness, 320, 180);
  kp_scaler_set (scaler, 1, 0);
  push (harness, 640, 360, 4 * FRAME_DURATION);
  check_picture (harness, 640, 360);
  gst_harness_teardown (harness);
}
GST_END_TEST

#define N_PICTURES 90

static const struct
{
  gdouble framerate; /* of what comes */
  GstClockTime jitter; /* ns */
  gdouble max;
  guint n_passed; /* of N_PICTURES */
  guint longest; /* pictures from one to the next */
} rates[] = {
  { 30, 0, 0, 90, 1 },
  { 30, 0, 60, 90, 1 },
  { 30, 0, 15, 45, 2 },
  { 30, 0, 20, 60, 2 },
  { 30, 0, 10, 30, 3 },
  { 30, 0, 1, 3, 30 },
  { 30, 0, 29.97, 90, 1 },
  { 60, 0, 24, 36, 3 },
  { 30, 8 * GST_MSECOND, 30, 90, 1 },
  { 30, 8 * GST_MSECOND, 15, 45, 2 },
  { 30, 8 * GST_MSECOND, 10, 30, 3 },
};

/* As many as there may be, evenly, and not one less because the camera is not exact. */
GST_START_TEST (test_framerate)
{
  GstHarness *harness;
  KpScaler *scaler;
  guint n_passed = 0;
  guint last = 0;
  guint longest = 0;

  harness = scaler_harness (&scaler);
  gst_harness_set_src_caps_str (harness, CAPS);
  kp_scaler_set (scaler, 1, rates[__i__].max);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      GstClockTime pts = i * GST_SECOND / rates[__i__].framerate + (i % 3) * rates[__i__].jitter / 2;
      g_autoptr (GstBuffer) buffer = NULL;

      push (harness, 320, 240, pts);
      buffer = gst_harness_try_pull (harness);
      if (buffer == NULL)
        continue;
      fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
      n_passed++;
      longest = MAX (longest, i - last);
      last = i;
    }
  fail_unless_equals_int (n_passed, rates[__i__].n_passed);
  fail_unless_equals_int (longest, rates[__i__].longest);
  gst_harness_teardown (harness);
}
GST_END_TEST

/* An encoder shares its bits out by the rate in its caps. */
GST_START_TEST (test_framerate_caps)
{
  gint width, height, fps_n, fps_d;
  GstHarness *harness;
  KpScaler *scaler;

  harness = scaler_harness (&scaler);
  gst_harness_set_src_caps_str (harness, CAPS);
  for (guint i = 0; i < 3; i++)
    {
      kp_scaler_set (scaler, 1, i == 1 ? 7.5 : 0);
      push (harness, 320, 240, i * GST_SECOND);
      get_format (harness, &width, &height, &fps_n, &fps_d);
      fail_unless_equals_int (fps_n * 2 / fps_d, i == 1 ? 15 : 60);
    }
  gst_harness_teardown (harness);
}
GST_END_TEST

/* A source that begins again, or was away, is not made to wait. */
GST_START_TEST (test_jump)
{
  static const GstClockTime times[] = { 10 * GST_SECOND, 0, 20 * GST_SECOND, GST_CLOCK_TIME_NONE };
  GstHarness *harness;
  KpScaler *scaler;

  harness = scaler_harness (&scaler);
  gst_harness_set_src_caps_str (harness, CAPS);
  kp_scaler_set (scaler, 1, 5);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      push (harness, 320, 240, times[i]);
      fail_unless_equals_int (gst_harness_buffers_received (harness), i + 1);
    }
  gst_harness_teardown (harness);
}
GST_END_TEST

GST_START_TEST (test_missing)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw(memory:Magic)");
  g_autoptr (GError) error = NULL;

  fail_unless (kp_scaler_new (kp_encoder_find ("vp8enc"), caps, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
}
GST_END_TEST

static Suite *
kp_scaler_suite (void)
{
  Suite *suite = suite_create ("kp-scaler");
  TCase *tcase = tcase_create ("scaler");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_size, 0, G_N_ELEMENTS (sizes));
  tcase_add_test (tcase, test_change);
  tcase_add_loop_test (tcase, test_framerate, 0, G_N_ELEMENTS (rates));
  tcase_add_test (tcase, test_framerate_caps);
  tcase_add_test (tcase, test_jump);
  tcase_add_test (tcase, test_missing);

  return suite;
}

GST_CHECK_MAIN (kp_scaler)
