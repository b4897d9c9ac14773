/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define KP_THROUGHPUT_SLOTS 100

/* How much arrives, over the last half second of the receiver's clock. Pure. */
typedef struct
{
  guint64 bytes[KP_THROUGHPUT_SLOTS]; /* a ring of 5 ms each */
  gint64 first; /* slot of the first packet */
  gint64 last; /* slot of the last packet */
  gboolean has_begun;
} KpThroughput;

/* Zeroed is ready for use. @received: us; it may jump. */
void kp_throughput_add (KpThroughput *self, gint64 received, guint size);

/* bit/s; negative: not enough has come yet. */
gdouble kp_throughput_get (const KpThroughput *self);
