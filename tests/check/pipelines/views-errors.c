/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* Whatever is wrong with a view, the call does not mind. */

static GstElement *
get_view (Side *side, const gchar *property)
{
  GstElement *view;

  g_object_get (side->peer, property, &view, NULL);
  fail_unless (view != NULL, "there is no %s", property);

  return view;
}

static GMutex held_lock;
static GCond held_cond;
static gboolean held;
static gint n_waiting; /* atomic */

static void
set_held (gboolean value)
{
  g_mutex_lock (&held_lock);
  held = value;
  g_cond_broadcast (&held_cond);
  g_mutex_unlock (&held_lock);
}

static void
handoff_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  g_mutex_lock (&held_lock);
  g_atomic_int_inc (&n_waiting);
  while (held)
    g_cond_wait (&held_cond, &held_lock);
  g_mutex_unlock (&held_lock);
}

static void
hold_view (Side *side, const gchar *property)
{
  g_autoptr (GstElement) view = get_view (side, property);

  g_signal_connect (view, "handoff", G_CALLBACK (handoff_cb), NULL);
}

/* Each view holds on to its first picture: what is sent and received goes on, linked or not; so does the application. */
GST_START_TEST (test_held)
{
  Side a, b, c;
  Watch there, here;

  set_held (TRUE);
  side_init (&a, RED "kurentopeer name=p local-video=\"fakesink signal-handoffs=true\" "
                     "remote-video=\"fakesink signal-handoffs=true\" "
                     "remote-audio=\"fakesink signal-handoffs=true\" p.video_src_0 ! " VIDEO_SINK ("v"));
  side_init (&b, GREEN "kurentopeer name=p " TONE (400) "p. p.video_src_0 ! " VIDEO_SINK ("v"));
  hold_view (&a, "local-video");
  hold_view (&a, "remote-video");
  hold_view (&a, "remote-audio");
  watch_init (&here, &a, "v");
  watch_init (&there, &b, "v");
  call (&a, &b);
  wait_until (g_atomic_int_get (&n_waiting) == 3);
  watch_wait (&there, 20);
  watch_wait (&here, 20);
  watch_wait_colour (&there, 0xff0000);
  watch_wait_colour (&here, 0x00ff00);
  gst_bin_recalculate_latency (GST_BIN (a.pipeline));
  call_leave (&b, &a);
  watch_clear (&there);

  side_init (&c, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&there, &c, "v");
  call (&c, &a);
  watch_wait_colour (&there, 0xff0000);
  fail_unless_equals_int (a.n_errors + a.n_warnings, 0);
  set_held (FALSE);
  side_clear (&a);
  side_clear (&b);
  side_clear (&c);
  watch_clear (&there);
  watch_clear (&here);
}
GST_END_TEST

/* Views that wait for a time that is years away, and for one that never comes. */
GST_START_TEST (test_far_away)
{
  Side a, b;
  Watch there;

  side_init (&a, RED "kurentopeer name=p local-video=\"fakesink sync=true ts-offset=900000000000000000\" "
                     "remote-video=\"fakesink sync=true ts-offset=900000000000000000\" ");
  side_init (&b, GREEN "kurentopeer name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&there, &b, "v");
  call (&a, &b);
  watch_wait (&there, 20);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&there);
}
GST_END_TEST

/* Each fails after some pictures or at once: one warning that names it, and the call goes on. */
static const struct
{
  const gchar *view;
  const gchar *part; /* of the warning */
} failures[] = {
  { "local-video=\"identity error-after=5 ! fakesink\"", "local-video: " },
  { "remote-video=\"identity error-after=5 ! fakesink\"", "remote-video: " },
  { "remote-audio=\"identity error-after=5 ! fakesink\"", "remote-audio: " },
  { "local-video=identity", "local-video: the sink does not take the data (not-linked)" },
  { "remote-video=identity", "remote-video: the sink does not take the data (not-linked)" },
  { "local-video=\"fakesink state-error=ready-to-paused\"", "local-video: " },
  { "remote-audio=\"fakesink state-error=null-to-ready\"", "remote-audio: " },
};

