/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include "check-media.h"

#include <gst/check/gstharness.h>

static void
set_offset (KpGate *gate, GstClockTimeDiff offset)
{
  g_autoptr (KpPace) pace = kp_pace_new (offset);

  kp_gate_set_pace (gate, pace);
}

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
  gint64 deadline = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  gst_harness_teardown (self->harness);
  /* the thread that sent the last picture may be about to end */
  while (GST_OBJECT_REFCOUNT_VALUE (gate) > 1 && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  ASSERT_OBJECT_REFCOUNT (gate, "gate", 1);
  gst_object_unref (gate);
}

static gpointer
push_frame_thread (gpointer user_data)
{
  return GINT_TO_POINTER (gst_harness_push (user_data, frame (2 * GST_SECOND)));
}

static void
pull_frame (Fixture *f, GstClockTime pts)
{
  g_autoptr (GstBuffer) buffer = gst_harness_pull (f->harness);

  fail_unless (buffer != NULL);
  fail_unless_equals_clocktime (GST_BUFFER_PTS (buffer), pts);
}

/* But for the last picture, which is shown at once when the gate opens. */
GST_START_TEST (closed_gate_drops_live_data)
{
  Fixture f;

  fixture_init (&f, TRUE);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (0)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (GST_SECOND)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 0);

  kp_gate_open (f.gate);
  pull_frame (&f, GST_SECOND);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (2 * GST_SECOND)), GST_FLOW_OK);
  pull_frame (&f, 2 * GST_SECOND);

  kp_gate_close (f.gate);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (3 * GST_SECOND)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 0);
  kp_gate_open (f.gate);
  pull_frame (&f, 3 * GST_SECOND);
  kp_gate_open (f.gate);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (4 * GST_SECOND)), GST_FLOW_OK);
  pull_frame (&f, 4 * GST_SECOND);
  fixture_clear (&f);
}
GST_END_TEST;

/* What it is primed with does not come again when it opens. */
GST_START_TEST (prime_shows_the_sender_a_picture)
{
  Fixture f;

  fixture_init (&f, TRUE);
  kp_gate_prime (f.gate); /* nothing has come yet */
  fail_unless_equals_int (gst_harness_push (f.harness, frame (GST_SECOND)), GST_FLOW_OK);
  kp_gate_prime (f.gate);
  pull_frame (&f, GST_SECOND);

  kp_gate_open (f.gate);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (2 * GST_SECOND)), GST_FLOW_OK);
  pull_frame (&f, 2 * GST_SECOND);
  kp_gate_prime (f.gate);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (3 * GST_SECOND)), GST_FLOW_OK);
  pull_frame (&f, 3 * GST_SECOND);
  fixture_clear (&f);
}
GST_END_TEST;

/* Holds up what goes through a pad, as a sender does until its peer is there. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean holds; /* something has come */
  gboolean released;
} Dam;

static GstPadProbeReturn
dam_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Dam *dam = user_data;

  g_mutex_lock (&dam->lock);
  dam->holds = TRUE;
  g_cond_broadcast (&dam->cond);
  while (!dam->released)
    g_cond_wait (&dam->cond, &dam->lock);
  g_mutex_unlock (&dam->lock);

  return GST_PAD_PROBE_REMOVE;
}

static void
dam_wait (Dam *dam)
{
  g_mutex_lock (&dam->lock);
  while (!dam->holds)
    g_cond_wait (&dam->cond, &dam->lock);
  g_mutex_unlock (&dam->lock);
}

static void
dam_release (Dam *dam)
{
  g_mutex_lock (&dam->lock);
  dam->released = TRUE;
  g_cond_broadcast (&dam->cond);
  g_mutex_unlock (&dam->lock);
}

/* Each one kept is one more in the source's pool. */
GST_START_TEST (no_picture_is_kept_while_one_is_on_its_way)
{
  GstBuffer *later = frame (2 * GST_SECOND);
  g_autoptr (GstSample) shown = NULL;
  g_autoptr (GstPad) pad = NULL;
  Dam dam = { 0 };
  Fixture f;

  fixture_init (&f, TRUE);
  pad = gst_element_get_static_pad (GST_ELEMENT (f.gate), "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, dam_cb, &dam, NULL);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (GST_SECOND)), GST_FLOW_OK);
  kp_gate_prime (f.gate);
  dam_wait (&dam);

  fail_unless_equals_int (gst_harness_push (f.harness, gst_buffer_ref (later)), GST_FLOW_OK);
  ASSERT_MINI_OBJECT_REFCOUNT (later, "a picture that comes later", 1);
  gst_buffer_unref (later);
  dam_release (&dam);
  pull_frame (&f, GST_SECOND);

  kp_gate_open (f.gate);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (3 * GST_SECOND)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_push (f.harness, frame (4 * GST_SECOND)), GST_FLOW_OK);
  pull_frame (&f, 3 * GST_SECOND);
  pull_frame (&f, 4 * GST_SECOND);
  shown = kp_gate_dup_frame (f.gate);
  fail_unless_equals_clocktime (GST_BUFFER_PTS (gst_sample_get_buffer (shown)), 4 * GST_SECOND);
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

typedef void (*EndWait) (Fixture *f);

static void
end_wait_by_flush (Fixture *f)
{
  gst_harness_push_event (f->harness, gst_event_new_flush_start ());
}

static void
end_wait_by_state (Fixture *f)
{
  gst_element_set_state (GST_ELEMENT (f->gate), GST_STATE_READY);
}

static void
end_wait_by_pad (Fixture *f)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (GST_ELEMENT (f->gate), "sink");

  gst_pad_set_active (pad, FALSE);
}

