/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-delay-limit.h"

#include <math.h>

#define DECREASE 0.85 /* of what arrives */
#define MAX_DECREASE 0.5 /* at once: what arrives may be little because little was sent */
#define MIN_DECREASE_INTERVAL (300 * 1000) /* us */

#define START_INCREASE 1.2 /* in a second, until a queue has grown for the first time */
#define INCREASE 1.08 /* in a second, far from the capacity */
#define MAX_INTERVAL G_USEC_PER_SEC

/* Near the capacity it rises by a packet in each response time, of two round trips and what the estimator takes. */
#define PACKET (1200 * 8) /* bits */
#define MIN_STEP 4000 /* bit/s, in a second */
#define RESPONSE_TIME (100 * 1000) /* us */
#define NEAR_CAPACITY 0.8
#define BEYOND_CAPACITY 1.15 /* then it was another one */

/* How far beyond what arrives it may rise: of what was not tried nothing is known. */
#define MAX_AHEAD 1.5
#define MAX_AHEAD_STEP 10000 /* bit/s */

/* A long queue is drained: only this part is sent for as long as that takes. Others may fill it again, so the time is limited. */
#define DRAIN 0.5
#define MAX_DRAIN_TIME (3 * G_USEC_PER_SEC)
#define SHORT_QUEUE (50 * 1000) /* us */
#define LONG_QUEUE (100 * 1000) /* us; when it grows */
#define STANDING_QUEUE (250 * 1000) /* us; when it only stays, which a keyframe's does not */
#define DRAIN_PAUSE (5 * G_USEC_PER_SEC)

void
kp_delay_limit_init (KpDelayLimit *self, gdouble bitrate)
{
  *self = (KpDelayLimit){ .bitrate = bitrate };
}

static void
note_capacity (KpDelayLimit *self, gdouble throughput)
{
  gboolean is_same
      = throughput < self->capacity * BEYOND_CAPACITY && throughput * BEYOND_CAPACITY > self->capacity;

  self->capacity = is_same ? (self->capacity + throughput) / 2 : throughput;
}

static void
drain (KpDelayLimit *self, const KpDelayInput *input, gint64 now)
{
  self->drained = now + MIN (input->queue / (1 - DRAIN) + input->round_trip, MAX_DRAIN_TIME);
}

static void
lower (KpDelayLimit *self, const KpDelayInput *input, gint64 now)
{
  gdouble throughput = input->throughput < 0 ? self->bitrate : MIN (input->throughput, self->bitrate);

  if (self->lowered && now - self->lowered < MIN_DECREASE_INTERVAL + input->round_trip)
    return;

  if (input->throughput > 0)
    note_capacity (self, input->throughput);
  self->bitrate = MAX (throughput * DECREASE, self->bitrate * MAX_DECREASE);
  self->has_fallen = TRUE;
  self->lowered = now;
  if (input->queue > LONG_QUEUE)
    drain (self, input, now);
}

static gdouble
get_step (const KpDelayLimit *self, const KpDelayInput *input, gdouble seconds)
{
  gdouble response = 2.0 * (input->round_trip + RESPONSE_TIME) / G_USEC_PER_SEC;
  gdouble step = MAX (PACKET / response, MIN_STEP) * seconds;

  if (!self->has_fallen)
    return self->bitrate * (pow (START_INCREASE, seconds) - 1);
  if (self->bitrate < self->capacity * NEAR_CAPACITY || self->capacity == 0)
    return MAX (self->bitrate * (pow (INCREASE, seconds) - 1), step);

  return step;
}

static void
rise (KpDelayLimit *self, const KpDelayInput *input, gdouble max, gint64 interval)
{
  gdouble ahead = input->throughput * MAX_AHEAD + MAX_AHEAD_STEP;
  gdouble bitrate;

  /* it is not known whether it is used */
  if (input->throughput < 0)
    return;

  if (input->throughput > self->capacity * BEYOND_CAPACITY)
    self->capacity = 0;
  bitrate = self->bitrate + get_step (self, input, (gdouble)interval / G_USEC_PER_SEC);
  self->bitrate = MAX (self->bitrate, MIN (bitrate, MIN (ahead, max)));
}

void
kp_delay_limit_update (KpDelayLimit *self, const KpDelayInput *input, gdouble max, gint64 now)
{
  gint64 interval = self->updated ? CLAMP (now - self->updated, 0, MAX_INTERVAL) : 0;

  self->updated = now;
  if (input->queue < SHORT_QUEUE)
    self->drained = 0;

  if (input->state == KP_QUEUE_GROWS)
    lower (self, input, now);
  else if (input->queue > STANDING_QUEUE && now - self->drained > DRAIN_PAUSE)
    drain (self, input, now);
  else if (input->state == KP_QUEUE_STEADY && now >= self->drained)
    rise (self, input, max, interval);
}

gdouble
kp_delay_limit_get_share (const KpDelayLimit *self, gint64 now)
{
  return now < self->drained ? DRAIN : 1;
}
