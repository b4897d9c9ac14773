/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/base/gstbasesink.h>

/* Each way to write the same call: what comes is seen and heard. */
static const struct
{
  const gchar *offerer;
  const gchar *answerer;
} lines[] = {
  /* automatic pads, delayed links */
  { RED "kurentopeer name=p " TONE (400) "p.",
    "kurentopeer name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a") },
  /* the other one offers */
  { "kurentopeer name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a"),
    RED "kurentopeer name=p " TONE (400) "p." },
  /* named pads, before and behind the element */
  { RED "p.video_sink_0 " TONE (400) "p.audio_sink_0 kurentopeer name=p",
    "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a") },
  /* other numbers, and a pad by its template */
  { RED "p.video_sink_%u " TONE (400) "p.audio_sink_5 kurentopeersendonly name=p",
    "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a") },
  /* by caps */
  { RED "kurentopeersendonly name=p " TONE (400) "p.",
    "kurentopeerrecvonly name=p p. ! video/x-raw ! " VIDEO_SINK ("v") "p. ! audio/x-raw ! " AUDIO_SINK (
        "a") },
};

static void
watch_both (Side *receiver, Watch *video, Watch *audio)
{
  watch_init (video, receiver, "v");
  watch_init (audio, receiver, "a");
}

static Side *
get_receiver (Side *a, Side *b)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (a->pipeline), "v");

  return sink ? a : b;
}

