/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include "kp-media-debug.h"

typedef enum
{
  LIVENESS_UNKNOWN,
  LIVENESS_LIVE,
  LIVENESS_NOT_LIVE,
} Liveness;

struct _KpGate
{
  GstElement parent_instance;

  GstPad *sinkpad; /* owned by the element */
  GstPad *srcpad; /* owned by the element */
  GstCaps *caps; /* owned; what we take, what senders like best first */

  gint changes; /* atomic; counts senders linked and offsets set */

  /* streaming thread */
  gint seen_changes;
  GstSegment segment;
  Liveness liveness;
  GstFlowReturn last_flow;

  /* OBJECT_LOCK */
  GCond cond; /* open or flushing changed */
  gboolean open;
  gboolean flushing;
  gboolean eos;
  GstClockTime waiting_time; /* ns, running time */
  GstClockTimeDiff offset; /* ns */
  KpGateEosFunc eos_func;
  gpointer eos_data;
};

G_DEFINE_FINAL_TYPE (KpGate, kp_gate, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_templates[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO]
  = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw")),
  [KP_MEDIA_VIDEO]
  = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)")),
};

static GstStaticPadTemplate src_templates[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO]
  = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw")),
  [KP_MEDIA_VIDEO]
  = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw(ANY)")),
};

/* A source that may choose takes the first of these, and saves the senders a conversion. */
static const gchar *preferred_caps[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO] = "audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=[1,2]; audio/x-raw",
  [KP_MEDIA_VIDEO] = "video/x-raw, format=I420; video/x-raw, format=NV12; video/x-raw(ANY)",
};

static void
set_flushing (KpGate *self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  GST_OBJECT_UNLOCK (self);
}

static void
set_open (KpGate *self, gboolean open)
{
  GST_DEBUG_OBJECT (self, "%s", open ? "open" : "closed");
  GST_OBJECT_LOCK (self);
  self->open = open;
  g_cond_broadcast (&self->cond);
  GST_OBJECT_UNLOCK (self);
}

static void
clear_eos (KpGate *self)
{
  GST_OBJECT_LOCK (self);
  self->eos = FALSE;
  GST_OBJECT_UNLOCK (self);
}

static void
take_eos (KpGate *self)
{
  KpGateEosFunc func;
  gpointer data;

  GST_OBJECT_LOCK (self);
  self->eos = TRUE;
  func = self->eos_func;
  data = self->eos_data;
  GST_OBJECT_UNLOCK (self);

  if (func)
    func (self, data);
}

/* Who does not answer counts as not live, as it does for GstBaseSink: what waits in error is only late, while what is
 * dropped in error is a whole file at the speed of the disk. */
static gboolean
is_live (KpGate *self)
{
  g_autoptr (GstQuery) query = NULL;
  gboolean live = FALSE;

  if (self->liveness != LIVENESS_UNKNOWN)
    return self->liveness == LIVENESS_LIVE;

  query = gst_query_new_latency ();
  if (!gst_pad_peer_query (self->sinkpad, query))
    return FALSE; /* asked again for the next buffer */

  gst_query_parse_latency (query, &live, NULL, NULL);
  self->liveness = live ? LIVENESS_LIVE : LIVENESS_NOT_LIVE;
  GST_DEBUG_OBJECT (self, "the source is %s", live ? "live" : "not live");
  return live;
}

/* A buffer that has no time, or lies before the segment, belongs to the start of the segment. */
static GstClockTime
running_time (KpGate *self, GstClockTime timestamp)
{
  GstClockTime time;

  if (self->segment.format != GST_FORMAT_TIME)
    return GST_CLOCK_TIME_NONE;

  time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, timestamp);
  return GST_CLOCK_TIME_IS_VALID (time) ? time : self->segment.base;
}

/* TRUE when data may go on; FALSE when it is to be dropped, be it that the wait ended by a flush or at teardown. */
static gboolean
pass (KpGate *self, GstClockTime timestamp)
{
  gboolean open;

  GST_OBJECT_LOCK (self);
  open = self->open;
  GST_OBJECT_UNLOCK (self);

  if (open)
    return TRUE;
  if (is_live (self))
    return FALSE;

  GST_OBJECT_LOCK (self);
  self->waiting_time = running_time (self, timestamp);
  while (!self->open && !self->flushing)
    g_cond_wait (&self->cond, GST_OBJECT_GET_LOCK (self));
  self->waiting_time = GST_CLOCK_TIME_NONE;
  open = self->open && !self->flushing;
  GST_OBJECT_UNLOCK (self);

  return open;
}

/* A live source did not wait: the same offset that puts another one right would delay it. */
static GstClockTimeDiff
get_offset (KpGate *self)
{
  GstClockTimeDiff offset;

  if (is_live (self))
    return 0;

  GST_OBJECT_LOCK (self);
  offset = self->offset;
  GST_OBJECT_UNLOCK (self);

  return offset;
}

static gboolean
has_changed (KpGate *self)
{
  return self->seen_changes != g_atomic_int_get (&self->changes);
}

static gboolean
collect_event (GstPad *pad, GstEvent **event, gpointer user_data)
{
  g_ptr_array_add (user_data, gst_event_copy (*event));
  return TRUE;
}

/* GStreamer sends stream-start, caps and segment again after a change of the peer or of the offset, but not the one
 * that was on its way just then: it takes it for received. So they are sent as new ones, before the data. */
