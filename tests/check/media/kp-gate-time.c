/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include "check-media.h"

typedef struct
{
  GstHarness *harness;
  KpGate *gate; /* borrowed, of the harness */
} Fixture;

static void
fixture_init (Fixture *self, gboolean live)
{
  g_autoptr (KpPace) pace = kp_pace_new (GST_CLOCK_STIME_NONE);
  GstElement *gate = gst_object_ref_sink (kp_gate_new (KP_MEDIA_VIDEO));

  self->gate = KP_GATE (gate);
  self->harness = gst_harness_new_with_element (gate, "sink", "src");
  gst_object_unref (gate);
  gst_harness_set_live (self->harness, live);
  gst_harness_set_src_caps_str (self->harness, VIDEO_CAPS);
  kp_gate_set_pace (self->gate, pace);
  kp_gate_open (self->gate);
}

/* Another source, of which data begins with @start at the running time @base. */
static void
begin_source (Fixture *self, guint group_id, GstClockTime start, GstClockTime base)
{
  GstEvent *event = gst_event_new_stream_start ("another");
  GstSegment segment;

  gst_event_set_group_id (event, group_id);
  gst_harness_push_event (self->harness, event);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = start;
  segment.base = base;
  gst_harness_push_event (self->harness, gst_event_new_segment (&segment));
}

/* What comes of a picture of @pts at the running time @now: its own running time, NONE when it does not come. */
static GstClockTime
push (Fixture *self, GstClockTime pts, GstClockTime now)
{
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstEvent) event = NULL;
  const GstSegment *segment;

  gst_harness_set_time (self->harness, now);
  fail_unless_equals_int (gst_harness_push (self->harness, frame (pts)), GST_FLOW_OK);
  buffer = gst_harness_try_pull (self->harness);
  if (buffer == NULL)
    return GST_CLOCK_TIME_NONE;

  /* one line of time, whatever the source has */
  event = gst_pad_get_sticky_event (self->harness->sinkpad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_uint64 (segment->start + segment->base + segment->offset, 0);

  return GST_BUFFER_PTS (buffer);
}

GST_START_TEST (test_segment)
{
  Fixture f;

  fixture_init (&f, TRUE);
  begin_source (&f, 1, 5 * GST_SECOND, 2 * GST_SECOND);
  fail_unless_equals_uint64 (push (&f, 6 * GST_SECOND, 3 * GST_SECOND), 3 * GST_SECOND);
  fail_unless_equals_uint64 (push (&f, GST_SECOND, 3 * GST_SECOND), GST_CLOCK_TIME_NONE);
  gst_harness_teardown (f.harness);
}
GST_END_TEST

/* At once, and with a keyframe; its group with it. */
GST_START_TEST (test_not_live)
{
  Fixture f;

  fixture_init (&f, FALSE);
  fail_unless_equals_uint64 (push (&f, 0, GST_SECOND), GST_SECOND);
  fail_unless_equals_uint64 (push (&f, FRAME_TIME, GST_SECOND), GST_SECOND + FRAME_TIME);
  fail_unless_equals_int (count_forced (f.harness), 0);
  begin_source (&f, 1, 0, 0);
  fail_unless_equals_uint64 (push (&f, 0, 10 * GST_SECOND), 10 * GST_SECOND);
  fail_unless_equals_uint64 (push (&f, FRAME_TIME, 10 * GST_SECOND), 10 * GST_SECOND + FRAME_TIME);
  fail_unless_equals_int (count_forced (f.harness), 1);
  /* one that goes on where the former ended keeps its time */
  begin_source (&f, 2, 0, 2 * GST_SECOND);
  fail_unless_equals_uint64 (push (&f, 8 * GST_SECOND, 11 * GST_SECOND + 50 * GST_MSECOND), 11 * GST_SECOND);
  gst_harness_teardown (f.harness);
}
GST_END_TEST

/* In the time of the pipeline, but never back; unless it has another time. */
GST_START_TEST (test_live)
{
  Fixture f;

  fixture_init (&f, TRUE);
  fail_unless_equals_uint64 (push (&f, 5 * GST_SECOND, 5 * GST_SECOND), 5 * GST_SECOND);
  begin_source (&f, 1, 0, 0);
  fail_unless_equals_uint64 (push (&f, 5 * GST_SECOND - FRAME_TIME, 5 * GST_SECOND), GST_CLOCK_TIME_NONE);
  fail_unless_equals_uint64 (push (&f, 5 * GST_SECOND, 5 * GST_SECOND), GST_CLOCK_TIME_NONE);
  fail_unless_equals_uint64 (push (&f, 5 * GST_SECOND + FRAME_TIME, 5 * GST_SECOND),
                             5 * GST_SECOND + FRAME_TIME);
  fail_unless_equals_int (count_forced (f.harness), 1);
  begin_source (&f, 2, 0, 0);
  fail_unless_equals_uint64 (push (&f, 0, 10 * GST_SECOND), 10 * GST_SECOND);
  fail_unless_equals_uint64 (push (&f, FRAME_TIME, 10 * GST_SECOND), 10 * GST_SECOND + FRAME_TIME);
  gst_harness_teardown (f.harness);
}
GST_END_TEST

static Suite *
kp_gate_time_suite (void)
{
  Suite *suite = suite_create ("kp-gate-time");
  TCase *tcase = tcase_create ("time");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_segment);
  tcase_add_test (tcase, test_not_live);
  tcase_add_test (tcase, test_live);

  return suite;
}

GST_CHECK_MAIN (kp_gate_time)
