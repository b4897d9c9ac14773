/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-bucket.h"

void
kp_bucket_init (KpBucket *self, gdouble capacity, gdouble rate, gint64 now_us)
{
  self->capacity = capacity;
  self->rate = rate;
  self->level = 0;
  self->updated = now_us;
}

gboolean
kp_bucket_add (KpBucket *self, gdouble amount, gint64 now_us)
{
  gdouble leaked = self->rate * (now_us - self->updated) / G_USEC_PER_SEC;

  self->level = MAX (self->level - leaked, 0) + amount;
  self->updated = now_us;

  return self->level <= self->capacity;
}

void
kp_bucket_empty (KpBucket *self)
{
  self->level = 0;
}
