/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#define FRAMES_PER_SECOND 30
#define PICTURES "videotestsrc name=s pattern=solid-color ! " VIDEO_CAPS " ! "
#define RECEIVER                                                                                             \
  "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a")

/* What a source has let go. */
static void
watch_source (Watch *watch, Side *side, const gchar *name)
{
  g_autoptr (GstElement) source = side_get (side, name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  watch_init_pad (watch, side->pipeline, pad);
}

/* The source passed @n buffers from @first on at its own rate, +-5 % and the time of 3 frames. */
static void
fail_unless_own_rate (Watch *watch, guint first, guint n)
{
  Arrival begin, end;
  gint64 took, should;

  wait_until (watch_buffers (watch) > first + n);
  begin = watch_arrival (watch, first);
  end = watch_arrival (watch, first + n);
  took = GST_CLOCK_DIFF (begin.now, end.now);
  should = GST_CLOCK_DIFF (begin.time, end.time);
  fail_unless (ABS (took - should) < should / 20 + 3 * GST_SECOND / FRAMES_PER_SECOND,
               "%" G_GINT64_FORMAT " ms of media came in %" G_GINT64_FORMAT " ms", should / GST_MSECOND,
               took / GST_MSECOND);
}

static void
wait_running_time (Side *side, GstClockTime time)
{
  wait_until (gst_element_get_current_running_time (side->pipeline) >= time);
}

/* Sound and picture wait for the peer, begin with their first, go on in step and at their own rate. The next peer sees
 * them go on. */
GST_START_TEST (test_wait_and_go_on)
{
  Side a, b[2];
  Watch pictures, sound, video, audio;
  guint passed;

  side_init (&a, PICTURES "kurentopeer name=p audiotestsrc name=t freq=400 ! p.");
  watch_source (&pictures, &a, "s");
  watch_source (&sound, &a, "t");
  side_play (&a);
  wait_running_time (&a, 1500 * GST_MSECOND);
  fail_unless (watch_buffers (&pictures) <= 3);
  fail_unless (watch_buffers (&sound) <= 3);

  side_init (&b[0], RECEIVER);
  watch_init (&video, &b[0], "v");
  watch_init (&audio, &b[0], "a");
  call (&b[0], &a);
  watch_wait_tone (&audio, 400);
  fail_unless_own_rate (&video, 15, 45);
  fail_unless_own_rate (&pictures, 15, 45);
  call_leave (&b[0], &a);
  side_clear (&b[0]);
  watch_clear (&video);
  watch_clear (&audio);

  passed = watch_buffers (&pictures);
  side_init (&b[1], RECEIVER);
  watch_init (&video, &b[1], "v");
  call (&b[1], &a);
  fail_unless_own_rate (&video, 15, 30);
  fail_unless_own_rate (&pictures, passed + 15, 30);
  fail_unless_equals_int (a.n_errors + a.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b[1]);
  watch_clear (&video);
  watch_clear (&pictures);
  watch_clear (&sound);
}
GST_END_TEST

/* Whose first data comes when the peer is there for long: no burst. */
GST_START_TEST (test_late_start)
{
  Side a, b;
  Watch pictures, video;
  g_autoptr (GstElement) source = NULL;

  side_init (&a, PICTURES "kurentopeer name=p " TONE (400) "p.");
  side_init (&b, RECEIVER);
  source = side_get (&a, "s");
  gst_element_set_locked_state (source, TRUE);
  watch_source (&pictures, &a, "s");
  watch_init (&video, &b, "v");
  call (&a, &b);
  wait_running_time (&a, 3 * GST_SECOND);
  fail_unless_equals_int (watch_buffers (&pictures), 0);
  gst_element_set_locked_state (source, FALSE);
  gst_element_sync_state_with_parent (source);
  fail_unless_own_rate (&pictures, 10, 45);
  fail_unless_own_rate (&video, 15, 30);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&pictures);
}
GST_END_TEST

static gboolean
seek (Side *side, GstClockTime position)
{
  g_autoptr (GstElement) source = side_get (side, "s");

  return gst_element_send_event (source,
                                 gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                                     GST_SEEK_TYPE_SET, position, GST_SEEK_TYPE_NONE, 0));
}

static const gchar *const codecs[] = { "VP8", "VP9", "H264" };

/* A flushing seek, to the start and far ahead, with each encoder: no burst, no pause, no end. */
GST_START_TEST (test_seek)
{
  static const GstClockTime positions[] = { 0, 3600 * GST_SECOND, 2 * GST_SECOND };
  g_autofree gchar *line = g_strdup_printf (PICTURES "kurentopeer name=p video-codecs=%s", codecs[__i__]);
  Side a, b;
  Watch pictures, video;

  side_init (&a, line);
  side_init (&b, RECEIVER);
  watch_source (&pictures, &a, "s");
  watch_init (&video, &b, "v");
  call (&a, &b);
  watch_wait (&video, 15);
  for (guint i = 0; i < G_N_ELEMENTS (positions); i++)
    {
      guint received = watch_buffers (&video);
      guint passed;

      fail_unless (seek (&a, positions[i]));
      passed = watch_buffers (&pictures);
      fail_unless_own_rate (&pictures, passed + 10, 30);
      fail_unless (watch_buffers (&video) > received + 20);
    }
  fail_unless_equals_int (a.n_errors + a.n_peer_errors + b.n_errors + b.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&pictures);
}
GST_END_TEST

/* A source that ends in the middle ends the call, and all of it was seen. */
GST_START_TEST (test_end)
{
  Side a, b;
  Watch video;

  side_init (&a, "videotestsrc num-buffers=45 ! " VIDEO_CAPS " ! kurentopeer name=p");
  side_init (&b, RECEIVER);
  watch_init (&video, &b, "v");
  call (&b, &a);
  wait_until (g_atomic_int_get (&a.n_eos) == 1);
  wait_until (watch_buffers (&video) >= 40);
  fail_unless_equals_int (a.n_errors + a.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

/* A live source is never held up: what it makes is dropped. */
GST_START_TEST (test_live_is_dropped)
{
  Side a, b;
  Watch pictures, video;
  guint passed;

  side_init (&a, "videotestsrc is-live=true name=s ! " VIDEO_CAPS " ! kurentopeer name=p");
  side_init (&b, RECEIVER);
  watch_source (&pictures, &a, "s");
  watch_init (&video, &b, "v");
  side_play (&a);
  wait_running_time (&a, 2 * GST_SECOND);
  passed = watch_buffers (&pictures);
  fail_unless (passed >= 2 * FRAMES_PER_SECOND * 9 / 10, "%u frames in 2 s", passed);
  call (&a, &b);
  watch_wait (&video, 15);
  fail_unless_own_rate (&pictures, watch_buffers (&pictures), 30);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&pictures);
}
GST_END_TEST

static Suite *
not_live_suite (void)
{
  Suite *suite = suite_create ("not-live");
  TCase *tcase = tcase_create ("not-live");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_wait_and_go_on);
  tcase_add_test (tcase, test_late_start);
  tcase_add_loop_test (tcase, test_seek, 0, G_N_ELEMENTS (codecs));
  tcase_add_test (tcase, test_end);
  tcase_add_test (tcase, test_live_is_dropped);

  return suite;
}

GST_CHECK_MAIN (not_live)
