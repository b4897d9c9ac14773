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

/* In the place of a sender: a pad that counts what comes, and says what it is told to. */
typedef struct
{
  GstPad *pad; /* owned */
  GstFlowReturn flow;
  gint buffers; /* atomic */
  gint stream_starts; /* atomic */
  gint caps; /* atomic */
  gint segments; /* atomic */
  gint eos; /* atomic */
  gint too_early; /* atomic; buffers before all of the events */
  void (*on_caps) (gpointer user_data);
  gpointer user_data;
} Sender;

static gboolean
sender_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  Sender *self = gst_pad_get_element_private (pad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    g_atomic_int_inc (&self->stream_starts);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    g_atomic_int_inc (&self->caps);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
    g_atomic_int_inc (&self->segments);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    g_atomic_int_inc (&self->eos);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS && self->on_caps)
    self->on_caps (self->user_data);
  gst_event_unref (event);
  return TRUE;
}

static GstFlowReturn
sender_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  Sender *self = gst_pad_get_element_private (pad);

  if (!g_atomic_int_get (&self->stream_starts) || !g_atomic_int_get (&self->caps)
      || !g_atomic_int_get (&self->segments))
    g_atomic_int_inc (&self->too_early);
  gst_buffer_unref (buffer);
  g_atomic_int_inc (&self->buffers);
  return self->flow;
}

static void
sender_init (Sender *self, GstFlowReturn flow)
{
  *self = (Sender){ .pad = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK)), .flow = flow };
  gst_pad_set_element_private (self->pad, self);
  gst_pad_set_event_function (self->pad, sender_event);
  gst_pad_set_chain_function (self->pad, sender_chain);
  gst_pad_set_active (self->pad, TRUE);
}

static void
sender_link (Sender *self, KpGate *gate)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (GST_ELEMENT (gate), "src");

  fail_unless_equals_int (gst_pad_link (src, self->pad), GST_PAD_LINK_OK);
}

static void
sender_unlink (Sender *self)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (self->pad);

  fail_unless (gst_pad_unlink (peer, self->pad));
}

static void
sender_clear (Sender *self)
{
  gst_pad_set_active (self->pad, FALSE);
  gst_object_unref (self->pad);
}

/* A pipeline of a source and a gate, whose bus must stay silent. */
typedef struct
{
  GstElement *pipeline; /* owned */
  KpGate *gate; /* borrowed */
  gint offered; /* atomic; buffers that came to the gate */
} Pipe;

static GstPadProbeReturn
offered_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc (&((Pipe *)user_data)->offered);
  return GST_PAD_PROBE_OK;
}

static void
pipe_init (Pipe *self, const gchar *source)
{
  GstElement *bin = gst_parse_bin_from_description (source, TRUE, NULL);
  GstElement *gate = kp_gate_new (KP_MEDIA_VIDEO);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (gate, "sink");

  self->pipeline = gst_pipeline_new (NULL);
  self->gate = KP_GATE (gate);
  self->offered = 0;
  gst_bin_add_many (GST_BIN (self->pipeline), bin, gate, NULL);
  fail_unless (gst_element_link (bin, gate));
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, offered_cb, self, NULL);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
pipe_clear (Pipe *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message
      = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_EOS);
  gint64 start = g_get_monotonic_time ();

  fail_if (message, "the pipeline said: %" GST_PTR_FORMAT, message);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < G_TIME_SPAN_SECOND);
  gst_object_unref (self->pipeline);
}

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

static const GstFlowReturn flows[] = { GST_FLOW_ERROR,          GST_FLOW_EOS,        GST_FLOW_FLUSHING,
                                       GST_FLOW_NOT_NEGOTIATED, GST_FLOW_NOT_LINKED, GST_FLOW_CUSTOM_ERROR };