static void
apply_changes (KpGate *self)
{
  while (has_changed (self))
    {
      g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_event_unref);

      self->seen_changes = g_atomic_int_get (&self->changes);
      gst_pad_set_offset (self->srcpad, get_offset (self));
      gst_pad_sticky_events_foreach (self->srcpad, collect_event, events);
      for (guint i = 0; i < events->len && !has_changed (self); i++)
        gst_pad_push_event (self->srcpad, gst_event_ref (g_ptr_array_index (events, i)));
    }
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  KpGate *self = KP_GATE (parent);
  GstFlowReturn flow;

  if (!pass (self, GST_BUFFER_DTS_OR_PTS (buffer)))
    {
      gst_buffer_unref (buffer);
      return GST_FLOW_OK;
    }

  apply_changes (self);
  flow = gst_pad_push (self->srcpad, buffer);
  if (flow != self->last_flow)
    GST_INFO_OBJECT (self, "downstream says %s", gst_flow_get_name (flow));
  self->last_flow = flow;

  return GST_FLOW_OK;
}

static gboolean
pass_gap (KpGate *self, GstEvent *event)
{
  GstClockTime timestamp;

  gst_event_parse_gap (event, &timestamp, NULL);
  if (!pass (self, timestamp))
    return FALSE;

  apply_changes (self);
  return TRUE;
}

/* What becomes of an event downstream is the business of the present connection, not of the source. */
static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  KpGate *self = KP_GATE (parent);
  gboolean forward = TRUE;

  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_FLUSH_START:
      set_flushing (self, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
      clear_eos (self);
      set_flushing (self, FALSE);
      break;
    case GST_EVENT_STREAM_START:
      clear_eos (self);
      self->liveness = LIVENESS_UNKNOWN;
      break;
    case GST_EVENT_CAPS:
      self->liveness = LIVENESS_UNKNOWN;
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      break;
    case GST_EVENT_GAP:
      forward = pass_gap (self, event);
      break;
    case GST_EVENT_EOS:
      take_eos (self);
      forward = FALSE;
      break;
    default:
      break;
    }

  if (forward)
    gst_pad_push_event (self->srcpad, event);
  else
    gst_event_unref (event);
  return TRUE;
}

static void
answer_caps (KpGate *self, GstQuery *query)
{
  g_autoptr (GstCaps) caps = NULL;
  GstCaps *filter;

  gst_query_parse_caps (query, &filter);
  caps = filter ? gst_caps_intersect_full (filter, self->caps, GST_CAPS_INTERSECT_FIRST)
                : gst_caps_ref (self->caps);
  gst_query_set_caps_result (query, caps);
}

static void
answer_accept_caps (KpGate *self, GstQuery *query)
{
  GstCaps *caps;

  gst_query_parse_accept_caps (query, &caps);
  gst_query_set_accept_caps_result (query, gst_caps_is_subset (caps, self->caps));
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
      answer_caps (self, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      answer_accept_caps (self, query);
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
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  self->liveness = LIVENESS_UNKNOWN;
  self->last_flow = GST_FLOW_OK;
  clear_eos (self);
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
  set_flushing (self, !active);
  return TRUE;
}

static void
kp_gate_finalize (GObject *object)
{
  KpGate *self = KP_GATE (object);

  gst_clear_caps (&self->caps);
  g_cond_clear (&self->cond);

  G_OBJECT_CLASS (kp_gate_parent_class)->finalize (object);
}

static void
kp_gate_class_init (KpGateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_gate_finalize;

  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Gate", "Generic",
                                         "Keeps a source apart from the connections that come and go",
                                         "kurentopeer developers");
}

static void
kp_gate_init (KpGate *self)
{
  g_cond_init (&self->cond);
  self->waiting_time = GST_CLOCK_TIME_NONE;
  reset (self);
}

GstElement *
kp_gate_new (KpMediaKind kind)
{
  KpGate *self = g_object_new (KP_TYPE_GATE, NULL);

  self->caps = gst_caps_from_string (preferred_caps[kind]);

  self->sinkpad = gst_pad_new_from_static_template (&sink_templates[kind], "sink");
  gst_pad_set_chain_function (self->sinkpad, sink_chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_pad_set_query_function (self->sinkpad, sink_query);
  gst_pad_set_activatemode_function (self->sinkpad, sink_activate_mode);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_templates[kind], "src");
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

void
kp_gate_open (KpGate *self)
{
  set_open (self, TRUE);
}

void
kp_gate_close (KpGate *self)
{
  set_open (self, FALSE);
}

gboolean
kp_gate_is_eos (KpGate *self)
{
  gboolean eos;

  GST_OBJECT_LOCK (self);
  eos = self->eos;
  GST_OBJECT_UNLOCK (self);

  return eos;
}

GstClockTime
kp_gate_get_waiting_time (KpGate *self)
{
  GstClockTime time;

  GST_OBJECT_LOCK (self);
  time = self->waiting_time;
  GST_OBJECT_UNLOCK (self);

  return time;
}

void
kp_gate_set_offset (KpGate *self, GstClockTimeDiff offset)
{
  GST_OBJECT_LOCK (self);
  self->offset = offset;
  GST_OBJECT_UNLOCK (self);

  g_atomic_int_inc (&self->changes);
}
