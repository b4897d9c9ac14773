/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* What goes wrong in a connection ends the connection, never the pipeline, and the sources do not notice. */
#define SENDER_OF(codec)                                                                                     \
  "videotestsrc name=s is-live=true pattern=green ! " VIDEO_CAPS " ! kurentopeer name=p video-codecs=" codec \
  " " TONE (400) "p."
#define RECEIVER                                                                                             \
  "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a")

static const struct
{
  const gchar *sender;
  const gchar *payloader;
} garbage[] = {
  { SENDER_OF ("VP8"), "rtpvp8pay" },
  { SENDER_OF ("VP9"), "rtpvp9pay" },
  { SENDER_OF ("H264"), "rtph264pay" },
};

/* Behind the RTP header there is noise. */
static GstBuffer *
spoil (GstBuffer *buffer)
{
  GstMapInfo map;

  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_map (buffer, &map, GST_MAP_READWRITE);
  for (gsize i = 24; i < map.size; i++)
    map.data[i] = g_random_int ();
  gst_buffer_unmap (buffer, &map);

  return buffer;
}

static GstPadProbeReturn
spoil_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    {
      GST_PAD_PROBE_INFO_DATA (info) = spoil (GST_PAD_PROBE_INFO_BUFFER (info));
      return GST_PAD_PROBE_OK;
    }

  return GST_PAD_PROBE_DROP;
}

static GstPad *
get_pad_inside (Side *side, const gchar *factory, const gchar *name)
{
  g_autoptr (GstElement) element = side_find_inside (side, factory);

  fail_unless (element != NULL, "there is no %s", factory);
  return gst_element_get_static_pad (element, name);
}

static void
watch_source (Watch *watch, Side *side)
{
  g_autoptr (GstElement) source = side_get (side, "s");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  watch_init_pad (watch, side->pipeline, pad);
}

/* A peer that sends noise in place of pictures: its sound goes on, and when it sends pictures again they are seen. */
GST_START_TEST (test_garbage)
{
  Side a, b;
  Watch video, audio, source;
  g_autoptr (GstPad) pad = NULL;
  gulong probe;

  side_init (&a, garbage[__i__].sender);
  side_init (&b, RECEIVER);
  watch_init (&video, &b, "v");
  watch_init (&audio, &b, "a");
  watch_source (&source, &a);
  call (&a, &b);
  watch_wait_colour (&video, 0x00ff00);
  pad = get_pad_inside (&a, garbage[__i__].payloader, "src");
  probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, spoil_cb, NULL,
                             NULL);
  watch_wait (&source, 60);
  watch_wait_tone (&audio, 400);
  gst_pad_remove_probe (pad, probe);
  watch_wait (&video, 15);
  watch_wait_colour (&video, 0x00ff00);
  fail_unless_equals_int (a.n_errors + b.n_errors, 0);
  fail_unless_equals_int (a.n_disconnected + b.n_disconnected, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&audio);
  watch_clear (&source);
}
GST_END_TEST

static void
post_error_of (Side *side, const gchar *factory)
{
  g_autoptr (GstElement) element = side_find_inside (side, factory);

  fail_unless (element != NULL, "there is no %s", factory);
  GST_ELEMENT_ERROR (element, STREAM, FAILED, ("broken by the test"), (NULL));
}

/* Parts of a connection that fail: it ends, with peer-error; the next one works. */
static const gchar *const parts[] = { "vp8enc", "rtpvp8pay", "dtlssrtpenc", "nicesrc", "rtpbin" };

GST_START_TEST (test_part_fails)
{
  Side a, b, c;
  Watch source, video;

  side_init (&a, SENDER_OF ("VP8"));
  side_init (&b, RECEIVER);
  watch_source (&source, &a);
  call (&a, &b);
  post_error_of (&a, parts[__i__]);
  wait_until (g_atomic_int_get (&a.n_peer_errors) == 1);
  wait_until (g_atomic_int_get (&a.n_disconnected) == 1);
  fail_unless (strstr (a.peer_error, "broken by the test") != NULL, "%s", a.peer_error);
  watch_wait (&source, 30);

  side_init (&c, RECEIVER);
  watch_init (&video, &c, "v");
  call (&c, &a);
  watch_wait_colour (&video, 0x00ff00);
  fail_unless_equals_int (a.n_errors + c.n_errors, 0);
  fail_unless_equals_int (a.n_peer_errors, 1);
  side_clear (&a);
  side_clear (&b);
  side_clear (&c);
  watch_clear (&source);
  watch_clear (&video);
}
GST_END_TEST

static GstPadProbeReturn
refuse_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = NULL;
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = *(const GstFlowReturn *)user_data;

  return GST_PAD_PROBE_HANDLED;
}

