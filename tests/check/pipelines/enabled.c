/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* Media that is disabled, without a word to the peer. */

#define RECEIVER                                                                                             \
  "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a")
#define VP8 "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! "

typedef struct
{
  Side a;
  Side b;
  Watch video;
  Watch audio;
} Call;

static void
call_init (Call *self, const gchar *sender)
{
  side_init (&self->a, sender);
  side_init (&self->b, RECEIVER);
  watch_init (&self->video, &self->b, "v");
  watch_init (&self->audio, &self->b, "a");
}

static void
call_clear (Call *self)
{
  fail_unless_equals_int (self->a.n_errors + self->a.n_peer_errors + self->b.n_errors + self->b.n_peer_errors,
                          0);
  side_clear (&self->a);
  side_clear (&self->b);
  watch_clear (&self->video);
  watch_clear (&self->audio);
}

static gboolean
is_silent (Watch *self)
{
  gboolean silent = TRUE;
  GstMapInfo map;

  g_mutex_lock (&self->lock);
  fail_unless (gst_buffer_map (self->last, &map, GST_MAP_READ));
  for (gsize i = 0; i < map.size / 2; i++)
    silent &= ABS (((const gint16 *)map.data)[i]) < 100;
  gst_buffer_unmap (self->last, &map);
  g_mutex_unlock (&self->lock);

  return silent;
}

static void
set_enabled (Call *self, const gchar *property, gboolean enabled)
{
  g_object_set (self->a.peer, property, enabled, NULL);
}

/* One kind, the other, both; the call goes on, at the full rate. */
GST_START_TEST (test_raw)
{
  Watch encoded;
  guint before;
  Call one;

  call_init (&one, GREEN "kurentopeersendonly name=p video-codecs=VP8 " TONE (1000) "p.");
  watch_init_inside (&encoded, &one.a, "vp8enc");
  call (&one.a, &one.b);
  watch_wait_colour (&one.video, 0x00ff00);
  watch_wait_tone (&one.audio, 1000);

  set_enabled (&one, "video-enabled", FALSE);
  watch_wait_colour (&one.video, 0x000000);
  watch_wait (&one.video, 15);
  watch_wait_tone (&one.audio, 1000);
  before = watch_keyframes (&encoded);
  set_enabled (&one, "video-enabled", TRUE);
  watch_wait_colour (&one.video, 0x00ff00);
  fail_unless_equals_int (watch_keyframes (&encoded), before + 1);

  set_enabled (&one, "audio-enabled", FALSE);
  wait_until (is_silent (&one.audio));
  watch_wait (&one.audio, 20);
  fail_unless (is_silent (&one.audio));
  watch_wait_colour (&one.video, 0x00ff00);
  set_enabled (&one, "enabled", FALSE);
  watch_wait_colour (&one.video, 0x000000);
  set_enabled (&one, "enabled", TRUE);
  watch_wait_colour (&one.video, 0x00ff00);
  watch_wait_tone (&one.audio, 1000);
  fail_unless_equals_int (one.a.n_connected, 1);
  call_clear (&one);
  watch_clear (&encoded);
}
GST_END_TEST

/* Who comes while the camera is disabled does not see the last picture from before. */
GST_START_TEST (test_kept_picture)
{
  Call one;

  call_init (&one, GREEN "kurentopeersendonly name=p video-codecs=VP8");
  side_play (&one.a);
  wait_until (gst_element_get_current_running_time (one.a.pipeline) > 200 * GST_MSECOND);
  set_enabled (&one, "enabled", FALSE);
  call (&one.a, &one.b);
  watch_wait (&one.video, 1);
  fail_unless_equals_int (watch_colour (&one.video), 0x000000);
  watch_wait (&one.video, 10);
  fail_unless_equals_int (watch_colour (&one.video), 0x000000);
  call_clear (&one);
}
GST_END_TEST

/* The same property says it of pads that come later, and of sources of the element's own. */
GST_START_TEST (test_before)
{
  static const gchar *const senders[]
      = { "kurentopeersendonly name=p enabled=false " GREEN "p. " TONE (1000) "p.",
          "kurentopeersendonly name=p enabled=false send-source=test" };
  gboolean audio = TRUE;
  gboolean video = TRUE;
  Call one;

  call_init (&one, senders[__i__]);
  g_object_get (one.a.peer, "audio-enabled", &audio, "video-enabled", &video, NULL);
  fail_if (audio || video);
  call (&one.a, &one.b);
  watch_wait (&one.video, 10);
  fail_unless_equals_int (watch_colour (&one.video), 0x000000);
  watch_wait (&one.audio, 10);
  fail_unless (is_silent (&one.audio));
  call_clear (&one);
}
GST_END_TEST

/* Nothing of what comes encoded goes on, and it begins again with a keyframe. */
GST_START_TEST (test_encoded)
{
  Watch encoded;
  guint before;
  Call one;

  call_init (&one,
             "kurentopeersendonly name=p " GREEN "vp8enc name=e deadline=1 cpu-used=8 "
             "keyframe-max-dist=1000 ! tee name=t t. ! queue ! p. t. ! queue ! fakesink name=k async=false");
  watch_init (&encoded, &one.a, "k");
  call (&one.a, &one.b);
  watch_wait_colour (&one.video, 0x00ff00);
  set_enabled (&one, "video-enabled", FALSE);
  watch_wait_gaps (&one.video, 3);
  before = watch_keyframes (&encoded);
  set_enabled (&one, "video-enabled", TRUE);
  watch_wait (&one.video, 10);
  watch_wait_colour (&one.video, 0x00ff00);
  fail_unless (watch_keyframes (&encoded) > before);
  call_clear (&one);
  watch_clear (&encoded);
}
GST_END_TEST

/* A file does not run through while nothing of it is sent. */
GST_START_TEST (test_file)
{
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstPad) pad = NULL;
  Watch pictures;
  Arrival begin, end;
  gint64 took;
  Call one;

  call_init (&one, "videotestsrc name=s pattern=green num-buffers=150 ! " VIDEO_CAPS " ! " VP8
                   "kurentopeersendonly name=p enabled=false");
  source = side_get (&one.a, "s");
  pad = gst_element_get_static_pad (source, "src");
  watch_init_pad (&pictures, one.a.pipeline, pad);
  call (&one.a, &one.b);
  wait_until (watch_buffers (&pictures) > 50);
  begin = watch_arrival (&pictures, 10);
  end = watch_arrival (&pictures, 40);
  took = GST_CLOCK_DIFF (begin.now, end.now);
  fail_unless (took > 900 * (gint64)GST_MSECOND, "%d ms", (gint)(took / GST_MSECOND));
  set_enabled (&one, "enabled", TRUE);
  /* the next keyframe of the source is asked for */
  watch_wait_colour (&one.video, 0x00ff00);
  call_clear (&one);
  watch_clear (&pictures);
}
GST_END_TEST

static Suite *
enabled_suite (void)
{
  Suite *suite = suite_create ("enabled");
  TCase *tcase = tcase_create ("enabled");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_raw);
  tcase_add_test (tcase, test_kept_picture);
  tcase_add_loop_test (tcase, test_before, 0, 2);
  tcase_add_test (tcase, test_encoded);
  tcase_add_test (tcase, test_file);

  return suite;
}

GST_CHECK_MAIN (enabled)
