/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* How often something happens: over about the last second. Pure; @now is monotonic, in us. Zeroed is ready for use. */
typedef struct
{
  gint64 since; /* us; 0 = nothing has happened yet */
  guint n; /* since then */
  gdouble value; /* per second; of the window before */
} KpRate;

void kp_rate_add (KpRate *self, gint64 now);

/* Per second. */
gdouble kp_rate_get (const KpRate *self, gint64 now);