GST_START_TEST (test_fails)
{
  g_autofree gchar *line = g_strdup_printf (RED "kurentopeer name=p %s", failures[__i__].view);
  Side a, b;
  Watch there;

  side_init (&a, line);
  side_init (&b, GREEN "kurentopeer name=p " TONE (400) "p. p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&there, &b, "v");
  call (&a, &b);
  wait_until (g_atomic_int_get (&a.n_warnings) == 1);
  fail_unless (g_str_has_prefix (a.warning, failures[__i__].part), "%s", a.warning);
  watch_wait (&there, 10);
  watch_wait_colour (&there, 0xff0000);
  fail_unless_equals_int (a.n_errors + a.n_peer_errors + a.n_disconnected, 0);
  fail_unless_equals_int (a.n_warnings, 1);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&there);
}
GST_END_TEST

/* What comes encoded is not shown. */
GST_START_TEST (test_encoded)
{
  Side a, b;
  Watch there;

  side_init (&a, RED "vp8enc deadline=1 ! kurentopeer name=p local-video=fakesink");
  side_init (&b, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&there, &b, "v");
  call (&a, &b);
  watch_wait_colour (&there, 0xff0000);
  wait_until (g_atomic_int_get (&a.n_warnings) == 1);
  fail_unless (g_str_has_prefix (a.warning, "local-video: "), "%s", a.warning);
  fail_unless (strstr (a.warning, "video/x-vp8") != NULL, "%s", a.warning);
  fail_unless_equals_int (a.n_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&there);
}
GST_END_TEST

/* Somebody closes the window, and the application opens it again, as often as it likes. */
GST_START_TEST (test_show_again)
{
  g_autoptr (GstElement) view = NULL;
  g_autoptr (GstPad) pad = NULL;
  Watch watch;
  Side a;

  side_init (&a, RED "kurentopeer name=p local-video=\"fakesink sync=true\"");
  view = get_view (&a, "local-video");
  pad = gst_element_get_static_pad (view, "sink");
  watch_init_pad (&watch, a.pipeline, pad);
  side_play (&a);
  watch_wait (&watch, 5);
  for (gint i = 1; i <= 2; i++)
    {
      GST_ELEMENT_ERROR (view, RESOURCE, NOT_FOUND, ("Output window was closed"), (NULL));
      wait_until (g_atomic_int_get (&a.n_warnings) == i);
      g_signal_emit_by_name (a.peer, "show-local-video");
      watch_wait (&watch, 5);
      fail_unless_equals_int (GST_STATE (view), GST_STATE_PLAYING);
    }

  /* what is shown is left alone */
  g_signal_emit_by_name (a.peer, "show-local-video");
  watch_wait (&watch, 5);
  fail_unless_equals_int (watch.streams, 3);
  fail_unless_equals_int (a.n_errors, 0);
  fail_unless_equals_int (a.n_warnings, 2);
  side_stop (&a);
  g_signal_emit_by_name (a.peer, "show-local-video");
  fail_unless_equals_int (GST_STATE (view), GST_STATE_NULL);
  side_clear (&a);
  watch_clear (&watch);
}
GST_END_TEST

/* What cannot work at all is an error that names the property. */
static const struct
{
  const gchar *line;
  const gchar *part; /* of the message */
} fatal[] = {
  { "kurentopeer name=p local-video=videotestsrc", "local-video: videotestsrc" },
  { "kurentopeer name=p remote-audio=audiotestsrc", "remote-audio: audiotestsrc" },
  { "kurentopeer name=p remote-video=\"audioconvert ! fakesink\"", "remote-video: " },
  { "kurentopeer name=p remote-audio=\"videoconvert ! fakesink\"", "remote-audio: " },
  { "kurentopeer name=p output=encoded remote-video=fakesink", "output" },
  { "kurentopeer name=p output=rtp remote-audio=fakesink", "remote-audio: " },
};

