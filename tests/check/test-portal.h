/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "test-server.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <gst/check/gstcheck.h>

/* A session bus of the test, and a desktop portal on it that does what the test says. */
#define TEST_PORTAL_NODE 4711

#define TEST_PORTAL_DEADLINE (20 * G_TIME_SPAN_SECOND) /* us */

/* For what other threads do. */
#define wait_for(condition)                                                                                  \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 deadline_ = g_get_monotonic_time () + TEST_PORTAL_DEADLINE;                                       \
    while (!(condition) && g_get_monotonic_time () < deadline_)                                              \
      g_poll (NULL, 0, 1);                                                                                   \
    fail_unless (condition, "waited in vain for " #condition);                                               \
  }                                                                                                          \
  G_STMT_END

typedef enum
{
  TEST_PORTAL_ANSWERS,
  TEST_PORTAL_RESPONDS, /* with another response than 0 */
  TEST_PORTAL_FAILS, /* with a D-Bus error */
  TEST_PORTAL_IS_SILENT, /* the call comes back, but there is no response */
  TEST_PORTAL_HANGS, /* the call does not come back */
  TEST_PORTAL_ENDS, /* the session, instead of a response */
  TEST_PORTAL_VANISHES,
  TEST_PORTAL_IS_WRONG, /* the results are none */
} TestPortalTrouble;

typedef struct
{
  /* constant */
  const gchar *method; /* that has trouble, or NULL */
  TestPortalTrouble trouble;
  guint32 response; /* when it responds */
  const gchar *error; /* when it fails */
  gboolean has_no_cast; /* only other interfaces */
  guint32 surfaces; /* 0: all */
  guint32 cursors; /* 0: all */
  guint32 node; /* 0: TEST_PORTAL_NODE */
  gint pipewire; /* owned by the test; what is handed out, or -1 */

  GThread *thread; /* owned */
  GMainContext *context; /* owned */
  GMainLoop *loop; /* owned */
  GDBusNodeInfo *info; /* owned */
  GDBusConnection *bus; /* owned */
  GHashTable *held; /* owned; of GDBusMethodInvocation that hang */
  gchar *session; /* owned */

  /* atomic; what it was asked for */
  gint types;
  gint cursor; /* 0: none */
  gint n_calls; /* of the method with trouble */
  gint n_closed_sessions;
  gint n_closed_requests;
  gint is_ready;
} TestPortal;

static const gchar test_portal_xml[]
    = "<node><interface name='org.freedesktop.portal.ScreenCast'>"
      "<method name='CreateSession'><arg type='a{sv}' direction='in'/><arg type='o' "
      "direction='out'/></method>"
      "<method name='SelectSources'><arg type='o' direction='in'/><arg type='a{sv}' direction='in'/>"
      "<arg type='o' direction='out'/></method>"
      "<method name='Start'><arg type='o' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"
      "<method name='OpenPipeWireRemote'><arg type='o' direction='in'/><arg type='a{sv}' direction='in'/>"
      "<arg type='h' direction='out'/></method>"
      "<property name='AvailableSourceTypes' type='u' access='read'/>"
      "<property name='AvailableCursorModes' type='u' access='read'/>"
      "</interface>"
      "<interface name='org.freedesktop.portal.Request'><method name='Close'/></interface>"
      "<interface name='org.freedesktop.portal.Session'><method name='Close'/></interface>"
      "<interface name='org.freedesktop.portal.Print'/></node>";

static pid_t test_bus_daemon;
static gchar *test_bus_config; /* owned; a file */

/* Without services of the system. Before any thread. */
static inline void
test_bus_start (void)
{
  static const gchar config[] = "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>"
                                "<policy context='default'><allow user='*'/><allow "
                                "send_destination='*'/><allow receive_sender='*'/><allow own='*'/>"
                                "</policy></busconfig>";
  g_autofree gchar *option = NULL;
  gchar address[256] = "";

  close (g_file_open_tmp ("kurentopeer-XXXXXX", &test_bus_config, NULL));
  g_assert_true (g_file_set_contents (test_bus_config, config, -1, NULL));
  option = g_strconcat ("--config-file=", test_bus_config, NULL);
  test_bus_daemon = test_server_start (
      (const gchar *[]){ "dbus-daemon", option, "--nofork", "--nopidfile", "--print-address=3", NULL },
      address, sizeof address);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", g_strchomp (address), TRUE);
}

static inline void
test_bus_stop (void)
{
  test_server_stop (test_bus_daemon);
  g_unlink (test_bus_config);
  g_clear_pointer (&test_bus_config, g_free);
}

