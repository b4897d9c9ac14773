/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Merges requests for a keyframe and spaces them: one at once, the next after @interval at the earliest, none lost.
 * A plain struct without a lock; the time is an argument. */
typedef struct
{
  GstClockTime interval; /* ns */
  GstClockTime last; /* ns; when a request was let through, or GST_CLOCK_TIME_NONE */
  gboolean pending;
} KpKeyframeLimit;

void kp_keyframe_limit_init (KpKeyframeLimit *self, GstClockTime interval);

void kp_keyframe_limit_request (KpKeyframeLimit *self);

/* What was asked for has come: nothing waits any more. */
void kp_keyframe_limit_cancel (KpKeyframeLimit *self);

/* Whether a request is let through at @now (ns, of a clock that does not go back). */
gboolean kp_keyframe_limit_take (KpKeyframeLimit *self, GstClockTime now);