static const EndWait end_waits[] = { end_wait_by_flush, end_wait_by_state, end_wait_by_pad };

GST_START_TEST (wait_ends_at_once)
{
  Fixture f;
  GThread *thread;
  gint64 start;

  fixture_init (&f, FALSE);
  thread = g_thread_new ("push", push_frame_thread, f.harness);
  wait_for (kp_gate_get_waiting_time (f.gate) == 2 * GST_SECOND);

  start = g_get_monotonic_time ();
  end_waits[__i__](&f);
  g_thread_join (thread);
  fail_unless (g_get_monotonic_time () - start < G_TIME_SPAN_SECOND);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 0);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (gap_waits_and_passes_like_data)
{
  Fixture f;

  fixture_init (&f, TRUE);
  gst_harness_push_event (f.harness, gst_event_new_gap (0, GST_SECOND));
  kp_gate_open (f.gate);
  gst_harness_push_event (f.harness, gst_event_new_gap (GST_SECOND, GST_SECOND));

  for (guint gaps = 0; gaps < 1;)
    {
      g_autoptr (GstEvent) event = gst_harness_pull_event (f.harness);
      GstClockTime time;

      fail_unless (event);
      if (GST_EVENT_TYPE (event) != GST_EVENT_GAP)
        continue;
      gst_event_parse_gap (event, &time, NULL);
      fail_unless_equals_uint64 (time, GST_SECOND);
      gaps++;
    }
  fixture_clear (&f);
}
GST_END_TEST;

static void
count_eos (KpGate *gate, gpointer user_data)
{
  /* no lock is held */
  fail_unless (kp_gate_is_eos (gate));
  ++*(guint *)user_data;
}

GST_START_TEST (eos_is_told_and_not_forwarded)
{
  Fixture f;
  guint count = 0;

  fixture_init (&f, TRUE);
  kp_gate_open (f.gate);
  kp_gate_set_eos_func (f.gate, count_eos, &count);
  fail_unless (gst_harness_push_event (f.harness, gst_event_new_eos ()));
  fail_unless_equals_int (count, 1);
  fail_unless (kp_gate_is_eos (f.gate));

  gst_harness_push_event (f.harness, gst_event_new_stream_start ("again"));
  fail_if (kp_gate_is_eos (f.gate));
  fail_unless (gst_harness_push_event (f.harness, gst_event_new_eos ()));
  fail_unless_equals_int (count, 2);

  gst_harness_push_event (f.harness, gst_event_new_flush_start ());
  gst_harness_push_event (f.harness, gst_event_new_flush_stop (TRUE));
  fail_if (kp_gate_is_eos (f.gate));

  while (gst_harness_events_in_queue (f.harness) > 0)
    {
      g_autoptr (GstEvent) event = gst_harness_pull_event (f.harness);

      fail_if (GST_EVENT_TYPE (event) == GST_EVENT_EOS);
    }
  fixture_clear (&f);
}
GST_END_TEST;

static const struct
{
  KpMediaKind kind;
  const gchar *first; /* what a source that can do everything gets */
  const gchar *accepted;
  const gchar *refused;
} caps_table[] = {
  { KP_MEDIA_VIDEO, "video/x-raw,format=I420", "video/x-raw(memory:GLMemory),format=RGBA,width=1,height=1",
    "video/x-h265" },
  { KP_MEDIA_AUDIO, "audio/x-raw,format=S16LE,rate=48000", "audio/x-raw,format=F64LE,rate=96000,channels=6",
    "audio/x-vorbis" },
};