GST_START_TEST (test_fatal)
{
  Side side;

  side_init (&side, fatal[__i__].line);
  fail_unless_equals_int (gst_element_set_state (side.pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  wait_until (g_atomic_int_get (&side.n_errors) > 0);
  fail_unless (strstr (side.error, fatal[__i__].part) != NULL, "%s", side.error);
  side_stop (&side);
  fail_unless_equals_int (side.n_errors, 1);
  side_clear (&side);
}
GST_END_TEST

static void
expect_refused (Side *side, const gchar *part)
{
  gint before = g_atomic_int_get (&side->n_errors);

  fail_unless_equals_int (gst_element_set_state (side->pipeline, GST_STATE_PLAYING),
                          GST_STATE_CHANGE_FAILURE);
  wait_until (g_atomic_int_get (&side->n_errors) == before + 1);
  fail_unless (strstr (side->error, part) != NULL, "%s", side->error);
  side_stop (side);
}

/* An element that is in a bin already, or that is two views. */
GST_START_TEST (test_taken)
{
  Side side;
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", "mine"));
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new ("other"));

  side_init (&side, "kurentopeer name=p");
  gst_bin_add (GST_BIN (bin), sink);
  g_object_set (side.peer, "remote-video", sink, NULL);
  expect_refused (&side, "remote-video: mine is already in other");
  gst_bin_remove (GST_BIN (bin), sink);
  g_object_set (side.peer, "local-video", sink, NULL);
  expect_refused (&side, "remote-video: mine is also local-video");
  g_object_set (side.peer, "local-video", NULL, NULL);
  side_play (&side);
  wait_until (GST_STATE (side.peer) == GST_STATE_PLAYING);
  side_clear (&side);
  ASSERT_OBJECT_REFCOUNT (sink, "sink", 1);
}
GST_END_TEST

/* While it plays nothing is changed. */
GST_START_TEST (test_too_late)
{
  Side side;
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  g_autoptr (GstElement) got = NULL;

  side_init (&side, RED "kurentopeer name=p");
  side_play (&side);
  g_object_set (side.peer, "remote-video", sink, NULL);
  wait_until (g_atomic_int_get (&side.n_warnings) == 1);
  fail_unless (strstr (side.warning, "remote-video can only be set") != NULL, "%s", side.warning);
  g_object_get (side.peer, "remote-video", &got, NULL);
  fail_unless (got == NULL);
  ASSERT_OBJECT_REFCOUNT (sink, "sink", 1);
  side_clear (&side);
}
GST_END_TEST

static void
stop_cb (GstElement *peer, const gchar *reason, gpointer user_data)
{
  gst_element_set_state (peer, GST_STATE_NULL);
  g_atomic_int_inc ((gint *)user_data);
}

/* A handler may end it all. */
GST_START_TEST (test_stop_from_handler)
{
  Side a, b;
  g_autoptr (GstElement) view = NULL;
  gint stopped = 0;

  side_init (&a, RED "kurentopeer name=p local-video=fakesink remote-video=\"queue ! fakesink sync=true\"");
  side_init (&b, GREEN "kurentopeer name=p");
  view = get_view (&a, "remote-video");
  call (&a, &b);
  g_signal_connect (a.peer, "disconnected", G_CALLBACK (stop_cb), &stopped);
  g_signal_emit_by_name (a.peer, "close", NULL);
  wait_until (g_atomic_int_get (&stopped) == 1);
  fail_unless_equals_int (GST_STATE (view), GST_STATE_NULL);
  fail_unless (GST_OBJECT_PARENT (view) == NULL);
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

static Suite *
views_errors_suite (void)
{
  Suite *suite = suite_create ("views-errors");
  TCase *tcase = tcase_create ("views-errors");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_held);
  tcase_add_test (tcase, test_far_away);
  tcase_add_loop_test (tcase, test_fails, 0, G_N_ELEMENTS (failures));
  tcase_add_test (tcase, test_encoded);
  tcase_add_test (tcase, test_show_again);
  tcase_add_loop_test (tcase, test_fatal, 0, G_N_ELEMENTS (fatal));
  tcase_add_test (tcase, test_taken);
  tcase_add_test (tcase, test_too_late);
  tcase_add_test (tcase, test_stop_from_handler);

  return suite;
}

GST_CHECK_MAIN (views_errors)
