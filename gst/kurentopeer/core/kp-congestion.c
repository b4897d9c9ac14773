/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-congestion.h"

#include <math.h>

#include "kp-loss-limit.h"

/* Kurento's also lives so long. */
#define REMB_LIFETIME (10 * G_USEC_PER_SEC)

#define DEFAULT_ROUND_TRIP (200 * 1000) /* us */
#define MAX_ROUND_TRIP (2 * G_USEC_PER_SEC) /* us */

/* What the estimate comes from. */
typedef enum
{
  SOURCE_NONE,
  SOURCE_LOSS,
  SOURCE_REMB,
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
};

KpCongestion *
kp_congestion_new (GstKurentoCongestionControl mode, guint min, guint start, guint max)
{
  KpCongestion *self = g_new0 (KpCongestion, 1);

  self->mode = mode;
  self->round_trip = DEFAULT_ROUND_TRIP;
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
    default:
      return bound (self, self->start);
    }
}

/* A range that grows does not make the estimate jump. */
void
kp_congestion_set_range (KpCongestion *self, guint min, guint max)
{
  if (self->source == SOURCE_LOSS)
    self->loss.bitrate = get_estimate (self);
  self->min = min;
  self->max = max;
}

void
kp_congestion_set_start (KpCongestion *self, guint start)
{
  self->start = start;
  self->source = SOURCE_NONE;
}

void
kp_congestion_add_packets (KpCongestion *self, const KpPacketReport *packets, guint n, gint64 now)
{
}

static void
expire_remb (KpCongestion *self, gint64 now)
{
  gboolean is_auto = self->mode == GST_KURENTO_CONGESTION_CONTROL_AUTO;
  guint estimate = get_estimate (self);

  if (self->source != SOURCE_REMB || now - self->remb_since < REMB_LIFETIME)
    return;

  self->source = SOURCE_LOSS;
  kp_loss_limit_init (&self->loss, is_auto ? estimate : MIN (estimate, self->start));
}

void
kp_congestion_add_remb (KpCongestion *self, guint64 bitrate, gint64 now)
{
  if (self->mode != GST_KURENTO_CONGESTION_CONTROL_AUTO && self->mode != GST_KURENTO_CONGESTION_CONTROL_REMB)
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
  if (self->mode != GST_KURENTO_CONGESTION_CONTROL_AUTO || !(fraction >= 0))
    return;

  expire_remb (self, now);
  if (self->source == SOURCE_NONE)
    {
      kp_loss_limit_init (&self->loss, get_estimate (self));
      self->source = SOURCE_LOSS;
    }
  kp_loss_limit_update (&self->loss, fraction, get_estimate (self), self->round_trip, now);
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

  return get_estimate (self);
}
