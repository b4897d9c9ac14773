/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-rate.h"

#include <gst/gst.h>

/* What a sender or a receiver does with pictures, as seen from outside of it. Everything but the ssrc is 0 for sound. */
typedef struct
{
  gboolean sends;
  guint32 ssrc; /* 0 = nothing was sent or received yet */

  /* of the source: what comes into a sender */
  guint source_width;
  guint source_height;
  guint64 source_frames;
  KpRate source_rate;

  gboolean codes; /* there is an encoder, or a decoder */
  guint width; /* as encoded, or decoded */
  guint height;
  guint64 frames; /* encoded, or decoded */
  guint64 keyframes; /* of them */
  KpRate rate;

  /* of a receiver */
  guint64 received; /* complete with the last packet */
  guint64 dropped; /* of them, not decoded */
} KpMeterCounts;

/* Listens to the pads of a sender or a receiver, and of the encoder, decoder and parsers inside of it, those that come later
 * included. It lives as long as they do. Thread safe. */
typedef struct _KpMeter KpMeter;

/* Before anything is linked. */
KpMeter *kp_meter_new_for_sender (GstBin *sender);
KpMeter *kp_meter_new_for_receiver (GstBin *receiver);
KpMeter *kp_meter_ref (KpMeter *self);
void kp_meter_unref (KpMeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpMeter, kp_meter_unref)

void kp_meter_read (KpMeter *self, KpMeterCounts *counts);
