/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"

#include <gst/gst.h>

/* Makes the encoded media of several receivers, one after the other, one stream that a muxer takes: caps that stay,
 * timestamps that never go back, durations of sound. Not thread safe. */
typedef struct
{
  KpMediaKind kind;
  gboolean is_opus;
  GstClockTime last; /* ns, running time; PTS of the last buffer */
  GstClockTime end; /* ns, running time; where the last buffer ends */
} KpMuxable;

void kp_muxable_init (KpMuxable *self, KpMediaKind kind);

/* What is to be sent instead of @caps: @current (or NULL), when the codec and its form are the same. Size and parameter
 * sets are in the stream, too, and no muxer takes others. Owned. */
GstCaps *kp_muxable_fix_caps (KpMuxable *self, GstCaps *current, GstCaps *caps);

/* Transfer full; PTS in running time. There are no B-frames in a call, so that DTS is PTS. Lip-sync may move a stream a
 * little to the front: pictures then stand still, sound that is over already is dropped (NULL). */
GstBuffer *kp_muxable_fix_buffer (KpMuxable *self, GstBuffer *buffer);
