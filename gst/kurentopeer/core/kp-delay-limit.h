/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-delay-trend.h"

/* What delay allows: the delay-based part of draft-ietf-rmcat-gcc-02. It rises until a queue grows, falls below what arrives then, and
 * rises slowly when it comes near that again. Pure; @now is monotonic, in us. */
typedef struct
{
  gdouble bitrate; /* bit/s */
  gdouble capacity; /* bit/s; what arrived when queues grew; 0 = not known */
  gboolean has_fallen; /* a queue has grown once */
  gint64 updated; /* us; 0 = never */
  gint64 lowered; /* us; 0 = never */
  gint64 drained; /* us; when the queue is thought to be empty */
} KpDelayLimit;

typedef struct
{
  KpQueueState state;
  gint64 queue; /* us */
  gdouble throughput; /* bit/s, as received; negative: not known */
  gint64 round_trip; /* us */
} KpDelayInput;

void kp_delay_limit_init (KpDelayLimit *self, gdouble bitrate);

/* @max: bit/s; it does not rise beyond. */
void kp_delay_limit_update (KpDelayLimit *self, const KpDelayInput *input, gdouble max, gint64 now);

/* The part of the limit that may be sent now: less than 1 as long as a queue is being drained. */
gdouble kp_delay_limit_get_share (const KpDelayLimit *self, gint64 now);
