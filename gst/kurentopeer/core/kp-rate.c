/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-rate.h"

#define WINDOW G_USEC_PER_SEC

static gdouble
window_rate (const KpRate *self, gint64 now)
{
  return self->n * (gdouble)G_USEC_PER_SEC / (now - self->since);
}

void
kp_rate_add (KpRate *self, gint64 now)
{
  /* the first one only opens the window: n happen in the time since it */
  if (self->since == 0)
    {
      self->since = now;
      return;
    }

  self->n++;
  if (now - self->since < WINDOW)
    return;

  self->value = window_rate (self, now);
  self->since = now;
  self->n = 0;
}

gdouble
kp_rate_get (const KpRate *self, gint64 now)
{
  /* nothing comes any more */
  if (self->since && now - self->since >= 2 * WINDOW)
    return window_rate (self, now);

  return self->value;
}
