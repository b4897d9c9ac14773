/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#define SENDER GREEN "kurentopeer name=p " TONE (400) "p."

/* One is linked, the other is not, and never stops it. */
static const struct
{
  const gchar *line;
  const gchar *sink;
} halves[] = {
  { "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("s"), "s" },
  { "kurentopeerrecvonly name=p p.audio_src_0 ! " AUDIO_SINK ("s"), "s" },
};

static GstPad *
wait_pad (Side *side, const gchar *name)
{
  GstPad *pad = NULL;

  wait_until (pad || (pad = gst_element_get_static_pad (side->peer, name)));

  return pad;
}

static GstElement *
link_late (Side *side, const gchar *pad_name, const gchar *description)
{
  g_autoptr (GstPad) src = NULL;
  g_autoptr (GstPad) sink = NULL;
  GstElement *bin = gst_parse_bin_from_description (description, TRUE, NULL);

  fail_unless (bin != NULL);
  src = wait_pad (side, pad_name);
  gst_bin_add (GST_BIN (side->pipeline), bin);
  gst_element_sync_state_with_parent (bin);
  sink = gst_element_get_static_pad (bin, "sink");
  fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);

  return bin;
}

/* The other is linked in the middle of the call, and has data within a second: a picture too, for which a keyframe has to
 * be asked. Unlinked again, it does not stop the first one either. */
GST_START_TEST (test_linked_late)
{
  gboolean late_video = __i__ == 1;
  const gchar *late_pad = late_video ? "video_src_0" : "audio_src_0";
  Side a, b;
  Watch first, late;
  gint64 start;

  side_init (&a, SENDER);
  side_init (&b, halves[__i__].line);
  watch_init (&first, &b, "s");
  call (&a, &b);
  watch_wait (&first, 60);

  start = g_get_monotonic_time ();
  {
    g_autoptr (GstElement) sink = link_late (&b, late_pad, late_video ? VIDEO_SINK ("l") : AUDIO_SINK ("l"));
    g_autoptr (GstPad) src = gst_element_get_static_pad (b.peer, late_pad);
    g_autoptr (GstPad) pad = gst_pad_get_peer (src);

    gst_object_ref (sink);
    watch_init (&late, &b, "l");
    wait_until (watch_buffers (&late) > 0);
    fail_unless (g_get_monotonic_time () - start < G_TIME_SPAN_SECOND, "it took %d ms",
                 (gint)((g_get_monotonic_time () - start) / 1000));
    if (late_video)
      watch_wait_colour (&late, 0x00ff00);
    else
      watch_wait_tone (&late, 400);
    gst_pad_unlink (src, pad);
    watch_wait (&first, 30);
  }
  fail_unless_equals_int (a.n_errors + a.n_peer_errors + b.n_errors + b.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&first);
  watch_clear (&late);
}
GST_END_TEST

/* Of three peers one after the other: the pads stay, no EOS; caps and a segment come with each, and GAPs between. */
GST_START_TEST (test_reconnect)
{
  static const gchar *const callers[] = {
    GREEN "kurentopeer name=p " TONE (400) "p.",
    "videotestsrc is-live=true pattern=red ! video/x-raw,width=320,height=240,framerate=30/1 ! "
    "kurentopeer name=p " TONE (1000) "p.",
    "videotestsrc is-live=true pattern=blue ! " VIDEO_CAPS
    " ! kurentopeer name=p video-codecs=H264 " TONE (600) "p.",
  };
  static const guint32 colours[] = { 0x00ff00, 0xff0000, 0x0000ff };
  static const guint tones[] = { 400, 1000, 600 };
  g_autoptr (GstPad) pad = NULL;
  Watch video, audio;
  Side b;

  side_init (
      &b, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a"));
  watch_init (&video, &b, "v");
  watch_init (&audio, &b, "a");
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    {
      g_autoptr (GstPad) now = NULL;
      guint segments = video.segments;
      Side a;

      side_init (&a, callers[i]);
      call (&a, &b);
      watch_wait_colour (&video, colours[i]);
      watch_wait_tone (&audio, tones[i]);
      fail_unless (video.segments > segments);
      now = gst_element_get_static_pad (b.peer, "video_src_0");
      if (pad == NULL)
        pad = gst_object_ref (now);
      fail_unless (pad == now);
      call_leave (&a, &b);
      watch_wait_gaps (&video, 5);
      watch_wait_gaps (&audio, 5);
      side_clear (&a);
    }
  fail_unless_equals_int (watch_eos (&video) + watch_eos (&audio), 0);
  fail_unless_equals_int (video.streams, 1);
  fail_unless_equals_int (b.peer->numsrcpads, 2);
  fail_unless_equals_int (b.n_errors, 0);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&audio);
}
GST_END_TEST

/* Mixers go on when the peer goes. */
static const gchar *const mixers[] = {
  "compositor name=m ! " VIDEO_SINK ("s") RED "m. kurentopeerrecvonly name=p p.video_src_0 ! queue ! m.",
  "audiomixer name=m ! " AUDIO_SINK ("s")
      TONE (600) "m. kurentopeerrecvonly name=p p.audio_src_0 ! queue ! m.",
};

GST_START_TEST (test_mixers)
{
  g_autoptr (GstPad) src = NULL;
  Side a, b;
  Watch mixed;
  guint before;
  GstClockTime start;

  side_init (&a, SENDER);
  side_init (&b, mixers[__i__]);
  watch_init (&mixed, &b, "s");
  call (&a, &b);
  src = wait_pad (&b, __i__ ? "audio_src_0" : "video_src_0");
  watch_wait (&mixed, 60);
  call_leave (&a, &b);
  before = watch_buffers (&mixed);
  start = gst_element_get_current_running_time (b.pipeline);
  wait_until (gst_element_get_current_running_time (b.pipeline) > start + 3 * GST_SECOND);
  /* 30 pictures or 100 buffers of sound a second */
  fail_unless (watch_buffers (&mixed) - before >= 75, "%u came in 3 s", watch_buffers (&mixed) - before);
  fail_unless_equals_int (b.n_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&mixed);
}
GST_END_TEST

static Suite *
source_pads_suite (void)
{
  Suite *suite = suite_create ("source-pads");
  TCase *tcase = tcase_create ("source-pads");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_linked_late, 0, G_N_ELEMENTS (halves));
  tcase_add_test (tcase, test_reconnect);
  tcase_add_loop_test (tcase, test_mixers, 0, G_N_ELEMENTS (mixers));

  return suite;
}

GST_CHECK_MAIN (source_pads)
