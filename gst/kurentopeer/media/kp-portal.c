/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-portal.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <unistd.h>

#include "gstkurentoerror.h"
#include "kp-portal-bus.h"

/* Of the portal, for the pointer. */
enum
{
  CURSOR_HIDDEN = 1 << 0,
  CURSOR_EMBEDDED = 1 << 1,
};

/* Of a request. */
enum
{
  RESPONSE_DONE = 0,
  RESPONSE_REFUSED = 1,
  RESPONSE_PENDING = G_MAXUINT32, /* ours: there is none yet */
};

struct _KpPortal
{
  KpPortalBus bus;
  gchar *session; /* owned; object path; or NULL */
  gchar *request; /* owned; object path of what was asked and is not answered, or NULL */
  guint n_requests;
  guint32 response; /* to the request */
  GVariant *results; /* owned; of the response, or NULL */
  gint fd; /* owned; of PipeWire, or -1 */
  guint32 node;
};

gboolean
kp_portal_is_due (void)
{
  const gchar *display = g_getenv ("WAYLAND_DISPLAY");

  return (display && *display) || g_strcmp0 (g_getenv ("XDG_SESSION_TYPE"), "wayland") == 0;
}

static void
session_closed_cb (GDBusConnection *bus, const gchar *sender, const gchar *path, const gchar *interface,
                   const gchar *signal, GVariant *parameters, gpointer user_data)
{
  KpPortal *self = user_data;

  if (g_strcmp0 (path, self->session) != 0)
    return;

  self->bus.is_over = TRUE;
  kp_portal_bus_wake (&self->bus);
}

/* Comes while we wait, after the call has said which request it is. */
static void
response_cb (GDBusConnection *bus, const gchar *sender, const gchar *path, const gchar *interface,
             const gchar *signal, GVariant *parameters, gpointer user_data)
{
  KpPortal *self = user_data;

  if (g_strcmp0 (path, self->request) != 0 || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;

  g_clear_pointer (&self->results, g_variant_unref);
  g_variant_get (parameters, "(u@a{sv})", &self->response, &self->results);
  kp_portal_bus_wake (&self->bus);
}

/* FALSE: it has not what the person would choose among. The pointer is as wished for where there is a choice. */
static gboolean
compare_abilities (GVariant *abilities, const KpPortalWish *wish, GVariantDict *options, GError **error)
{
  g_autoptr (GVariant) dict = g_variant_get_child_value (abilities, 0);
  guint32 surfaces = 0;
  guint32 cursors = 0;
  guint32 cursor = wish->shows_cursor ? CURSOR_EMBEDDED : CURSOR_HIDDEN;

  g_variant_lookup (dict, "AvailableSourceTypes", "u", &surfaces);
  g_variant_lookup (dict, "AvailableCursorModes", "u", &cursors);
  if (!(surfaces & wish->surfaces))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                   "send-source: the desktop portal shows no %s",
                   wish->surfaces & KP_SURFACE_MONITOR ? "screens" : "windows");
      return FALSE;
    }

  g_variant_dict_insert (options, "types", "u", surfaces & wish->surfaces);
  g_variant_dict_insert (options, "multiple", "b", FALSE);
  if (cursors & cursor)
    g_variant_dict_insert (options, "cursor_mode", "u", cursor);

  return TRUE;
}

/* The person may take as long as they like. */
static gboolean
wait_for_response (KpPortal *self, gboolean asks_person, GCancellable *cancellable, GError **cause)
{
  kp_portal_bus_wait (&self->bus, asks_person ? 0 : self->bus.timeout, cancellable);
  if (self->response != RESPONSE_PENDING)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (cancellable, cause))
    return FALSE;

  if (self->bus.is_over)
    g_set_error_literal (cause, G_IO_ERROR, G_IO_ERROR_CLOSED, "it has gone");
  else
    g_set_error_literal (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "it does not answer");

  return FALSE;
}

static gboolean
judge_response (guint32 response, const gchar *method, GError **error)
{
  if (response == RESPONSE_DONE)
    return TRUE;

  if (response == RESPONSE_REFUSED)
    g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_ALLOWED,
                         "send-source: who was asked at the desktop does not want it");
  else
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND,
                 "send-source: the desktop portal gave up %s (response %u)", method, response);

  return FALSE;
}

/* The request is known before the call, so that it can be closed whenever we want it no more. */
static GVariant *
new_parameters (KpPortal *self, gboolean asks_person, GVariantDict *options)
{
  g_autofree gchar *token = g_strdup_printf ("kurentopeer%u", self->n_requests++);
  GVariant *dict;

  self->request = kp_portal_bus_new_request_path (&self->bus, token);
  g_variant_dict_insert (options, "handle_token", "s", token);
  dict = g_variant_dict_end (options);
  if (!self->session)
    return g_variant_new ("(@a{sv})", dict);

  return asks_person ? g_variant_new ("(os@a{sv})", self->session, "", dict)
                     : g_variant_new ("(o@a{sv})", self->session, dict);
}

