/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-webcam.h"

#include "../test-devices.h"
#include "gstkurentoerror.h"
#include "media-check.h"

#define DEADLINE (10 * GST_SECOND)

static const TestDeviceSpec devices[] = {
  { "raw", TEST_CAMERA,
    "video/x-raw,format=(string)YUY2,width=(int)320,height=(int)240,framerate=(fraction){30/1,15/1}",
    TEST_VIDEO_SOURCE },
  { "jpeg", TEST_CAMERA, "image/jpeg,width=(int)640,height=(int)480,framerate=(fraction)30/1",
    TEST_JPEG_SOURCE },
  { "microphone", TEST_MICROPHONE, "audio/x-raw,format=(string)S16LE,rate=(int){44100,48000},channels=(int)2",
    TEST_AUDIO_SOURCE },
  { "forbidden", TEST_CAMERA, "video/x-raw,width=(int)100,height=(int)100", TEST_FORBIDDEN_SOURCE },
  { "broken", TEST_CAMERA, "video/x-raw,width=(int)101,height=(int)100", NULL },
  { "breaking", TEST_CAMERA, "video/x-raw,width=(int)104,height=(int)100", TEST_BREAKING_SOURCE },
  { "missing", TEST_CAMERA, "video/x-raw,width=(int)102,height=(int)100", TEST_MISSING_FILE },
  { NULL },
};

typedef struct
{
  GstElement *webcam; /* owned */
  GstHarness *harness; /* owned */
  GstBus *bus; /* owned */
} Case;

static void
case_init (Case *self, KpMediaKind kind, const gchar *text)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  g_autoptr (KpConstraints) constraints = kp_constraints_read (node, kp_media_kind_to_string (kind), NULL);

  test_devices_set (devices);
  self->webcam = gst_object_ref_sink (kp_webcam_new (kind, constraints, NULL));
  self->bus = gst_bus_new ();
  gst_element_set_bus (self->webcam, self->bus);
  self->harness = gst_harness_new_with_element (self->webcam, NULL, "src");
  gst_harness_use_systemclock (self->harness);
  gst_harness_play (self->harness);
}

static gchar *
case_next_message (Case *self, GError **error)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (self->bus, DEADLINE, GST_MESSAGE_ELEMENT);
  const GstStructure *structure;

  fail_unless (message);
  structure = gst_message_get_structure (message);
  if (error)
    gst_structure_get (structure, "error", G_TYPE_ERROR, error, NULL);

  return g_strdup (gst_structure_get_name (structure));
}

static void
case_expect (Case *self, const gchar *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *next = case_next_message (self, &error);

  fail_unless (g_str_equal (next, name), "%s: %s", next, error ? error->message : "");
}

static void
case_clear (Case *self, gint64 wait)
{
  gst_harness_teardown (self->harness);
  gst_element_set_bus (self->webcam, NULL);
  g_assert_null (GST_BIN_CHILDREN (self->webcam));
  kp_late_source_wait (KP_LATE_SOURCE (self->webcam), wait);
  gst_object_unref (self->webcam);
  gst_bus_set_flushing (self->bus, TRUE);
  gst_object_unref (self->bus);
}

GST_START_TEST (test_media)
{
  static const struct
  {
    KpMediaKind kind;
    const gchar *constraints;
    const gchar *caps;
  } rows[] = {
    { KP_MEDIA_VIDEO, "{'width':320,'framerate':15}",
      "video/x-raw,format=(string)YUY2,width=(int)320,height=(int)240,framerate=(fraction)15/1" },
    { KP_MEDIA_VIDEO, "{'width':{'exact':640}}", "video/x-raw,width=(int)640,height=(int)480" },
    { KP_MEDIA_AUDIO, "{'sampleRate':44100}", "audio/x-raw,rate=(int)44100,channels=(int)2" },
  };
  g_autoptr (GstCaps) expected = gst_caps_from_string (rows[__i__].caps);
  g_autoptr (GstCaps) caps = NULL;
  Case test;

  case_init (&test, rows[__i__].kind, rows[__i__].constraints);
  case_expect (&test, KP_LATE_SOURCE_READY);
  gst_buffer_unref (gst_harness_pull (test.harness));
  caps = gst_pad_get_current_caps (test.harness->sinkpad);
  fail_unless (gst_caps_is_subset (caps, expected), "%s", gst_caps_to_string (caps));
  case_clear (&test, G_TIME_SPAN_MINUTE);
}
GST_END_TEST;

GST_START_TEST (test_failures)
{
  static const struct
  {
    KpMediaKind kind;
    const gchar *constraints;
    GstKurentoError code;
    const gchar *message_part;
  } rows[] = {
    { KP_MEDIA_VIDEO, "{'deviceId':{'exact':'forbidden'}}", GST_KURENTO_ERROR_NOT_ALLOWED,
      "forbidden (video): It is not yours" },
    { KP_MEDIA_VIDEO, "{'deviceId':{'exact':'broken'}}", GST_KURENTO_ERROR_NOT_FOUND, "broken (video)" },
    { KP_MEDIA_VIDEO, "{'deviceId':{'exact':'missing'}}", GST_KURENTO_ERROR_NOT_FOUND, "missing (video)" },
    { KP_MEDIA_VIDEO, "{'width':{'min':1000}}", GST_KURENTO_ERROR_OVERCONSTRAINED, "video.width" },
    { KP_MEDIA_AUDIO, "{'channelCount':{'exact':1}}", GST_KURENTO_ERROR_OVERCONSTRAINED,
      "audio.channelCount" },
  };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *name = NULL;
  Case test;

  case_init (&test, rows[__i__].kind, rows[__i__].constraints);
  name = case_next_message (&test, &error);
  g_assert_cmpstr (name, ==, KP_LATE_SOURCE_FAILED);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, rows[__i__].code), "%s", error->message);
  fail_unless (strstr (error->message, rows[__i__].message_part), "%s", error->message);
  case_clear (&test, G_TIME_SPAN_MINUTE);
}
GST_END_TEST;

