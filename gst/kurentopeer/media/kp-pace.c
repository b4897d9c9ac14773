/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-pace.h"

/* ns; what belongs together stays so, if one part is not later than that */
#define PATIENCE (2 * GST_SECOND)

/* Of what began later. */
typedef struct
{
  guint64 key;
  GstClockTimeDiff offset; /* ns */
} Joined;

struct _KpPace
{
  GMutex lock; /* of what follows */
  GstClockTimeDiff offset; /* ns; of all that began together, or GST_CLOCK_STIME_NONE */
  GArray *joined; /* of Joined */
};

KpPace *
kp_pace_new (GstClockTimeDiff offset)
{
  KpPace *self = g_atomic_rc_box_new0 (KpPace);

  g_mutex_init (&self->lock);
  self->offset = offset;
  self->joined = g_array_new (FALSE, FALSE, sizeof (Joined));

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
  KpPace *self = data;

  g_array_unref (self->joined);
  g_mutex_clear (&self->lock);
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

static gboolean
is_due (GstClockTimeDiff offset, GstClockTime time, GstClockTime now, GstClockTime tolerance)
{
  return GST_CLOCK_STIME_IS_VALID (offset)
         && ABS (GST_CLOCK_DIFF (time, now) - offset) <= (GstClockTimeDiff)tolerance;
}

static Joined *
find_joined (KpPace *self, guint64 key)
{
  for (guint i = 0; i < self->joined->len; i++)
    {
      Joined *joined = &g_array_index (self->joined, Joined, i);

      if (joined->key == key)
        return joined;
    }

  return NULL;
}

static GstClockTimeDiff
join_locked (KpPace *self, guint64 key, GstClockTime time, GstClockTime now, GstClockTime tolerance)
{
  Joined *joined = find_joined (self, key);
  Joined own = { key, GST_CLOCK_DIFF (time, now) };

  if (joined && is_due (joined->offset, time, now, PATIENCE))
    return joined->offset;

  if (!GST_CLOCK_STIME_IS_VALID (self->offset))
    self->offset = own.offset;
  if (is_due (self->offset, time, now, tolerance))
    own.offset = self->offset;
  if (joined)
    *joined = own;
  else
    g_array_append_val (self->joined, own);

  return own.offset;
}

GstClockTimeDiff
kp_pace_join (KpPace *self, guint64 key, GstClockTime time, GstClockTime now, GstClockTime tolerance)
{
  GstClockTimeDiff offset;

  g_mutex_lock (&self->lock);
  offset = join_locked (self, key, time, now, tolerance);
  g_mutex_unlock (&self->lock);

  return offset;
}
