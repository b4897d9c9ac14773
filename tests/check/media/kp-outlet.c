/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-outlet.h"

#include "check-media.h"
#include "kp-outlet-pad.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#define LATENCY 200 /* ms */
#define OTHER_CAPS "video/x-raw,format=I420,width=32,height=32,framerate=30/1"

/* An outlet between two harness pads, with a clock that goes when it is told to. */
typedef struct
{
  GstHarness *harness;
  KpOutlet *outlet;
} Fixture;

static void
fixture_init (Fixture *self)
{
  GstElement *outlet = gst_object_ref_sink (kp_outlet_new (KP_MEDIA_VIDEO, GST_KURENTO_OUTPUT_RAW, LATENCY));

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

/* What a receiver does that was just linked. */
static void
start_receiver (Fixture *self, const gchar *stream_id, const gchar *caps, GstClockTime segment_start)
{
  g_autoptr (GstCaps) parsed = gst_caps_from_string (caps);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.position = segment_start;
  gst_harness_push_event (self->harness, gst_event_new_stream_start (stream_id));
  gst_harness_push_event (self->harness, gst_event_new_caps (parsed));
  gst_harness_push_event (self->harness, gst_event_new_segment (&segment));
}

static void
push_frame (Fixture *self, GstClockTime pts)
{
  fail_unless_equals_int (gst_harness_push (self->harness, frame (pts)), GST_FLOW_OK);
}

static void
fail_unless_frame (Fixture *self, GstClockTime pts)
{
  g_autoptr (GstBuffer) buffer = gst_harness_pull (self->harness);

  fail_unless (buffer, "no buffer came");
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
}

/* The names of the events that came so far, in a row. */
static gchar *
dup_events (Fixture *self)
{
  GString *names = g_string_new (NULL);

  while (gst_harness_events_in_queue (self->harness) > 0)
    {
      g_autoptr (GstEvent) event = gst_harness_pull_event (self->harness);

      g_string_append_printf (names, "%s%s", names->len ? " " : "", GST_EVENT_TYPE_NAME (event));
    }
  return g_string_free (names, FALSE);
}

static void
fail_unless_events (Fixture *self, const gchar *expected)
{
  g_autofree gchar *names = dup_events (self);

  fail_unless_equals_string (names, expected);
}

static void
fail_unless_gap (Fixture *self, GstClockTime start, GstClockTime end)
{
  g_autoptr (GstEvent) event = gst_harness_pull_event (self->harness);
  GstClockTime time, duration;

  fail_unless (event && GST_EVENT_TYPE (event) == GST_EVENT_GAP, "%" GST_PTR_FORMAT " is no GAP", event);
  gst_event_parse_gap (event, &time, &duration);
  fail_unless_equals_uint64 (time, start);
  fail_unless_equals_uint64 (time + duration, end);
}

/* Two intervals in which a GAP could have come. */
static void
let_time_go_by (void)
{
  gint64 end = g_get_monotonic_time () + 250 * G_TIME_SPAN_MILLISECOND;

  wait_for (g_get_monotonic_time () > end);
}

GST_START_TEST (receivers_make_one_stream)
{
  Fixture f;

  fixture_init (&f);
  start_receiver (&f, "one", VIDEO_CAPS, 0);
  push_frame (&f, 0);
  fail_unless_events (&f, "stream-start caps segment");
  fail_unless_frame (&f, 0);

  gst_harness_push_event (f.harness, gst_event_new_eos ());
  gst_harness_push_event (f.harness, gst_event_new_flush_start ());
  gst_harness_push_event (f.harness, gst_event_new_flush_stop (TRUE));
  fail_unless_events (&f, "");

  start_receiver (&f, "two", VIDEO_CAPS, 5 * GST_SECOND);
  push_frame (&f, 6 * GST_SECOND);
  fail_unless_events (&f, "segment");
  fail_unless_frame (&f, GST_SECOND);

  start_receiver (&f, "three", OTHER_CAPS, 0);
  push_frame (&f, 2 * GST_SECOND);
  fail_unless_events (&f, "caps segment");
  fail_unless_frame (&f, 2 * GST_SECOND);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (frame_outside_of_the_segment_is_dropped)
{
  Fixture f;

  fixture_init (&f);
  start_receiver (&f, "one", VIDEO_CAPS, 5 * GST_SECOND);
  push_frame (&f, GST_SECOND);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 0);
  fixture_clear (&f);
}
GST_END_TEST;

static gchar *
dup_stream_id (Fixture *self, guint *group_id)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (self->harness->sinkpad, GST_EVENT_STREAM_START, 0);
  const gchar *stream_id;

  gst_event_parse_stream_start (event, &stream_id);
  fail_unless (gst_event_parse_group_id (event, group_id));
  return g_strdup (stream_id);
}

