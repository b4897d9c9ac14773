/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"

#include <gst/gst.h>

/* Appends what makes the pictures of a screen or a window as small as @constraints say, to @bin behind *@last. The size that is sent follows
 * the one that comes. */
gboolean kp_fit_append (GstBin *bin, GstElement **last, const KpConstraints *constraints, GError **error);

/* Caps with the rate that @constraints say. */
GstCaps *kp_fit_new_rate_caps (const KpConstraints *constraints);
