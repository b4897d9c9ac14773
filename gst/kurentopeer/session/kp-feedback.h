/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-congestion.h"

#include <gst/gst.h>

/* What a peer says by RTCP of what it gets. It may say anything. Pure. */

typedef struct
{
  KpPacketReport report;
  guint8 payload_type;
} KpPacketFeedback;

/* Of KpPacketFeedback: what rtpsession makes of one transport-wide feedback, but for packets that it does not remember. NULL when
 * @structure is something else, or nothing is left. */
GArray *kp_feedback_read_packets (const GstStructure *structure);

/* Receiver Estimated Maximum Bitrate (draft-alvestrand-rmcat-remb-03). @fci: what follows the two ssrcs. */
gboolean kp_feedback_read_remb (GstBuffer *fci, guint64 *bitrate);
