/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"

#include <gst/sdp/sdp.h>

/* What statistics look up in descriptions. Pure; any description may be NULL. */

/* The section that names @ssrc. */
gboolean kp_stats_sdp_find_ssrc (const GstSDPMessage *sdp, guint32 ssrc, guint *mline_index);

/* The first section that has @payload_type. */
gboolean kp_stats_sdp_find_format (const GstSDPMessage *sdp, guint payload_type, guint *mline_index);

/* Whether @ssrc retransmits another one (a=ssrc-group:FID). */
gboolean kp_stats_sdp_is_repair (const GstSDPMessage *sdp, guint32 ssrc, guint32 *repaired);

/* One format of a section; all borrowed but @name. */
typedef struct
{
  KpMediaKind kind;
  gchar *name; /* owned; "VP8" */
  guint clock_rate; /* Hz */
  guint channels; /* 0 = not told */
  const gchar *fmtp; /* without the payload type, or NULL */
} KpStatsFormat;

gboolean kp_stats_sdp_get_format (const GstSDPMessage *sdp, guint mline_index, guint payload_type,
                                  KpStatsFormat *format);
void kp_stats_format_clear (KpStatsFormat *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpStatsFormat, kp_stats_format_clear)

/* The payload type that @payload_type retransmits, or -1. */
gint kp_stats_sdp_get_apt (const GstSDPMessage *sdp, guint payload_type);

/* The id of the section's track (a=msid), or NULL. Owned. */
gchar *kp_stats_sdp_dup_track_id (const GstSDPMessage *sdp, guint mline_index);

/* The value of an attribute of the section, else of the first one that has it, or NULL. */
const gchar *kp_stats_sdp_find_attribute (const GstSDPMessage *sdp, const gchar *name);
