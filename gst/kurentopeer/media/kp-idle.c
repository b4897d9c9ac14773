/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-idle.h"

static gboolean
is_due_locked (KpIdle *self)
{
  return g_get_monotonic_time () >= self->due;
}

/* FALSE when it is stopped. */
static gboolean
wait_until_due (KpIdle *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (self->running && !self->woken && !(self->touched && is_due_locked (self)))
    if (self->touched)
      g_cond_wait_until (&self->cond, &self->lock, self->due);
    else
      g_cond_wait (&self->cond, &self->lock);

  if (is_due_locked (self))
    self->touched = FALSE;
  self->woken = FALSE;
  return self->running;
}

static gpointer
idle_thread (gpointer user_data)
{
  KpIdle *self = user_data;

  while (wait_until_due (self))
    self->func (self->user_data);

  return NULL;
}

void
kp_idle_init (KpIdle *self, gint64 interval, void (*func) (gpointer user_data), gpointer user_data)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->interval = interval;
  self->func = func;
  self->user_data = user_data;
}

void
kp_idle_clear (KpIdle *self)
{
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

void
kp_idle_start (KpIdle *self)
{
  g_mutex_lock (&self->lock);
  self->due = G_MAXINT64;
  self->touched = FALSE;
  self->running = TRUE;
  self->woken = FALSE;
  g_mutex_unlock (&self->lock);

  self->thread = g_thread_new ("kp-idle", idle_thread, self);
}

void
kp_idle_stop (KpIdle *self)
{
  g_mutex_lock (&self->lock);
  self->running = FALSE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&self->thread, g_thread_join);
}

/* Later is found out when the wait is over; only the first touch after a call has to end it. */
void
kp_idle_touch (KpIdle *self)
{
  g_mutex_lock (&self->lock);
  if (!self->touched)
    g_cond_signal (&self->cond);
  self->touched = TRUE;
  self->due = g_get_monotonic_time () + self->interval;
  g_mutex_unlock (&self->lock);
}

void
kp_idle_wake (KpIdle *self)
{
  g_mutex_lock (&self->lock);
  self->woken = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

gboolean
kp_idle_is_due (KpIdle *self)
{
  gboolean due;

  g_mutex_lock (&self->lock);
  due = is_due_locked (self);
  g_mutex_unlock (&self->lock);

  return due;
}
