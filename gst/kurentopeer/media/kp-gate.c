/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate-private.h"

#include "kp-gate-caps.h"
#include "kp-media-debug.h"

#include <gst/video/video.h>

G_DEFINE_FINAL_TYPE (KpGate, kp_gate, GST_TYPE_BIN)

static void
take_eos (KpGate *self)
{
  KpGateEosFunc func;
  gpointer data;

  g_atomic_int_set (&self->eos, TRUE);
  GST_OBJECT_LOCK (self);
  func = self->eos_func;
  data = self->eos_data;
  GST_OBJECT_UNLOCK (self);

  if (func)
    func (self, data);
}

static void
keep (KpGate *self, GstBuffer *buffer)
{
  if (self->liveness == LIVENESS_LIVE)
    kp_gate_flow_show (self, buffer);
  if (self->kind == KP_MEDIA_VIDEO && self->liveness == LIVENESS_LIVE && self->input.form == KP_INPUT_RAW
      && kp_gate_parameters_is_active (self))
    kp_still_keep (&self->still, buffer);
  else
    gst_buffer_unref (buffer);
}

GstFlowReturn
kp_gate_take_buffer (KpGate *self, GstBuffer *buffer)
{
  gboolean passes = kp_gate_flow_pass (self, GST_BUFFER_DTS_OR_PTS (buffer));

  buffer = kp_gate_enabled_filter (self, buffer);
  if (buffer == NULL)
    return GST_FLOW_OK;
  if (!passes)
    keep (self, buffer);
  else if (!kp_gate_parameters_is_active (self))
    {
      kp_gate_flow_show (self, buffer);
      kp_gate_flow_drop (self, buffer);
    }
  else if (!kp_gate_keyframes_check (self, buffer))
    kp_gate_flow_drop (self, buffer);
  else
    {
      kp_still_keep (&self->still, NULL);
      kp_gate_flow_push (self, buffer);
    }

  return GST_FLOW_OK;
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  KpGate *self = KP_GATE (parent);

  if (self->chain_src && !self->failed)
    return gst_pad_push (self->chain_src, buffer);
  if (!self->failed)
    return kp_gate_take_buffer (self, buffer);

  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* Encoded video has no use for it, and rtph264pay of 1.22 sends what follows the caps before the caps. Takes @event. */
static GstEvent *
take_gap (KpGate *self, GstEvent *event)
{
  GstClockTime timestamp;
  gboolean passes;

  gst_event_parse_gap (event, &timestamp, NULL);
  passes = kp_gate_flow_pass (self, timestamp);
  if (passes)
    kp_gate_flow_apply_changes (self, timestamp);
  if (passes && !g_atomic_int_get (&self->is_coded))
    return kp_gate_time_shift_gap (self, event);

  gst_event_unref (event);

  return NULL;
}

static void
begin_stream (KpGate *self, GstEvent *event)
{
  g_atomic_int_set (&self->eos, FALSE);
  self->liveness = LIVENESS_UNKNOWN;
  kp_gate_time_begin_stream (self, event);
}

static void
end_flush (KpGate *self, GstEvent *event)
{
  kp_gate_flow_show_event (self, event);
  g_atomic_int_set (&self->eos, FALSE);
  kp_still_keep (&self->still, NULL);
  kp_gate_time_end_flush (self, event);
  kp_gate_flow_set_flushing (self, FALSE);
}

/* What goes on in the place of @event, which is taken; or NULL. */
static GstEvent *
filter_event (KpGate *self, GstEvent *event)
{
  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_FLUSH_START:
      kp_gate_flow_set_flushing (self, TRUE);
      kp_gate_flow_show_event (self, event);
      return event;
    case GST_EVENT_FLUSH_STOP:
      end_flush (self, event);
      return event;
    case GST_EVENT_STREAM_START:
      begin_stream (self, event);
      return event;
    case GST_EVENT_CAPS:
      kp_still_keep (&self->still, NULL); /* it has the former format */
      self->liveness = LIVENESS_UNKNOWN;
      return event;
    case GST_EVENT_SEGMENT:
      kp_gate_time_set_segment (self, event);
      gst_event_unref (event);
      return kp_gate_time_make_segment (self);
    case GST_EVENT_GAP:
      return take_gap (self, event);
    case GST_EVENT_EOS:
      kp_gate_flow_show_event (self, event);
      take_eos (self);
      gst_event_unref (event);
      return NULL;
    default:
      return event;
    }
}