GST_START_TEST (source_never_sees_what_downstream_says)
{
  GstElement *gate = gst_object_ref_sink (kp_gate_new (KP_MEDIA_VIDEO));
  GstHarness *harness = gst_harness_new_with_element (gate, "sink", NULL);
  GstBufferList *list = gst_buffer_list_new ();
  Sender sender;

  sender_init (&sender, flows[__i__]);
  kp_gate_open (KP_GATE (gate));
  gst_harness_set_src_caps_str (harness, VIDEO_CAPS);
  fail_unless_equals_int (gst_harness_push (harness, frame (0)), GST_FLOW_OK);

  sender_link (&sender, KP_GATE (gate));
  fail_unless (gst_harness_push_event (harness, gst_event_new_tag (gst_tag_list_new_empty ())));
  for (guint i = 0; i < 3; i++)
    fail_unless_equals_int (gst_harness_push (harness, frame (i)), GST_FLOW_OK);
  gst_buffer_list_add (list, frame (3));
  gst_buffer_list_add (list, frame (4));
  fail_unless_equals_int (gst_pad_push_list (harness->srcpad, list), GST_FLOW_OK);
  fail_unless_equals_int (sender.buffers, 5);
  fail_unless_equals_int (sender.too_early, 0);

  /* a sender that is on its way to NULL */
  gst_pad_set_active (sender.pad, FALSE);
  fail_unless_equals_int (gst_harness_push (harness, frame (5)), GST_FLOW_OK);
  sender_unlink (&sender);
  fail_unless_equals_int (gst_harness_push (harness, frame (6)), GST_FLOW_OK);

  gst_harness_teardown (harness);
  sender_clear (&sender);
  gst_object_unref (gate);
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
    "video/x-vp8" },
  { KP_MEDIA_AUDIO, "audio/x-raw,format=S16LE,rate=48000", "audio/x-raw,format=F64LE,rate=96000,channels=6",
    "audio/x-opus" },
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
  const GstSegment *segment;

  fixture_init (&f, __i__);
  kp_gate_open (f.gate);
  gst_harness_push (f.harness, frame (0));
  kp_gate_set_offset (f.gate, 7 * GST_SECOND);
  gst_harness_push (f.harness, frame (GST_SECOND));

  event = gst_pad_get_sticky_event (f.harness->sinkpad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_uint64 (gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_SECOND),
                             __i__ ? GST_SECOND : 8 * GST_SECOND);
  fixture_clear (&f);
}
GST_END_TEST;

typedef struct
{
  GstHarness *harness;
  KpGate *gate;
  Sender senders[2];
} Swap;

static void
swap_senders (gpointer user_data)
{
  Swap *self = user_data;

  self->senders[0].on_caps = NULL;
  sender_unlink (&self->senders[0]);
  sender_link (&self->senders[1], self->gate);
}

/* GStreamer alone loses the caps here. */
GST_START_TEST (sender_that_comes_amid_an_event_gets_them_all)
{
  GstElement *gate = gst_object_ref_sink (kp_gate_new (KP_MEDIA_VIDEO));
  Swap swap = { .harness = gst_harness_new_with_element (gate, "sink", NULL), .gate = KP_GATE (gate) };

  sender_init (&swap.senders[0], GST_FLOW_OK);
  sender_init (&swap.senders[1], GST_FLOW_OK);
  swap.senders[0].on_caps = swap_senders;
  swap.senders[0].user_data = &swap;
  kp_gate_open (swap.gate);
  gst_harness_set_src_caps_str (swap.harness, VIDEO_CAPS);
  sender_link (&swap.senders[0], swap.gate);
  gst_harness_push (swap.harness, frame (0));

  fail_unless_equals_int (swap.senders[1].buffers, 1);
  fail_unless_equals_int (swap.senders[1].too_early, 0);
  gst_harness_teardown (swap.harness);
  sender_clear (&swap.senders[0]);
  sender_clear (&swap.senders[1]);
  gst_object_unref (gate);
}
GST_END_TEST;

#define FAST_CAPS " ! capsfilter caps=video/x-raw,format=I420,width=16,height=16,framerate=1000/1"

static const struct
{
  const gchar *source;
  gboolean live;
} sources[] = {
  { "videotestsrc" FAST_CAPS, FALSE },
  { "videotestsrc is-live=true" FAST_CAPS, TRUE },
  { "videotestsrc ! queue ! videoconvert" FAST_CAPS, FALSE },
  { "videotestsrc is-live=true ! queue ! videoconvert" FAST_CAPS, TRUE },
  { "videotestsrc ! identity sync=true" FAST_CAPS, TRUE },
  { "videotestsrc ! compositor", FALSE },
  { "videotestsrc is-live=true ! compositor", TRUE },
  { "videotestsrc ! vp8enc deadline=1 ! vp8dec", FALSE },
};

GST_START_TEST (source_is_told_live_by_its_latency)
{
  Pipe pipe;

  pipe_init (&pipe, sources[__i__].source);
  if (sources[__i__].live)
    {
      wait_for (g_atomic_int_get (&pipe.offered) > 5);
      fail_unless (kp_gate_get_waiting_time (pipe.gate) == GST_CLOCK_TIME_NONE);
    }
  else
    {
      wait_for (kp_gate_get_waiting_time (pipe.gate) == 0);
      fail_unless_equals_int (g_atomic_int_get (&pipe.offered), 1);
    }
  pipe_clear (&pipe);
}
GST_END_TEST;