/* Calls, and waits for the results. The signals wait for us, too, so that none is missed. */
static GVariant *
ask (KpPortal *self, const gchar *method, gboolean asks_person, GVariantDict *options,
     GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  GVariant *parameters = new_parameters (self, asks_person, options);
  GError *cause = NULL;

  self->response = RESPONSE_PENDING;
  reply = kp_portal_bus_call (&self->bus, method, parameters, "(o)", NULL, cancellable, &cause);
  if (reply)
    {
      /* old ones choose another */
      g_free (self->request);
      g_variant_get (reply, "(o)", &self->request);
    }
  if (!reply || !wait_for_response (self, asks_person, cancellable, &cause))
    {
      g_autofree gchar *what = g_strdup_printf ("the desktop portal fails to %s", method);

      kp_portal_bus_fail (cause, GST_KURENTO_ERROR_NOT_FOUND, what, error);
      return NULL;
    }

  g_clear_pointer (&self->request, g_free);

  return judge_response (self->response, method, error) ? g_steal_pointer (&self->results) : NULL;
}

/* Some versions have it as a string, some as a path. */
static gboolean
create_session (KpPortal *self, GCancellable *cancellable, GError **error)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) results = NULL;
  g_autoptr (GVariant) handle = NULL;

  g_variant_dict_insert (&options, "session_handle_token", "s", "kurentopeer");
  results = ask (self, "CreateSession", FALSE, &options, cancellable, error);
  if (!results)
    return FALSE;

  handle = g_variant_lookup_value (results, "session_handle", NULL);
  if (handle && g_variant_classify (handle) != G_VARIANT_CLASS_OBJECT_PATH
      && !g_variant_is_of_type (handle, G_VARIANT_TYPE_STRING))
    g_clear_pointer (&handle, g_variant_unref);
  if (handle && g_variant_is_object_path (g_variant_get_string (handle, NULL)))
    {
      self->session = g_variant_dup_string (handle, NULL);
      return TRUE;
    }

  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND,
                       "send-source: the desktop portal made no session");

  return FALSE;
}

/* Here the person is asked. */
static gboolean
start (KpPortal *self, GCancellable *cancellable, GError **error)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) results = ask (self, "Start", TRUE, &options, cancellable, error);
  g_autoptr (GVariantIter) streams = NULL;

  if (!results)
    return FALSE;

  if (g_variant_lookup (results, "streams", "a(ua{sv})", &streams)
      && g_variant_iter_next (streams, "(u@a{sv})", &self->node, NULL))
    return TRUE;

  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND,
                       "send-source: the desktop portal has no pictures of what was chosen");

  return FALSE;
}

static gboolean
open_pipewire (KpPortal *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) reply = NULL;
  GError *cause = NULL;
  gint32 index;

  reply
      = kp_portal_bus_call (&self->bus, "OpenPipeWireRemote", g_variant_new ("(oa{sv})", self->session, NULL),
                            "(h)", &fds, cancellable, &cause);
  if (reply)
    {
      g_variant_get (reply, "(h)", &index);
      if (fds && index >= 0 && index < g_unix_fd_list_get_length (fds))
        self->fd = g_unix_fd_list_get (fds, index, &cause);
      else
        g_set_error_literal (&cause, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "there is no descriptor");
    }
  if (self->fd >= 0)
    return TRUE;

  return kp_portal_bus_fail (cause, GST_KURENTO_ERROR_NOT_FOUND, "the desktop portal does not open PipeWire",
                             error);
}

static gboolean
converse (KpPortal *self, const KpPortalWish *wish, GCancellable *cancellable, GError **error)
{
  g_auto (GVariantDict) sources = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) abilities = kp_portal_bus_connect (&self->bus, cancellable, error);
  g_autoptr (GVariant) results = NULL;

  if (!abilities || !compare_abilities (abilities, wish, &sources, error))
    return FALSE;

  kp_portal_bus_subscribe (&self->bus, KP_PORTAL_REQUEST, "Response", response_cb, self);
  kp_portal_bus_subscribe (&self->bus, KP_PORTAL_SESSION, "Closed", session_closed_cb, self);
  if (!create_session (self, cancellable, error))
    return FALSE;
  results = ask (self, "SelectSources", FALSE, &sources, cancellable, error);

  return results && start (self, cancellable, error) && open_pipewire (self, cancellable, error);
}

KpPortal *
kp_portal_open (const KpPortalWish *wish, GCancellable *cancellable, GError **error)
{
  g_autoptr (KpPortal) self = g_new0 (KpPortal, 1);

  kp_portal_bus_init (&self->bus, wish->timeout);
  self->fd = -1;

  return converse (self, wish, cancellable, error) ? g_steal_pointer (&self) : NULL;
}

gint
kp_portal_dup_fd (KpPortal *self, GError **error)
{
  gint fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 3);
  gint code = errno;

  if (fd < 0)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND,
                 "send-source: no descriptor is left for PipeWire: %s", g_strerror (code));

  return fd;
}

guint32
kp_portal_get_node (KpPortal *self)
{
  return self->node;
}

gboolean
kp_portal_watch (KpPortal *self, GCancellable *cancellable)
{
  g_autoptr (GSource) pipewire = kp_portal_bus_watch_fd (&self->bus, self->fd);

  while (!self->bus.is_over && !g_cancellable_is_cancelled (cancellable))
    kp_portal_bus_wait (&self->bus, 0, cancellable);
  g_source_destroy (pipewire);

  return !g_cancellable_is_cancelled (cancellable);
}

void
kp_portal_close (KpPortal *self)
{
  kp_portal_bus_close_object (&self->bus, self->request, KP_PORTAL_REQUEST);
  kp_portal_bus_close_object (&self->bus, self->session, KP_PORTAL_SESSION);
  kp_portal_bus_clear (&self->bus);
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->results, g_variant_unref);
  g_free (self->session);
  g_free (self->request);
  g_free (self);
}
