/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <glib/gstdio.h>

/* EOS on one pad ends that track only; on all of them, the call and the pipeline. */
GST_START_TEST (test_one_and_all)
{
  Side a, b;
  Watch video, audio;
  guint frames;
  g_autoptr (GstElement) tone = NULL;

  side_init (&a, RED "identity eos-after=60 ! kurentopeer name=p "
                     "audiotestsrc name=s is-live=true freq=400 ! p.");
  side_init (&b, "kurentopeer name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a"));
  watch_init (&video, &b, "v");
  watch_init (&audio, &b, "a");
  call (&a, &b);
  watch_wait_colour (&video, 0xff0000);
  watch_wait_gaps (&video, 5);
  frames = watch_buffers (&video);
  watch_wait (&audio, 20);
  watch_wait_tone (&audio, 400);
  fail_unless (watch_buffers (&video) <= frames + 1);
  fail_unless_equals_int (g_atomic_int_get (&a.n_eos), 0);
  fail_unless_equals_int (g_atomic_int_get (&b.n_disconnected), 0);

  tone = side_get (&a, "s");
  gst_element_send_event (tone, gst_event_new_eos ());
  wait_until (g_atomic_int_get (&a.n_eos) == 1);
  wait_until (g_atomic_int_get (&a.n_disconnected) == 1);
  /* the receiver goes on: it waits for the next one */
  fail_unless_equals_int (watch_eos (&video) + watch_eos (&audio), 0);
  fail_unless_equals_int (g_atomic_int_get (&b.n_eos), 0);
  fail_unless_equals_int (a.n_errors + b.n_errors + a.n_peer_errors + b.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&audio);
}
GST_END_TEST

/* The sources end while connected: with nothing, one or both source pads linked. The source pads of a sendrecv element
 * must not hold up the end. */
static const gchar *const rests[] = {
  "",
  "p.video_src_0 ! fakesink name=v",
  "p.video_src_0 ! fakesink name=v p.audio_src_0 ! fakesink sync=true",
  "p.video_src_0 ! fakesink name=v async=false sync=true",
};

GST_START_TEST (test_end_with_sinks)
{
  g_autofree gchar *line
      = g_strdup_printf ("videotestsrc is-live=true num-buffers=60 ! " VIDEO_CAPS
                         " ! kurentopeer name=p audiotestsrc is-live=true num-buffers=60 ! p. %s",
                         rests[__i__]);
  Side a, b;

  side_init (&a, line);
  side_init (&b, GREEN "kurentopeer name=p " TONE (400) "p.");
  call (&a, &b);
  wait_until (g_atomic_int_get (&a.n_eos) == 1);
  wait_until (g_atomic_int_get (&a.n_disconnected) == 1);
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

/* Also before any peer came. */
GST_START_TEST (test_end_without_peer)
{
  Side side;

  side_init (&side, "videotestsrc is-live=true num-buffers=10 ! kurentopeer name=p");
  side_play (&side);
  wait_until (g_atomic_int_get (&side.n_eos) == 1);
  side_clear (&side);
}
GST_END_TEST

static const gchar *const recordings[] = {
  "p.video_src_0 ! queue ! videoconvert ! vp8enc deadline=1 ! webmmux name=m ! filesink location=%s "
  "p.audio_src_0 ! queue ! audioconvert ! audioresample ! opusenc ! m.",
  "p.video_src_0 ! queue ! matroskamux ! filesink location=%s",
  "p.audio_src_0 ! queue ! audioconvert ! wavenc ! filesink location=%s",
};

static guint
count_played (const gchar *path, GstClockTime *duration)
{
  g_autofree gchar *line
      = g_strdup_printf ("filesrc location=%s ! decodebin3 name=d d. ! fakesink name=f", path);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  guint buffers;
  Watch watch;

  watch_init_pad (&watch, pipeline, pad);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%" GST_PTR_FORMAT, message);
  fail_unless (gst_element_query_duration (pipeline, GST_FORMAT_TIME, (gint64 *)duration));
  buffers = watch_buffers (&watch);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  watch_clear (&watch);

  return buffers;
}

/* gst-launch-1.0 -e: EOS that is sent to the pipeline finishes the file, with a peer that goes on, and without. */
GST_START_TEST (test_recording)
{
  gboolean peer_left = __i__ >= (gint)G_N_ELEMENTS (recordings);
  g_autofree gchar *folder = g_dir_make_tmp ("kurentopeer-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "recording", NULL);
  g_autofree gchar *rest = g_strdup_printf (recordings[__i__ % G_N_ELEMENTS (recordings)], path);
  g_autofree gchar *line = g_strdup_printf ("%s kurentopeer name=p %s", RED "p.", rest);
  GstClockTime duration = 0;
  gint64 recorded;
  Side a, b;
  guint played;

  side_init (&a, line);
  side_init (&b, GREEN "kurentopeer name=p " TONE (400) "p.");
  call (&a, &b);
  recorded = g_get_monotonic_time ();
  wait_until (g_get_monotonic_time () - recorded > 1500 * G_TIME_SPAN_MILLISECOND);
  if (peer_left)
    call_leave (&b, &a);
  gst_element_send_event (a.pipeline, gst_event_new_eos ());
  wait_until (g_atomic_int_get (&a.n_eos) == 1);
  fail_unless_equals_int (a.n_errors, 0);
  side_clear (&a);
  side_clear (&b);

  played = count_played (path, &duration);
  fail_unless (played >= 15, "%u buffers in %s", played, path);
  fail_unless (duration > GST_SECOND && duration < 15 * GST_SECOND, "%" GST_TIME_FORMAT,
               GST_TIME_ARGS (duration));
  g_unlink (path);
  g_rmdir (folder);
}
GST_END_TEST

/* EOS that is sent to the element goes out of every source pad, one that comes later too. */
GST_START_TEST (test_sent_to_element)
{
  Side a, b;
  Watch video, audio;

  side_init (
      &a, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a"));
  side_init (&b, GREEN "kurentopeer name=p " TONE (400) "p.");
  watch_init (&video, &a, "v");
  watch_init (&audio, &a, "a");
  call (&a, &b);
  watch_wait (&video, 3);
  watch_wait (&audio, 3);
  fail_unless (gst_element_send_event (a.peer, gst_event_new_eos ()));
  wait_until (watch_eos (&video) == 1 && watch_eos (&audio) == 1);
  wait_until (g_atomic_int_get (&a.n_eos) == 1);
  fail_unless_equals_int (a.n_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&audio);
}
GST_END_TEST

static Suite *
eos_suite (void)
{
  Suite *suite = suite_create ("eos");
  TCase *tcase = tcase_create ("eos");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_one_and_all);
  tcase_add_loop_test (tcase, test_end_with_sinks, 0, G_N_ELEMENTS (rests));
  tcase_add_test (tcase, test_end_without_peer);
  tcase_add_loop_test (tcase, test_recording, 0, 2 * G_N_ELEMENTS (recordings));
  tcase_add_test (tcase, test_sent_to_element);

  return suite;
}

GST_CHECK_MAIN (eos)
