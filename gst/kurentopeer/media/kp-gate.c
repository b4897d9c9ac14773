/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include "kp-element.h"
#include "kp-gate-caps.h"
#include "kp-media-debug.h"
#include "kp-still.h"

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
  KpMediaKind kind;
  KpStill still; /* of a live source, while closed */
  GstCaps *caps; /* owned; what we take, what senders like best first */

  gint changes; /* atomic; counts senders linked and paces set */
  gint eos; /* atomic, gboolean */

  /* streaming thread */
  gint seen_changes;
  GstSegment segment;
  Liveness liveness;
  GstFlowReturn last_flow;

  /* OBJECT_LOCK */
  GCond cond; /* open or flushing changed */
  gboolean open;
  gboolean flushing;
  GstClockTime waiting_time; /* ns, running time */
  KpPace *pace; /* owned; or NULL */
  KpGateEosFunc eos_func;
  gpointer eos_data;
};

G_DEFINE_FINAL_TYPE (KpGate, kp_gate, GST_TYPE_ELEMENT)

static void
set_flushing (KpGate *self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  GST_OBJECT_UNLOCK (self);
}

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

static gboolean
is_open (KpGate *self)
{
  gboolean open;

  GST_OBJECT_LOCK (self);
  open = self->open && !self->flushing;
  GST_OBJECT_UNLOCK (self);

  return open;
}

/* TRUE when data may go on; FALSE when it is to be dropped, be it that the wait ended by a flush or at teardown. */
static gboolean
pass (KpGate *self, GstClockTime timestamp)
{
  gboolean open;

  if (is_open (self))
    return TRUE;
  if (is_live (self))
    return FALSE;

  GST_OBJECT_LOCK (self);
  self->waiting_time = kp_pace_get_time (&self->segment, timestamp);
  while (!self->open && !self->flushing)
    g_cond_wait (&self->cond, GST_OBJECT_GET_LOCK (self));
  self->waiting_time = GST_CLOCK_TIME_NONE;
  open = self->open && !self->flushing;
  GST_OBJECT_UNLOCK (self);

  return open;
}

/* A live source did not wait: the same offset that puts another one right would delay it. */
static GstClockTimeDiff
get_offset (KpGate *self, GstClockTime timestamp)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));
  GstClockTime time = kp_pace_get_time (&self->segment, timestamp);
  GstClockTimeDiff offset = 0;

  if (is_live (self))
    return 0;

  GST_OBJECT_LOCK (self);
  if (self->pace)
    offset = kp_pace_get_offset (self->pace, time, now);
  GST_OBJECT_UNLOCK (self);

  return offset;
}

/* After a flushing seek running time starts again at 0. */
static void
restart_pace (KpGate *self, guint32 seqnum)
{
  GST_OBJECT_LOCK (self);
  if (self->pace)
    kp_pace_restart (self->pace, seqnum);
  GST_OBJECT_UNLOCK (self);
  g_atomic_int_inc (&self->changes);
}

static gboolean
has_changed (KpGate *self)
{
  return self->seen_changes != g_atomic_int_get (&self->changes);
}

/* GStreamer sends stream-start, caps and segment again after a change of the peer or of the offset, but not the one
 * that was on its way just then: it takes it for received. So they are sent as new ones, before the data. */
static void
apply_changes (KpGate *self, GstClockTime timestamp)
{
  while (has_changed (self))
    {
      g_autoptr (GPtrArray) events = NULL;

      self->seen_changes = g_atomic_int_get (&self->changes);
      gst_pad_set_offset (self->srcpad, get_offset (self, timestamp));
      events = kp_element_copy_sticky_events (self->srcpad);
      for (guint i = 0; i < events->len && !has_changed (self); i++)
        gst_pad_push_event (self->srcpad, gst_event_ref (g_ptr_array_index (events, i)));
    }
}

