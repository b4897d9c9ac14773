/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-codec-encoder.h"

/* Adds what stands between raw video and its encoder, as kp_element_append() does: the converters of @encoder, and, when
 * they do not reach the memory of @caps, in front of them what does. @caps: what comes, or NULL: system memory. */
gboolean kp_converter_append (GstBin *bin, GstElement **last, const KpEncoder *encoder, const GstCaps *caps,
                              GError **error);
