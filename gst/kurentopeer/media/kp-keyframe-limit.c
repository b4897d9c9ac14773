/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-keyframe-limit.h"

void
kp_keyframe_limit_init (KpKeyframeLimit *self, GstClockTime interval)
{
  self->interval = interval;
  self->last = GST_CLOCK_TIME_NONE;
  self->pending = FALSE;
}

void
kp_keyframe_limit_request (KpKeyframeLimit *self)
{
  self->pending = TRUE;
}

void
kp_keyframe_limit_cancel (KpKeyframeLimit *self)
{
  self->pending = FALSE;
}

gboolean
kp_keyframe_limit_take (KpKeyframeLimit *self, GstClockTime now)
{
  if (!self->pending)
    return FALSE;
  if (GST_CLOCK_TIME_IS_VALID (self->last) && now - self->last < self->interval)
    return FALSE;

  self->pending = FALSE;
  self->last = now;

  return TRUE;
}
