/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-portal-bus.h"

#include <gio/gunixfdlist.h>
#include <glib-unix.h>

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define NOT_ALLOWED "org.freedesktop.portal.Error.NotAllowed"

#define DEFAULT_TIMEOUT (25 * G_TIME_SPAN_SECOND) /* us; that of GDBus */

static GstKurentoError
get_code (const GError *cause, GstKurentoError fallback)
{
  g_autofree gchar *name
      = g_dbus_error_is_remote_error (cause) ? g_dbus_error_get_remote_error (cause) : NULL;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
      || g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT))
    return GST_KURENTO_ERROR_TIMEOUT;
  if (g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED) || g_strcmp0 (name, NOT_ALLOWED) == 0)
    return GST_KURENTO_ERROR_NOT_ALLOWED;

  return fallback;
}

gboolean
kp_portal_bus_fail (GError *cause, GstKurentoError fallback, const gchar *what, GError **error)
{
  g_autoptr (GError) owned = cause;
  GstKurentoError code = get_code (cause, fallback);

  g_dbus_error_strip_remote_error (cause);
  g_set_error (error, GST_KURENTO_ERROR, code, "send-source: %s: %s", what, cause->message);

  return FALSE;
}

void
kp_portal_bus_wake (KpPortalBus *self)
{
  g_main_loop_quit (self->loop);
}

static void
end (KpPortalBus *self)
{
  self->is_over = TRUE;
  kp_portal_bus_wake (self);
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, KpPortalBus *self)
{
  self->is_closed = TRUE;
  end (self);
}

static void
owner_changed_cb (GDBusConnection *connection, const gchar *sender, const gchar *path, const gchar *interface,
                  const gchar *signal, GVariant *parameters, gpointer user_data)
{
  end (user_data);
}

static gboolean
disconnected_cb (gint fd, GIOCondition condition, gpointer user_data)
{
  end (user_data);

  return G_SOURCE_REMOVE;
}

static gboolean
wake_cb (gpointer user_data)
{
  kp_portal_bus_wake (user_data);

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  return wake_cb (user_data);
}

/* Takes @source; the caller has it until it is destroyed. */
static GSource *
attach (KpPortalBus *self, GSource *source, GSourceFunc callback)
{
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, self->context);

  return source;
}

static void
detach (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

void
kp_portal_bus_wait (KpPortalBus *self, gint64 timeout, GCancellable *cancellable)
{
  GSource *cancelled = attach (self, g_cancellable_source_new (cancellable), G_SOURCE_FUNC (cancelled_cb));
  GSource *timer = NULL;

  if (timeout > 0)
    timer = attach (self, g_timeout_source_new (timeout / G_TIME_SPAN_MILLISECOND), wake_cb);
  if (!self->is_over)
    g_main_loop_run (self->loop);
  g_clear_pointer (&timer, detach);
  detach (cancelled);
}

GSource *
kp_portal_bus_watch_fd (KpPortalBus *self, gint fd)
{
  return attach (self, g_unix_fd_source_new (fd, G_IO_HUP | G_IO_ERR), G_SOURCE_FUNC (disconnected_cb));
}

/* The connection that GIO shares would end the process when the bus ends, and is the application's. */
static gboolean
connect_bus (KpPortalBus *self, GCancellable *cancellable, GError **error)
{
  GError *cause = NULL;
  g_autofree gchar *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, cancellable, &cause);

  g_main_context_push_thread_default (self->context);
  if (address)
    self->connection = g_dbus_connection_new_for_address_sync (
        address,
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
        cancellable, &cause);
  g_main_context_pop_thread_default (self->context);
  if (!self->connection)
    return kp_portal_bus_fail (
        cause, GST_KURENTO_ERROR_NOT_SUPPORTED,
        "no screen can be captured here: there is no session bus, on which the desktop portal is", error);

  g_signal_connect (self->connection, "closed", G_CALLBACK (closed_cb), self);

  return TRUE;
}

static GVariant *
call (KpPortalBus *self, const gchar *name, const gchar *path, const gchar *interface, const gchar *method,
      GVariant *parameters, const gchar *reply, GCancellable *cancellable, GError **cause)
{
  return g_dbus_connection_call_sync (self->connection, name, path, interface, method, parameters,
                                      G_VARIANT_TYPE (reply), G_DBUS_CALL_FLAGS_NONE,
                                      self->timeout / G_TIME_SPAN_MILLISECOND, cancellable, cause);
}

