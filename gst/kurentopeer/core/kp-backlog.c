/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-backlog.h"

struct _KpBacklog
{
  gsize low; /* bytes */
  gsize high; /* bytes */
  GMutex lock; /* guards everything below */
  gsize size; /* bytes */
  gboolean full;
};

struct _KpBacklogEntry
{
  KpBacklog *backlog; /* owned */
  gsize size; /* bytes */
};

KpBacklog *
kp_backlog_new (gsize low, gsize high)
{
  KpBacklog *self = g_atomic_rc_box_new0 (KpBacklog);

  self->low = low;
  self->high = high;
  g_mutex_init (&self->lock);

  return self;
}

static void
backlog_clear (gpointer data)
{
  KpBacklog *self = data;

  g_mutex_clear (&self->lock);
}

void
kp_backlog_unref (KpBacklog *self)
{
  g_atomic_rc_box_release_full (self, backlog_clear);
}

gboolean
kp_backlog_is_full (KpBacklog *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->full;
}

static void
change (KpBacklog *self, gssize difference)
{
  g_mutex_lock (&self->lock);
  self->size += difference;
  self->full = self->size >= self->high || (self->full && self->size >= self->low);
  g_mutex_unlock (&self->lock);
}

KpBacklogEntry *
kp_backlog_add (KpBacklog *self, gsize size)
{
  KpBacklogEntry *entry = g_atomic_rc_box_new0 (KpBacklogEntry);

  entry->backlog = g_atomic_rc_box_acquire (self);
  entry->size = size;
  change (self, size);

  return entry;
}

KpBacklogEntry *
kp_backlog_entry_ref (KpBacklogEntry *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
entry_clear (gpointer data)
{
  KpBacklogEntry *self = data;

  change (self->backlog, -(gssize)self->size);
  kp_backlog_unref (self->backlog);
}

void
kp_backlog_entry_unref (KpBacklogEntry *self)
{
  g_atomic_rc_box_release_full (self, entry_clear);
}
