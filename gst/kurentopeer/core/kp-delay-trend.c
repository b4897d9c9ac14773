/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-delay-trend.h"

#include <math.h>

/* us. Packets that were sent so close belong together. */
#define BURST 5000

/* us. What arrives so much sooner or later than it was sent, compared to what came before, or so long after it, does not compare. */
#define MAX_JUMP (3 * G_USEC_PER_SEC)
#define MAX_GAP (2 * G_USEC_PER_SEC)

#define SMOOTHING_TIME 100.0 /* ms; after which a third of the past is left */

/* The line goes through the groups of this time, but not fewer: at few pictures a second it would be blind. */
#define WINDOW 600.0 /* ms */
#define MIN_SAMPLES 6

/* The slope counts more, the more groups there were. */
#define GAIN 4
#define MAX_GROUPS 60

/* ms */
#define START_THRESHOLD 12.5
#define MIN_THRESHOLD 6
#define MAX_THRESHOLD 600
#define MAX_EXCESS 15
#define MAX_THRESHOLD_TIME 100
#define GROWTH_TIME 10

/* By how much of the difference the threshold goes to the trend in one ms. Slower down than up: beside TCP, which fills a queue and empties it
 * again, nothing would be left otherwise. */
#define THRESHOLD_UP 0.01
#define THRESHOLD_DOWN 0.0005

#define LEAST_PERIOD (10 * G_USEC_PER_SEC) /* us */

void
kp_delay_trend_init (KpDelayTrend *self)
{
  *self = (KpDelayTrend){ .threshold = START_THRESHOLD };
}

/* What was learned about the link stays; what was measured does not compare with what comes. */
static void
start_anew (KpDelayTrend *self)
{
  gdouble threshold = self->threshold;

  kp_delay_trend_init (self);
  self->threshold = threshold;
}

/* How many of the last samples the line goes through. */
static guint
count_samples (const KpDelayTrend *self)
{
  guint last = self->n_groups - 1;
  guint n = 1;

  while (n < MIN (self->n_groups, KP_DELAY_TREND_SAMPLES)
         && (n < MIN_SAMPLES
             || self->times[last % KP_DELAY_TREND_SAMPLES] - self->times[(last - n) % KP_DELAY_TREND_SAMPLES]
                    < WINDOW))
    n++;

  return n;
}

static gdouble
fit_slope (const KpDelayTrend *self)
{
  guint n = count_samples (self);
  gdouble mean_time = 0;
  gdouble mean_delay = 0;
  gdouble above = 0;
  gdouble below = 0;

  for (guint i = self->n_groups - n; i < self->n_groups; i++)
    {
      mean_time += self->times[i % KP_DELAY_TREND_SAMPLES] / n;
      mean_delay += self->delays[i % KP_DELAY_TREND_SAMPLES] / n;
    }
  for (guint i = self->n_groups - n; i < self->n_groups; i++)
    {
      gdouble distance = self->times[i % KP_DELAY_TREND_SAMPLES] - mean_time;

      above += distance * (self->delays[i % KP_DELAY_TREND_SAMPLES] - mean_delay);
      below += distance * distance;
    }

  return below > 0 ? above / below : 0;
}

/* A sudden peak says nothing about what is usual on this link. */
static void
adapt_threshold (KpDelayTrend *self, gdouble trend, gdouble interval)
{
  gdouble size = fabs (trend);
  gdouble speed = size < self->threshold ? THRESHOLD_DOWN : THRESHOLD_UP;
  gdouble time = CLAMP (interval, 0, MAX_THRESHOLD_TIME);

  if (size > self->threshold + MAX_EXCESS)
    return;

  self->threshold += CLAMP (speed * time, 0, 1) * (size - self->threshold);
  self->threshold = CLAMP (self->threshold, MIN_THRESHOLD, MAX_THRESHOLD);
}

/* A queue grows when the trend is above the threshold in two groups, for a while, and neither it nor the delay itself falls: what a
 * single large picture leaves behind is gone after the next ones. @interval: ms. */
static void
judge (KpDelayTrend *self, gdouble trend, gdouble interval)
{
  gboolean is_above = trend > self->threshold;

  self->time_above = is_above ? self->time_above + interval : 0;
  self->n_above = is_above ? self->n_above + 1 : 0;
  if (!is_above)
    self->state = trend < -self->threshold ? KP_QUEUE_SHRINKS : KP_QUEUE_STEADY;
  else if (self->n_above > 1 && self->time_above > GROWTH_TIME && trend >= self->trend
           && self->group.delay >= self->last.delay)
    self->state = KP_QUEUE_GROWS;

  adapt_threshold (self, trend, interval);
  self->trend = trend;
}

static void
note_least_delay (KpDelayTrend *self)
{
  const KpPacketGroup *group = &self->group;
  gboolean is_first = self->n_groups == 0;

  if (is_first || group->received - self->period > LEAST_PERIOD)
    {
      self->least_before = is_first ? group->delay : self->least;
      self->least = group->delay;
      self->period = group->received;
    }
  self->least = MIN (self->least, group->delay);
}

/* The group is complete. */
static void
add_group (KpDelayTrend *self)
{
  const KpPacketGroup *group = &self->group;
  guint index = self->n_groups % KP_DELAY_TREND_SAMPLES;
  gdouble interval = (group->sent - self->last.sent) / 1000.0; /* ms */
  gdouble past = exp (-interval / SMOOTHING_TIME);
  gdouble delay;

  note_least_delay (self);
  if (self->n_groups == 0)
    {
      self->origin = group->received;
      self->origin_delay = group->delay;
      past = 0;
    }

  delay = (group->delay - self->origin_delay) / 1000.0;
  self->smoothed = past * self->smoothed + (1 - past) * delay;
  self->times[index] = (group->delay_sent + group->delay - self->origin) / 1000.0;
  self->delays[index] = self->smoothed;
  self->n_groups++;

  if (self->n_groups >= MIN_SAMPLES)
    judge (self, MIN (self->n_groups, MAX_GROUPS) * GAIN * fit_slope (self), interval);
  self->last = *group;
}

static gboolean
has_jumped (const KpDelayTrend *self, gint64 sent, gint64 delay)
{
  const KpPacketGroup *group = &self->group;

  return ABS (sent - group->sent) > MAX_GAP || ABS (delay - group->delay) > MAX_JUMP;
}

void
kp_delay_trend_add (KpDelayTrend *self, gint64 sent, gint64 received)
{
  KpPacketGroup *group = &self->group;
  gint64 delay = received - sent;

  if (group->is_open && has_jumped (self, sent, delay))
    start_anew (self);
  /* it was late */
  if (group->is_open && sent < group->sent)
    return;

  if (group->is_open && sent - group->sent > BURST)
    {
      add_group (self);
      group->is_open = FALSE;
    }
  if (!group->is_open)
    *group = (KpPacketGroup){ sent, received, delay, sent, TRUE };

  group->received = MAX (group->received, received);
  if (delay < group->delay)
    {
      group->delay = delay;
      group->delay_sent = sent;
    }
}

gint64
kp_delay_trend_get_queue (const KpDelayTrend *self)
{
  return self->n_groups ? self->last.delay - MIN (self->least, self->least_before) : 0;
}
