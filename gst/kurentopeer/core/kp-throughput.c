/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-throughput.h"

#define SLOT (5 * 1000) /* us */

/* After a second without a packet it is not known any more. */
#define MAX_GAP (G_USEC_PER_SEC / SLOT)

void
kp_throughput_add (KpThroughput *self, gint64 received, guint size)
{
  gint64 slot = received / SLOT;

  if (!self->has_begun || ABS (slot - self->last) > MAX_GAP)
    *self = (KpThroughput){ .first = slot, .last = slot, .has_begun = TRUE };
  /* it was late */
  if (slot <= self->last - KP_THROUGHPUT_SLOTS)
    return;

  for (; self->last < slot; self->last++)
    self->bytes[(self->last + 1) % KP_THROUGHPUT_SLOTS] = 0;
  self->bytes[slot % KP_THROUGHPUT_SLOTS] += size;
}

gdouble
kp_throughput_get (const KpThroughput *self)
{
  guint64 bytes = 0;

  if (!self->has_begun || self->last - self->first < KP_THROUGHPUT_SLOTS)
    return -1;

  for (guint i = 0; i < KP_THROUGHPUT_SLOTS; i++)
    bytes += self->bytes[i];

  return bytes * 8.0 * G_USEC_PER_SEC / ((gdouble)KP_THROUGHPUT_SLOTS * SLOT);
}