/* What becomes of an event downstream is the business of the present connection, not of the source. */
gboolean
kp_gate_take_event (KpGate *self, GstEvent *event)
{
  gboolean is_caps = GST_EVENT_TYPE (event) == GST_EVENT_CAPS;

  event = filter_event (self, event);
  if (event)
    gst_pad_push_event (self->srcpad, event);
  if (is_caps)
    kp_gate_check_parameters (self);

  return TRUE;
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  KpGate *self = KP_GATE (parent);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    kp_gate_keyframes_set_stream (self, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    {
      gst_event_parse_caps (event, &caps);
      self->failed = !kp_gate_input_set_caps (self, caps);
    }

  if (self->failed)
    {
      gst_event_unref (event);
      return TRUE;
    }
  if (self->chain_src == NULL)
    return kp_gate_take_event (self, event);

  gst_pad_push_event (self->chain_src, event);
  return TRUE;
}

/* Caps are answered here, connected or not, because the source negotiates once and outlives every sender: what a
 * sender that is going or cannot convert would refuse must not end the source with NOT_NEGOTIATED. */
static gboolean
sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  KpGate *self = KP_GATE (parent);

  switch (GST_QUERY_TYPE (query))
    {
    case GST_QUERY_CAPS:
      kp_gate_caps_answer (self->caps, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      kp_gate_caps_answer_accept (self->caps, query);
      return TRUE;
    case GST_QUERY_ALLOCATION:
      if (!gst_pad_query_default (pad, parent, query))
        return FALSE;
      kp_last_frame_reserve (query);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
    }
}

/* RECONFIGURE comes with every new sender and would renegotiate a source that other branches of the pipeline share.
 * QoS would make it skip frames because the encoder of one connection was late. */
static gboolean
src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  KpGate *self = KP_GATE (parent);

  if (g_atomic_int_get (&self->is_coded) && gst_video_event_is_force_key_unit (event))
    {
      gst_event_unref (event);
      kp_gate_keyframes_request (self);
      return TRUE;
    }

  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_RECONFIGURE:
    case GST_EVENT_QOS:
      gst_event_unref (event);
      return TRUE;
    default:
      return gst_pad_event_default (pad, parent, event);
    }
}

static void
reset (KpGate *self)
{
  self->liveness = LIVENESS_UNKNOWN;
  self->last_flow = GST_FLOW_OK;
  kp_gate_time_reset (self);
  g_atomic_int_set (&self->eos, FALSE);
}

static void
linked_cb (GstPad *pad, GstPad *peer, KpGate *self)
{
  g_atomic_int_inc (&self->changes);
}

/* Comes before the pad takes its stream lock, which the buffer that waits holds. */
static gboolean
sink_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  KpGate *self = KP_GATE (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;

  if (active)
    reset (self);
  kp_gate_flow_set_flushing (self, !active);
  kp_still_keep (&self->still, NULL);
  kp_last_frame_forget (&self->last_frame);
  return TRUE;
}

/* A bin ends its children first: what waits here holds their pads. */
static GstStateChangeReturn
kp_gate_change_state (GstElement *element, GstStateChange transition)
{
  KpGate *self = KP_GATE (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    kp_gate_flow_set_flushing (self, TRUE);
  result = GST_ELEMENT_CLASS (kp_gate_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    {
      kp_gate_input_clear (self);
      kp_gate_keyframes_clear (self);
    }

  return result;
}

static void
kp_gate_finalize (GObject *object)
{
  KpGate *self = KP_GATE (object);

  g_clear_object (&self->chain_src);
  g_clear_object (&self->chain_sink);
  g_clear_pointer (&self->keyframe_source, kp_keyframe_source_unref);
  kp_still_clear (&self->still);
  kp_last_frame_clear (&self->last_frame);
  kp_blank_clear (&self->blank);
  g_free (self->msid);
  gst_clear_caps (&self->caps);
  g_clear_pointer (&self->pace, kp_pace_unref);
  g_clear_object (&self->view);
  g_cond_clear (&self->cond);

  G_OBJECT_CLASS (kp_gate_parent_class)->finalize (object);
}

static void
kp_gate_class_init (KpGateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_gate_finalize;
  GST_ELEMENT_CLASS (klass)->change_state = kp_gate_change_state;

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Gate", "Generic",
                                         "Keeps a source apart from the connections that come and go",
                                         "kurentopeer developers");
}

static void
kp_gate_init (KpGate *self)
{
  g_cond_init (&self->cond);
  kp_still_init (&self->still);
  kp_last_frame_init (&self->last_frame);
  self->waiting_time = GST_CLOCK_TIME_NONE;
  self->enabled = TRUE;
  kp_parameters_init (&self->parameters);
  reset (self);
}

GstElement *
kp_gate_new (KpMediaKind kind)
{
  KpGate *self = g_object_new (KP_TYPE_GATE, NULL);

  self->kind = kind;
  self->caps = kp_gate_caps_new (kind);

  self->sinkpad = kp_gate_caps_make_pad (kind, GST_PAD_SINK);
  gst_pad_set_chain_function (self->sinkpad, sink_chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_pad_set_query_function (self->sinkpad, sink_query);
  gst_pad_set_activatemode_function (self->sinkpad, sink_activate_mode);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = kp_gate_caps_make_pad (kind, GST_PAD_SRC);
  gst_pad_set_event_function (self->srcpad, src_event);
  g_signal_connect (self->srcpad, "linked", G_CALLBACK (linked_cb), self);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);

  return GST_ELEMENT (self);
}

void
kp_gate_set_eos_func (KpGate *self, KpGateEosFunc func, gpointer user_data)
{
  GST_OBJECT_LOCK (self);
  self->eos_func = func;
  self->eos_data = user_data;
  GST_OBJECT_UNLOCK (self);
}

GstSample *
kp_gate_dup_frame (KpGate *self)
{
  return kp_last_frame_dup (&self->last_frame);
}

gboolean
kp_gate_is_eos (KpGate *self)
{
  return g_atomic_int_get (&self->eos);
}
