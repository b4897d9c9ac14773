/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-bandwidth.h"

/* Less than that nobody sees, and it will be another one soon. */
#define RISE 1.05
#define FALL 0.97

static void
take_estimate (KpBandwidth *self, gint64 now)
{
  self->bitrate = kp_congestion_get_bitrate (self->congestion, now);
}

void
kp_bandwidth_init (KpBandwidth *self, const KpSettings *settings)
{
  *self = (KpBandwidth){
    .congestion = kp_congestion_new (settings->congestion_control, settings->min_bitrate,
                                     settings->start_bitrate, settings->max_bitrate),
    .min = settings->min_bitrate,
    .max = settings->max_bitrate,
    .reported = g_hash_table_new_full (NULL, NULL, NULL, g_free),
  };
  take_estimate (self, 0);
}

void
kp_bandwidth_clear (KpBandwidth *self)
{
  g_clear_pointer (&self->congestion, kp_congestion_free);
  g_clear_pointer (&self->reported, g_hash_table_unref);
}

void
kp_bandwidth_set_range (KpBandwidth *self, const KpSettings *settings, gint64 now)
{
  if (self->congestion == NULL)
    return;

  self->min = settings->min_bitrate;
  self->max = settings->max_bitrate;
  kp_congestion_set_range (self->congestion, self->min, self->max);
  take_estimate (self, now);
}

void
kp_bandwidth_restart (KpBandwidth *self, const KpSettings *settings, gint64 now)
{
  if (self->congestion == NULL)
    return;

  kp_congestion_set_start (self->congestion, settings->start_bitrate);
  take_estimate (self, now);
}

void
kp_bandwidth_add_packets (KpBandwidth *self, const GArray *packets, KpBandwidthFilter is_video,
                          gpointer user_data, gint64 now)
{
  g_autofree KpPacketReport *reports = g_new (KpPacketReport, packets->len);

  for (guint i = 0; i < packets->len; i++)
    {
      const KpPacketFeedback *packet = &g_array_index (packets, KpPacketFeedback, i);

      reports[i] = packet->report;
      if (!is_video (packet->payload_type, user_data))
        reports[i].size = 0;
    }
  kp_congestion_add_packets (self->congestion, reports, packets->len, now);
}

void
kp_bandwidth_add_remb (KpBandwidth *self, guint bitrate, gint64 now)
{
  kp_congestion_add_remb (self->congestion, bitrate, now);
}

/* The packets since the former report; 0 when there is no new one. */
static guint64
take_report (KpBandwidth *self, const KpRtpCount *row)
{
  const KpRtpCount *former = g_hash_table_lookup (self->reported, GUINT_TO_POINTER (row->ssrc));
  guint64 packets = row->packets - (former ? former->packets : 0);

  if (row->reports == (former ? former->reports : 0))
    return 0;

  g_hash_table_insert (self->reported, GUINT_TO_POINTER (row->ssrc), g_memdup2 (row, sizeof *row));

  return packets;
}

void
kp_bandwidth_add_counts (KpBandwidth *self, const GArray *counts, KpBandwidthFilter is_video,
                         gpointer user_data, gint64 now)
{
  guint64 packets = 0;
  gdouble lost = 0;

  for (guint i = 0; i < counts->len; i++)
    {
      const KpRtpCount *row = &g_array_index (counts, KpRtpCount, i);
      guint64 reported;

      if (row->side != KP_RTP_SENT || !is_video (row->ssrc, user_data))
        continue;
      if (row->n_rtts)
        kp_congestion_set_round_trip (self->congestion, row->rtt * G_USEC_PER_SEC);
      reported = take_report (self, row);
      packets += reported;
      lost += reported * row->fraction_lost;
    }
  if (packets)
    kp_congestion_add_loss (self->congestion, lost / packets, now);
}

gboolean
kp_bandwidth_update (KpBandwidth *self, gint64 now)
{
  guint estimate = kp_congestion_get_bitrate (self->congestion, now);
  gboolean is_bound = estimate == self->min || estimate == self->max;

  if (estimate == self->bitrate
      || (!is_bound && estimate < self->bitrate * RISE && estimate > self->bitrate * FALL))
    return FALSE;

  self->bitrate = estimate;

  return TRUE;
}
