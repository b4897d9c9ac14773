/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-outlet.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#define VIDEO_CAPS "video/x-raw,format=I420,width=16,height=16,framerate=30/1"
#define FRAME_SIZE 384
#define LATENCY 200 /* ms */

/* An outlet between two harness pads, with a clock that stands. */
typedef struct
{
  GstHarness *harness;
  KpOutlet *outlet;
} Fixture;

static void
fixture_init (Fixture *self)
{
  GstElement *outlet = gst_object_ref_sink (kp_outlet_new (KP_MEDIA_VIDEO, LATENCY));

  self->outlet = KP_OUTLET (outlet);
  self->harness = gst_harness_new_with_element (outlet, "sink", "src");
}

static void
fixture_clear (Fixture *self)
{
  GstElement *outlet = GST_ELEMENT (self->outlet);

  gst_harness_teardown (self->harness);
  ASSERT_OBJECT_REFCOUNT (outlet, "outlet", 1);
  gst_object_unref (outlet);
}

static GstBuffer *
frame (GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, FRAME_SIZE, NULL);

  gst_buffer_memset (buffer, 0, 0x80, FRAME_SIZE);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = GST_SECOND / 30;
  return buffer;
}

static void
fail_unless_next_event (Fixture *f, GstEventType type)
{
  g_autoptr (GstEvent) event = gst_harness_pull_event (f->harness);

  fail_unless (event, "no event came");
  fail_unless_equals_string (GST_EVENT_TYPE_NAME (event), gst_event_type_get_name (type));
}

GST_START_TEST (data_follows_stream_start_caps_and_segment)
{
  Fixture f;

  fixture_init (&f);
  gst_harness_set_src_caps_str (f.harness, VIDEO_CAPS);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (0)), GST_FLOW_OK);
  fail_unless_next_event (&f, GST_EVENT_STREAM_START);
  fail_unless_next_event (&f, GST_EVENT_CAPS);
  fail_unless_next_event (&f, GST_EVENT_SEGMENT);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 1);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (gaps_fill_the_silence)
{
  Fixture f;

  fixture_init (&f);
  gst_harness_set_src_caps_str (f.harness, VIDEO_CAPS);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (0)), GST_FLOW_OK);
  fail_unless_next_event (&f, GST_EVENT_STREAM_START);
  fail_unless_next_event (&f, GST_EVENT_CAPS);
  fail_unless_next_event (&f, GST_EVENT_SEGMENT);
  gst_harness_set_time (f.harness, GST_SECOND);
  fail_unless_next_event (&f, GST_EVENT_GAP);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (eos_ends_the_stream)
{
  Fixture f;

  fixture_init (&f);
  kp_outlet_push_eos (f.outlet);
  fail_unless_next_event (&f, GST_EVENT_STREAM_START);
  fail_unless_next_event (&f, GST_EVENT_SEGMENT);
  fail_unless_next_event (&f, GST_EVENT_EOS);

  gst_harness_set_src_caps_str (f.harness, VIDEO_CAPS);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (0)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 0);
  fixture_clear (&f);
}
GST_END_TEST;

static Suite *
kp_outlet_suite (void)
{
  Suite *suite = suite_create ("kp-outlet");
  TCase *tcase = tcase_create ("outlet");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, data_follows_stream_start_caps_and_segment);
  tcase_add_test (tcase, gaps_fill_the_silence);
  tcase_add_test (tcase, eos_ends_the_stream);
  return suite;
}

GST_CHECK_MAIN (kp_outlet);
