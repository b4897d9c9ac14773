/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include "check-media.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#define MAX_GATES 8

/* Gates of one pipeline that bring the same stream, as behind a tee. */
typedef struct
{
  GstElement *pipeline; /* owned */
  GstHarness *harnesses[MAX_GATES]; /* owned */
  KpGate *gates[MAX_GATES]; /* borrowed */
  guint n;
} Fixture;

static void
fixture_init (Fixture *self, guint n, gboolean live)
{
  self->n = n;
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  for (guint i = 0; i < n; i++)
    {
      self->gates[i] = KP_GATE (kp_gate_new (KP_MEDIA_VIDEO));
      gst_bin_add (GST_BIN (self->pipeline), GST_ELEMENT (self->gates[i]));
      self->harnesses[i] = gst_harness_new_with_element (GST_ELEMENT (self->gates[i]), "sink", "src");
      gst_harness_set_live (self->harnesses[i], live);
      gst_harness_push_event (self->harnesses[i], gst_event_new_stream_start ("stream"));
      gst_harness_set_src_caps_str (self->harnesses[i], "video/x-vp8,width=16,height=16");
    }
}

static void
fixture_clear (Fixture *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      gst_element_set_state (GST_ELEMENT (self->gates[i]), GST_STATE_NULL);
      gst_harness_teardown (self->harnesses[i]);
    }
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
}

static GstBuffer *
picture (gboolean is_key)
{
  GstBuffer *buffer = frame (0);

  if (!is_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);

  return buffer;
}

static void
push (Fixture *self, guint gate, gboolean is_key)
{
  fail_unless_equals_int (gst_harness_push (self->harnesses[gate], picture (is_key)), GST_FLOW_OK);
}

/* How many requests came up since the last time. */
static guint
count_requests (Fixture *self)
{
  guint count = 0;

  for (guint i = 0; i < self->n; i++)
    while (gst_harness_upstream_events_in_queue (self->harnesses[i]) > 0)
      {
        g_autoptr (GstEvent) event = gst_harness_pull_upstream_event (self->harnesses[i]);

        count += gst_video_event_is_force_key_unit (event);
      }

  return count;
}

static void
ask (Fixture *self, guint gate)
{
  gst_harness_push_upstream_event (
      self->harnesses[gate], gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 1));
}

static guint
count_out (Fixture *self, guint gate)
{
  return gst_harness_buffers_received (self->harnesses[gate]);
}

static guint
push_and_count (Fixture *self)
{
  push (self, 0, FALSE);

  return count_requests (self);
}

static guint
push_and_ask (Fixture *self)
{
  ask (self, 0);

  return push_and_count (self);
}

/* Closed it drops, and opened it begins with a keyframe that it asks for at once. */
GST_START_TEST (test_begins_with_keyframe)
{
  guint requests = 0;
  Fixture f;

  fixture_init (&f, 1, TRUE);
  push (&f, 0, TRUE);
  push (&f, 0, FALSE);
  fail_unless_equals_int (count_out (&f, 0), 0);
  fail_unless_equals_int (count_requests (&f), 0);

  kp_gate_open (f.gates[0]);
  wait_for ((requests += count_requests (&f)) == 1);
  push (&f, 0, FALSE);
  push (&f, 0, FALSE);
  fail_unless_equals_int (count_out (&f, 0), 0);
  push (&f, 0, TRUE);
  push (&f, 0, FALSE);
  fail_unless_equals_int (count_out (&f, 0), 2);
  fail_unless_equals_int (count_requests (&f), 0);

  kp_gate_close (f.gates[0]);
  push (&f, 0, FALSE);
  kp_gate_open (f.gates[0]);
  push (&f, 0, FALSE);
  fail_unless_equals_int (count_out (&f, 0), 2);
  push (&f, 0, TRUE);
  fail_unless_equals_int (count_out (&f, 0), 3);
  fixture_clear (&f);
}
GST_END_TEST;

/* Eight peers that lose the same packet cost the encoder one keyframe, and so do those that tell too late. */
GST_START_TEST (test_merged)
{
  guint requests = 0;
  Fixture f;

  fixture_init (&f, MAX_GATES, TRUE);
  for (guint i = 0; i < f.n; i++)
    {
      kp_gate_open (f.gates[i]);
      push (&f, i, TRUE);
    }
  /* longer than a request may be on its way */
  wait_for (push_and_ask (&f) == 0);
  wait_for ((requests += push_and_ask (&f)) > 0);

  for (guint i = 0; i < f.n; i++)
    ask (&f, i);
  for (guint i = 0; i < f.n; i++)
    push (&f, i, TRUE);
  for (guint i = 0; i < f.n; i++)
    ask (&f, i);
  for (guint i = 0; i < f.n; i++)
    push (&f, i, FALSE);
  fail_unless_equals_int (count_requests (&f), 0);
  fixture_clear (&f);
}
GST_END_TEST;

/* What no keyframe answers is asked for again, without a further request of the peer. */
GST_START_TEST (test_not_lost)
{
  guint requests = 0;
  Fixture f;

  fixture_init (&f, 1, TRUE);
  kp_gate_open (f.gates[0]);
  wait_for ((requests += push_and_count (&f)) >= 3);
  fail_unless_equals_int (count_out (&f, 0), 0);
  fixture_clear (&f);
}
GST_END_TEST;

static gpointer
push_delta (gpointer harness)
{
  return GINT_TO_POINTER (gst_harness_push (harness, picture (FALSE)));
}

/* A file that waited in the middle goes on with its next keyframe. */
GST_START_TEST (test_not_live)
{
  GThread *thread;
  Fixture f;

  fixture_init (&f, 1, FALSE);
  gst_harness_use_systemclock (f.harnesses[0]);
  thread = g_thread_new ("push", push_delta, f.harnesses[0]);
  wait_for (GST_CLOCK_TIME_IS_VALID (kp_gate_get_waiting_time (f.gates[0])));
  kp_gate_open (f.gates[0]);
  g_thread_join (thread);
  fail_unless_equals_int (count_out (&f, 0), 0);
  push (&f, 0, TRUE);
  fail_unless_equals_int (count_out (&f, 0), 1);
  fixture_clear (&f);
}
GST_END_TEST;

static Suite *
kp_gate_keyframes_suite (void)
{
  Suite *suite = suite_create ("kp-gate-keyframes");
  TCase *tcase = tcase_create ("gate-keyframes");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_begins_with_keyframe);
  tcase_add_test (tcase, test_merged);
  tcase_add_test (tcase, test_not_lost);
  tcase_add_test (tcase, test_not_live);

  return suite;
}

GST_CHECK_MAIN (kp_gate_keyframes)
