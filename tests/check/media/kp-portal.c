/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-portal.h"

#include "../test-portal.h"
#include "gstkurentoerror.h"

#include <sys/socket.h>

#define SHORT_TIMEOUT (G_TIME_SPAN_SECOND / 5) /* us */
#define LONG (10 * G_TIME_SPAN_SECOND) /* us; no wait for a timeout is as short */

static const KpPortalWish wish = { .surfaces = KP_SURFACE_MONITOR, .shows_cursor = TRUE };

/* What was closed just before may still be among them: GDBus closes in a thread of its own. */
static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;

  return n;
}

/* GLib keeps some descriptors of its own from the first use on. */
static void
warm_up_gdbus (void)
{
  TestPortal portal = { .has_no_cast = TRUE, .pipewire = -1 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  test_portal_start (&portal);
  g_assert_null (kp_portal_open (&wish, cancellable, NULL));
  test_portal_stop (&portal);
}

/* Of which one end is what the portal hands out. */
static void
make_pipewire (TestPortal *portal, gint fds[2])
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  portal->pipewire = fds[0];
}

GST_START_TEST (test_choice)
{
  static const struct
  {
    const gchar *display;
    const gchar *session;
    gboolean is_due;
  } rows[] = {
    { NULL, NULL, FALSE },     { "", "x11", FALSE },        { "", "tty", FALSE },
    { NULL, "wayland", TRUE }, { "wayland-0", NULL, TRUE }, { "wayland-0", "x11", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_unsetenv ("WAYLAND_DISPLAY");
      g_unsetenv ("XDG_SESSION_TYPE");
      if (rows[i].display)
        g_setenv ("WAYLAND_DISPLAY", rows[i].display, TRUE);
      if (rows[i].session)
        g_setenv ("XDG_SESSION_TYPE", rows[i].session, TRUE);
      g_assert_cmpint (kp_portal_is_due (), ==, rows[i].is_due);
    }
  g_unsetenv ("WAYLAND_DISPLAY");
  g_unsetenv ("XDG_SESSION_TYPE");
}
GST_END_TEST

GST_START_TEST (test_wishes)
{
  static const struct
  {
    KpPortalWish wish;
    guint32 surfaces;
    guint32 cursors;
    gint types;
    gint cursor;
  } rows[] = {
    { { KP_SURFACE_MONITOR, TRUE }, 0, 0, 1, 2 },
    { { KP_SURFACE_WINDOW, FALSE }, 0, 0, 2, 1 },
    { { KP_SURFACE_MONITOR | KP_SURFACE_WINDOW, TRUE }, 7, 7, 3, 2 },
    { { KP_SURFACE_MONITOR | KP_SURFACE_WINDOW, TRUE }, 1, 1, 1, 0 },
  };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TestPortal portal = { .surfaces = rows[__i__].surfaces, .cursors = rows[__i__].cursors };
  KpPortal *opened;
  gchar byte = 0;
  guint n_descriptors;
  gint fds[2];
  gint fd;

  warm_up_gdbus ();
  make_pipewire (&portal, fds);
  test_portal_start (&portal);
  n_descriptors = count_descriptors ();
  opened = kp_portal_open (&rows[__i__].wish, cancellable, &error);
  g_assert_no_error (error);
  g_assert_cmpint (portal.types, ==, rows[__i__].types);
  g_assert_cmpint (portal.cursor, ==, rows[__i__].cursor);
  g_assert_cmpuint (kp_portal_get_node (opened), ==, TEST_PORTAL_NODE);

  fd = kp_portal_dup_fd (opened, &error);
  g_assert_no_error (error);
  g_assert_cmpint (write (fd, "x", 1), ==, 1);
  g_assert_cmpint (read (fds[1], &byte, 1), ==, 1);
  g_assert_cmpint (byte, ==, 'x');
  close (fd);

  kp_portal_close (opened);
  wait_for (g_atomic_int_get (&portal.n_closed_sessions) == 1);
  wait_for (count_descriptors () <= n_descriptors);
  test_portal_stop (&portal);
  close (fds[0]);
  close (fds[1]);
}
GST_END_TEST

GST_START_TEST (test_failures)
{
  static const struct
  {
    const gchar *method;
    TestPortalTrouble trouble;
    guint32 response;
    const gchar *error;
    GstKurentoError code;
    const gchar *message_part;
  } rows[] = {
    { "Start", TEST_PORTAL_RESPONDS, 1, NULL, GST_KURENTO_ERROR_NOT_ALLOWED, "does not want it" },
    { "Start", TEST_PORTAL_RESPONDS, 2, NULL, GST_KURENTO_ERROR_NOT_FOUND, "gave up Start (response 2)" },
    { "Start", TEST_PORTAL_FAILS, 0, "org.freedesktop.portal.Error.NotFound", GST_KURENTO_ERROR_NOT_FOUND,
      "fails to Start: so says the test" },
    { "Start", TEST_PORTAL_ENDS, 0, NULL, GST_KURENTO_ERROR_NOT_FOUND, "Start: it has gone" },
    { "Start", TEST_PORTAL_VANISHES, 0, NULL, GST_KURENTO_ERROR_NOT_FOUND, "Start" },
    { "Start", TEST_PORTAL_IS_WRONG, 0, NULL, GST_KURENTO_ERROR_NOT_FOUND, "no pictures" },
    { "Start", TEST_PORTAL_HANGS, 0, NULL, GST_KURENTO_ERROR_TIMEOUT, "Start" },
    { "CreateSession", TEST_PORTAL_RESPONDS, 2, NULL, GST_KURENTO_ERROR_NOT_FOUND, "CreateSession" },
    { "CreateSession", TEST_PORTAL_IS_WRONG, 0, NULL, GST_KURENTO_ERROR_NOT_FOUND, "made no session" },
    { "CreateSession", TEST_PORTAL_HANGS, 0, NULL, GST_KURENTO_ERROR_TIMEOUT, "CreateSession" },
    { "CreateSession", TEST_PORTAL_IS_SILENT, 0, NULL, GST_KURENTO_ERROR_TIMEOUT, "does not answer" },
    { "CreateSession", TEST_PORTAL_FAILS, 0, "org.freedesktop.portal.Error.NotAllowed",
      GST_KURENTO_ERROR_NOT_ALLOWED, "so says the test" },
    { "SelectSources", TEST_PORTAL_FAILS, 0, "org.freedesktop.DBus.Error.AccessDenied",
      GST_KURENTO_ERROR_NOT_ALLOWED, "so says the test" },
    { "SelectSources", TEST_PORTAL_IS_SILENT, 0, NULL, GST_KURENTO_ERROR_TIMEOUT, "does not answer" },
    { "OpenPipeWireRemote", TEST_PORTAL_FAILS, 0, "org.freedesktop.portal.Error.Failed",
      GST_KURENTO_ERROR_NOT_FOUND, "so says the test" },
    { "OpenPipeWireRemote", TEST_PORTAL_HANGS, 0, NULL, GST_KURENTO_ERROR_TIMEOUT, "PipeWire" },
  };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TestPortal portal = { rows[__i__].method, rows[__i__].trouble, rows[__i__].response, rows[__i__].error };
  KpPortalWish hasty = wish;
  guint n_descriptors;

  warm_up_gdbus ();
  portal.pipewire = STDIN_FILENO;
  hasty.timeout = SHORT_TIMEOUT;
  test_portal_start (&portal);
  n_descriptors = count_descriptors ();
  g_assert_null (kp_portal_open (&hasty, cancellable, &error));
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, rows[__i__].code), "%s", error->message);
  fail_unless (g_str_has_prefix (error->message, "send-source: "), "%s", error->message);
  fail_unless (strstr (error->message, rows[__i__].message_part), "%s", error->message);
  if (rows[__i__].trouble != TEST_PORTAL_VANISHES)
    wait_for (count_descriptors () <= n_descriptors);
  test_portal_stop (&portal);
}
GST_END_TEST

