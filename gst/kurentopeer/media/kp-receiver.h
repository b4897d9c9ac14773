/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-codec.h"
#include "kp-outlet.h"

/* A bin, pads "sink" (RTP) and "src": depayloader ! decoder ! convert, or what the outlet's output asks for instead.
 * Linked to an outlet; while the outlet is not wanted it gives nothing, and asks for a keyframe when it is again. Asks
 * for a keyframe (upstream event out of its "sink" pad) on loss and when it starts without one, at most one in 500 ms. */
#define KP_TYPE_RECEIVER (kp_receiver_get_type ())
G_DECLARE_FINAL_TYPE (KpReceiver, kp_receiver, KP, RECEIVER, GstBin)

/* @caps: application/x-rtp of the webrtcbin pad. Floating. NOT_SUPPORTED when nothing here can decode, or parse, it. */
KpReceiver *kp_receiver_new (GstCaps *caps, KpOutlet *outlet, GError **error);

/* Constant. */
const KpCodec *kp_receiver_get_codec (KpReceiver *self);

/* Any thread. */
void kp_receiver_request_keyframe (KpReceiver *self);
