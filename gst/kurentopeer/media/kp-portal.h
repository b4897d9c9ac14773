/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-display.h"

#include <gio/gio.h>

/* What a person lets us see, by the desktop's portal (org.freedesktop.portal.ScreenCast). A KpPortal is for one thread, which may block. */
typedef struct _KpPortal KpPortal;

/* What it is asked for. */
typedef struct
{
  KpSurfaces surfaces; /* what the person chooses among */
  gboolean shows_cursor;
  gint64 timeout; /* us; for all that waits for no person; 0: as long as GDBus waits */
} KpPortalWish;

/* Whether the portal is the way to the screen: that of a Wayland session shows itself to nobody else. */
gboolean kp_portal_is_due (void);

/* Has the person asked, however long that takes, unless it is cancelled. NOT_SUPPORTED: there is no portal, or it cannot do it; NOT_ALLOWED: the
 * person, or the portal, does not want it; NOT_FOUND: it came to nothing; TIMEOUT: the portal does not answer. */
KpPortal *kp_portal_open (const KpPortalWish *wish, GCancellable *cancellable, GError **error);

/* A new descriptor of the connection to PipeWire; -1 sets @error. */
gint kp_portal_dup_fd (KpPortal *self, GError **error);

/* The node of PipeWire that shows it. */
guint32 kp_portal_get_node (KpPortal *self);

/* Waits. TRUE: the person, the portal or PipeWire has ended it; FALSE: it was cancelled. */
gboolean kp_portal_watch (KpPortal *self, GCancellable *cancellable);

/* The desktop shows no more that somebody looks. */
void kp_portal_close (KpPortal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpPortal, kp_portal_close)
