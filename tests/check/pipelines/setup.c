/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* What the handlers have seen, and what they say. */
typedef struct
{
  gboolean says; /* is set up */
  gint n_encoders; /* atomic */
  gint n_payloaders; /* atomic */
  GstElement *stopped; /* a pipeline that the first encoder is the end of; or NULL */
} Handler;

static void
check_new (GstElement *peer, GstElement *element, const gchar *media)
{
  fail_unless (g_str_equal (media, "video") || g_str_equal (media, "audio"));
  fail_unless_equals_int (GST_STATE (element), GST_STATE_NULL);
  /* no lock is held */
  fail_unless (GST_OBJECT_TRYLOCK (peer));
  GST_OBJECT_UNLOCK (peer);
}

static gboolean
encoder_setup_cb (GstElement *peer, GstElement *encoder, const gchar *media, Handler *handler)
{
  check_new (peer, encoder, media);
  g_atomic_int_inc (&handler->n_encoders);
  if (handler->stopped)
    gst_element_set_state (handler->stopped, GST_STATE_NULL);
  if (g_str_equal (media, "video"))
    gst_util_set_object_arg (G_OBJECT (encoder), "target-bitrate", "123000");
  if (g_str_equal (media, "video"))
    gst_util_set_object_arg (G_OBJECT (encoder), "deadline", "1");

  return handler->says;
}

static gboolean
payloader_setup_cb (GstElement *peer, GstElement *payloader, const gchar *media, Handler *handler)
{
  check_new (peer, payloader, media);
  g_atomic_int_inc (&handler->n_payloaders);
  g_object_set (payloader, "mtu", 700, NULL);

  return handler->says;
}

static void
handler_connect (Handler *self, Side *side)
{
  g_signal_connect (side->peer, "encoder-setup", G_CALLBACK (encoder_setup_cb), self);
  g_signal_connect (side->peer, "payloader-setup", G_CALLBACK (payloader_setup_cb), self);
}

#define SENDER "kurentopeersendonly name=p video-codecs=VP8 " GREEN "p. " TONE (1000) "p."
#define RECEIVER                                                                                             \
  "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a")

static gint
get_int (Side *side, const gchar *factory, const gchar *property)
{
  g_autoptr (GstElement) element = side_find_inside (side, factory);
  g_auto (GValue) value = G_VALUE_INIT;

  fail_unless (element != NULL);
  g_value_init (&value, G_TYPE_INT);
  g_object_get_property (G_OBJECT (element), property, &value);

  return g_value_get_int (&value);
}

/* What a handler has set up is left alone, but for what the connection needs; else it gets our settings. */
GST_START_TEST (test_setup)
{
  Handler handler = { .says = __i__ };
  Watch video, audio;
  Side a, b;

  side_init (&a, SENDER);
  side_init (&b, RECEIVER);
  handler_connect (&handler, &a);
  watch_init (&video, &b, "v");
  watch_init (&audio, &b, "a");
  call (&a, &b);
  watch_wait_colour (&video, 0x00ff00);
  watch_wait_tone (&audio, 1000);
  fail_unless_equals_int (handler.n_encoders, 2);
  fail_unless_equals_int (handler.n_payloaders, 2);
  fail_unless_equals_int (get_int (&a, "vp8enc", "target-bitrate"), handler.says ? 123000 : 600000);
  fail_unless_equals_int (get_int (&a, "rtpvp8pay", "mtu"), handler.says ? 700 : 1200);
  fail_unless_equals_int (get_int (&a, "rtpvp8pay", "pt"), 96);
  fail_unless_equals_int (a.n_errors + b.n_errors + a.n_peer_errors + b.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&audio);
}
GST_END_TEST

/* Media that comes encoded has only a payloader. */
GST_START_TEST (test_encoded)
{
  Handler handler = { .says = FALSE };
  Watch video;
  Side a, b;

  side_init (&a, "kurentopeersendonly name=p " GREEN "vp8enc deadline=1 ! p.");
  side_init (&b, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  handler_connect (&handler, &a);
  watch_init (&video, &b, "v");
  call (&a, &b);
  watch_wait_colour (&video, 0x00ff00);
  fail_unless_equals_int (handler.n_encoders, 0);
  fail_unless_equals_int (handler.n_payloaders, 1);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

/* A handler may end it all, in the middle of making the connection. */
GST_START_TEST (test_stop)
{
  Handler handler = { .says = TRUE };
  GstStructure *offer, *answer;
  Side a, b;

  side_init (&a, SENDER);
  side_init (&b, RECEIVER);
  handler.stopped = a.pipeline;
  handler_connect (&handler, &a);
  side_play (&a);
  side_play (&b);
  if (__i__)
    {
      offer = side_ask (&a, "generate-offer", NULL);
      answer = side_ask (&b, "process-offer", gst_structure_get_string (offer, "sdp"));
      gst_structure_free (side_ask (&a, "process-answer", gst_structure_get_string (answer, "sdp")));
    }
  else
    {
      offer = side_ask (&b, "generate-offer", NULL);
      answer = side_ask (&a, "process-offer", gst_structure_get_string (offer, "sdp"));
    }
  wait_until (g_atomic_int_get (&handler.n_encoders) == 1);
  wait_until (GST_STATE (a.peer) == GST_STATE_NULL);
  gst_structure_free (offer);
  gst_structure_free (answer);
  side_clear (&a);
  side_clear (&b);
  /* no other encoder is made for a connection that is gone */
  fail_unless_equals_int (handler.n_encoders, 1);
}
GST_END_TEST

static Suite *
setup_suite (void)
{
  Suite *suite = suite_create ("setup");
  TCase *tcase = tcase_create ("setup");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_setup, 0, 2);
  tcase_add_test (tcase, test_encoded);
  tcase_add_loop_test (tcase, test_stop, 0, 2);

  return suite;
}

GST_CHECK_MAIN (setup)
