/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-jitter-count.h"

/* A packet of sound is not longer: 120 ms is the most that Opus has, at 48 kHz. */
#define MAX_SAMPLES 5760

/* us; 0 when it is not known */
static gint64
find_arrival (const KpJitterCount *self, guint32 rtptime)
{
  for (guint i = 0; i < KP_JITTER_COUNT_SIZE; i++)
    {
      guint index = (self->newest + KP_JITTER_COUNT_SIZE - i) % KP_JITTER_COUNT_SIZE;

      if (self->arrivals[index].time == 0)
        return 0;
      if (self->arrivals[index].rtptime == rtptime)
        return self->arrivals[index].time;
    }

  return 0;
}

void
kp_jitter_count_arrive (KpJitterCount *self, guint32 rtptime, gint64 now)
{
  if (find_arrival (self, rtptime))
    return;

  self->newest = (self->newest + 1) % KP_JITTER_COUNT_SIZE;
  self->arrivals[self->newest].rtptime = rtptime;
  self->arrivals[self->newest].time = now;
}

/* A packet does not say how long it is, only how long after the one before it begins: what was lost in between does not
 * count, because the step before that was shorter. */
static guint32
take_samples (KpJitterCount *self, guint32 rtptime)
{
  guint32 former = self->step;
  guint32 step = rtptime - self->last_rtptime;

  if (!self->has_left || step == 0 || step > MAX_SAMPLES)
    step = former;
  self->has_left = TRUE;
  self->last_rtptime = rtptime;
  self->step = step;

  return former ? MIN (former, step) : step;
}

void
kp_jitter_count_leave (KpJitterCount *self, guint32 rtptime, gboolean marker, gint64 now)
{
  gint64 arrival = find_arrival (self, rtptime);
  guint32 samples = take_samples (self, rtptime);
  gdouble delay = (now - arrival) / (gdouble)G_USEC_PER_SEC;

  if (arrival == 0)
    return;

  self->sample_delay += samples * delay;
  self->samples += samples;
  if (marker)
    {
      self->picture_delay += delay;
      self->pictures++;
    }
}