/* With the stream lock of the sink pad. Takes @buffer. */
static void
push (KpGate *self, GstBuffer *buffer)
{
  GstFlowReturn flow;

  apply_changes (self, GST_BUFFER_DTS_OR_PTS (buffer));
  GST_PAD_STREAM_LOCK (self->srcpad);
  flow = gst_pad_push (self->srcpad, buffer);
  GST_PAD_STREAM_UNLOCK (self->srcpad);
  if (flow != self->last_flow)
    GST_INFO_OBJECT (self, "downstream says %s", gst_flow_get_name (flow));
  self->last_flow = flow;
}

/* Not in the thread of who opens or primes, which must not wait for an encoder. Behind a closed gate the sender may hold the
 * picture for long: the source goes on meanwhile, but nothing overtakes. */
static gpointer
still_thread (gpointer data)
{
  g_autoptr (KpGate) self = data;
  GstBuffer *buffer;

  GST_PAD_STREAM_LOCK (self->sinkpad);
  apply_changes (self, GST_CLOCK_TIME_NONE);
  GST_PAD_STREAM_LOCK (self->srcpad);
  buffer = kp_still_steal (&self->still);
  GST_PAD_STREAM_UNLOCK (self->sinkpad);
  if (buffer)
    gst_pad_push (self->srcpad, buffer);
  GST_PAD_STREAM_UNLOCK (self->srcpad);

  return NULL;
}

static void
push_still (KpGate *self)
{
  if (kp_still_has_picture (&self->still))
    g_thread_unref (g_thread_new ("kp:still", still_thread, g_object_ref (self)));
}

static void
keep (KpGate *self, GstBuffer *buffer)
{
  if (self->kind == KP_MEDIA_VIDEO && self->liveness == LIVENESS_LIVE)
    kp_still_keep (&self->still, buffer);
  else
    gst_buffer_unref (buffer);
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  KpGate *self = KP_GATE (parent);

  if (!pass (self, GST_BUFFER_DTS_OR_PTS (buffer)))
    keep (self, buffer);
  else
    {
      kp_still_keep (&self->still, NULL);
      push (self, buffer);
    }

  return GST_FLOW_OK;
}

static gboolean
pass_gap (KpGate *self, GstEvent *event)
{
  GstClockTime timestamp;
  gboolean passes;

  gst_event_parse_gap (event, &timestamp, NULL);
  passes = pass (self, timestamp);
  if (passes)
    apply_changes (self, timestamp);
  return passes;
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
      g_atomic_int_set (&self->eos, FALSE);
      kp_still_keep (&self->still, NULL);
      restart_pace (self, gst_event_get_seqnum (event));
      set_flushing (self, FALSE);
      break;
    case GST_EVENT_STREAM_START:
      g_atomic_int_set (&self->eos, FALSE);
      self->liveness = LIVENESS_UNKNOWN;
      break;
    case GST_EVENT_CAPS:
      kp_still_keep (&self->still, NULL); /* it has the former format */
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
  set_flushing (self, !active);
  kp_still_keep (&self->still, NULL);
  return TRUE;
}

static void
kp_gate_finalize (GObject *object)
{
  KpGate *self = KP_GATE (object);

  kp_still_clear (&self->still);
  gst_clear_caps (&self->caps);
  g_clear_pointer (&self->pace, kp_pace_unref);
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
  kp_still_init (&self->still);
  self->waiting_time = GST_CLOCK_TIME_NONE;
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

void
kp_gate_open (KpGate *self)
{
  GST_DEBUG_OBJECT (self, "open");
  GST_OBJECT_LOCK (self);
  self->open = TRUE;
  g_cond_broadcast (&self->cond);
  GST_OBJECT_UNLOCK (self);

  push_still (self);
}

void
kp_gate_prime (KpGate *self)
{
  push_still (self);
}

void
kp_gate_close (KpGate *self)
{
  GST_DEBUG_OBJECT (self, "closed");
  GST_OBJECT_LOCK (self);
  self->open = FALSE;
  GST_OBJECT_UNLOCK (self);
}

gboolean
kp_gate_is_eos (KpGate *self)
{
  return g_atomic_int_get (&self->eos);
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
kp_gate_set_pace (KpGate *self, KpPace *pace)
{
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->pace, kp_pace_unref);
  self->pace = kp_pace_ref (pace);
  GST_OBJECT_UNLOCK (self);

  g_atomic_int_inc (&self->changes);
}
