/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define KP_DELAY_TREND_SAMPLES 20

typedef enum
{
  KP_QUEUE_STEADY,
  KP_QUEUE_GROWS,
  KP_QUEUE_SHRINKS,
} KpQueueState;

/* Packets that were sent in one burst. The least of their delays counts: a large picture waits for itself, and a link may hold some
 * packets back, which is no queue. */
typedef struct
{
  gint64 sent; /* us; the first one */
  gint64 received; /* us; the last one */
  gint64 delay; /* us; the least */
  gint64 delay_sent; /* us; of the one with this delay */
  gboolean is_open; /* it has packets */
} KpPacketGroup;

/* Whether packets take longer and longer, so that a queue is growing somewhere: the slope of the delay of groups of packets against an adaptive
 * threshold, as in draft-ietf-rmcat-gcc-02, with a line fitted instead of the Kalman filter. The clocks of sender and
 * receiver have nothing to do with each other; when one jumps it begins anew. Pure. */
typedef struct
{
  KpPacketGroup group; /* being collected */
  KpPacketGroup last;
  gdouble times[KP_DELAY_TREND_SAMPLES]; /* ms, from the origin; a ring */
  gdouble delays[KP_DELAY_TREND_SAMPLES]; /* ms, smoothed */
  guint n_groups; /* since the origin */
  gint64 origin; /* us; when the first group was received */
  gint64 origin_delay; /* us */
  gdouble smoothed; /* ms */
  gdouble threshold; /* ms */
  gdouble trend; /* ms */
  gdouble time_above; /* ms; that the trend has been above the threshold */
  guint n_above; /* groups in this time */
  gint64 least; /* us; delay: in this period, and in the one before */
  gint64 least_before; /* us */
  gint64 period; /* us; when it began, by the time of arrival */
  KpQueueState state;
} KpDelayTrend;

void kp_delay_trend_init (KpDelayTrend *self);

/* A packet that arrived; in us. */
void kp_delay_trend_add (KpDelayTrend *self, gint64 sent, gint64 received);

/* How much longer than at best, within the last seconds, packets take now, in us: what waits in queues. */
gint64 kp_delay_trend_get_queue (const KpDelayTrend *self);
