/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-capture.h"

#include "gstkurentoerror.h"
#include "media-check.h"

static KpConstraints *
constraints_new (KpMediaKind kind, const gchar *text)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  KpConstraints *constraints = kp_constraints_read (node, kp_media_kind_to_string (kind), NULL);

  fail_unless (constraints, "%s", text);

  return constraints;
}

static GstHarness *
capture_new (KpMediaKind kind, const gchar *text)
{
  g_autoptr (KpConstraints) constraints = constraints_new (kind, text);
  g_autoptr (GError) error = NULL;
  GstElement *capture
      = kp_capture_new (&(KpCaptureOptions){ GST_KURENTO_SEND_SOURCE_TEST }, kind, constraints, &error);
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
  GstHarness *harness = capture_new (KP_MEDIA_VIDEO, "true");
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
  GstHarness *harness = capture_new (KP_MEDIA_AUDIO, "true");
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

/* Each constraint shows in the caps, and in the first buffer. */
GST_START_TEST (test_constraints)
{
  static const struct
  {
    KpMediaKind kind;
    const gchar *constraints;
    const gchar *caps;
    GstClockTime duration; /* of a buffer */
  } rows[] = {
    { KP_MEDIA_VIDEO, "{'width':640,'framerate':15}",
      "video/x-raw,width=(int)640,height=(int)480,framerate=(fraction)15/1", 66666666 },
    { KP_MEDIA_VIDEO, "{'width':{'exact':1280},'aspectRatio':1.7777777778,'frameRate':7.5}",
      "video/x-raw,width=(int)1280,height=(int)720,framerate=(fraction)15/2", 133333333 },
    { KP_MEDIA_VIDEO, "{'height':{'max':120}}", "video/x-raw,width=(int)160,height=(int)120", 33333333 },
    { KP_MEDIA_AUDIO, "{'sampleRate':16000,'channelCount':2,'latency':0.02}",
      "audio/x-raw,rate=(int)16000,channels=(int)2", 20 * GST_MSECOND },
    { KP_MEDIA_AUDIO, "{'echoCancellation':true,'channelCount':{'ideal':6}}",
      "audio/x-raw,rate=(int)48000,channels=(int)2", 10 * GST_MSECOND },
  };
  GstHarness *harness = capture_new (rows[__i__].kind, rows[__i__].constraints);
  GstBuffer *buffer = gst_harness_pull (harness);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (harness->sinkpad);
  g_autoptr (GstCaps) expected = gst_caps_from_string (rows[__i__].caps);

  fail_unless (gst_caps_is_subset (caps, expected), "%" GST_PTR_FORMAT, caps);
  g_assert_cmpuint (GST_BUFFER_DURATION (buffer) / 10, ==, rows[__i__].duration / 10);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}
GST_END_TEST;

GST_START_TEST (test_overconstrained)
{
  static const struct
  {
    KpMediaKind kind;
    const gchar *constraints;
    const gchar *message;
  } rows[] = {
    { KP_MEDIA_VIDEO, "{'width':{'min':10000}}",
      "media-constraints: video.width: nothing here gives at least 10000" },
    { KP_MEDIA_VIDEO, "{'deviceId':{'exact':'mine'}}",
      "media-constraints: video.deviceId: nothing here gives \"mine\"" },
    { KP_MEDIA_AUDIO, "{'echoCancellation':{'exact':true}}",
      "media-constraints: audio.echoCancellation: nothing here gives true" },
    { KP_MEDIA_AUDIO, "{'channelCount':{'exact':6}}",
      "media-constraints: audio.channelCount: nothing here gives exactly 6" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KpConstraints) constraints = constraints_new (rows[i].kind, rows[i].constraints);
      g_autoptr (GError) error = NULL;

      fail_if (kp_capture_new (&(KpCaptureOptions){ GST_KURENTO_SEND_SOURCE_TEST }, rows[i].kind, constraints,
                               &error));
      g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_OVERCONSTRAINED);
      g_assert_cmpstr (error->message, ==, rows[i].message);
    }
}
GST_END_TEST;

GST_START_TEST (test_nothing)
{
  static const GstKurentoSendSource sources[]
      = { GST_KURENTO_SEND_SOURCE_NONE, GST_KURENTO_SEND_SOURCE_AUTO };
  g_autoptr (KpConstraints) constraints = constraints_new (KP_MEDIA_VIDEO, "true");
  g_autoptr (GError) error = NULL;

  fail_unless (kp_capture_new (&(KpCaptureOptions){ sources[__i__] }, KP_MEDIA_VIDEO, constraints, &error)
               == NULL);
  g_assert_no_error (error);
}
GST_END_TEST;

GST_START_TEST (test_missing)
{
  g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (gst_registry_get (), "audiotestsrc");
  g_autoptr (KpConstraints) constraints = constraints_new (KP_MEDIA_AUDIO, "true");
  g_autoptr (GError) error = NULL;

  gst_registry_remove_feature (gst_registry_get (), feature);
  fail_unless (kp_capture_new (&(KpCaptureOptions){ GST_KURENTO_SEND_SOURCE_TEST }, KP_MEDIA_AUDIO,
                               constraints, &error)
               == NULL);
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
  tcase_add_loop_test (tcase, test_constraints, 0, 5);
  tcase_add_test (tcase, test_overconstrained);
  tcase_add_loop_test (tcase, test_nothing, 0, 2);
  tcase_add_test (tcase, test_missing);

  return suite;
}

GST_CHECK_MAIN (kp_capture)
