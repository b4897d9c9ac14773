/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "test-pipewire.h"
#include "test-portal.h"

/* main() of tests of a Wayland session: its bus, and PipeWire. */
static inline int
test_desktop_main (int argc, char **argv, Suite *(*suite_new) (void), const gchar *name, const gchar *file)
{
  int n_failed;

  g_setenv ("WAYLAND_DISPLAY", "wayland-0", TRUE);
  test_bus_start ();
  test_pipewire_init ();
  gst_check_init (&argc, &argv);
  n_failed = gst_check_run_suite (suite_new (), name, file);
  test_pipewire_clear ();
  test_bus_stop ();

  return n_failed;
}
