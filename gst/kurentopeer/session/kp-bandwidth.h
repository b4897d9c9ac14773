/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-feedback.h"
#include "kp-rtp-counts.h"
#include "kp-settings.h"

/* The bit rate that all the video of one connection shares: the estimate, without its small ups and downs. An encoder that is changed
 * ten times a second does no good. Pure; every @now is monotonic, in us. */
typedef struct
{
  KpCongestion *congestion; /* owned; NULL: there is no connection */
  guint min; /* bit/s */
  guint max; /* bit/s */
  guint bitrate; /* bit/s */
  GHashTable *reported; /* owned; ssrc -> KpRtpCount: as it was at its latest receiver report */
} KpBandwidth;

/* Whether what the peer names is video that is sent. */
typedef gboolean (*KpBandwidthFilter) (guint32 name, gpointer user_data);

void kp_bandwidth_init (KpBandwidth *self, const KpSettings *settings);
void kp_bandwidth_clear (KpBandwidth *self);

/* Of @settings, while it goes on. The second one begins anew with their start-bitrate. */
void kp_bandwidth_set_range (KpBandwidth *self, const KpSettings *settings, gint64 now);
void kp_bandwidth_restart (KpBandwidth *self, const KpSettings *settings, gint64 now);

/* @packets: of KpPacketFeedback. @is_video: by payload type. */
void kp_bandwidth_add_packets (KpBandwidth *self, const GArray *packets, KpBandwidthFilter is_video,
                               gpointer user_data, gint64 now);
void kp_bandwidth_add_remb (KpBandwidth *self, guint bitrate, gint64 now);

/* @counts: of KpRtpCount; takes the receiver reports that have come since the last time. @is_video: by ssrc. */
void kp_bandwidth_add_counts (KpBandwidth *self, const GArray *counts, KpBandwidthFilter is_video,
                              gpointer user_data, gint64 now);

/* Takes the estimate if it differs by enough. TRUE when the bit rate is another one now. */
gboolean kp_bandwidth_update (KpBandwidth *self, gint64 now);