GST_START_TEST (test_lines)
{
  Side a, b;
  Watch video, audio;

  side_init (&a, lines[__i__].offerer);
  side_init (&b, lines[__i__].answerer);
  watch_both (get_receiver (&a, &b), &video, &audio);
  call (&a, &b);
  watch_wait_colour (&video, 0xff0000);
  watch_wait_tone (&audio, 400);
  fail_unless_equals_int (a.n_errors + b.n_errors + a.n_peer_errors + b.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
  watch_clear (&audio);
}
GST_END_TEST

static void
pad_added_cb (GstElement *peer, GstPad *pad, gpointer user_data)
{
  GstElement *sink = user_data;

  if (g_str_has_prefix (GST_PAD_NAME (pad), "video"))
    fail_unless (gst_element_link (peer, sink));
}

/* As an application does it: gst_element_link(), gst_element_request_pad_simple(), pad-added. */
GST_START_TEST (test_by_code)
{
  Side a, b;
  Watch video;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) convert = NULL;
  g_autoptr (GstPad) requested = NULL;
  g_autoptr (GstPad) src = NULL;
  GstElement *tone;

  side_init (&a, "videotestsrc name=s is-live=true pattern=green kurentopeer name=p");
  side_init (&b, "kurentopeerrecvonly name=p videoconvert name=c ! video/x-raw,format=RGB ! "
                 "fakesink name=v async=false");
  source = side_get (&a, "s");
  fail_unless (gst_element_link (source, a.peer));
  tone = gst_element_factory_make ("audiotestsrc", NULL);
  g_object_set (tone, "is-live", TRUE, NULL);
  gst_bin_add (GST_BIN (a.pipeline), tone);
  requested = gst_element_request_pad_simple (a.peer, "audio_sink_%u");
  src = gst_element_get_static_pad (tone, "src");
  fail_unless_equals_int (gst_pad_link (src, requested), GST_PAD_LINK_OK);
  convert = side_get (&b, "c");
  g_signal_connect (b.peer, "pad-added", G_CALLBACK (pad_added_cb), convert);
  watch_init (&video, &b, "v");

  call (&b, &a);
  watch_wait_colour (&video, 0x00ff00);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

/* Both ways at once. */
GST_START_TEST (test_both_ways)
{
  Side a, b;
  Watch videos[2], audios[2];

  side_init (&a, RED "kurentopeer name=p " TONE (400) "p. p.video_src_0 ! " VIDEO_SINK (
                     "v") "p.audio_src_0 ! " AUDIO_SINK ("a"));
  side_init (&b, GREEN "kurentopeer name=p " TONE (1000) "p. p.video_src_0 ! " VIDEO_SINK (
                     "v") "p.audio_src_0 ! " AUDIO_SINK ("a"));
  watch_both (&a, &videos[0], &audios[0]);
  watch_both (&b, &videos[1], &audios[1]);
  call (&a, &b);
  watch_wait_colour (&videos[0], 0x00ff00);
  watch_wait_colour (&videos[1], 0xff0000);
  watch_wait_tone (&audios[0], 1000);
  watch_wait_tone (&audios[1], 400);
  side_clear (&a);
  side_clear (&b);
  for (guint i = 0; i < 2; i++)
    {
      watch_clear (&videos[i]);
      watch_clear (&audios[i]);
    }
}
GST_END_TEST

/* The element plays without a peer, whatever hangs on it. A sink whose source pad has not come yet prerolls when it does:
 * then the pipeline has reached PLAYING, too. */
static const struct
{
  const gchar *line;
  gboolean waits; /* for the peer, to reach PLAYING */
} lives[] = {
  { RED "kurentopeer name=p", FALSE },
  { "videotestsrc ! " VIDEO_CAPS " ! kurentopeer name=p", FALSE },
  { "kurentopeer name=p send-source=test p.video_src_0 ! fakesink async=false", FALSE },
  { "kurentopeerrecvonly name=p p.video_src_0 ! fakesink sync=true p.audio_src_0 ! fakesink sync=true",
    TRUE },
  { RED "tee name=t ! queue ! fakesink sync=true t. ! queue ! kurentopeer name=p "
        "p.video_src_0 ! fakesink sync=true",
    TRUE },
  { RED "compositor name=c ! fakesink sync=true kurentopeerrecvonly name=p p.video_src_0 ! queue ! c.",
    FALSE },
};

GST_START_TEST (test_live)
{
  Side a, b;
  GstState state;

  side_init (&a, lives[__i__].line);
  side_init (&b, GREEN "kurentopeer name=p " TONE (400) "p.");
  fail_unless_equals_int (gst_element_set_state (a.pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  side_play (&a);
  fail_unless_equals_int (gst_element_get_state (a.peer, &state, NULL, 5 * GST_SECOND),
                          GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (state, GST_STATE_PLAYING);
  if (lives[__i__].waits)
    call (&a, &b);
  fail_unless_equals_int (gst_element_get_state (a.pipeline, &state, NULL, 10 * GST_SECOND),
                          GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (state, GST_STATE_PLAYING);
  fail_unless_equals_int (a.n_errors, 0);
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

static void
get_latency (GstElement *element, GstClockTime *min, GstClockTime *max)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live;

  fail_unless (gst_element_query (element, query));
  gst_query_parse_latency (query, &live, min, max);
  fail_unless (live);
  fail_unless (*max >= *min);
}

/* ms; "upstream" is what the source says */
#define UPSTREAM 250

static GstPadProbeReturn
answer_latency_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_PAD_PROBE_OK;

  gst_query_set_latency (query, TRUE, UPSTREAM * GST_MSECOND, GST_CLOCK_TIME_NONE);
  return GST_PAD_PROBE_HANDLED;
}

/* The element as a sink says what its sources need, a source pad what the jitter buffer needs; the pipeline takes the
 * largest. */
GST_START_TEST (test_latency)
{
  static const guint latencies[] = { 0, 60, 400 };
  guint latency = latencies[__i__];
  g_autofree gchar *line = g_strdup_printf (
      "%skurentopeer name=p latency=%u p.video_src_0 ! queue ! fakesink sync=true async=false name=v",
      "videotestsrc is-live=true ! " VIDEO_CAPS " ! identity name=i ! ", latency);
  Side a, b;
  Watch video;
  g_autoptr (GstElement) identity = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstClockTime min, max;

  side_init (&a, GREEN "kurentopeer name=p");
  side_init (&b, line);
  identity = side_get (&b, "i");
  pad = gst_element_get_static_pad (identity, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM | GST_PAD_PROBE_TYPE_PUSH, answer_latency_cb,
                     NULL, NULL);
  sink = side_get (&b, "v");
  watch_init (&video, &b, "v");
  side_play (&b);
  get_latency (b.peer, &min, &max);
  fail_unless_equals_uint64 (min, UPSTREAM * GST_MSECOND);

  call (&a, &b);
  watch_wait (&video, 5);
  {
    g_autoptr (GstPad) src = gst_element_get_static_pad (b.peer, "video_src_0");
    g_autoptr (GstQuery) query = gst_query_new_latency ();
    gboolean live;

    fail_unless (gst_pad_query (src, query));
    gst_query_parse_latency (query, &live, &min, NULL);
    fail_unless (live);
    fail_unless (min >= latency * GST_MSECOND && min <= (latency + 100) * GST_MSECOND,
                 "latency %" GST_TIME_FORMAT, GST_TIME_ARGS (min));
  }
  get_latency (b.peer, &min, &max);
  fail_unless_equals_uint64 (min, UPSTREAM * GST_MSECOND);
  get_latency (b.pipeline, &min, &max);
  fail_unless (min >= MAX (latency, UPSTREAM) * GST_MSECOND);
  wait_until (gst_base_sink_get_latency (GST_BASE_SINK (sink)) >= MAX (latency, UPSTREAM) * GST_MSECOND);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

static Suite *
launch_suite (void)
{
  Suite *suite = suite_create ("launch");
  TCase *tcase = tcase_create ("launch");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_lines, 0, G_N_ELEMENTS (lines));
  tcase_add_test (tcase, test_by_code);
  tcase_add_test (tcase, test_both_ways);
  tcase_add_loop_test (tcase, test_live, 0, G_N_ELEMENTS (lives));
  tcase_add_loop_test (tcase, test_latency, 0, 3);

  return suite;
}

GST_CHECK_MAIN (launch)
