/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-congestion.h"

#include <math.h>

#include "kp-delay-limit.h"
#include "kp-loss-limit.h"
#include "kp-packet-log.h"
#include "kp-throughput.h"

/* Kurento's also lives so long. */
#define REMB_LIFETIME (10 * G_USEC_PER_SEC)

#define DEFAULT_ROUND_TRIP (200 * 1000) /* us */
#define MAX_ROUND_TRIP (2 * G_USEC_PER_SEC) /* us */

/* Less is chance, and later is too late. */
#define MIN_LOSS_PACKETS 50
#define MIN_LOSS_INTERVAL (500 * 1000) /* us */
#define MAX_LOSS_INTERVAL (2 * G_USEC_PER_SEC) /* us */

/* A clock that shows more is wrong; within it nothing overflows. */
#define MAX_TIME (G_MAXINT64 / 4)

/* What the estimate comes from. */
typedef enum
{
  SOURCE_NONE,
  SOURCE_LOSS,
  SOURCE_REMB,
  SOURCE_DELAY,
} Source;

struct _KpCongestion
{
  GstKurentoCongestionControl mode;
  guint min; /* bit/s */
  guint max; /* bit/s */
  guint start; /* bit/s */
  Source source;
  gint64 round_trip; /* us */
  gdouble remb; /* bit/s */
  gint64 remb_since; /* us; when the last one came */
  KpLossLimit loss;
  gint64 loss_since; /* us; when the loss of packets was last looked at */
  KpPacketLog log;
  KpDelayTrend trend;
  KpThroughput throughput;
  KpDelayLimit delay;
};

KpCongestion *
kp_congestion_new (GstKurentoCongestionControl mode, guint min, guint start, guint max)
{
  KpCongestion *self = g_new0 (KpCongestion, 1);

  self->mode = mode;
  self->round_trip = DEFAULT_ROUND_TRIP;
  kp_delay_trend_init (&self->trend);
  kp_congestion_set_range (self, min, max);
  kp_congestion_set_start (self, start);

  return self;
}

void
kp_congestion_free (KpCongestion *self)
{
  g_free (self);
}

static guint
bound (KpCongestion *self, gdouble bitrate)
{
  if (!(bitrate > self->min))
    return MIN (self->min, self->max);

  return MIN (bitrate, self->max);
}

static guint
get_estimate (KpCongestion *self)
{
  switch (self->source)
    {
    case SOURCE_LOSS:
      return bound (self, self->loss.bitrate);
    case SOURCE_REMB:
      return bound (self, MIN (self->remb, self->loss.bitrate));
    case SOURCE_DELAY:
      return bound (self, MIN (self->delay.bitrate, self->loss.bitrate));
    default:
      return bound (self, self->start);
    }
}

/* A range that grows does not make the estimate jump. */
void
kp_congestion_set_range (KpCongestion *self, guint min, guint max)
{
  if (self->source == SOURCE_LOSS)
    self->loss.bitrate = bound (self, self->loss.bitrate);
  self->delay.bitrate = bound (self, self->delay.bitrate);
  self->min = min;
  self->max = max;
}

void
kp_congestion_set_start (KpCongestion *self, guint start)
{
  self->start = start;
  self->source = SOURCE_NONE;
  kp_delay_limit_init (&self->delay, start);
}

static gboolean
is_mode (KpCongestion *self, GstKurentoCongestionControl mode)
{
  return self->mode == GST_KURENTO_CONGESTION_CONTROL_AUTO || self->mode == mode;
}

static void
add_loss (KpCongestion *self, gdouble fraction, gint64 now)
{
  kp_loss_limit_update (&self->loss, fraction, get_estimate (self), self->round_trip, now);
  self->loss.bitrate = MAX (self->loss.bitrate, self->min);
}

static void
add_delay (KpCongestion *self, gboolean has_grown, gint64 now)
{
  KpDelayInput input = {
    .state = has_grown ? KP_QUEUE_GROWS : self->trend.state,
    .queue = kp_delay_trend_get_queue (&self->trend),
    .throughput = kp_throughput_get (&self->throughput),
    .round_trip = self->round_trip,
  };

  kp_delay_limit_update (&self->delay, &input, self->max, now);
  self->delay.bitrate = MAX (self->delay.bitrate, self->min);
}

