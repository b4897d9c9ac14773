/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* How one track is sent: the RTCRtpEncodingParameters of the W3C. */
typedef struct
{
  guint max_bitrate; /* bit/s; 0 = no limit of its own */
  gdouble max_framerate; /* 0 = all pictures */
  gdouble scale_down_by; /* of width and height; at least 1 */
  gboolean active; /* FALSE: nothing is sent */
} KpParameters;

/* The lower one of two limits; 0 = none. */
static inline gdouble
kp_framerate_limit (gdouble a, gdouble b)
{
  return a > 0 && b > 0 ? MIN (a, b) : MAX (a, b);
}

static inline void
kp_parameters_init (KpParameters *self)
{
  *self = (KpParameters){ .scale_down_by = 1.0, .active = TRUE };
}
