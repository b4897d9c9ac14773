/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* How many bytes are on their way to somebody who takes them in his own time. Thread safe. */
typedef struct _KpBacklog KpBacklog;

/* A part of them; it is taken when the last reference goes. */
typedef struct _KpBacklogEntry KpBacklogEntry;

/* Full from @high bytes on, until there are fewer than @low. */
KpBacklog *kp_backlog_new (gsize low, gsize high);
void kp_backlog_unref (KpBacklog *self);
gboolean kp_backlog_is_full (KpBacklog *self);

KpBacklogEntry *kp_backlog_add (KpBacklog *self, gsize size);
KpBacklogEntry *kp_backlog_entry_ref (KpBacklogEntry *self);
void kp_backlog_entry_unref (KpBacklogEntry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpBacklog, kp_backlog_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpBacklogEntry, kp_backlog_entry_unref)