static inline void
test_portal_emit (TestPortal *self, const gchar *path, const gchar *interface, const gchar *signal,
                  GVariant *parameters)
{
  g_assert_true (g_dbus_connection_emit_signal (self->bus, NULL, path, interface, signal, parameters, NULL));
}

static inline void
test_portal_close_cb (GDBusConnection *bus, const gchar *sender, const gchar *path, const gchar *interface,
                      const gchar *method, GVariant *parameters, GDBusMethodInvocation *invocation,
                      gpointer user_data)
{
  TestPortal *self = user_data;

  g_atomic_int_inc (strstr (interface, "Session") ? &self->n_closed_sessions : &self->n_closed_requests);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static const GDBusInterfaceVTable test_portal_close_vtable = { .method_call = test_portal_close_cb };

/* The path of what somebody else can close: it is named after who has it. */
static inline gchar *
test_portal_add_object (TestPortal *self, const gchar *kind, const gchar *interface, const gchar *sender,
                        GVariant *options)
{
  g_autofree gchar *who = g_strdelimit (g_strdup (sender + 1), ".", '_');
  const gchar *token = NULL;
  gchar *path;

  g_assert_true (g_variant_lookup (
      options, g_str_equal (kind, "session") ? "session_handle_token" : "handle_token", "&s", &token));
  path = g_strdup_printf ("/org/freedesktop/portal/desktop/%s/%s/%s", kind, who, token);
  g_assert_cmpuint (g_dbus_connection_register_object (
                        self->bus, path, g_dbus_node_info_lookup_interface (self->info, interface),
                        &test_portal_close_vtable, self, NULL, NULL),
                    >, 0);

  return path;
}

static inline GVariant *
test_portal_new_results (TestPortal *self, const gchar *method, const gchar *sender, GVariant *options)
{
  GVariantDict results;

  g_variant_dict_init (&results, NULL);
  if (g_str_equal (method, "CreateSession"))
    {
      g_free (self->session);
      self->session
          = test_portal_add_object (self, "session", "org.freedesktop.portal.Session", sender, options);
      g_variant_dict_insert (&results, "session_handle", "s", self->session);
    }
  else if (g_str_equal (method, "SelectSources"))
    {
      guint32 value = 0;

      g_variant_lookup (options, "types", "u", &value);
      g_atomic_int_set (&self->types, value);
      value = 0;
      g_variant_lookup (options, "cursor_mode", "u", &value);
      g_atomic_int_set (&self->cursor, value);
    }
  else
    g_variant_dict_insert_value (
        &results, "streams",
        g_variant_new_parsed ("[(%u, @a{sv} {})]", self->node ? self->node : TEST_PORTAL_NODE));

  return g_variant_dict_end (&results);
}

/* The answer comes first, as often, or last. */
static inline void
test_portal_answer (TestPortal *self, const gchar *method, const gchar *sender, GVariant *options,
                    GDBusMethodInvocation *invocation)
{
  gboolean has_trouble = g_strcmp0 (method, self->method) == 0 && self->trouble != TEST_PORTAL_ANSWERS;
  g_autofree gchar *path
      = test_portal_add_object (self, "request", "org.freedesktop.portal.Request", sender, options);
  GVariant *results = test_portal_new_results (self, method, sender, options);
  GVariant *reply = g_variant_new ("(o)", path);

  if (has_trouble && self->trouble == TEST_PORTAL_IS_WRONG)
    {
      g_variant_unref (g_variant_ref_sink (results));
      results = g_variant_new_parsed ("{'streams': <'none'>, 'session_handle': <true>}");
    }
  if (!has_trouble || self->trouble == TEST_PORTAL_IS_WRONG || self->trouble == TEST_PORTAL_RESPONDS)
    test_portal_emit (self, path, "org.freedesktop.portal.Request", "Response",
                      g_variant_new ("(u@a{sv})", has_trouble ? self->response : 0, results));
  else
    g_variant_unref (g_variant_ref_sink (results));
  g_dbus_method_invocation_return_value (invocation, reply);
  if (has_trouble && self->trouble == TEST_PORTAL_ENDS)
    test_portal_emit (self, self->session, "org.freedesktop.portal.Session", "Closed", NULL);
}

static inline void
test_portal_open_pipewire (TestPortal *self, GDBusMethodInvocation *invocation)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();

  g_assert_cmpint (g_unix_fd_list_append (fds, self->pipewire, NULL), ==, 0);
  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, g_variant_new ("(h)", 0), fds);
}