static const GstFlowReturn flows[]
    = { GST_FLOW_ERROR, GST_FLOW_NOT_NEGOTIATED, GST_FLOW_NOT_LINKED, GST_FLOW_EOS, GST_FLOW_FLUSHING };

/* A flow return from inside never reaches a sink pad. */
GST_START_TEST (test_flow_returns)
{
  Side a, b;
  Watch source;
  g_autoptr (GstPad) pad = NULL;

  side_init (&a, SENDER_OF ("VP8"));
  side_init (&b, RECEIVER);
  watch_source (&source, &a);
  call (&a, &b);
  pad = get_pad_inside (&a, "vp8enc", "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, refuse_cb, (gpointer)&flows[__i__], NULL);
  watch_wait (&source, 60);
  fail_unless_equals_int (a.n_errors + a.n_eos, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&source);
}
GST_END_TEST

/* Owned; to be given to show(). */
static GstPluginFeature *
hide (const gchar *factory)
{
  GstPluginFeature *feature = gst_registry_lookup_feature (gst_registry_get (), factory);

  fail_unless (feature != NULL, "there is no %s", factory);
  gst_registry_remove_feature (gst_registry_get (), feature);

  return feature;
}

static void
show (GstPluginFeature *feature)
{
  gst_registry_add_feature (gst_registry_get (), feature);
  gst_object_unref (feature);
}

/* What is wrong here and for good: one error, which names it, and no state change. */
static const struct
{
  const gchar *line;
  const gchar *hidden;
  const gchar *part; /* of the message */
} fatal[] = {
  { "videotestsrc ! kurentopeer name=p video-codecs=VP8", "vp8enc", "vp8enc" },
  { "audiotestsrc ! kurentopeer name=p audio-codecs=OPUS", "opusenc", "opusenc" },
  { "kurentopeerrecvonly name=p video-codecs=VP9", "rtpvp9depay", "rtpvp9depay" },
  { "videotestsrc ! kurentopeer name=p", "webrtcbin", "webrtcbin" },
  { "videotestsrc ! kurentopeer name=p", "nicesrc", "gstreamer1.0-nice" },
  { "videotestsrc ! kurentopeer name=p video-codecs=VP7", NULL, "VP7" },
  { "videotestsrc ! kurentopeer name=p configuration={", NULL, "configuration" },
  { "videotestsrc ! kurentopeer name=p turn-server=turns://u:p@localhost", NULL, "turn" },
  { "videotestsrc ! kurentopeer name=p signaller-uri=serve+http://192.0.2.1:1/", NULL, "192.0.2.1" },
};

GST_START_TEST (test_fatal)
{
  GstPluginFeature *feature = fatal[__i__].hidden ? hide (fatal[__i__].hidden) : NULL;
  Side side;

  side_init (&side, fatal[__i__].line);
  gst_element_set_state (side.pipeline, GST_STATE_PLAYING);
  wait_until (g_atomic_int_get (&side.n_errors) > 0);
  fail_unless (strstr (side.error, fatal[__i__].part) != NULL, "%s", side.error);
  side_stop (&side);
  fail_unless_equals_int (side.n_errors, 1);
  side_clear (&side);
  if (feature)
    show (feature);
}
GST_END_TEST

static const gchar *const bad_descriptions[]
    = { "", "hello", "v=0\r\n", "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n" };

/* What a peer says wrong is answered; the element waits for the next. */
GST_START_TEST (test_bad_offer)
{
  Side a, b;
  Watch video;

  side_init (&a, SENDER_OF ("VP8"));
  side_init (&b, RECEIVER);
  watch_init (&video, &b, "v");
  side_play (&a);
  for (guint i = 0; i < G_N_ELEMENTS (bad_descriptions); i++)
    {
      GstStructure *answer = side_ask (&a, "process-offer", bad_descriptions[i]);

      fail_unless (gst_structure_has_field (answer, "error"), "%s", bad_descriptions[i]);
      gst_structure_free (answer);
    }
  call (&b, &a);
  watch_wait_colour (&video, 0x00ff00);
  fail_unless_equals_int (a.n_errors + b.n_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

static Suite *
errors_suite (void)
{
  Suite *suite = suite_create ("errors");
  TCase *tcase = tcase_create ("errors");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_garbage, 0, G_N_ELEMENTS (garbage));
  tcase_add_loop_test (tcase, test_part_fails, 0, G_N_ELEMENTS (parts));
  tcase_add_loop_test (tcase, test_flow_returns, 0, G_N_ELEMENTS (flows));
  tcase_add_loop_test (tcase, test_fatal, 0, G_N_ELEMENTS (fatal));
  tcase_add_test (tcase, test_bad_offer);

  return suite;
}

GST_CHECK_MAIN (errors)
