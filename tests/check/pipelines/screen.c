/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include "../test-display.h"

#include <gst/kurentopeer/kurentopeer.h>

#define ONLY_VIDEO "media-constraints={\"audio\":false,\"video\":{\"cursor\":\"never\"}} "
#define VIEWER "kurentopeerrecvonly name=p " ONLY_VIDEO "p.video_src_0 ! " VIDEO_SINK ("v")

static void
side_init_screen (Side *self, const gchar *properties)
{
  g_autofree gchar *line = g_strconcat ("kurentopeersendonly name=p " ONLY_VIDEO, properties, NULL);

  side_init (self, line);
}

/* What the other side sees. */
GST_START_TEST (test_call)
{
  static const struct
  {
    const gchar *properties; /* with the XID */
    guint32 color;
  } rows[] = {
    { "send-source=screen", 0x0000ff },
    { "send-source=window window=Red", 0xff0000 },
    { "send-source=window window=0x%lx", 0xff0000 },
  };
  Display *display = test_display_open ();
  Window window = test_display_add_window (display, "Red", 0, 0, 160, 120, 0xff0000);
  g_autofree gchar *properties = g_strdup_printf (rows[__i__].properties, window);
  Side sender;
  Side viewer;
  Watch watch;

  side_init_screen (&sender, properties);
  side_init (&viewer, VIEWER);
  watch_init (&watch, &viewer, "v");
  call (&sender, &viewer);
  watch_wait_colour (&watch, rows[__i__].color);
  fail_unless_equals_int (sender.n_errors + sender.n_warnings, 0);
  side_clear (&sender);
  side_clear (&viewer);
  watch_clear (&watch);
  XCloseDisplay (display);
}
GST_END_TEST

static void
stream_ended_cb (GstElement *peer, GstStreamCollection *streams, gint *n_ended)
{
  fail_unless (gst_stream_get_stream_type (gst_stream_collection_get_stream (streams, 0))
               == GST_STREAM_TYPE_VIDEO);
  g_atomic_int_inc (n_ended);
}

/* It is the end of the track, here the only one. */
GST_START_TEST (test_closed_window)
{
  Display *display = test_display_open ();
  Window window = test_display_add_window (display, "Red", 0, 0, 160, 120, 0xff0000);
  gint n_ended = 0;
  Side sender;
  Side viewer;
  Watch watch;

  side_init_screen (&sender, "send-source=window window=Red");
  side_init (&viewer, VIEWER);
  watch_init (&watch, &viewer, "v");
  g_signal_connect (sender.peer, "stream-ended", G_CALLBACK (stream_ended_cb), &n_ended);
  call (&sender, &viewer);
  watch_wait_colour (&watch, 0xff0000);
  XDestroyWindow (display, window);
  XSync (display, False);
  wait_until (g_atomic_int_get (&n_ended) == 1);
  wait_until (g_atomic_int_get (&sender.n_eos) == 1);
  fail_unless_equals_int (sender.n_errors + sender.n_warnings, 0);
  side_clear (&sender);
  side_clear (&viewer);
  watch_clear (&watch);
  XCloseDisplay (display);
}
GST_END_TEST

/* The action answers it, and the pipeline hears of it once. */
GST_START_TEST (test_failures)
{
  static const struct
  {
    const gchar *properties;
    const gchar *display; /* NULL: the test's */
    GstKurentoError code;
    const gchar *message_part;
  } rows[] = {
    { "send-source=screen", "", GST_KURENTO_ERROR_NOT_SUPPORTED, "no screen can be captured here" },
    { "send-source=window window=Green", NULL, GST_KURENTO_ERROR_NOT_FOUND, "no window \"Green\"" },
  };
  g_autofree gchar *display = g_strdup (g_getenv ("DISPLAY"));
  g_autoptr (GError) error = NULL;
  GstStructure *answer;
  Side side;

  if (rows[__i__].display)
    g_setenv ("DISPLAY", rows[__i__].display, TRUE);
  side_init_screen (&side, rows[__i__].properties);
  side_play (&side);
  answer = side_ask (&side, "generate-offer", NULL);
  fail_unless (gst_structure_get (answer, "error", G_TYPE_ERROR, &error, NULL));
  g_setenv ("DISPLAY", display, TRUE);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, rows[__i__].code), "%s", error->message);
  fail_unless (strstr (error->message, rows[__i__].message_part), "%s", error->message);
  wait_until (g_atomic_int_get (&side.n_errors) == 1);
  gst_structure_free (answer);
  side_clear (&side);
}
GST_END_TEST

static Suite *
screen_suite (void)
{
  Suite *suite = suite_create ("screen");
  TCase *tcase = tcase_create ("x11");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_call, 0, 3);
  tcase_add_test (tcase, test_closed_window);
  tcase_add_loop_test (tcase, test_failures, 0, 2);

  return suite;
}

int
main (int argc, char **argv)
{
  int n_failed;

  test_display_start ();
  gst_check_init (&argc, &argv);
  n_failed = gst_check_run_suite (screen_suite (), "screen", __FILE__);
  test_display_stop ();

  return n_failed;
}
