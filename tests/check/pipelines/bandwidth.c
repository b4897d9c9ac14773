/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* The bit rate follows the network, on a way that takes all of it: 127.0.0.1. */

#define NOISE "videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=240,framerate=30/1 ! "
#define RECEIVER "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v")

typedef struct
{
  Side a;
  Side b;
  Watch encoded;
  Watch video;
  gint n_notified;
} Call;

static void
notify_cb (GObject *peer, GParamSpec *pspec, Call *self)
{
  g_atomic_int_inc (&self->n_notified);
}

static guint
get_estimate (Call *self)
{
  guint bitrate;

  g_object_get (self->a.peer, "estimated-bitrate", &bitrate, NULL);

  return bitrate;
}

/* What the encoder is told. */
static guint
get_target (Call *self)
{
  g_autoptr (GstElement) encoder = side_find_inside (&self->a, "vp8enc");
  gint bitrate;

  g_object_get (encoder, "target-bitrate", &bitrate, NULL);

  return bitrate;
}

static void
call_init (Call *self, const gchar *properties)
{
  g_autofree gchar *sender
      = g_strdup_printf (NOISE "kurentopeersendonly name=p video-codecs=VP8 %s", properties);

  *self = (Call){ 0 };
  side_init (&self->a, sender);
  side_init (&self->b, RECEIVER);
  watch_init_inside (&self->encoded, &self->a, "vp8enc");
  watch_init (&self->video, &self->b, "v");
  g_signal_connect (self->a.peer, "notify::estimated-bitrate", G_CALLBACK (notify_cb), self);
  fail_unless_equals_int (get_estimate (self), 0);
  call (&self->a, &self->b);
  watch_wait (&self->video, 5);
}

static void
call_clear (Call *self)
{
  fail_unless_equals_int (self->a.n_errors + self->a.n_peer_errors + self->b.n_errors + self->b.n_peer_errors,
                          0);
  fail_unless_equals_int (self->a.n_connected, 1);
  g_signal_handlers_disconnect_by_data (self->a.peer, self);
  side_clear (&self->a);
  side_clear (&self->b);
  watch_clear (&self->encoded);
  watch_clear (&self->video);
}

/* bit/s of what the encoder makes, in a while by its own time. */
static gdouble
measure (Call *self)
{
  guint first = watch_buffers (&self->encoded);
  guint64 bytes = watch_bytes (&self->encoded);
  GstClockTime begin = watch_arrival (&self->encoded, first - 1).time;
  GstClockTime end;

  watch_wait (&self->encoded, 20);
  end = watch_arrival (&self->encoded, watch_buffers (&self->encoded) - 1).time;

  return 8.0 * (watch_bytes (&self->encoded) - bytes) * GST_SECOND / (end - begin);
}

/* From where it begins to as much as it may be, and what is sent with it. Too little for the pictures makes them smaller, at once
 * when it is wanted; enough brings them back. */
GST_START_TEST (test_follows)
{
  Call one;

  call_init (&one, "start-bitrate=500000 max-bitrate=650000 degradation-preference=maintain-framerate");
  wait_until (get_estimate (&one) == 650000);
  fail_unless (g_atomic_int_get (&one.n_notified) >= 3);
  wait_until (get_target (&one) == 650000);
  wait_until (measure (&one) > 550000);
  fail_unless_equals_int (get_estimate (&one), 650000);
  watch_wait_size (&one.video, 320, 240);

  g_object_set (one.a.peer, "max-bitrate", 100000, NULL);
  wait_until (get_estimate (&one) == 100000);
  watch_wait_size (&one.video, 240, 180);
  gst_util_set_object_arg (G_OBJECT (one.a.peer), "degradation-preference", "disabled");
  watch_wait_size (&one.video, 320, 240);
  gst_util_set_object_arg (G_OBJECT (one.a.peer), "degradation-preference", "maintain-framerate");
  watch_wait_size (&one.video, 240, 180);
  g_object_set (one.a.peer, "max-bitrate", 700000, NULL);
  wait_until (get_estimate (&one) > 100000);
  g_object_set (one.a.peer, "start-bitrate", 600000, NULL);
  wait_until (get_estimate (&one) >= 600000);
  /* it would be so after 5 s, too */
  gst_util_set_object_arg (G_OBJECT (one.a.peer), "degradation-preference", "balanced");
  watch_wait_size (&one.video, 320, 240);
  call_clear (&one);
}
GST_END_TEST

/* Whatever the peer says. */
GST_START_TEST (test_disabled)
{
  Call one;

  call_init (&one, "congestion-control=disabled start-bitrate=500000 max-bitrate=700000");
  watch_wait (&one.video, 60);
  fail_unless_equals_int (get_estimate (&one), 500000);
  fail_unless_equals_int (one.n_notified, 1);
  g_object_set (one.a.peer, "start-bitrate", 600000, NULL);
  wait_until (get_estimate (&one) == 600000);
  g_object_set (one.a.peer, "max-bitrate", 400000, NULL);
  wait_until (get_estimate (&one) == 400000);
  wait_until (get_target (&one) == 400000);
  call_clear (&one);
}
GST_END_TEST

/* Feedback about sound says nothing of video: not of a peer that sends sound alone, and sound beside two pictures takes
 * nothing of what they share. */
GST_START_TEST (test_sound)
{
  static const gchar *const pictures[] = { "", NOISE "p. " NOISE "p." };
  guint estimate = __i__ ? 650000 : 500000;
  g_autofree gchar *sender
      = g_strdup_printf ("kurentopeersendonly name=p video-codecs=VP8 start-bitrate=500000 "
                         "max-bitrate=650000 " TONE (1000) "p. %s",
                         pictures[__i__]);
  Call one = { 0 };
  Watch sound;

  side_init (&one.a, sender);
  side_init (&one.b, "kurentopeerrecvonly name=p p.audio_src_0 ! " AUDIO_SINK ("a"));
  watch_init (&sound, &one.b, "a");
  call (&one.a, &one.b);
  watch_wait (&sound, 50);
  watch_wait_tone (&sound, 1000);
  wait_until (get_estimate (&one) == estimate);
  if (__i__)
    wait_until (get_target (&one) == estimate / 2);
  fail_unless_equals_int (one.a.n_errors + one.a.n_peer_errors + one.b.n_errors + one.b.n_peer_errors, 0);
  side_clear (&one.a);
  side_clear (&one.b);
  watch_clear (&sound);
}
GST_END_TEST

static Suite *
bandwidth_suite (void)
{
  Suite *suite = suite_create ("bandwidth");
  TCase *tcase = tcase_create ("bandwidth");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_follows);
  tcase_add_test (tcase, test_disabled);
  tcase_add_loop_test (tcase, test_sound, 0, 2);

  return suite;
}

GST_CHECK_MAIN (bandwidth)
