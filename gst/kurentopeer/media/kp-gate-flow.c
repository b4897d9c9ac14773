/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate-private.h"

#include "kp-element.h"
#include "kp-media-debug.h"

void
kp_gate_flow_set_flushing (KpGate *self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  self->flushing = flushing;
  if (self->wait)
    gst_clock_id_unschedule (self->wait);
  g_cond_broadcast (&self->cond);
  GST_OBJECT_UNLOCK (self);
}

/* Who does not answer counts as not live, as it does for GstBaseSink: what waits in error is only late, while what is
 * dropped in error is a whole file at the speed of the disk. */
gboolean
kp_gate_flow_is_live (KpGate *self)
{
  g_autoptr (GstQuery) query = NULL;
  gboolean live = FALSE;

  if (self->liveness != LIVENESS_UNKNOWN)
    return self->liveness == LIVENESS_LIVE;

  query = gst_query_new_latency ();
  if (!gst_pad_peer_query (self->sinkpad, query))
    return FALSE; /* asked again for the next buffer */

  gst_query_parse_latency (query, &live, &self->latency, NULL);
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
gboolean
kp_gate_flow_pass (KpGate *self, GstClockTime timestamp)
{
  gboolean open;

  if (is_open (self))
    return TRUE;
  if (kp_gate_flow_is_live (self))
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

static gboolean
has_changed (KpGate *self)
{
  return self->seen_changes != g_atomic_int_get (&self->changes);
}

static void
resend (KpGate *self, GstEvent *event)
{
  gst_pad_push_event (self->srcpad, GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT
                                        ? kp_gate_time_make_segment (self)
                                        : gst_event_ref (event));
}

/* GStreamer sends stream-start, caps and segment again after a change of the peer, but not the one
 * that was on its way just then: it takes it for received. So they are sent as new ones, before the data. */
void
kp_gate_flow_apply_changes (KpGate *self, GstClockTime timestamp)
{
  while (has_changed (self))
    {
      g_autoptr (GPtrArray) events = NULL;

      self->seen_changes = g_atomic_int_get (&self->changes);
      kp_gate_time_find_offset (self, timestamp);
      events = kp_element_copy_sticky_events (self->srcpad);
      for (guint i = 0; i < events->len && !has_changed (self); i++)
        resend (self, g_ptr_array_index (events, i));
    }
}

static KpView *
dup_view (KpGate *self)
{
  KpView *view;

  GST_OBJECT_LOCK (self);
  view = self->view ? g_object_ref (self->view) : NULL;
  GST_OBJECT_UNLOCK (self);

  return view;
}

/* @buffer is shifted. While the encoder holds a picture and the peer is on its way, no further one is kept: the pool of the
 * source, which never shrinks, would grow by it. */
static void
show (KpGate *self, GstBuffer *buffer)
{
  g_autoptr (KpView) view = dup_view (self);

  if (self->kind == KP_MEDIA_VIDEO && self->input.form == KP_INPUT_RAW
      && !kp_still_is_on_its_way (&self->still))
    kp_last_frame_keep (&self->last_frame, self->srcpad, buffer);
  if (view)
    kp_view_show (view, self->srcpad, buffer);
}

void
kp_gate_flow_show (KpGate *self, GstBuffer *buffer)
{
  g_autoptr (GstBuffer) shifted = kp_gate_time_shift (self, gst_buffer_ref (buffer));

  if (shifted)
    show (self, shifted);
}

void
kp_gate_flow_show_event (KpGate *self, GstEvent *event)
{
  g_autoptr (KpView) view = dup_view (self);

  if (view)
    kp_view_push_event (view, gst_event_ref (event));
}

/* With the stream lock of the sink pad. Takes @buffer. */
void
kp_gate_flow_push (KpGate *self, GstBuffer *buffer)
{
  GstFlowReturn flow;

  kp_gate_flow_apply_changes (self, GST_BUFFER_DTS_OR_PTS (buffer));
  buffer = kp_gate_time_shift (self, buffer);
  if (buffer == NULL || !kp_gate_time_check_order (self, buffer))
    {
      gst_clear_buffer (&buffer);
      return;
    }

  kp_gate_keyframes_force (self);
  show (self, buffer);
  GST_PAD_STREAM_LOCK (self->srcpad);
  flow = gst_pad_push (self->srcpad, buffer);
  GST_PAD_STREAM_UNLOCK (self->srcpad);
  if (flow != self->last_flow)
    GST_INFO_OBJECT (self, "downstream says %s", gst_flow_get_name (flow));
  self->last_flow = flow;
}

/* Downstream keeps a source that is not live at its rate, but gets nothing. */
static void
wait_for (KpGate *self, GstClockTime timestamp)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime time = kp_pace_get_time (&self->segment, timestamp);
  GstClockID wait = NULL;

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return;

  kp_gate_flow_apply_changes (self, timestamp);
  time += gst_element_get_base_time (GST_ELEMENT (self)) + self->offset;
  GST_OBJECT_LOCK (self);
  if (clock && !self->flushing)
    wait = self->wait = gst_clock_new_single_shot_id (clock, time);
  GST_OBJECT_UNLOCK (self);
  if (wait == NULL)
    return;

  gst_clock_id_wait (wait, NULL);
  GST_OBJECT_LOCK (self);
  self->wait = NULL;
  GST_OBJECT_UNLOCK (self);
  gst_clock_id_unref (wait);
}

void
kp_gate_flow_drop (KpGate *self, GstBuffer *buffer)
{
  if (is_open (self) && !kp_gate_flow_is_live (self))
    wait_for (self, GST_BUFFER_DTS_OR_PTS (buffer));
  gst_buffer_unref (buffer);
}

/* Not in the thread of who opens or primes, which must not wait for an encoder. Behind a closed gate the sender may hold the
 * picture for long: the source goes on meanwhile, but nothing overtakes. */
static gpointer
still_thread (gpointer data)
{
  g_autoptr (KpGate) self = data;
  GstBuffer *buffer;

  GST_PAD_STREAM_LOCK (self->sinkpad);
  kp_gate_flow_apply_changes (self, GST_CLOCK_TIME_NONE);
  GST_PAD_STREAM_LOCK (self->srcpad);
  buffer = kp_still_steal (&self->still);
  if (buffer)
    buffer = kp_gate_time_shift (self, buffer);
  GST_PAD_STREAM_UNLOCK (self->sinkpad);
  if (buffer)
    gst_pad_push (self->srcpad, buffer);
  kp_still_done (&self->still);
  GST_PAD_STREAM_UNLOCK (self->srcpad);

  return NULL;
}

static void
push_still (KpGate *self)
{
  if (kp_still_has_picture (&self->still) && kp_gate_parameters_is_active (self))
    g_thread_unref (g_thread_new ("kp:still", still_thread, g_object_ref (self)));
}

void
kp_gate_open (KpGate *self)
{
  GST_DEBUG_OBJECT (self, "open");
  kp_gate_keyframes_begin (self);
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

void
kp_gate_set_view (KpGate *self, KpView *view)
{
  g_autoptr (KpView) former = NULL;

  GST_OBJECT_LOCK (self);
  former = g_steal_pointer (&self->view);
  self->view = view ? g_object_ref (view) : NULL;
  GST_OBJECT_UNLOCK (self);
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
  self->pace_is_new = TRUE;
  GST_OBJECT_UNLOCK (self);

  g_atomic_int_inc (&self->changes);
}
