/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/video/video.h>

/* What comes to the pad, and its codec. */
static const struct
{
  const gchar *encoder;
  const gchar *properties;
} inputs[] = {
  { "", "video-codecs=VP8" },
  { "", "video-codecs=VP9" },
  { "", "video-codecs=H264" },
  { "vp8enc deadline=1 cpu-used=8 ! ", "" },
  { "vp9enc deadline=1 cpu-used=8 lag-in-frames=0 ! ", "" },
  { "x264enc tune=zerolatency speed-preset=ultrafast ! ", "" },
  { "x264enc tune=zerolatency speed-preset=ultrafast ! video/x-h264,stream-format=avc ! ", "" },
  { "vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! ", "" },
};

static const struct
{
  gint width;
  gint height;
  gint rate;
} formats[] = { { 320, 240, 30 }, { 96, 64, 15 } };

static void
set_format (GstElement *filter, guint index)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT, formats[index].width, "height",
      G_TYPE_INT, formats[index].height, "framerate", GST_TYPE_FRACTION, formats[index].rate, 1, NULL);

  g_object_set (filter, "caps", caps, NULL);
}

/* The other side sees the new size, in the same connection. */
GST_START_TEST (test_format)
{
  g_autofree gchar *line = g_strdup_printf (
      "videotestsrc is-live=true pattern=solid-color foreground-color=0xff00ff00 ! "
      "capsfilter name=format caps=video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! "
      "%s kurentopeersendonly name=p %s",
      inputs[__i__].encoder, inputs[__i__].properties);
  g_autoptr (GstElement) filter = NULL;
  Watch video;
  Side a, b;

  side_init (&a, line);
  side_init (&b, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  filter = side_get (&a, "format");
  watch_init (&video, &b, "v");
  call (&a, &b);
  watch_wait_size (&video, 160, 120);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      set_format (filter, i);
      watch_wait_size (&video, formats[i].width, formats[i].height);
      watch_wait (&video, 5);
      watch_wait_colour (&video, 0x00ff00);
    }
  fail_unless_equals_int (a.n_errors + b.n_errors + a.n_peer_errors + b.n_peer_errors, 0);
  fail_unless_equals_int (a.n_connected + b.n_connected, 2);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

/* Another codec is an error of the pipeline that sends it. */
GST_START_TEST (test_codec)
{
  Watch video;
  Side a, b;
  g_autoptr (GstElement) selector = NULL;
  g_autoptr (GstPad) other = NULL;

  side_init (&a, "input-selector name=s sync-streams=false ! kurentopeersendonly name=p " GREEN
                 "tee name=t t. ! queue ! vp8enc deadline=1 ! s. t. ! queue ! x264enc tune=zerolatency ! "
                 "h264parse ! s.");
  side_init (&b, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&video, &b, "v");
  call (&a, &b);
  watch_wait_colour (&video, 0x00ff00);
  selector = side_get (&a, "s");
  other = gst_element_get_static_pad (selector, "sink_1");
  g_object_set (selector, "active-pad", other, NULL);
  wait_until (g_atomic_int_get (&a.n_errors) > 0);
  g_mutex_lock (&a.lock);
  fail_unless (strstr (a.error, "VP8") && strstr (a.error, "H264") && strstr (a.error, "video_sink_0"), "%s",
               a.error);
  g_mutex_unlock (&a.lock);
  fail_unless_equals_int (a.n_errors, 1);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

static Suite *
changes_suite (void)
{
  Suite *suite = suite_create ("changes");
  TCase *tcase = tcase_create ("changes");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_format, 0, G_N_ELEMENTS (inputs));
  tcase_add_test (tcase, test_codec);

  return suite;
}

GST_CHECK_MAIN (changes)