/* Told once, and only of the device in use. */
GST_START_TEST (test_unplugged)
{
  Case test;

  case_init (&test, KP_MEDIA_VIDEO, "true");
  case_expect (&test, KP_LATE_SOURCE_READY);
  test_devices_unplug ("raw");
  test_devices_unplug ("jpeg");
  case_expect (&test, KP_LATE_SOURCE_ENDED);
  fail_if (gst_bus_have_pending (test.bus)
           && gst_bus_pop_filtered (test.bus, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR));
  case_clear (&test, G_TIME_SPAN_MINUTE);
}
GST_END_TEST;

/* A provider that takes its time holds nobody up, and what it finds later comes to nothing. */
GST_START_TEST (test_slow_provider)
{
  g_autoptr (GstElement) webcam = NULL;
  Case test;

  g_mutex_lock (&test_devices.lock);
  case_init (&test, KP_MEDIA_VIDEO, "true");
  webcam = gst_object_ref (test.webcam);
  case_clear (&test, 1000);
  g_mutex_unlock (&test_devices.lock);
  kp_late_source_wait (KP_LATE_SOURCE (webcam), G_TIME_SPAN_MINUTE);
  g_assert_null (GST_BIN_CHILDREN (webcam));
}
GST_END_TEST;

/* The device is let go, and taken again. */
GST_START_TEST (test_again)
{
  Case test;

  case_init (&test, KP_MEDIA_AUDIO, "true");
  for (guint i = 0; i < 3; i++)
    {
      case_expect (&test, KP_LATE_SOURCE_READY);
      gst_buffer_unref (gst_harness_pull (test.harness));
      gst_element_set_state (test.webcam, GST_STATE_READY);
      g_assert_null (GST_BIN_CHILDREN (test.webcam));
      gst_element_set_state (test.webcam, GST_STATE_PLAYING);
    }
  case_clear (&test, G_TIME_SPAN_MINUTE);
}
GST_END_TEST;

static void
pull_width (Case *self, gint width)
{
  gint seen = 0;

  while (seen != width)
    {
      g_autoptr (GstBuffer) buffer = gst_harness_pull (self->harness);
      g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->harness->sinkpad);

      fail_unless (buffer);
      gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &seen);
    }
}

/* Another device that meets the constraints, then nothing, then the first one, which is back. */
GST_START_TEST (test_replaced)
{
  Case test;

  case_init (&test, KP_MEDIA_VIDEO, "{'width':{'min':200}}");
  case_expect (&test, KP_LATE_SOURCE_READY);
  for (guint i = 0; i < 2; i++)
    {
      pull_width (&test, i == 0 ? 640 : 320);
      test_devices_unplug (i == 0 ? "jpeg" : "raw");
      case_expect (&test, KP_LATE_SOURCE_ENDED);
      kp_late_source_reopen (KP_LATE_SOURCE (test.webcam));
    }
  test_devices_plug ("jpeg");
  pull_width (&test, 640);
  case_clear (&test, G_TIME_SPAN_MINUTE);
}
GST_END_TEST;

static GstBusSyncReply
reopen_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (gst_message_has_name (message, KP_LATE_SOURCE_ENDED))
    kp_late_source_reopen (KP_LATE_SOURCE (GST_MESSAGE_SRC (message)));

  return GST_BUS_PASS;
}

/* What breaks, after three pictures, is opened again, and its end is not the track's. */
GST_START_TEST (test_broken)
{
  Case test;

  case_init (&test, KP_MEDIA_VIDEO, "{'deviceId':{'exact':'breaking'}}");
  gst_bus_set_sync_handler (test.bus, reopen_cb, NULL, NULL);
  for (guint i = 0; i < 10; i++)
    gst_buffer_unref (gst_harness_pull (test.harness));
  gst_bus_set_sync_handler (test.bus, NULL, NULL, NULL);
  case_clear (&test, G_TIME_SPAN_MINUTE);
}
GST_END_TEST;

/* Nobody waits for the end of the pause between two looks. */
GST_START_TEST (test_closed_while_lost)
{
  gint64 begin;
  Case test;

  case_init (&test, KP_MEDIA_AUDIO, "true");
  case_expect (&test, KP_LATE_SOURCE_READY);
  test_devices_unplug ("microphone");
  case_expect (&test, KP_LATE_SOURCE_ENDED);
  kp_late_source_reopen (KP_LATE_SOURCE (test.webcam));
  begin = g_get_monotonic_time ();
  case_clear (&test, G_TIME_SPAN_MINUTE);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 10 * G_TIME_SPAN_SECOND);
}
GST_END_TEST;

static Suite *
kp_webcam_suite (void)
{
  Suite *suite = suite_create ("kp-webcam");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_media, 0, 3);
  tcase_add_loop_test (tcase, test_failures, 0, 5);
  tcase_add_test (tcase, test_unplugged);
  tcase_add_test (tcase, test_slow_provider);
  tcase_add_test (tcase, test_again);
  tcase_add_test (tcase, test_replaced);
  tcase_add_test (tcase, test_broken);
  tcase_add_test (tcase, test_closed_while_lost);

  return suite;
}

GST_CHECK_MAIN (kp_webcam)
