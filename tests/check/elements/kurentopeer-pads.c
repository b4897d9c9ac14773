/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-fixture.h"

static const struct
{
  const gchar *factory;
  const gchar *wanted;
  const gchar *name; /* NULL: refused */
} requests[] = {
  { "kurentopeer", "video_sink_%u", "video_sink_0" },
  { "kurentopeer", "audio_sink_%u", "audio_sink_0" },
  { "kurentopeer", "video_sink_7", "video_sink_7" },
  { "kurentopeersendonly", "audio_sink_%u", "audio_sink_0" },
  { "kurentopeer", "video_sink_x", NULL },
  { "kurentopeer", "video_src_0", NULL },
  { "kurentopeerrecvonly", "video_sink_%u", NULL },
};

GST_START_TEST (test_request)
{
  GstElement *peer = gst_element_factory_make (requests[__i__].factory, NULL);
  GstPad *pad = gst_element_request_pad_simple (peer, requests[__i__].wanted);

  fail_unless_equals_string (pad ? GST_PAD_NAME (pad) : NULL, requests[__i__].name);
  if (pad)
    {
      gst_element_release_request_pad (peer, pad);
      fail_unless_equals_int (GST_BIN_NUMCHILDREN (peer), 0);
      ASSERT_OBJECT_REFCOUNT (pad, "pad", 1);
      gst_object_unref (pad);
    }
  peer_finalize (peer);
}
GST_END_TEST

GST_START_TEST (test_request_names)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  GstPad *unnamed = gst_element_request_pad_simple (peer, "video_sink_%u");
  GstPad *named = gst_element_request_pad_simple (peer, "video_sink_2");
  GstPad *next = gst_element_request_pad_simple (peer, "video_sink_%u");

  fail_unless_equals_string (GST_PAD_NAME (unnamed), "video_sink_0");
  fail_unless_equals_string (GST_PAD_NAME (next), "video_sink_3");
  gst_object_unref (unnamed);
  gst_object_unref (named);
  gst_object_unref (next);
  peer_finalize (peer);
}
GST_END_TEST

GST_START_TEST (test_request_in_recvonly)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  GstPad *pad;

  gst_util_set_object_arg (G_OBJECT (peer), "mode", "recvonly");
  fail_unless (gst_element_request_pad_simple (peer, "video_sink_%u") == NULL);

  /* a pad that is there when the mode changes is a mistake, too */
  gst_util_set_object_arg (G_OBJECT (peer), "mode", "sendrecv");
  pad = gst_element_request_pad_simple (peer, "video_sink_%u");
  gst_util_set_object_arg (G_OBJECT (peer), "mode", "recvonly");
  fail_unless_equals_int (gst_element_set_state (peer, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  gst_object_unref (pad);
  peer_finalize (peer);
}
GST_END_TEST

static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING };

/* In each state, with a live and with a waiting source at the pad. */
GST_START_TEST (test_request_and_release_in_state)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  GstElement *source = gst_element_factory_make ("videotestsrc", NULL);
  GstPad *pad;

  g_object_set (source, "is-live", __i__ >= (gint)G_N_ELEMENTS (states), NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, peer, NULL);
  gst_element_set_state (pipeline, states[__i__ % G_N_ELEMENTS (states)]);

  fail_unless (gst_element_link (source, peer));
  gst_element_sync_state_with_parent (source);
  pad = gst_element_get_static_pad (peer, "video_sink_0");
  fail_unless (pad != NULL);
  fail_unless (GST_OBJECT_FLAG_IS_SET (pad, GST_PAD_FLAG_FLUSHING) == FALSE);
  gst_element_unlink (source, peer);
  gst_element_release_request_pad (peer, pad);
  fail_unless (gst_element_get_static_pad (peer, "video_sink_0") == NULL);

  /* the thread of the source has left it, too */
  gst_element_set_state (source, GST_STATE_NULL);
  ASSERT_OBJECT_REFCOUNT (pad, "pad", 1);
  gst_object_unref (pad);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST

static const struct
{
  const gchar *launch;
  gboolean is_valid;
  const gchar *message_part;
} lines[] = {
  { "videotestsrc ! kurentopeer", TRUE },
  { "audiotestsrc ! kurentopeer", TRUE },
  { "videotestsrc ! kurentopeer name=p  audiotestsrc ! p.", TRUE },
  { "kurentopeer name=p  p.video_src_0 ! fakesink  p.audio_src_0 ! fakesink", TRUE },
  { "videotestsrc ! p.video_sink_3  kurentopeersendonly name=p", TRUE },
  { "kurentopeer configuration=\"{\\\"iceServers\\\":[]}\"", TRUE },
  { "kurentopeer signaller-uri=serve+http://127.0.0.1:0/", TRUE },
  { "kurentopeer signaller-uri=serve+http://127.0.0.1:0/ signaller::auth-token=secret", TRUE },
  { "kurentopeer signaller::auth-token=secret signaller-uri=serve+http://127.0.0.1:0/", TRUE },
  { "kurentopeer signaller::auth-token=secret", FALSE, "signaller::auth-token" },
  { "kurentopeer signaller-uri=serve+http://127.0.0.1:0/ signaller::nonsense=1", FALSE,
    "signaller::nonsense" },
  { "kurentopeer nonsense=1", FALSE, "nonsense" },
  { "kurentopeerrecvonly name=p  videotestsrc ! p.", FALSE, "link" },
  { "kurentopeersendonly name=p  p.video_src_0 ! fakesink", FALSE, "link" },
};

