/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#define VIDEO_CAPS "video/x-raw,format=I420,width=16,height=16,framerate=30/1"
#define FRAME_SIZE 384

#define wait_for(condition)                                                                                  \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 deadline_ = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;                                     \
    while (!(condition) && g_get_monotonic_time () < deadline_)                                              \
      g_poll (NULL, 0, 1);                                                                                   \
    fail_unless (condition, "waited in vain for " #condition);                                               \
  }                                                                                                          \
  G_STMT_END

/* A gate between two harness pads. */
typedef struct
{
  GstHarness *harness;
  KpGate *gate;
} Fixture;

static void
fixture_init (Fixture *self, gboolean live)
{
  GstElement *gate = gst_object_ref_sink (kp_gate_new (KP_MEDIA_VIDEO));

  self->gate = KP_GATE (gate);
  self->harness = gst_harness_new_with_element (gate, "sink", "src");
  gst_harness_set_live (self->harness, live);
  gst_harness_set_src_caps_str (self->harness, VIDEO_CAPS);
}

static void
fixture_clear (Fixture *self)
{
  GstElement *gate = GST_ELEMENT (self->gate);

  gst_harness_teardown (self->harness);
  ASSERT_OBJECT_REFCOUNT (gate, "gate", 1);
  gst_object_unref (gate);
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

static gpointer
push_frame_thread (gpointer user_data)
{
  return GINT_TO_POINTER (gst_harness_push (user_data, frame (2 * GST_SECOND)));
}

GST_START_TEST (closed_gate_drops_live_data)
{
  Fixture f;

  fixture_init (&f, TRUE);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (0)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 0);

  kp_gate_open (f.gate);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (GST_SECOND)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 1);

  kp_gate_close (f.gate);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (GST_SECOND)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 1);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (closed_gate_stops_a_source_that_is_not_live)
{
  Fixture f;
  GThread *thread;

  fixture_init (&f, FALSE);
  fail_unless (kp_gate_get_waiting_time (f.gate) == GST_CLOCK_TIME_NONE);
  thread = g_thread_new ("push", push_frame_thread, f.harness);
  wait_for (kp_gate_get_waiting_time (f.gate) == 2 * GST_SECOND);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 0);

  kp_gate_open (f.gate);
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 1);
  fail_unless (kp_gate_get_waiting_time (f.gate) == GST_CLOCK_TIME_NONE);
  fixture_clear (&f);
}
GST_END_TEST;

static Suite *
kp_gate_suite (void)
{
  Suite *suite = suite_create ("kp-gate");
  TCase *tcase = tcase_create ("gate");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, closed_gate_drops_live_data);
  tcase_add_test (tcase, closed_gate_stops_a_source_that_is_not_live);
  return suite;
}

GST_CHECK_MAIN (kp_gate);
