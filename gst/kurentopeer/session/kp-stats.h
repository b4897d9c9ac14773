/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-channels.h"
#include "kp-meter.h"
#include "kp-rtp-meter.h"

#include <gst/sdp/sdp.h>

/* The name of the report, and of the message that carries it. */
#define KP_STATS_NAME "kurentopeer/stats"

/* Everything that a report is made of. All borrowed; what is not there is NULL or 0, and is then missing in the report, too. */
typedef struct
{
  gdouble timestamp; /* ms since 1970 */
  gint64 now; /* us, monotonic; the same moment */
  const GstStructure *webrtcbin; /* what its get-stats answers: candidates, jitter */
  const GstSDPMessage *local;
  const GstSDPMessage *remote;
  GArray *rtp; /* of KpRtpCount */
  GArray *meters; /* of KpMeterCounts */
  GPtrArray *channels; /* of KpChannelCounts */
  guint channels_opened;
  guint channels_closed;
  KpTransportCounts transport;
  guint available_bitrate; /* bit/s; of all video */
  const gchar *dtls_state; /* of RTCDtlsTransportState */
  const gchar *ice_state; /* of RTCIceTransportState */
  const gchar *local_certificate; /* PEM */
  const gchar *remote_certificate; /* PEM */
} KpStatsInput;

/* The report of W3C's webrtc-stats: a structure for each id, with its names, units and types; and "json", the text of all of
 * them. Pure. */
GstStructure *kp_stats_new (const KpStatsInput *input);

/* Like JSON.stringify(Object.fromEntries(report)). Numbers that JSON has not are null. */
gchar *kp_stats_to_json (const GstStructure *report);
