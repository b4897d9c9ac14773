/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-capture.h"

#include "gstkurentoerror.h"
#include "media-check.h"

static GstHarness *
capture_new (KpMediaKind kind)
{
  g_autoptr (GError) error = NULL;
  GstElement *capture = kp_capture_new (GST_KURENTO_SEND_SOURCE_TEST, kind, &error);
  GstHarness *harness;

  g_assert_no_error (error);
  gst_object_ref_sink (capture);
  harness = gst_harness_new_with_element (capture, NULL, "src");
  gst_object_unref (capture);
  gst_harness_use_systemclock (harness);
  gst_harness_play (harness);

  return harness;
}

static void
assert_live (GstHarness *harness)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live;

  fail_unless (gst_pad_peer_query (harness->sinkpad, query));
  gst_query_parse_latency (query, &live, NULL, NULL);
  fail_unless (live);
}

/* The first and the last of the seven bars: white and blue. */
GST_START_TEST (test_picture)
{
  GstHarness *harness = capture_new (KP_MEDIA_VIDEO);
  GstBuffer *buffer = gst_harness_pull (harness);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (harness->sinkpad);
  GstVideoInfo info;
  GstVideoFrame frame;
  const guint8 *line;

  assert_live (harness);
  fail_unless (gst_video_info_from_caps (&info, caps));
  g_assert_cmpint (info.width, ==, 640);
  g_assert_cmpint (info.height, ==, 480);
  g_assert_cmpint (info.fps_n, ==, 30);
  fail_unless (GST_BUFFER_PTS_IS_VALID (buffer));

  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  line = (guint8 *)GST_VIDEO_FRAME_COMP_DATA (&frame, 0) + 100 * GST_VIDEO_FRAME_COMP_STRIDE (&frame, 0);
  g_assert_cmpint (ABS (line[20] - 235), <, 10);
  g_assert_cmpint (ABS (line[620] - 35), <, 10);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (test_tone)
{
  GstHarness *harness = capture_new (KP_MEDIA_AUDIO);
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autoptr (GstCaps) caps = NULL;
  guint loudest = 0;
  gint rate;

  while (samples->len < 12000)
    {
      GstBuffer *buffer = gst_harness_pull (harness);
      GstMapInfo map;

      fail_unless (GST_BUFFER_PTS_IS_VALID (buffer));
      g_assert_cmpuint (GST_BUFFER_DURATION (buffer), <=, 20 * GST_MSECOND);
      fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
      g_array_append_vals (samples, map.data, map.size / sizeof (gint16));
      gst_buffer_unmap (buffer, &map);
      gst_buffer_unref (buffer);
    }
  assert_live (harness);
  caps = gst_pad_get_current_caps (harness->sinkpad);
  fail_unless (gst_structure_get_int (gst_caps_get_structure (caps, 0), "rate", &rate));
  g_assert_cmpfloat (media_tone_purity ((gint16 *)samples->data, samples->len, 1, rate, 440), >, 0.95);
  for (guint i = 0; i < samples->len; i++)
    loudest = MAX (loudest, (guint)ABS (g_array_index (samples, gint16, i)));
  g_assert_cmpuint (loudest, >, 1000);
  g_assert_cmpuint (loudest, <, 8000);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (test_nothing)
{
  static const GstKurentoSendSource sources[]
      = { GST_KURENTO_SEND_SOURCE_NONE, GST_KURENTO_SEND_SOURCE_AUTO };
  g_autoptr (GError) error = NULL;

  fail_unless (kp_capture_new (sources[__i__], KP_MEDIA_VIDEO, &error) == NULL);
  g_assert_no_error (error);
}
GST_END_TEST;

GST_START_TEST (test_missing)
{
  g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (gst_registry_get (), "audiotestsrc");
  g_autoptr (GError) error = NULL;

  gst_registry_remove_feature (gst_registry_get (), feature);
  fail_unless (kp_capture_new (GST_KURENTO_SEND_SOURCE_TEST, KP_MEDIA_AUDIO, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
}
GST_END_TEST;

static Suite *
kp_capture_suite (void)
{
  Suite *suite = suite_create ("kp-capture");
  TCase *tcase = tcase_create ("test");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_picture);
  tcase_add_test (tcase, test_tone);
  tcase_add_loop_test (tcase, test_nothing, 0, 2);
  tcase_add_test (tcase, test_missing);

  return suite;
}

GST_CHECK_MAIN (kp_capture)