GST_START_TEST (test_launch)
{
  g_autoptr (GError) error = NULL;
  GstElement *element;

  element = gst_parse_launch_full (lines[__i__].launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  fail_unless ((element != NULL) == lines[__i__].is_valid, "%s: %s", lines[__i__].launch,
               error ? error->message : "no error");
  if (error)
    fail_unless (strstr (error->message, lines[__i__].message_part) != NULL, "%s", error->message);
  gst_clear_object (&element);
}
GST_END_TEST

GST_START_TEST (test_child_proxy)
{
  g_autoptr (GstElement) peer = NULL;
  g_autofree gchar *token = NULL;

  peer = gst_parse_launch ("kurentopeer signaller::auth-token=secret signaller-uri=serve+http://127.0.0.1:0/",
                           NULL);
  gst_child_proxy_get (GST_CHILD_PROXY (peer), "signaller::auth-token", &token, NULL);
  fail_unless_equals_string (token, "secret");
  fail_unless (gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (peer), "other") == NULL);
}
GST_END_TEST

static GstMessage *
run_until (GstElement *pipeline, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  return gst_bus_timed_pop_filtered (bus, DEADLINE * GST_USECOND, types | GST_MESSAGE_ERROR);
}

static const struct
{
  const gchar *launch;
  gboolean send_eos;
} endings[] = {
  { "videotestsrc is-live=true num-buffers=5 ! kurentopeer", FALSE },
  { "videotestsrc is-live=true num-buffers=5 ! kurentopeer name=p audiotestsrc is-live=true num-buffers=9 ! "
    "p.",
    FALSE },
  { "videotestsrc is-live=true ! kurentopeer", TRUE },
  { "kurentopeer send-source=test", TRUE },
  { "kurentopeersendonly send-source=test", TRUE },
  { "kurentopeersendonly", TRUE },
};

/* A pipeline whose sources end, or that is asked to, comes to its end. */
GST_START_TEST (test_eos)
{
  GstElement *element = gst_parse_launch (endings[__i__].launch, NULL);
  GstElement *pipeline = element;
  g_autoptr (GstMessage) message = NULL;

  if (!GST_IS_PIPELINE (element))
    {
      pipeline = gst_pipeline_new (NULL);
      gst_bin_add (GST_BIN (pipeline), element);
    }
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  if (endings[__i__].send_eos)
    gst_element_send_event (pipeline, gst_event_new_eos ());
  message = run_until (pipeline, GST_MESSAGE_EOS);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%s", endings[__i__].launch);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST

GST_START_TEST (test_latency)
{
  GstElement *pipeline
      = gst_parse_launch ("videotestsrc is-live=true ! identity ! queue min-threshold-time=0 ! "
                          "kurentopeer name=p",
                          NULL);
  g_autoptr (GstElement) peer = gst_bin_get_by_name (GST_BIN (pipeline), "p");
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean is_live;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  fail_unless (gst_element_query (peer, query));
  gst_query_parse_latency (query, &is_live, NULL, NULL);
  fail_unless (is_live);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST

static GstPadProbeReturn
upstream_event_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_LATENCY)
    happening_signal (user_data);

  return GST_PAD_PROBE_OK;
}

static gpointer
send_latency (gpointer pipeline)
{
  fail_unless (gst_element_send_event (pipeline, gst_event_new_latency (GST_SECOND)));

  return NULL;
}

/* A connection on its way to NULL, which may take long, holds up no event of the pipeline. */
GST_START_TEST (test_upstream_event)
{
  GstElement *pipeline = gst_parse_launch ("videotestsrc is-live=true name=s ! kurentopeer name=p", NULL);
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_autoptr (GstElement) peer = gst_bin_get_by_name (GST_BIN (pipeline), "p");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
  g_autoptr (GstElement) webrtcbin = NULL;
  Happening answered, arrived;
  GstPromise *promise;
  GThread *thread;

  happening_init (&answered);
  happening_init (&arrived);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  promise = gst_promise_new_with_change_func (promise_cb, &answered, NULL);
  g_signal_emit_by_name (peer, "generate-offer", promise);
  happening_wait (&answered, 1);
  gst_promise_unref (promise);
  g_object_get (peer, "peer-connection", &webrtcbin, NULL);
  fail_unless (webrtcbin != NULL);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, upstream_event_cb, &arrived, NULL);
  GST_STATE_LOCK (webrtcbin);
  thread = g_thread_new ("latency", send_latency, pipeline);
  happening_wait (&arrived, 1);
  g_thread_join (thread);
  GST_STATE_UNLOCK (webrtcbin);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  happening_clear (&answered);
  happening_clear (&arrived);
}
GST_END_TEST

static Suite *
kurentopeer_pads_suite (void)
{
  Suite *suite = suite_create ("kurentopeer-pads");
  TCase *tcase = tcase_create ("pads");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_request, 0, G_N_ELEMENTS (requests));
  tcase_add_test (tcase, test_request_names);
  tcase_add_test (tcase, test_request_in_recvonly);
  tcase_add_loop_test (tcase, test_request_and_release_in_state, 0, 2 * G_N_ELEMENTS (states));
  tcase_add_loop_test (tcase, test_launch, 0, G_N_ELEMENTS (lines));
  tcase_add_test (tcase, test_child_proxy);
  tcase_add_loop_test (tcase, test_eos, 0, G_N_ELEMENTS (endings));
  tcase_add_test (tcase, test_latency);
  tcase_add_test (tcase, test_upstream_event);

  return suite;
}

GST_CHECK_MAIN (kurentopeer_pads)