static void
run_sender (Pipe *pipe, GstFlowReturn flow)
{
  Sender sender;

  sender_init (&sender, flow);
  sender_link (&sender, pipe->gate);
  kp_gate_open (pipe->gate);
  wait_for (g_atomic_int_get (&sender.buffers) > 0);
  kp_gate_close (pipe->gate);
  sender_unlink (&sender);
  sender_clear (&sender);

  fail_unless_equals_int (sender.too_early, 0);
  fail_unless_equals_int (sender.eos, 0);
}

GST_START_TEST (hundreds_of_senders_come_and_go)
{
  const gchar *source = __i__ ? "videotestsrc is-live=true" FAST_CAPS : "videotestsrc" FAST_CAPS;
  Pipe pipe;
  gint offered;

  pipe_init (&pipe, source);
  for (guint i = 0; i < 300; i++)
    run_sender (&pipe, i % 2 ? GST_FLOW_OK : flows[i / 2 % G_N_ELEMENTS (flows)]);

  kp_gate_open (pipe.gate);
  offered = g_atomic_int_get (&pipe.offered);
  wait_for (g_atomic_int_get (&pipe.offered) > offered + 5);
  pipe_clear (&pipe);
}
GST_END_TEST;

typedef struct
{
  gint count; /* atomic */
  gint early; /* atomic; shown before their time */
  GstClockTime opened; /* running time */
} Pace;

static void
handoff_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, Pace *pace)
{
  GstClockTime shown = gst_element_get_current_running_time (sink);

  if (shown + 5 * GST_MSECOND < pace->opened + GST_BUFFER_PTS (buffer))
    g_atomic_int_inc (&pace->early);
  g_atomic_int_inc (&pace->count);
}

GST_START_TEST (source_that_waited_goes_on_at_its_own_rate)
{
  Pipe pipe;
  Pace pace = { 0 };
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  pipe_init (&pipe,
             "videotestsrc ! capsfilter caps=video/x-raw,format=I420,width=16,height=16,framerate=50/1");
  wait_for (kp_gate_get_waiting_time (pipe.gate) == 0);
  wait_for (gst_element_get_current_running_time (pipe.pipeline) > 300 * GST_MSECOND);

  g_object_set (sink, "sync", TRUE, "async", FALSE, "signal-handoffs", TRUE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (handoff_cb), &pace);
  gst_bin_add (GST_BIN (pipe.pipeline), sink);
  gst_element_link (GST_ELEMENT (pipe.gate), sink);
  gst_element_sync_state_with_parent (sink);
  pace.opened = gst_element_get_current_running_time (pipe.pipeline);
  kp_gate_set_offset (pipe.gate, pace.opened - kp_gate_get_waiting_time (pipe.gate));
  kp_gate_open (pipe.gate);

  wait_for (g_atomic_int_get (&pace.count) > 25);
  fail_unless_equals_int (g_atomic_int_get (&pace.early), 0);
  pipe_clear (&pipe);
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
  tcase_add_loop_test (tcase, wait_ends_at_once, 0, G_N_ELEMENTS (end_waits));
  tcase_add_test (tcase, gap_waits_and_passes_like_data);
  tcase_add_loop_test (tcase, source_never_sees_what_downstream_says, 0, G_N_ELEMENTS (flows));
  tcase_add_test (tcase, eos_is_told_and_not_forwarded);
  tcase_add_loop_test (tcase, caps_are_answered_without_a_sender, 0, G_N_ELEMENTS (caps_table));
  tcase_add_test (tcase, allocation_is_asked_of_the_sender);
  tcase_add_test (tcase, only_what_concerns_the_source_goes_up);
  tcase_add_loop_test (tcase, offset_moves_what_is_not_live, 0, 2);
  tcase_add_test (tcase, sender_that_comes_amid_an_event_gets_them_all);
  tcase_add_loop_test (tcase, source_is_told_live_by_its_latency, 0, G_N_ELEMENTS (sources));
  tcase_add_loop_test (tcase, hundreds_of_senders_come_and_go, 0, 2);
  tcase_add_test (tcase, source_that_waited_goes_on_at_its_own_rate);
  return suite;
}

GST_CHECK_MAIN (kp_gate);
