/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include "../test-desktop.h"

#include <gst/kurentopeer/kurentopeer.h>

#define ONLY_VIDEO "media-constraints={\"audio\":false,\"video\":{\"width\":160}} "
#define VIEWER "kurentopeerrecvonly name=p " ONLY_VIDEO "p.video_src_0 ! " VIDEO_SINK ("v")
#define SENDER "kurentopeersendonly name=p " ONLY_VIDEO "send-source=screen"

static void
portal_init (TestPortal *self)
{
  test_pipewire_start ();
  self->node = test_pipewire_get_node ();
  self->pipewire = test_pipewire_connect ();
  test_portal_start (self);
}

static void
portal_clear (TestPortal *self)
{
  test_portal_stop (self);
  close (self->pipewire);
  test_pipewire_stop ();
}

static gpointer
link_thread (gpointer data)
{
  test_pipewire_link ();

  return NULL;
}

static void
stream_ended_cb (GstElement *peer, GstStreamCollection *streams, gint *n_ended)
{
  fail_unless (gst_stream_get_stream_type (gst_stream_collection_get_stream (streams, 0))
               == GST_STREAM_TYPE_VIDEO);
  g_atomic_int_inc (n_ended);
}

/* What the other side sees, until the person at the desktop has had enough: the end of the track, here the only one. */
GST_START_TEST (test_call)
{
  TestPortal portal = { NULL };
  GThread *linker;
  gint n_ended = 0;
  Side sender;
  Side viewer;
  Watch watch;

  portal_init (&portal);
  side_init (&sender, SENDER);
  side_init (&viewer, VIEWER);
  watch_init (&watch, &viewer, "v");
  g_signal_connect (sender.peer, "stream-ended", G_CALLBACK (stream_ended_cb), &n_ended);
  linker = g_thread_new ("link", link_thread, NULL);
  call (&sender, &viewer);
  g_thread_join (linker);
  watch_wait_colour (&watch, TEST_PIPEWIRE_COLOR);
  watch_wait_size (&watch, 160, 100);
  test_portal_end_session (&portal);
  wait_until (g_atomic_int_get (&n_ended) == 1);
  wait_until (g_atomic_int_get (&sender.n_eos) == 1);
  fail_unless_equals_int (sender.n_errors + sender.n_warnings, 0);
  side_clear (&sender);
  side_clear (&viewer);
  watch_clear (&watch);
  portal_clear (&portal);
}
GST_END_TEST

/* The action answers it, and the pipeline hears of it once. */
GST_START_TEST (test_refused)
{
  TestPortal portal = { "Start", TEST_PORTAL_RESPONDS, 1 };
  g_autoptr (GError) error = NULL;
  GstStructure *answer;
  Side side;

  portal_init (&portal);
  side_init (&side, SENDER);
  side_play (&side);
  answer = side_ask (&side, "generate-offer", NULL);
  fail_unless (gst_structure_get (answer, "error", G_TYPE_ERROR, &error, NULL));
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_ALLOWED), "%s",
               error->message);
  wait_until (g_atomic_int_get (&side.n_errors) == 1);
  gst_structure_free (answer);
  side_clear (&side);
  portal_clear (&portal);
}
GST_END_TEST

/* The element is in PLAYING while the person is asked, and goes down at once. */
GST_START_TEST (test_teardown)
{
  TestPortal portal = { "Start", TEST_PORTAL_IS_SILENT };
  GstState state;
  Side side;

  portal_init (&portal);
  side_init (&side, SENDER);
  side_play (&side);
  wait_until (g_atomic_int_get (&portal.n_calls) == 1);
  fail_unless (gst_element_get_state (side.pipeline, &state, NULL, GST_SECOND) != GST_STATE_CHANGE_FAILURE);
  fail_unless_equals_int (state, GST_STATE_PLAYING);
  side_stop (&side);
  wait_until (g_atomic_int_get (&portal.n_closed_sessions) == 1);
  side_clear (&side);
  portal_clear (&portal);
}
GST_END_TEST

static Suite *
cast_suite (void)
{
  Suite *suite = suite_create ("cast");
  TCase *tcase = tcase_create ("portal");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_call);
  tcase_add_test (tcase, test_refused);
  tcase_add_test (tcase, test_teardown);

  return suite;
}

int
main (int argc, char **argv)
{
  return test_desktop_main (argc, argv, cast_suite, "cast", __FILE__);
}
