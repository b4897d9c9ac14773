/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-loss-limit.h"

#include <math.h>

#define HIGH_LOSS 0.1
#define LOW_LOSS 0.02
#define INCREASE 1.08 /* in a second */
#define INCREASE_STEP 1000 /* bit/s, in a second: lets also very low rates rise */

/* Receiver reports may come every 5 s; the time of longer silence is not made up for. */
#define MAX_INTERVAL (6 * G_USEC_PER_SEC)
#define FIRST_INTERVAL G_USEC_PER_SEC

#define MIN_LOWER_INTERVAL (300 * 1000)

void
kp_loss_limit_init (KpLossLimit *self, gdouble bitrate)
{
  *self = (KpLossLimit){ .bitrate = bitrate };
}

static void
lower (KpLossLimit *self, gdouble fraction, gdouble current, gint64 round_trip, gint64 now)
{
  if (self->lowered && now - self->lowered < MIN_LOWER_INTERVAL + round_trip)
    return;

  self->bitrate = MIN (self->bitrate, current * (1 - 0.5 * fraction));
  self->lowered = now;
}

static void
rise (KpLossLimit *self, gint64 interval)
{
  gdouble seconds = (gdouble)interval / G_USEC_PER_SEC;

  self->bitrate = self->bitrate * pow (INCREASE, seconds) + INCREASE_STEP * seconds;
}

void
kp_loss_limit_update (KpLossLimit *self, gdouble fraction, gdouble current, gint64 round_trip, gint64 now)
{
  gint64 interval = self->updated ? CLAMP (now - self->updated, 0, MAX_INTERVAL) : FIRST_INTERVAL;

  if (fraction > HIGH_LOSS)
    lower (self, MIN (fraction, 1), current, round_trip, now);
  else if (fraction < LOW_LOSS)
    rise (self, interval);
  else
    self->bitrate = MIN (self->bitrate, MAX (current, 0));

  self->updated = now;
}