/* TRUE when it is news. */
static gboolean
take_packet (KpCongestion *self, const KpPacketReport *packet)
{
  gboolean is_lost = packet->received < 0;

  if (packet->sent < 0 || packet->sent > MAX_TIME || packet->received > MAX_TIME)
    return FALSE;
  if (!kp_packet_log_add (&self->log, packet->seqnum, is_lost))
    return FALSE;
  if (is_lost)
    return TRUE;

  kp_throughput_add (&self->throughput, packet->received, packet->size);
  kp_delay_trend_add (&self->trend, packet->sent, packet->received);

  return TRUE;
}

static void
follow_delay (KpCongestion *self, gint64 now)
{
  if (self->source == SOURCE_DELAY)
    return;

  kp_delay_limit_init (&self->delay, get_estimate (self));
  kp_loss_limit_init (&self->loss, INFINITY);
  self->source = SOURCE_DELAY;
}

static void
take_loss (KpCongestion *self, gint64 now)
{
  gint64 time = now - self->loss_since;
  gdouble loss;

  if (time < MIN_LOSS_INTERVAL || (self->log.n_reported < MIN_LOSS_PACKETS && time < MAX_LOSS_INTERVAL))
    return;

  /* what was lost when a queue was full has been answered with its delay */
  self->loss_since = now;
  loss = kp_packet_log_take_loss (&self->log);
  if (!self->delay.lowered || now - self->delay.lowered > time + self->round_trip)
    add_loss (self, loss, now);
}

void
kp_congestion_add_packets (KpCongestion *self, const KpPacketReport *packets, guint n, gint64 now)
{
  gboolean is_news = FALSE;
  gboolean has_grown = FALSE;

  if (!is_mode (self, GST_KURENTO_CONGESTION_CONTROL_GCC))
    return;

  if (self->log.n_reported == 0)
    self->loss_since = now;
  for (guint i = 0; i < n; i++)
    {
      is_news |= take_packet (self, &packets[i]);
      has_grown |= self->trend.state == KP_QUEUE_GROWS;
    }
  if (!is_news)
    return;

  follow_delay (self, now);
  add_delay (self, has_grown, now);
  take_loss (self, now);
}

static void
expire_remb (KpCongestion *self, gint64 now)
{
  guint estimate = get_estimate (self);

  if (self->source != SOURCE_REMB || now - self->remb_since < REMB_LIFETIME)
    return;

  if (self->mode == GST_KURENTO_CONGESTION_CONTROL_REMB)
    estimate = MIN (estimate, self->start);
  self->source = SOURCE_LOSS;
  kp_loss_limit_init (&self->loss, estimate);
}

void
kp_congestion_add_remb (KpCongestion *self, guint64 bitrate, gint64 now)
{
  if (!is_mode (self, GST_KURENTO_CONGESTION_CONTROL_REMB) || self->source == SOURCE_DELAY)
    return;

  if (self->source != SOURCE_REMB)
    kp_loss_limit_init (&self->loss, INFINITY);
  self->source = SOURCE_REMB;
  self->remb = bitrate;
  self->remb_since = now;
}

void
kp_congestion_add_loss (KpCongestion *self, gdouble fraction, gint64 now)
{
  if (self->mode != GST_KURENTO_CONGESTION_CONTROL_AUTO || self->source == SOURCE_DELAY || !(fraction >= 0))
    return;

  expire_remb (self, now);
  if (self->source == SOURCE_NONE)
    kp_loss_limit_init (&self->loss, get_estimate (self));
  if (self->source == SOURCE_NONE)
    self->source = SOURCE_LOSS;
  add_loss (self, fraction, now);
}

void
kp_congestion_set_round_trip (KpCongestion *self, gint64 round_trip)
{
  self->round_trip = CLAMP (round_trip, 0, MAX_ROUND_TRIP);
}

guint
kp_congestion_get_bitrate (KpCongestion *self, gint64 now)
{
  if (self->mode == GST_KURENTO_CONGESTION_CONTROL_DISABLED)
    return MIN (self->start, self->max);

  expire_remb (self, now);

  return bound (self, get_estimate (self) * kp_delay_limit_get_share (&self->delay, now));
}
