/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A leaky bucket: lets bursts up to its capacity pass and a steady rate for ever. Pure: time is an argument. */
typedef struct
{
  gdouble capacity; /* units */
  gdouble rate; /* units a second that leak out */
  gdouble level; /* units */
  gint64 updated; /* us, monotonic */
} KpBucket;

void kp_bucket_init (KpBucket *self, gdouble capacity, gdouble rate, gint64 now_us);

/* FALSE when @amount more makes it overflow. */
gboolean kp_bucket_add (KpBucket *self, gdouble amount, gint64 now_us);
void kp_bucket_empty (KpBucket *self);