GST_START_TEST (streams_of_a_peer_share_the_group)
{
  Fixture f[2];
  guint group_ids[2];
  gchar *ids[2];

  for (guint i = 0; i < 2; i++)
    {
      GstEvent *event = gst_event_new_stream_start ("one");

      fixture_init (&f[i]);
      gst_event_set_group_id (event, 42);
      gst_harness_push_event (f[i].harness, event);
      start_receiver (&f[i], "two", VIDEO_CAPS, 0);
      ids[i] = dup_stream_id (&f[i], &group_ids[i]);
      fail_unless_equals_int (group_ids[i], 42);
    }
  fail_if (g_str_equal (ids[0], ids[1]));

  for (guint i = 0; i < 2; i++)
    {
      g_free (ids[i]);
      fixture_clear (&f[i]);
    }
}
GST_END_TEST;

GST_START_TEST (gaps_cover_the_silence_without_overlap)
{
  Fixture f;

  fixture_init (&f);
  start_receiver (&f, "one", VIDEO_CAPS, 0);
  push_frame (&f, 0);
  fail_unless_events (&f, "stream-start caps segment");

  /* what is younger than the latency may still come */
  gst_harness_set_time (f.harness, 150 * GST_MSECOND);
  let_time_go_by ();
  fail_unless_events (&f, "");
  gst_harness_set_time (f.harness, GST_SECOND);
  fail_unless_gap (&f, FRAME_TIME, 800 * GST_MSECOND);
  gst_harness_set_time (f.harness, 2 * GST_SECOND);
  fail_unless_gap (&f, 800 * GST_MSECOND, 1800 * GST_MSECOND);

  /* late data keeps its time, and the next GAP does not go back with it */
  push_frame (&f, 1700 * GST_MSECOND);
  fail_unless_frame (&f, 0);
  fail_unless_frame (&f, 1700 * GST_MSECOND);
  gst_harness_set_time (f.harness, 3 * GST_SECOND);
  fail_unless_gap (&f, 1800 * GST_MSECOND, 2800 * GST_MSECOND);

  /* a GAP of the receiver counts as data */
  gst_harness_push_event (f.harness, gst_event_new_gap (3 * GST_SECOND, GST_SECOND));
  fail_unless_gap (&f, 3 * GST_SECOND, 4 * GST_SECOND);
  gst_harness_set_time (f.harness, 5 * GST_SECOND);
  fail_unless_gap (&f, 4 * GST_SECOND, 4800 * GST_MSECOND);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (no_gap_before_caps)
{
  Fixture f;

  fixture_init (&f);
  gst_harness_set_time (f.harness, 5 * GST_SECOND);
  gst_harness_push_event (f.harness, gst_event_new_stream_start ("one"));
  let_time_go_by ();
  fail_unless_events (&f, "");
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (no_gap_while_paused)
{
  Fixture f;

  fixture_init (&f);
  start_receiver (&f, "one", VIDEO_CAPS, 0);
  push_frame (&f, 0);
  gst_element_set_state (GST_ELEMENT (f.outlet), GST_STATE_PAUSED);
  gst_harness_set_time (f.harness, 5 * GST_SECOND);
  let_time_go_by ();
  fail_unless_events (&f, "stream-start caps segment");

  gst_element_set_state (GST_ELEMENT (f.outlet), GST_STATE_PLAYING);
  fail_unless_gap (&f, FRAME_TIME, 4800 * GST_MSECOND);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (no_gap_while_data_flows)
{
  Fixture f;
  gint64 last = g_get_monotonic_time ();
  gint64 longest = 0;

  fixture_init (&f);
  start_receiver (&f, "one", VIDEO_CAPS, 0);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree gchar *names = NULL;
      gint64 now;

      gst_harness_set_time (f.harness, i * FRAME_TIME + GST_SECOND);
      push_frame (&f, i * FRAME_TIME);
      g_poll (NULL, 0, 10);
      names = dup_events (&f);
      now = g_get_monotonic_time ();
      longest = MAX (longest, now - last);
      last = now;

      /* a machine that stood still proves nothing */
      if (longest < 50 * G_TIME_SPAN_MILLISECOND)
        fail_unless_equals_string (names, i == 0 ? "stream-start caps segment" : "");
    }
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (eos_ends_the_stream_once)
{
  Fixture f;

  fixture_init (&f);
  kp_outlet_push_eos (f.outlet);
  kp_outlet_push_eos (f.outlet);
  wait_for (gst_harness_events_in_queue (f.harness) == 3);

  gst_harness_set_time (f.harness, 5 * GST_SECOND);
  start_receiver (&f, "one", VIDEO_CAPS, 0);
  push_frame (&f, 0);
  let_time_go_by ();
  fail_unless_equals_int (gst_harness_buffers_in_queue (f.harness), 0);
  fail_unless_events (&f, "stream-start segment eos");

  gst_element_set_state (GST_ELEMENT (f.outlet), GST_STATE_READY);
  gst_element_set_state (GST_ELEMENT (f.outlet), GST_STATE_PLAYING);
  gst_pad_set_active (f.harness->sinkpad, FALSE);
  gst_pad_set_active (f.harness->sinkpad, TRUE);
  /* on its way down it flushes when its thread is at work */
  g_free (dup_events (&f));
  start_receiver (&f, "two", VIDEO_CAPS, 0);
  push_frame (&f, 0);
  fail_unless_events (&f, "stream-start caps segment");
  fixture_clear (&f);
}
GST_END_TEST;

static void
fail_unless_latency (Fixture *self, GstClockTime expected)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live;
  GstClockTime min, max;

  fail_unless (gst_pad_peer_query (self->harness->sinkpad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless_equals_uint64 (min, expected);
  fail_unless (max >= min);
}

static guint
count_latency_messages (GstBus *bus)
{
  guint count = 0;

  while (TRUE)
    {
      g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_LATENCY);

      if (!message)
        return count;
      count++;
    }
}

GST_START_TEST (latency_is_ours_or_the_receivers)
{
  Fixture f;
  g_autoptr (GstBus) bus = gst_bus_new ();

  fixture_init (&f);
  gst_element_set_bus (GST_ELEMENT (f.outlet), bus);
  gst_harness_set_upstream_latency (f.harness, 50 * GST_MSECOND);
  fail_unless_latency (&f, LATENCY * GST_MSECOND);
  start_receiver (&f, "one", VIDEO_CAPS, 0);
  push_frame (&f, 0);
  fail_unless_equals_int (count_latency_messages (bus), 0);

  gst_harness_set_upstream_latency (f.harness, 300 * GST_MSECOND);
  start_receiver (&f, "two", VIDEO_CAPS, 0);
  push_frame (&f, FRAME_TIME);
  push_frame (&f, 2 * FRAME_TIME);
  fail_unless_equals_int (count_latency_messages (bus), 1);
  fail_unless_latency (&f, 300 * GST_MSECOND);
  gst_element_set_bus (GST_ELEMENT (f.outlet), NULL);
  fixture_clear (&f);
}
GST_END_TEST;

GST_START_TEST (only_seeks_do_not_go_up)
{
  Fixture f;
  GstEvent *events[] = {
    gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0),
    gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 0.5, 0, 0),
    gst_event_new_navigation (gst_structure_new_empty ("application/x-gst-navigation")),
    gst_event_new_reconfigure (),
  };

  fixture_init (&f);
  while (gst_harness_upstream_events_in_queue (f.harness) > 0)
    gst_event_unref (gst_harness_pull_upstream_event (f.harness));

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    fail_unless (gst_harness_push_upstream_event (f.harness, events[i]));
  fail_unless_equals_int (gst_harness_upstream_events_in_queue (f.harness), G_N_ELEMENTS (events));
  fail_if (gst_harness_push_upstream_event (
      f.harness, gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0,
                                     GST_SEEK_TYPE_NONE, 0)));
  fail_unless_equals_int (gst_harness_upstream_events_in_queue (f.harness), G_N_ELEMENTS (events));
  fixture_clear (&f);
}
GST_END_TEST;