static inline void
test_portal_call_cb (GDBusConnection *bus, const gchar *sender, const gchar *path, const gchar *interface,
                     const gchar *method, GVariant *parameters, GDBusMethodInvocation *invocation,
                     gpointer user_data)
{
  TestPortal *self = user_data;
  g_autoptr (GVariant) options
      = g_variant_get_child_value (parameters, g_variant_n_children (parameters) - 1);
  gboolean has_trouble = g_strcmp0 (method, self->method) == 0;

  if (has_trouble && self->trouble == TEST_PORTAL_HANGS)
    g_hash_table_add (self->held, invocation);
  else if (has_trouble && self->trouble == TEST_PORTAL_VANISHES)
    {
      g_object_unref (invocation);
      g_dbus_connection_close (self->bus, NULL, NULL, NULL);
    }
  else if (has_trouble && self->trouble == TEST_PORTAL_FAILS)
    g_dbus_method_invocation_return_dbus_error (invocation, self->error, "so says the test");
  else if (g_str_equal (method, "OpenPipeWireRemote"))
    test_portal_open_pipewire (self, invocation);
  else
    test_portal_answer (self, method, sender, options, invocation);
  if (has_trouble)
    g_atomic_int_inc (&self->n_calls);
}

static inline GVariant *
test_portal_get_cb (GDBusConnection *bus, const gchar *sender, const gchar *path, const gchar *interface,
                    const gchar *name, GError **error, gpointer user_data)
{
  TestPortal *self = user_data;

  if (g_str_equal (name, "AvailableSourceTypes"))
    return g_variant_new_uint32 (self->surfaces ? self->surfaces : 7);

  return g_variant_new_uint32 (self->cursors ? self->cursors : 7);
}

static const GDBusInterfaceVTable test_portal_vtable
    = { .method_call = test_portal_call_cb, .get_property = test_portal_get_cb };

static inline void
test_portal_serve (TestPortal *self)
{
  const gchar *interface = self->has_no_cast ? "org.freedesktop.portal.Print"
                                             : "org.freedesktop.portal.ScreenCast";
  g_autoptr (GVariant) reply = NULL;

  self->bus = g_dbus_connection_new_for_address_sync (g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
                                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                      NULL, NULL, NULL);
  g_assert_nonnull (self->bus);
  g_dbus_connection_register_object (self->bus, "/org/freedesktop/portal/desktop",
                                     g_dbus_node_info_lookup_interface (self->info, interface),
                                     &test_portal_vtable, self, NULL, NULL);
  reply = g_dbus_connection_call_sync (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (reply);
}

static inline void
test_portal_closed_cb (GDBusConnection *bus, gboolean vanished, GError *error, gboolean *is_closed)
{
  *is_closed = TRUE;
}

static inline gpointer
test_portal_thread (gpointer data)
{
  TestPortal *self = data;
  gboolean is_closed = FALSE;

  g_main_context_push_thread_default (self->context);
  test_portal_serve (self);
  g_signal_connect (self->bus, "closed", G_CALLBACK (test_portal_closed_cb), &is_closed);
  g_atomic_int_set (&self->is_ready, TRUE);
  g_main_loop_run (self->loop);
  g_hash_table_remove_all (self->held);
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  while (!is_closed || g_main_context_pending (self->context))
    g_main_context_iteration (self->context, TRUE);
  g_object_unref (self->bus);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

/* After the constant fields have been set. */
static inline void
test_portal_start (TestPortal *self)
{
  self->info = g_dbus_node_info_new_for_xml (test_portal_xml, NULL);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->held = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->thread = g_thread_new ("portal", test_portal_thread, self);
  wait_for (g_atomic_int_get (&self->is_ready));
}

static inline gboolean
test_portal_quit_cb (gpointer user_data)
{
  g_main_loop_quit (((TestPortal *)user_data)->loop);

  return G_SOURCE_REMOVE;
}

static inline void
test_portal_stop (TestPortal *self)
{
  g_main_context_invoke (self->context, test_portal_quit_cb, self);
  g_thread_join (self->thread);
  g_hash_table_unref (self->held);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_dbus_node_info_unref (self->info);
  g_free (self->session);
}

static inline gboolean
test_portal_end_cb (gpointer user_data)
{
  TestPortal *self = user_data;

  test_portal_emit (self, self->session, "org.freedesktop.portal.Session", "Closed", NULL);

  return G_SOURCE_REMOVE;
}

/* The person at the desktop has had enough. */
static inline void
test_portal_end_session (TestPortal *self)
{
  g_main_context_invoke (self->context, test_portal_end_cb, self);
}