/* What is missing is said. */
GST_START_TEST (test_missing)
{
  static const struct
  {
    const gchar *address; /* NULL: the test's */
    gboolean has_portal;
    TestPortal portal;
    const gchar *message_part;
  } rows[] = {
    { "unix:path=/there/is/no/bus", FALSE, { NULL }, "no session bus" },
    { NULL, FALSE, { NULL }, "no desktop portal" },
    { NULL, TRUE, { .has_no_cast = TRUE }, "no desktop portal that shows screens" },
    { NULL, TRUE, { .surfaces = KP_SURFACE_WINDOW }, "shows no screens" },
  };
  g_autofree gchar *address = g_strdup (g_getenv ("DBUS_SESSION_BUS_ADDRESS"));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TestPortal portal = rows[__i__].portal;

  if (rows[__i__].has_portal)
    test_portal_start (&portal);
  if (rows[__i__].address)
    g_setenv ("DBUS_SESSION_BUS_ADDRESS", rows[__i__].address, TRUE);
  g_assert_null (kp_portal_open (&wish, cancellable, &error));
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  fail_unless (strstr (error->message, rows[__i__].message_part), "%s", error->message);
  if (rows[__i__].has_portal)
    test_portal_stop (&portal);
}
GST_END_TEST

static gpointer
cancel_when_called (gpointer data)
{
  gpointer *arguments = data;
  TestPortal *portal = arguments[0];

  wait_for (g_atomic_int_get (&portal->n_calls) == 1);
  g_cancellable_cancel (arguments[1]);

  return NULL;
}

