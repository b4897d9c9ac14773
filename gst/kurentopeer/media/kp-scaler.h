/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-codec-encoder.h"

/* What stands between raw video and its encoder: converts it, makes pictures smaller, and leaves some of them out. A bin, pads
 * "sink" and "src". A change is applied between two pictures; another size or rate are new caps, for which encoders
 * begin with a keyframe. */
#define KP_TYPE_SCALER (kp_scaler_get_type ())
G_DECLARE_FINAL_TYPE (KpScaler, kp_scaler, KP, SCALER, GstBin)

/* @caps: what comes, or NULL: system memory. Floating. */
KpScaler *kp_scaler_new (const KpEncoder *encoder, const GstCaps *caps, GError **error);

/* @down_by: of width and height, at least 1; the sizes are even, and pixels square. @max_framerate: 0 = all pictures; the
 * others are left out evenly, before they are converted. Any thread, does not block. */
void kp_scaler_set (KpScaler *self, gdouble down_by, gdouble max_framerate);
