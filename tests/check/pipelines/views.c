/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/base/gstbasesink.h>

/* Views by descriptions, as gst-launch-1.0 takes them: what is seen and heard in them. */
#define PICTURE "\"videoconvert ! video/x-raw,format=RGB ! fakesink sync=true name=v\" "
#define SOUND                                                                                                \
  "\"audioconvert ! audioresample ! audio/x-raw,format=S16LE,channels=1,rate=8000 ! "                        \
  "fakesink sync=true name=v\" "
#define BLUE "videotestsrc is-live=true pattern=blue ! " VIDEO_CAPS " ! "

static GstElement *
get_view (Side *side, const gchar *property)
{
  GstElement *view;

  g_object_get (side->peer, property, &view, NULL);
  fail_unless (view != NULL, "there is no %s", property);

  return view;
}

/* What comes to the element "v" of a view. */
static void
watch_view (Watch *watch, Side *side, const gchar *property)
{
  g_autoptr (GstElement) view = get_view (side, property);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (view), "v");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");

  watch_init_pad (watch, side->pipeline, pad);
}

/* Beside a source pad that is linked, and beside one that is not. */
static const gchar *const rests[] = { "", "p.video_src_0 ! " VIDEO_SINK ("v") };

/* What goes out is seen without a peer, what comes in as soon as it comes; peers come and go. */
GST_START_TEST (test_peers)
{
  g_autofree gchar *line = g_strdup_printf (RED "kurentopeer name=p local-video=" PICTURE
                                                "remote-video=" PICTURE "remote-audio=" SOUND "%s",
                                            rests[__i__]);
  Side a, b, c;
  Watch local, video, audio;

  side_init (&a, line);
  side_init (&b, GREEN "kurentopeer name=p " TONE (400) "p.");
  side_init (&c, BLUE "kurentopeer name=p " TONE (1000) "p.");
  watch_view (&local, &a, "local-video");
  watch_view (&video, &a, "remote-video");
  watch_view (&audio, &a, "remote-audio");
  side_play (&a);
  watch_wait (&local, 10);
  watch_wait_colour (&local, 0xff0000);

  call (&a, &b);
  watch_wait_colour (&video, 0x00ff00);
  watch_wait_tone (&audio, 400);
  watch_wait (&video, 10);
  watch_wait (&local, 10);
  call_leave (&b, &a);

  call (&c, &a);
  watch_wait_colour (&video, 0x0000ff);
  watch_wait_tone (&audio, 1000);
  watch_wait (&local, 10);
  watch_wait_colour (&local, 0xff0000);
  fail_unless_equals_int (a.n_errors + a.n_warnings, 0);
  fail_unless_equals_int (a.n_disconnected, 1);
  side_clear (&a);
  side_clear (&b);
  side_clear (&c);
  watch_clear (&local);
  watch_clear (&video);
  watch_clear (&audio);
}
GST_END_TEST

typedef struct
{
  GstElement *pipeline; /* borrowed */
  GMutex lock; /* of what follows */
  guint n;
  guint first; /* that counts */
  GstClockTimeDiff earliest; /* ns; after the time of the picture */
} Showing;

static void
handoff_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Showing *showing = user_data;
  GstClockTime now = gst_element_get_current_running_time (showing->pipeline);

  g_mutex_lock (&showing->lock);
  if (showing->n++ >= showing->first)
    showing->earliest = MIN (showing->earliest, GST_CLOCK_DIFF (GST_BUFFER_PTS (buffer), now));
  g_mutex_unlock (&showing->lock);
}

static guint
count (Showing *showing)
{
  guint n;

  g_mutex_lock (&showing->lock);
  n = showing->n;
  g_mutex_unlock (&showing->lock);

  return n;
}

/* From now on; the picture that waits may not know the latency yet. */
static guint
start_measuring (Showing *showing)
{
  guint first;

  g_mutex_lock (&showing->lock);
  first = showing->first = showing->n + 2;
  g_mutex_unlock (&showing->lock);

  return first;
}

/* A picture is shown when the latency of the pipeline is over: not before, and, when nothing keeps it, at once. */
GST_START_TEST (test_in_time)
{
  Side a, b;
  Showing showing = { .first = G_MAXUINT, .earliest = G_MAXINT64 };
  g_autoptr (GstElement) view = NULL;
  GstClockTime latency = 300 * GST_MSECOND;
  guint first;

  g_mutex_init (&showing.lock);
  side_init (&a, GREEN "kurentopeersendonly name=p");
  side_init (&b, "kurentopeerrecvonly name=p latency=300 "
                 "remote-video=\"fakesink sync=true signal-handoffs=true\"");
  showing.pipeline = b.pipeline;
  view = get_view (&b, "remote-video");
  g_signal_connect (view, "handoff", G_CALLBACK (handoff_cb), &showing);
  call (&a, &b);
  wait_until (gst_base_sink_get_latency (GST_BASE_SINK (view)) >= latency);
  first = start_measuring (&showing);
  wait_until (count (&showing) >= first + 30);
  side_stop (&b);
  fail_unless (showing.earliest >= (GstClockTimeDiff)latency
                   && showing.earliest < (GstClockTimeDiff)latency + 200 * GST_MSECOND,
               "shown after %" GST_STIME_FORMAT, GST_STIME_ARGS (showing.earliest));
  side_clear (&a);
  side_clear (&b);
  g_mutex_clear (&showing.lock);
}
GST_END_TEST

