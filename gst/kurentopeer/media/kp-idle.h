/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Calls a function, from a thread of its own, once nothing has touched it for an interval; the next call needs another
 * touch, which may be the function's. All thread safe. */
typedef struct
{
  GThread *thread; /* owned; between start and stop */
  gint64 interval; /* us */
  void (*func) (gpointer user_data);
  gpointer user_data;

  GMutex lock; /* of what follows */
  GCond cond;
  gint64 due; /* us, monotonic; G_MAXINT64 = never was touched */
  gboolean touched; /* since the last call */
  gboolean running;
  gboolean woken;
} KpIdle;

void kp_idle_init (KpIdle *self, gint64 interval, void (*func) (gpointer user_data), gpointer user_data);
void kp_idle_clear (KpIdle *self);

/* Nothing is called before the first touch. */
void kp_idle_start (KpIdle *self);

/* Waits until a call that goes on has returned. */
void kp_idle_stop (KpIdle *self);

/* Something happens: the next call comes an interval from now. */
void kp_idle_touch (KpIdle *self);

/* Calls at once. */
void kp_idle_wake (KpIdle *self);

/* For the function, once it has the lock that touches are made under: was there none since it was called? */
gboolean kp_idle_is_due (KpIdle *self);