/* The receiver converts to what downstream wants. */
GST_START_TEST (caps_are_those_of_downstream)
{
  Fixture f;
  g_autoptr (GstCaps) wanted = gst_caps_from_string ("video/x-raw,format=RGB");
  g_autoptr (GstCaps) caps = NULL;

  fixture_init (&f);
  gst_harness_set_sink_caps (f.harness, gst_caps_copy (wanted));
  caps = gst_pad_peer_query_caps (f.harness->srcpad, NULL);
  fail_unless (gst_caps_is_equal (caps, wanted));
  fixture_clear (&f);
}
GST_END_TEST;

static void
link_rival_cb (GstPad *sink, GstPad *former, GstPad *rival)
{
  g_signal_handlers_disconnect_by_func (sink, link_rival_cb, rival);
  fail_unless_equals_int (gst_pad_link (rival, sink), GST_PAD_LINK_OK);
}

/* Layers whose receiver does not know of them begin at once, each in its own thread. */
GST_START_TEST (receivers_may_come_at_once)
{
  GstPad *sink = kp_outlet_pad_new (KP_MEDIA_VIDEO, GST_KURENTO_OUTPUT_RAW, GST_PAD_SINK);
  GstPad *pads[3]; /* the former one, the rival, the last one */

  for (guint i = 0; i < G_N_ELEMENTS (pads); i++)
    pads[i] = kp_outlet_pad_new (KP_MEDIA_VIDEO, GST_KURENTO_OUTPUT_RAW, GST_PAD_SRC);
  g_signal_connect (sink, "unlinked", G_CALLBACK (link_rival_cb), pads[1]);

  fail_unless (kp_outlet_pad_take_over (sink, pads[0]));
  fail_unless (kp_outlet_pad_take_over (sink, pads[2]));
  fail_if (g_signal_handler_find (sink, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, link_rival_cb, NULL));
  fail_unless (GST_PAD_PEER (sink) == pads[2]);
  fail_if (gst_pad_is_linked (pads[0]) || gst_pad_is_linked (pads[1]));

  gst_pad_unlink (pads[2], sink);
  for (guint i = 0; i < G_N_ELEMENTS (pads); i++)
    gst_object_unref (pads[i]);
  gst_object_unref (sink);
}
GST_END_TEST;

static Suite *
kp_outlet_suite (void)
{
  Suite *suite = suite_create ("kp-outlet");
  TCase *tcase = tcase_create ("outlet");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, receivers_make_one_stream);
  tcase_add_test (tcase, frame_outside_of_the_segment_is_dropped);
  tcase_add_test (tcase, streams_of_a_peer_share_the_group);
  tcase_add_test (tcase, gaps_cover_the_silence_without_overlap);
  tcase_add_test (tcase, no_gap_before_caps);
  tcase_add_test (tcase, no_gap_while_paused);
  tcase_add_test (tcase, no_gap_while_data_flows);
  tcase_add_test (tcase, eos_ends_the_stream_once);
  tcase_add_test (tcase, latency_is_ours_or_the_receivers);
  tcase_add_test (tcase, only_seeks_do_not_go_up);
  tcase_add_test (tcase, caps_are_those_of_downstream);
  tcase_add_test (tcase, receivers_may_come_at_once);
  return suite;
}

GST_CHECK_MAIN (kp_outlet);