/* The picture of a source of our own has green in its middle. */
GST_START_TEST (test_capture)
{
  Side a;
  Watch local;

  side_init (&a, "kurentopeer name=p send-source=test local-video=" PICTURE);
  watch_view (&local, &a, "local-video");
  side_play (&a);
  watch_wait_colour (&local, 0x00ff00);
  fail_unless_equals_int (a.n_errors + a.n_warnings, 0);
  side_clear (&a);
  watch_clear (&local);
}
GST_END_TEST

/* A source that is not live is shown when it goes out. */
GST_START_TEST (test_not_live)
{
  Side a, b;
  Watch local;

  side_init (&a, "videotestsrc pattern=red ! " VIDEO_CAPS " ! kurentopeer name=p local-video=" PICTURE);
  side_init (&b, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_view (&local, &a, "local-video");
  side_play (&a);
  wait_until (gst_element_get_current_running_time (a.pipeline) >= GST_SECOND / 2);
  fail_unless_equals_int (watch_buffers (&local), 0);
  call (&a, &b);
  watch_wait_colour (&local, 0xff0000);
  watch_wait (&local, 10);
  fail_unless (watch_arrival (&local, 0).time >= GST_SECOND / 2);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&local);
}
GST_END_TEST

/* When the pad that is shown goes, the next one is shown. */
GST_START_TEST (test_pads)
{
  Side a;
  Watch local;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstPad) src = NULL;
  g_autoptr (GstPad) pad = NULL;

  side_init (&a, "kurentopeer name=p local-video=" PICTURE RED "identity name=i ! p.video_sink_0 " GREEN
                 "p.video_sink_1");
  watch_view (&local, &a, "local-video");
  side_play (&a);
  watch_wait_colour (&local, 0xff0000);

  source = side_get (&a, "i");
  src = gst_element_get_static_pad (source, "src");
  pad = gst_pad_get_peer (src);
  gst_element_set_locked_state (source, TRUE);
  gst_pad_unlink (src, pad);
  gst_element_release_request_pad (a.peer, pad);
  watch_wait_colour (&local, 0x00ff00);
  gst_element_set_locked_state (source, FALSE);
  side_clear (&a);
  watch_clear (&local);
}
GST_END_TEST

/* The pipeline plays with views that have nothing to show, and ends as ever. */
static const struct
{
  const gchar *line;
  gboolean sends_eos; /* the test does */
} ends[] = {
  { "videotestsrc is-live=true num-buffers=30 ! kurentopeer name=p local-video=fakesink "
    "remote-video=fakesink remote-audio=fakesink",
    FALSE },
  { "videotestsrc is-live=true num-buffers=30 ! kurentopeersendonly name=p local-video=\"queue ! fakesink\" "
    "remote-video=fakesink",
    FALSE },
  { "kurentopeer name=p send-source=test local-video=fakesink remote-video=fakesink", TRUE },
  { "kurentopeerrecvonly name=p remote-video=\"queue ! fakesink\" remote-audio=fakesink", TRUE },
  { "kurentopeerrecvonly name=p remote-video=\"fakesink sync=true async=false\" p.video_src_0 ! fakesink",
    TRUE },
};

GST_START_TEST (test_ends)
{
  Side a;
  GstState state;

  side_init (&a, ends[__i__].line);
  fail_unless_equals_int (gst_element_set_state (a.pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  side_play (&a);
  fail_unless_equals_int (gst_element_get_state (a.peer, &state, NULL, 5 * GST_SECOND),
                          GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (state, GST_STATE_PLAYING);
  if (ends[__i__].sends_eos)
    gst_element_send_event (a.pipeline, gst_event_new_eos ());
  wait_until (g_atomic_int_get (&a.n_eos) == 1);
  fail_unless_equals_int (a.n_errors + a.n_warnings, 0);
  side_clear (&a);
}
GST_END_TEST

/* An element that an application gives stays its own, and can be used again. */
GST_START_TEST (test_ownership)
{
  Side a;
  GstElement *sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  GstElement *got;
  g_autoptr (GstElement) nothing = NULL;

  side_init (&a, RED "kurentopeer name=p");
  g_object_set (a.peer, "local-video", sink, NULL);
  for (guint i = 0; i < 2; i++)
    {
      side_play (&a);
      wait_until (GST_STATE (sink) == GST_STATE_PLAYING);
      gst_element_set_state (a.pipeline, GST_STATE_READY);
      fail_unless_equals_int (GST_STATE (sink), GST_STATE_NULL);
      fail_unless (GST_OBJECT_PARENT (sink) == NULL);
    }
  got = get_view (&a, "local-video");
  fail_unless (got == sink);
  gst_object_unref (got);
  g_object_set (a.peer, "local-video", NULL, NULL);
  g_object_get (a.peer, "local-video", &nothing, NULL);
  fail_unless (nothing == NULL);
  gst_element_set_state (a.pipeline, GST_STATE_NULL);
  ASSERT_OBJECT_REFCOUNT (sink, "sink", 1);

  g_object_set (a.peer, "local-video", sink, NULL);
  side_play (&a);
  wait_until (GST_STATE (sink) == GST_STATE_PLAYING);
  side_clear (&a);
  ASSERT_OBJECT_REFCOUNT (sink, "sink", 1);
  gst_object_unref (sink);
}
GST_END_TEST

static Suite *
views_suite (void)
{
  Suite *suite = suite_create ("views");
  TCase *tcase = tcase_create ("views");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_peers, 0, G_N_ELEMENTS (rests));
  tcase_add_test (tcase, test_in_time);
  tcase_add_test (tcase, test_capture);
  tcase_add_test (tcase, test_not_live);
  tcase_add_test (tcase, test_pads);
  tcase_add_loop_test (tcase, test_ends, 0, G_N_ELEMENTS (ends));
  tcase_add_test (tcase, test_ownership);

  return suite;
}

GST_CHECK_MAIN (views)