/* At once, and the portal is told of it. */
GST_START_TEST (test_cancelled)
{
  static const struct
  {
    const gchar *method;
    TestPortalTrouble trouble;
    gint n_closed_requests;
    gint n_closed_sessions;
  } rows[] = {
    { "CreateSession", TEST_PORTAL_HANGS, 0, 0 },     { "CreateSession", TEST_PORTAL_IS_SILENT, 1, 0 },
    { "SelectSources", TEST_PORTAL_IS_SILENT, 1, 1 }, { "Start", TEST_PORTAL_HANGS, 0, 1 },
    { "Start", TEST_PORTAL_IS_SILENT, 1, 1 },         { "OpenPipeWireRemote", TEST_PORTAL_HANGS, 0, 1 },
  };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TestPortal portal = { rows[__i__].method, rows[__i__].trouble };
  gpointer arguments[] = { &portal, cancellable };
  gint64 start = g_get_monotonic_time ();
  GThread *thread;

  test_portal_start (&portal);
  thread = g_thread_new ("cancel", cancel_when_called, arguments);
  g_assert_null (kp_portal_open (&wish, cancellable, &error));
  g_assert_cmpint (g_get_monotonic_time () - start, <, LONG);
  g_assert_nonnull (error);
  g_thread_join (thread);
  wait_for (g_atomic_int_get (&portal.n_closed_requests) == rows[__i__].n_closed_requests
            && g_atomic_int_get (&portal.n_closed_sessions) == rows[__i__].n_closed_sessions);
  test_portal_stop (&portal);
}
GST_END_TEST

enum
{
  END_BY_SESSION,
  END_BY_PORTAL,
  END_BY_PIPEWIRE,
  END_BY_US,
  N_ENDS
};

typedef struct
{
  gint end;
  TestPortal *portal;
  gint pipewire;
  GCancellable *cancellable;
} End;

static gpointer
end_thread (gpointer data)
{
  End *end = data;

  if (end->end == END_BY_SESSION)
    test_portal_end_session (end->portal);
  else if (end->end == END_BY_PORTAL)
    g_dbus_connection_close (end->portal->bus, NULL, NULL, NULL);
  else if (end->end == END_BY_PIPEWIRE)
    shutdown (end->pipewire, SHUT_RDWR);
  else
    g_cancellable_cancel (end->cancellable);

  return NULL;
}

GST_START_TEST (test_ends)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TestPortal portal = { NULL };
  KpPortal *opened;
  GThread *thread;
  gint fds[2];

  make_pipewire (&portal, fds);
  test_portal_start (&portal);
  opened = kp_portal_open (&wish, cancellable, &error);
  g_assert_no_error (error);
  thread = g_thread_new ("end", end_thread, &(End){ __i__, &portal, fds[1], cancellable });
  g_assert_cmpint (kp_portal_watch (opened, cancellable), ==, __i__ != END_BY_US);
  g_thread_join (thread);
  kp_portal_close (opened);
  test_portal_stop (&portal);
  close (fds[0]);
  close (fds[1]);
}
GST_END_TEST

static Suite *
kp_portal_suite (void)
{
  Suite *suite = suite_create ("kp-portal");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_choice);
  tcase_add_loop_test (tcase, test_wishes, 0, 4);
  tcase_add_loop_test (tcase, test_failures, 0, 16);
  tcase_add_loop_test (tcase, test_missing, 0, 4);
  tcase_add_loop_test (tcase, test_cancelled, 0, 6);
  tcase_add_loop_test (tcase, test_ends, 0, N_ENDS);

  return suite;
}

int
main (int argc, char **argv)
{
  int n_failed;

  test_bus_start ();
  gst_check_init (&argc, &argv);
  n_failed = gst_check_run_suite (kp_portal_suite (), "kp_portal", __FILE__);
  test_bus_stop ();

  return n_failed;
}
