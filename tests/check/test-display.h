/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* An X server of the test, with windows of one colour each. */
#define TEST_SCREEN_WIDTH 640
#define TEST_SCREEN_HEIGHT 400

static pid_t test_display_server;
static gchar *test_display_authority; /* of whom the server lets in */

static inline void
test_display_write_authority (void)
{
  static const gchar entry[] = "\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10the test's cookie";
  gint fd = g_file_open_tmp ("kurentopeer-XXXXXX", &test_display_authority, NULL);

  g_assert_cmpint (write (fd, entry, 44), ==, 44);
  close (fd);
  g_setenv ("XAUTHORITY", test_display_authority, TRUE);
}

static inline void
test_display_stop (void)
{
  g_unlink (test_display_authority);
  g_clear_pointer (&test_display_authority, g_free);
  kill (test_display_server, SIGTERM);
  waitpid (test_display_server, NULL, 0);
}

/* On a display that is free, which becomes that of the process. Before any thread. */
static inline void
test_display_start (void)
{
  gchar number[8] = "";
  gchar *name;
  gint fds[2];

  test_display_write_authority ();
  g_assert_cmpint (pipe (fds), ==, 0);
  test_display_server = fork ();
  if (test_display_server == 0)
    {
      g_autofree gchar *fd = g_strdup_printf ("%d", fds[1]);

      /* also when the test does not get to its end, and without what waits for our output */
      prctl (PR_SET_PDEATHSIG, SIGTERM);
      dup2 (open ("/dev/null", O_RDWR), STDOUT_FILENO);
      dup2 (STDOUT_FILENO, STDERR_FILENO);
      execlp ("Xvfb", "Xvfb", "-displayfd", fd, "-screen", "0",
              G_STRINGIFY (TEST_SCREEN_WIDTH) "x" G_STRINGIFY (TEST_SCREEN_HEIGHT) "x24", "-nolisten", "tcp",
              "-noreset", "-auth", test_display_authority, NULL);
      _exit (127);
    }
  close (fds[1]);
  g_assert_cmpint (read (fds[0], number, sizeof number - 1), >, 0);
  close (fds[0]);

  name = g_strconcat (":", g_strchomp (number), NULL);
  g_setenv ("DISPLAY", name, TRUE);
  g_unsetenv ("WAYLAND_DISPLAY");
  g_unsetenv ("XDG_SESSION_TYPE");
  g_free (name);
}

static inline Display *
test_display_open (void)
{
  Display *display = XOpenDisplay (NULL);

  g_assert_nonnull (display);
  XSetWindowBackground (display, DefaultRootWindow (display), 0x0000ff);
  XClearWindow (display, DefaultRootWindow (display));
  XSync (display, False);

  return display;
}

/* @color is 0xRRGGBB. */
static inline Window
test_display_add_window (Display *display, const gchar *title, gint x, gint y, guint width, guint height,
                         gulong color)
{
  Window window
      = XCreateSimpleWindow (display, DefaultRootWindow (display), x, y, width, height, 0, 0, color);
  XEvent event;

  XStoreName (display, window, title);
  XSelectInput (display, window, ExposureMask);
  XMapWindow (display, window);
  XWindowEvent (display, window, ExposureMask, &event);
  XSync (display, False);

  return window;
}
