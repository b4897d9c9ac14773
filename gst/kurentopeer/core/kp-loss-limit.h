/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What loss allows: the loss-based part of draft-ietf-rmcat-gcc-02. More than 10 % of loss lowers it, less than 2 % lets it rise, and in between it
 * holds. Pure; @now is monotonic, in us. */
typedef struct
{
  gdouble bitrate; /* bit/s; INFINITY: no limit */
  gint64 updated; /* us; 0 = never */
  gint64 lowered; /* us; 0 = never */
} KpLossLimit;

/* @bitrate: bit/s, or INFINITY. */
void kp_loss_limit_init (KpLossLimit *self, gdouble bitrate);

/* @fraction: 0 to 1. @current: bit/s, what is sent at most now. @round_trip: us; it is lowered once in that and 300 ms. */
void kp_loss_limit_update (KpLossLimit *self, gdouble fraction, gdouble current, gint64 round_trip,
                           gint64 now);
