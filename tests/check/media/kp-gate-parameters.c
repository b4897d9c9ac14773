/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include "check-media.h"

#define CODED_CAPS "video/x-vp8,width=16,height=16,framerate=30/1"

typedef struct
{
  GstHarness *harness;
  KpGate *gate; /* borrowed, of the harness */
  guint n; /* pushed */
} Fixture;

static void
fixture_init (Fixture *self, const gchar *caps)
{
  GstElement *gate = gst_object_ref_sink (kp_gate_new (KP_MEDIA_VIDEO));

  self->n = 0;
  self->gate = KP_GATE (gate);
  gst_object_set_name (GST_OBJECT (gate), "video_sink_0");
  self->harness = gst_harness_new_with_element (gate, "sink", "src");
  gst_object_unref (gate);
  gst_harness_set_live (self->harness, TRUE);
  gst_harness_set_src_caps_str (self->harness, caps);
  kp_gate_open (self->gate);
}

static void
set_active (Fixture *self, gboolean active)
{
  KpParameters parameters;

  kp_parameters_init (&parameters);
  parameters.active = active;
  kp_gate_set_parameters (self->gate, &parameters);
}

/* Whether it came through. */
static gboolean
passes (Fixture *self, gboolean is_delta)
{
  GstBuffer *buffer = frame (self->n++ * FRAME_TIME);
  guint before = gst_harness_buffers_received (self->harness);

  if (is_delta)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  fail_unless_equals_int (gst_harness_push (self->harness, buffer), GST_FLOW_OK);

  return gst_harness_buffers_received (self->harness) > before;
}

GST_START_TEST (test_raw)
{
  Fixture f;

  fixture_init (&f, VIDEO_CAPS);
  fail_unless (passes (&f, FALSE));
  set_active (&f, FALSE);
  fail_if (passes (&f, FALSE));
  fail_if (passes (&f, FALSE));
  fail_unless_equals_int (count_forced (f.harness), 0);
  set_active (&f, TRUE);
  fail_unless (passes (&f, FALSE));
  fail_unless (passes (&f, FALSE));
  fail_unless_equals_int (count_forced (f.harness), 1);
  gst_harness_teardown (f.harness);
}
GST_END_TEST

GST_START_TEST (test_coded)
{
  Fixture f;

  fixture_init (&f, CODED_CAPS);
  fail_unless (passes (&f, FALSE));
  fail_unless (passes (&f, TRUE));
  set_active (&f, FALSE);
  fail_if (passes (&f, TRUE));
  set_active (&f, TRUE);
  fail_if (passes (&f, TRUE));
  fail_unless (passes (&f, FALSE));
  fail_unless (passes (&f, TRUE));
  fail_unless_equals_int (count_forced (f.harness), 0);
  gst_harness_teardown (f.harness);
}
GST_END_TEST

/* The picture that is kept for the next call is none of a time when nothing was to be sent. */
GST_START_TEST (test_kept_picture)
{
  Fixture f;

  fixture_init (&f, VIDEO_CAPS);
  kp_gate_close (f.gate);
  fail_if (passes (&f, FALSE));
  set_active (&f, FALSE);
  fail_if (passes (&f, FALSE));
  kp_gate_open (f.gate);
  fail_if (passes (&f, FALSE));
  fail_unless_equals_int (gst_harness_buffers_received (f.harness), 0);
  gst_harness_teardown (f.harness);
}
GST_END_TEST

GST_START_TEST (test_msid)
{
  g_autofree gchar *none = NULL;
  g_autofree gchar *camera = NULL;
  Fixture f;

  fixture_init (&f, VIDEO_CAPS);
  none = kp_gate_dup_msid (f.gate);
  fail_unless (none == NULL);
  kp_gate_set_msid (f.gate, "camera");
  camera = kp_gate_dup_msid (f.gate);
  fail_unless_equals_string (camera, "camera");
  gst_harness_teardown (f.harness);
}
GST_END_TEST

static Suite *
kp_gate_parameters_suite (void)
{
  Suite *suite = suite_create ("kp-gate-parameters");
  TCase *tcase = tcase_create ("parameters");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_raw);
  tcase_add_test (tcase, test_coded);
  tcase_add_test (tcase, test_kept_picture);
  tcase_add_test (tcase, test_msid);

  return suite;
}

GST_CHECK_MAIN (kp_gate_parameters)
