/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-pace.h"

struct _KpPace
{
  GMutex lock;
  GstClockTimeDiff offset; /* ns, or GST_CLOCK_STIME_NONE */
  guint32 seqnum; /* of the last flush */
};

KpPace *
kp_pace_new (GstClockTimeDiff offset)
{
  KpPace *self = g_atomic_rc_box_new0 (KpPace);

  g_mutex_init (&self->lock);
  self->offset = offset;
  self->seqnum = GST_SEQNUM_INVALID;

  return self;
}

KpPace *
kp_pace_ref (KpPace *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
pace_clear (gpointer data)
{
  g_mutex_clear (&((KpPace *)data)->lock);
}

void
kp_pace_unref (KpPace *self)
{
  g_atomic_rc_box_release_full (self, pace_clear);
}

GstClockTime
kp_pace_get_time (const GstSegment *segment, GstClockTime timestamp)
{
  GstClockTime time;

  if (segment->format != GST_FORMAT_TIME)
    return GST_CLOCK_TIME_NONE;

  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, timestamp);
  return GST_CLOCK_TIME_IS_VALID (time) ? time : segment->base;
}

GstClockTimeDiff
kp_pace_get_offset (KpPace *self, GstClockTime time, GstClockTime now)
{
  GstClockTimeDiff offset;

  g_mutex_lock (&self->lock);
  if (!GST_CLOCK_STIME_IS_VALID (self->offset) && GST_CLOCK_TIME_IS_VALID (time)
      && GST_CLOCK_TIME_IS_VALID (now))
    self->offset = GST_CLOCK_DIFF (time, now);
  offset = GST_CLOCK_STIME_IS_VALID (self->offset) ? self->offset : 0;
  g_mutex_unlock (&self->lock);

  return offset;
}

void
kp_pace_restart (KpPace *self, guint32 seqnum)
{
  g_mutex_lock (&self->lock);
  if (self->seqnum != seqnum)
    self->offset = GST_CLOCK_STIME_NONE;
  self->seqnum = seqnum;
  g_mutex_unlock (&self->lock);
}
