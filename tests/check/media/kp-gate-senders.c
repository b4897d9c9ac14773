/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include "check-media.h"

#include <gst/check/gstharness.h>

/* In the place of a sender: a pad that counts what comes, and says what it is told to. */
static void
set_offset (KpGate *gate, GstClockTimeDiff offset)
{
  g_autoptr (KpPace) pace = kp_pace_new (offset);

  kp_gate_set_pace (gate, pace);
}

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
  end_pipeline (pipe.pipeline);
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
  end_pipeline (pipe.pipeline);
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

  if (shown + 5 * GST_MSECOND < GST_BUFFER_PTS (buffer) || GST_BUFFER_PTS (buffer) < pace->opened)
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
  set_offset (pipe.gate, pace.opened - kp_gate_get_waiting_time (pipe.gate));
  kp_gate_open (pipe.gate);

  wait_for (g_atomic_int_get (&pace.count) > 25);
  fail_unless_equals_int (g_atomic_int_get (&pace.early), 0);
  end_pipeline (pipe.pipeline);
}
GST_END_TEST;

static Suite *
kp_gate_senders_suite (void)
{
  Suite *suite = suite_create ("kp-gate-senders");
  TCase *tcase = tcase_create ("senders");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, source_never_sees_what_downstream_says, 0, G_N_ELEMENTS (flows));
  tcase_add_test (tcase, sender_that_comes_amid_an_event_gets_them_all);
  tcase_add_loop_test (tcase, source_is_told_live_by_its_latency, 0, G_N_ELEMENTS (sources));
  tcase_add_loop_test (tcase, hundreds_of_senders_come_and_go, 0, 2);
  tcase_add_test (tcase, source_that_waited_goes_on_at_its_own_rate);
  return suite;
}

GST_CHECK_MAIN (kp_gate_senders);
