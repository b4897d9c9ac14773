/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sources one after the other send is one stream for the senders: its timestamps are running times, which go on. */
#include "kp-gate-private.h"

#include "kp-media-debug.h"

/* ns; what a source that takes the place of another one may be late or early, and one that is there from the beginning */
#define TOLERANCE (200 * GST_MSECOND)
#define BEGINNING (2 * GST_SECOND)

/* ns; a live source that is later than that, beside its latency, has not the time of the pipeline */
#define LIVE_TOLERANCE GST_SECOND

/* What belongs together has one number: streams that of their group, flushes that of their seek. */
#define KEY_OF_FLUSH (G_GUINT64_CONSTANT (1) << 32)

static void
begin (KpGate *self, guint64 key, GstClockTime tolerance)
{
  self->begins = TRUE;
  self->begin_key = key;
  self->begin_tolerance = tolerance;
  g_atomic_int_inc (&self->changes);
}

void
kp_gate_time_begin_stream (KpGate *self, GstEvent *stream_start)
{
  guint group_id;

  if (!gst_event_parse_group_id (stream_start, &group_id))
    group_id = gst_util_group_id_next ();
  self->follows = GST_CLOCK_TIME_IS_VALID (self->last);
  begin (self, group_id, self->follows ? TOLERANCE : BEGINNING);
  if (!self->follows)
    return;

  g_atomic_int_set (&self->forces_keyframe, TRUE);
  if (g_atomic_int_get (&self->is_coded))
    kp_gate_keyframes_begin (self);
}

void
kp_gate_time_end_flush (KpGate *self, GstEvent *flush_stop)
{
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  self->last = GST_CLOCK_TIME_NONE;
  self->follows = FALSE;
  begin (self, KEY_OF_FLUSH | gst_event_get_seqnum (flush_stop), 0);
}

void
kp_gate_time_reset (KpGate *self)
{
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  self->last = GST_CLOCK_TIME_NONE;
  self->follows = FALSE;
  self->begins = FALSE;
  self->own_offset = GST_CLOCK_STIME_NONE;
  self->offset = 0;
  self->shift = 0;
}

/* NULL, or new: all begins together. Owned. */
static KpPace *
dup_pace (KpGate *self)
{
  KpPace *pace = NULL;

  GST_OBJECT_LOCK (self);
  if (self->pace)
    pace = kp_pace_ref (self->pace);
  if (self->pace_is_new)
    {
      self->begins = FALSE;
      self->own_offset = GST_CLOCK_STIME_NONE;
    }
  self->pace_is_new = FALSE;
  GST_OBJECT_UNLOCK (self);

  return pace;
}

/* A live source did not wait, and keeps its time, if that can be the time of the pipeline. */
static GstClockTimeDiff
join (KpGate *self, KpPace *pace, GstClockTime time, GstClockTime now)
{
  if (!kp_gate_flow_is_live (self))
    return kp_pace_join (pace, self->begin_key, time, now, self->begin_tolerance);

  return time + self->latency + LIVE_TOLERANCE < now ? GST_CLOCK_DIFF (time, now) : GST_CLOCK_STIME_NONE;
}

static GstClockTimeDiff
get_offset (KpGate *self, GstClockTime timestamp)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));
  GstClockTime time = kp_pace_get_time (&self->segment, timestamp);
  g_autoptr (KpPace) pace = dup_pace (self);

  if (pace == NULL)
    return 0;

  if (self->begins && GST_CLOCK_TIME_IS_VALID (time) && GST_CLOCK_TIME_IS_VALID (now))
    {
      self->begins = FALSE;
      self->own_offset = join (self, pace, time, now);
    }
  if (GST_CLOCK_STIME_IS_VALID (self->own_offset))
    return self->own_offset;

  return kp_gate_flow_is_live (self) ? 0 : kp_pace_get_offset (pace, time, now);
}

static gboolean
can_shift (KpGate *self)
{
  return self->segment.format == GST_FORMAT_TIME && self->segment.rate == 1.0;
}

static void
find_shift (KpGate *self)
{
  const GstSegment *segment = &self->segment;

  self->shift = can_shift (self)
                    ? (GstClockTimeDiff)(segment->base - segment->start - segment->offset) + self->offset
                    : 0;
}

void
kp_gate_time_set_segment (KpGate *self, GstEvent *event)
{
  gst_event_copy_segment (event, &self->segment);
  find_shift (self);
}

void
kp_gate_time_find_offset (KpGate *self, GstClockTime timestamp)
{
  self->offset = get_offset (self, timestamp);
  find_shift (self);
}

GstEvent *
kp_gate_time_make_segment (KpGate *self)
{
  GstSegment segment = self->segment;

  if (can_shift (self))
    gst_segment_init (&segment, GST_FORMAT_TIME);
  else if (segment.format == GST_FORMAT_TIME)
    gst_segment_offset_running_time (&segment, GST_FORMAT_TIME, self->offset);

  return gst_event_new_segment (&segment);
}

/* FALSE: before the beginning of time. */
static gboolean
shift_time (KpGate *self, GstClockTime *time)
{
  GstClockTimeDiff shifted;

  if (!GST_CLOCK_TIME_IS_VALID (*time))
    return TRUE;

  shifted = (GstClockTimeDiff)*time + self->shift;
  *time = shifted >= 0 ? (GstClockTime)shifted : GST_CLOCK_TIME_NONE;

  return shifted >= 0;
}

GstBuffer *
kp_gate_time_shift (KpGate *self, GstBuffer *buffer)
{
  if (self->shift == 0)
    return buffer;

  buffer = gst_buffer_make_writable (buffer);
  shift_time (self, &GST_BUFFER_DTS (buffer));
  if (shift_time (self, &GST_BUFFER_PTS (buffer)))
    return buffer;

  gst_buffer_unref (buffer);

  return NULL;
}

GstEvent *
kp_gate_time_shift_gap (KpGate *self, GstEvent *gap)
{
  GstClockTime time, duration;
  gboolean valid;

  gst_event_parse_gap (gap, &time, &duration);
  valid = shift_time (self, &time);
  gst_event_unref (gap);

  return valid ? gst_event_new_gap (time, duration) : NULL;
}

/* The first moments of a source may lie before the last ones of the former. */
gboolean
kp_gate_time_check_order (KpGate *self, GstBuffer *buffer)
{
  GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);

  if (!can_shift (self) || !GST_CLOCK_TIME_IS_VALID (time))
    return TRUE;
  if (self->follows && time <= self->last)
    {
      if (g_atomic_int_get (&self->is_coded))
        kp_gate_keyframes_begin (self);
      return FALSE;
    }

  self->follows = FALSE;
  self->last = time;
  if (self->kind == KP_MEDIA_AUDIO && GST_BUFFER_DURATION_IS_VALID (buffer))
    self->last += GST_BUFFER_DURATION (buffer) - 1;

  return TRUE;
}
