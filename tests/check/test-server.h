/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program beside the test, which ends with it at the latest. */

/* Reads what it writes to descriptor 3 into @line, when that is not NULL. Before any thread. */
static inline pid_t
test_server_start (const gchar *const *arguments, gchar *line, gsize size)
{
  gint fds[2];
  pid_t server;

  g_assert_cmpint (pipe (fds), ==, 0);
  server = fork ();
  if (server == 0)
    {
      /* also when the test does not get to its end, and without what waits for our output */
      prctl (PR_SET_PDEATHSIG, SIGTERM);
      dup2 (fds[1], 3);
      dup2 (open ("/dev/null", O_RDWR), STDOUT_FILENO);
      dup2 (STDOUT_FILENO, STDERR_FILENO);
      execvp (arguments[0], (gchar **)arguments);
      _exit (127);
    }
  close (fds[1]);
  if (line)
    g_assert_cmpint (read (fds[0], line, size - 1), >, 0);
  close (fds[0]);

  return server;
}

static inline void
test_server_stop (pid_t server)
{
  kill (server, SIGTERM);
  waitpid (server, NULL, 0);
}
