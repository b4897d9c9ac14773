/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoerror.h"

#include <gio/gio.h>

#define KP_PORTAL_SCREEN_CAST "org.freedesktop.portal.ScreenCast"
#define KP_PORTAL_REQUEST "org.freedesktop.portal.Request"
#define KP_PORTAL_SESSION "org.freedesktop.portal.Session"

/* A connection to the desktop portal, for one thread, which may block. Signals come only while it waits. */
typedef struct
{
  GMainContext *context; /* owned; where all signals come */
  GMainLoop *loop; /* owned; runs while we wait */
  GDBusConnection
      *connection; /* owned; of ours alone, so that the portal forgets us when it closes; or NULL */
  gchar *owner; /* owned; the unique name of the portal */
  gint64 timeout; /* us; of what waits for no person */
  GArray *subscriptions; /* owned; of guint */
  gboolean is_over; /* the portal has gone, or what it showed */
  gboolean is_closed; /* the connection */
} KpPortalBus;

/* @timeout in us; 0: as long as GDBus waits. */
void kp_portal_bus_init (KpPortalBus *self, gint64 timeout);
void kp_portal_bus_clear (KpPortalBus *self);

/* Finds the portal, or has it started. Returns what it is able to do, the properties of ScreenCast. */
GVariant *kp_portal_bus_connect (KpPortalBus *self, GCancellable *cancellable, GError **error);

/* Tells @callback, which may wake us, of signals of the portal. */
void kp_portal_bus_subscribe (KpPortalBus *self, const gchar *interface, const gchar *signal,
                              GDBusSignalCallback callback, gpointer user_data);

/* Calls ScreenCast. @fds may be NULL. */
GVariant *kp_portal_bus_call (KpPortalBus *self, const gchar *method, GVariant *parameters,
                              const gchar *reply, GUnixFDList **fds, GCancellable *cancellable,
                              GError **cause);

/* Where a request of ours with @token is, unless the portal says otherwise. */
gchar *kp_portal_bus_new_request_path (KpPortalBus *self, const gchar *token);

/* Has Close called, and waits for no answer. @path may be NULL. */
void kp_portal_bus_close_object (KpPortalBus *self, const gchar *path, const gchar *interface);

/* Until somebody wakes us, it is over or cancelled, or @timeout us have passed (0: no limit). */
void kp_portal_bus_wait (KpPortalBus *self, gint64 timeout, GCancellable *cancellable);
void kp_portal_bus_wake (KpPortalBus *self);

/* Until @fd, too, is disconnected by the other side: then it is over. */
GSource *kp_portal_bus_watch_fd (KpPortalBus *self, gint fd);

/* Sets @error to what @cause, which is taken, means for the capture. FALSE. */
gboolean kp_portal_bus_fail (GError *cause, GstKurentoError fallback, const gchar *what, GError **error);