/* To the one that has the name now, or at all. */
static GVariant *
find_portal (KpPortalBus *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) owner = NULL;
  GError *cause = NULL;
  GVariant *abilities = call (self, PORTAL_NAME, PORTAL_PATH, PROPERTIES, "GetAll",
                              g_variant_new ("(s)", KP_PORTAL_SCREEN_CAST), "(a{sv})", cancellable, &cause);

  if (abilities)
    owner = call (self, BUS_NAME, BUS_PATH, BUS_NAME, "GetNameOwner", g_variant_new ("(s)", PORTAL_NAME),
                  "(s)", cancellable, &cause);
  if (owner)
    {
      g_variant_get (owner, "(s)", &self->owner);
      return abilities;
    }

  g_clear_pointer (&abilities, g_variant_unref);
  kp_portal_bus_fail (cause, GST_KURENTO_ERROR_NOT_SUPPORTED,
                      "no screen can be captured here: there is no desktop portal that shows "
                      "screens (" KP_PORTAL_SCREEN_CAST ")",
                      error);

  return NULL;
}

static void
subscribe (KpPortalBus *self, const gchar *sender, const gchar *interface, const gchar *signal,
           const gchar *first_argument, GDBusSignalCallback callback, gpointer user_data)
{
  guint id;

  g_main_context_push_thread_default (self->context);
  id = g_dbus_connection_signal_subscribe (self->connection, sender, interface, signal, NULL, first_argument,
                                           G_DBUS_SIGNAL_FLAGS_NONE, callback, user_data, NULL);
  g_main_context_pop_thread_default (self->context);
  g_array_append_val (self->subscriptions, id);
}

GVariant *
kp_portal_bus_connect (KpPortalBus *self, GCancellable *cancellable, GError **error)
{
  GVariant *abilities
      = connect_bus (self, cancellable, error) ? find_portal (self, cancellable, error) : NULL;

  if (abilities)
    subscribe (self, BUS_NAME, BUS_NAME, "NameOwnerChanged", self->owner, owner_changed_cb, self);

  return abilities;
}

void
kp_portal_bus_subscribe (KpPortalBus *self, const gchar *interface, const gchar *signal,
                         GDBusSignalCallback callback, gpointer user_data)
{
  subscribe (self, self->owner, interface, signal, NULL, callback, user_data);
}

GVariant *
kp_portal_bus_call (KpPortalBus *self, const gchar *method, GVariant *parameters, const gchar *reply,
                    GUnixFDList **fds, GCancellable *cancellable, GError **cause)
{
  return g_dbus_connection_call_with_unix_fd_list_sync (
      self->connection, self->owner, PORTAL_PATH, KP_PORTAL_SCREEN_CAST, method, parameters,
      G_VARIANT_TYPE (reply), G_DBUS_CALL_FLAGS_NONE, self->timeout / G_TIME_SPAN_MILLISECOND, NULL, fds,
      cancellable, cause);
}

void
kp_portal_bus_close_object (KpPortalBus *self, const gchar *path, const gchar *interface)
{
  if (path)
    g_dbus_connection_call (self->connection, self->owner, path, interface, "Close", NULL, NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

gchar *
kp_portal_bus_new_request_path (KpPortalBus *self, const gchar *token)
{
  g_autofree gchar *us
      = g_strdelimit (g_strdup (g_dbus_connection_get_unique_name (self->connection) + 1), ".", '_');

  return g_strdup_printf (PORTAL_PATH "/request/%s/%s", us, token);
}

void
kp_portal_bus_init (KpPortalBus *self, gint64 timeout)
{
  *self = (KpPortalBus){ .context = g_main_context_new (),
                         .timeout = timeout ? timeout : DEFAULT_TIMEOUT,
                         .subscriptions = g_array_new (FALSE, FALSE, sizeof (guint)) };
  self->loop = g_main_loop_new (self->context, FALSE);
}

/* What is still on its way to us holds the connection, and is held by the context: so it has to arrive. */
static void
drop_connection (KpPortalBus *self)
{
  GSource *last;

  for (guint i = 0; i < self->subscriptions->len; i++)
    g_dbus_connection_signal_unsubscribe (self->connection, g_array_index (self->subscriptions, guint, i));
  g_dbus_connection_flush_sync (self->connection, NULL, NULL);
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  while (!self->is_closed)
    g_main_loop_run (self->loop);

  last = attach (self, g_idle_source_new (), wake_cb);
  g_source_set_priority (last, G_PRIORITY_LOW);
  g_main_loop_run (self->loop);
  detach (last);
  g_object_unref (self->connection);
}

void
kp_portal_bus_clear (KpPortalBus *self)
{
  if (self->connection)
    drop_connection (self);
  g_array_unref (self->subscriptions);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self->owner);
}