GST_START_TEST (caps_are_answered_without_a_sender)
{
  GstElement *gate = gst_object_ref_sink (kp_gate_new (caps_table[__i__].kind));
  g_autoptr (GstPad) pad = gst_element_get_static_pad (gate, "sink");
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);
  g_autoptr (GstCaps) best = gst_caps_copy_nth (caps, 0);
  g_autoptr (GstCaps) first = gst_caps_from_string (caps_table[__i__].first);
  g_autoptr (GstCaps) accepted = gst_caps_from_string (caps_table[__i__].accepted);
  g_autoptr (GstCaps) refused = gst_caps_from_string (caps_table[__i__].refused);
  g_autoptr (GstCaps) none = gst_pad_query_caps (pad, refused);
  g_autoptr (GstQuery) allocation = gst_query_new_allocation (accepted, FALSE);

  fail_unless (gst_caps_is_subset (best, first));
  fail_unless (gst_pad_query_accept_caps (pad, accepted));
  fail_if (gst_pad_query_accept_caps (pad, refused));
  fail_unless (gst_caps_is_empty (none));
  fail_if (gst_pad_query (pad, allocation));
  gst_object_unref (gate);
}
GST_END_TEST;

GST_START_TEST (allocation_is_asked_of_the_sender)
{
  Fixture f;
  g_autoptr (GstCaps) caps = gst_caps_from_string (VIDEO_CAPS);
  g_autoptr (GstQuery) query = gst_query_new_allocation (caps, FALSE);

  fixture_init (&f, TRUE);
  gst_harness_add_propose_allocation_meta (f.harness, GST_PROTECTION_META_API_TYPE, NULL);
  fail_unless (gst_pad_peer_query (f.harness->srcpad, query));
  fail_unless (gst_query_find_allocation_meta (query, GST_PROTECTION_META_API_TYPE, NULL));
  fixture_clear (&f);
}
GST_END_TEST;

static guint
count_upstream (Fixture *f, GstEventType type)
{
  guint count = 0;

  while (gst_harness_upstream_events_in_queue (f->harness) > 0)
    {
      g_autoptr (GstEvent) event = gst_harness_pull_upstream_event (f->harness);

      count += GST_EVENT_TYPE (event) == type;
    }
  return count;
}

GST_START_TEST (only_what_concerns_the_source_goes_up)
{
  Fixture f;

  fixture_init (&f, TRUE);
  count_upstream (&f, GST_EVENT_RECONFIGURE);

  gst_harness_push_upstream_event (f.harness, gst_event_new_reconfigure ());
  fail_unless_equals_int (count_upstream (&f, GST_EVENT_RECONFIGURE), 0);
  gst_harness_push_upstream_event (f.harness, gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 0.5, 0, 0));
  fail_unless_equals_int (count_upstream (&f, GST_EVENT_QOS), 0);
  gst_harness_push_upstream_event (
      f.harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, gst_structure_new_empty ("GstForceKeyUnit")));
  fail_unless_equals_int (count_upstream (&f, GST_EVENT_CUSTOM_UPSTREAM), 1);
  fixture_clear (&f);
}
GST_END_TEST;

/* __i__: whether the source is live */
GST_START_TEST (offset_moves_what_is_not_live)
{
  Fixture f;
  g_autoptr (GstEvent) event = NULL;
  g_autoptr (GstBuffer) buffer = NULL;
  const GstSegment *segment;

  fixture_init (&f, __i__);
  kp_gate_open (f.gate);
  gst_harness_push (f.harness, frame (0));
  gst_buffer_unref (gst_harness_pull (f.harness));
  set_offset (f.gate, 7 * GST_SECOND);
  gst_harness_push (f.harness, frame (GST_SECOND));

  buffer = gst_harness_pull (f.harness);
  event = gst_pad_get_sticky_event (f.harness->sinkpad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_uint64 (gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer)),
                             __i__ ? GST_SECOND : 8 * GST_SECOND);
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
  tcase_add_test (tcase, prime_shows_the_sender_a_picture);
  tcase_add_test (tcase, no_picture_is_kept_while_one_is_on_its_way);
  tcase_add_test (tcase, closed_gate_stops_a_source_that_is_not_live);
  tcase_add_loop_test (tcase, wait_ends_at_once, 0, G_N_ELEMENTS (end_waits));
  tcase_add_test (tcase, gap_waits_and_passes_like_data);
  tcase_add_test (tcase, eos_is_told_and_not_forwarded);
  tcase_add_loop_test (tcase, caps_are_answered_without_a_sender, 0, G_N_ELEMENTS (caps_table));
  tcase_add_test (tcase, allocation_is_asked_of_the_sender);
  tcase_add_test (tcase, only_what_concerns_the_source_goes_up);
  tcase_add_loop_test (tcase, offset_moves_what_is_not_live, 0, 2);
  return suite;
}

GST_CHECK_MAIN (kp_gate);
