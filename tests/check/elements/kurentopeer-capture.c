/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../test-devices.h"
#include "peer-fixture.h"

#include <gst/kurentopeer/kurentopeer.h>

static const TestDeviceSpec camera_only[] = {
  { "camera", TEST_CAMERA, "video/x-raw,width=(int)320,height=(int)240,framerate=(fraction)30/1",
    TEST_VIDEO_SOURCE },
  { NULL },
};

static const TestDeviceSpec both[] = {
  { "camera", TEST_CAMERA, "video/x-raw,width=(int)320,height=(int)240,framerate=(fraction)30/1",
    TEST_VIDEO_SOURCE },
  { "microphone", TEST_MICROPHONE, "audio/x-raw,rate=(int)48000,channels=(int)2", TEST_AUDIO_SOURCE },
  { NULL },
};

static const TestDeviceSpec forbidden[] = {
  { "camera", TEST_CAMERA, "video/x-raw,width=(int)320,height=(int)240", TEST_FORBIDDEN_SOURCE },
  { NULL },
};

/* In a pipeline. */
static GstElement *
make_peer (const TestDeviceSpec *specs, const gchar *properties)
{
  g_autofree gchar *line = g_strdup_printf ("pipeline ( kurentopeersendonly name=p %s )", properties);
  GstElement *pipeline;
  GError *error = NULL;

  test_devices_set (specs);
  pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);

  return pipeline;
}

/* In PLAYING. */
static GstElement *
start_peer (const TestDeviceSpec *specs, const gchar *properties)
{
  GstElement *pipeline = make_peer (specs, properties);

  fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE);

  return pipeline;
}

static GstPromise *
ask_for_offer (GstElement *pipeline, Happening *happening)
{
  g_autoptr (GstElement) peer = gst_bin_get_by_name (GST_BIN (pipeline), "p");
  GstPromise *promise = gst_promise_new_with_change_func (promise_cb, happening, NULL);

  happening_init (happening);
  g_signal_emit_by_name (peer, "generate-offer", promise);

  return promise;
}

static gchar *
get_error (const GstStructure *answer, gint *code)
{
  g_autoptr (GError) error = NULL;

  if (!gst_structure_get (answer, "error", G_TYPE_ERROR, &error, NULL))
    return NULL;
  *code = error->code;

  return g_strdup (error->message);
}

static void
stop_peer (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* The action answers it, and the pipeline hears of it once. */
GST_START_TEST (test_failures)
{
  static const struct
  {
    const TestDeviceSpec *devices;
    const gchar *properties;
    gint code;
    const gchar *message_part;
    gint element_error;
  } rows[] = {
    { camera_only, "send-source=webcam media-constraints={\"video\":{\"width\":{\"min\":1000}}}",
      GST_KURENTO_ERROR_OVERCONSTRAINED, "media-constraints: video.width: ", GST_RESOURCE_ERROR_NOT_FOUND },
    { both,
      "send-source=webcam media-constraints="
      "{\"audio\":{\"channelCount\":{\"exact\":6}},\"video\":{\"width\":{\"exact\":1}}}",
      GST_KURENTO_ERROR_OVERCONSTRAINED, "media-constraints: ", GST_RESOURCE_ERROR_NOT_FOUND },
    { forbidden, "send-source=webcam media-constraints={\"video\":true}", GST_KURENTO_ERROR_NOT_ALLOWED,
      "send-source: cannot open camera", GST_RESOURCE_ERROR_NOT_AUTHORIZED },
    { &camera_only[1], "media-constraints={\"video\":true}", GST_KURENTO_ERROR_NOT_FOUND, "camera",
      GST_RESOURCE_ERROR_NOT_FOUND },
  };
  GstElement *pipeline = start_peer (rows[__i__].devices, rows[__i__].properties);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      Happening happening;
      GstPromise *promise = ask_for_offer (pipeline, &happening);
      GstStructure *answer = promise_get_answer (promise, &happening);
      g_autofree gchar *text = NULL;
      gint code = -1;

      text = get_error (answer, &code);
      fail_unless (text && strstr (text, rows[__i__].message_part), "%s", text);
      fail_unless (code == rows[__i__].code
                       || (rows[__i__].devices == &camera_only[1] && code == GST_KURENTO_ERROR_NOT_ALLOWED),
                   "%d: %s", code, text);
      gst_structure_free (answer);
      happening_clear (&happening);
    }

  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (message);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (error->domain == GST_RESOURCE_ERROR);
  fail_unless (strstr (error->message, rows[__i__].message_part), "%s", error->message);
  fail_unless_equals_string (GST_MESSAGE_SRC_NAME (message), "p");
  fail_if (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR));
  stop_peer (pipeline);
}
GST_END_TEST

static void
offer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static void
collect_webcams (GstElement *peer, GPtrArray *webcams)
{
  GST_OBJECT_LOCK (peer);
  for (GList *l = GST_BIN_CHILDREN (peer); l; l = l->next)
    if (g_str_equal (G_OBJECT_TYPE_NAME (l->data), "KpWebcam"))
      g_ptr_array_add (webcams, gst_object_ref (l->data));
  GST_OBJECT_UNLOCK (peer);
  fail_unless_equals_int (webcams->len, 2);
}

/* The threads that were kept from looking for devices let go of them: they must not go on when the process ends. */
static void
wait_for_last_refs (GPtrArray *webcams)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  for (guint i = 0; i < webcams->len; i++)
    while (GST_OBJECT_REFCOUNT_VALUE (g_ptr_array_index (webcams, i)) > 1)
      {
        fail_unless (g_get_monotonic_time () < deadline);
        g_thread_yield ();
      }
}

/* There is no offer before it is known that there is a camera. */
GST_START_TEST (test_offer_waits)
{
  gboolean stops = __i__;
  g_autoptr (GPtrArray) webcams = g_ptr_array_new_with_free_func (gst_object_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GstElement) peer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sdp = NULL;
  GstElement *pipeline;

  g_mutex_lock (&test_devices.lock);
  pipeline = start_peer (both, "send-source=webcam");
  peer = gst_bin_get_by_name (GST_BIN (pipeline), "p");
  gst_kurento_peer_generate_offer_async (GST_KURENTO_PEER (peer), NULL, offer_cb, &result);
  collect_webcams (peer, webcams);
  if (stops)
    gst_element_set_state (pipeline, GST_STATE_NULL);
  g_mutex_unlock (&test_devices.lock);
  while (!result)
    g_main_context_iteration (NULL, TRUE);

  sdp = gst_kurento_peer_generate_offer_finish (GST_KURENTO_PEER (peer), result, &error);
  if (stops)
    g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED);
  else
    fail_unless (sdp && strstr (sdp, "m=video") && strstr (sdp, "m=audio"));
  stop_peer (pipeline);
  wait_for_last_refs (webcams);
}
GST_END_TEST

GST_START_TEST (test_unplugged)
{
  static const gchar *const ids[] = { "camera", "microphone" };
  static const GstStreamType types[] = { GST_STREAM_TYPE_VIDEO, GST_STREAM_TYPE_AUDIO };
  GstElement *pipeline = start_peer (both, "send-source=webcam");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  Happening happening;
  GstPromise *promise = ask_for_offer (pipeline, &happening);

  gst_structure_free (promise_get_answer (promise, &happening));
  happening_clear (&happening);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GstStreamCollection) streams = NULL;

      test_devices_unplug (ids[i]);
      while (!streams)
        {
          g_autoptr (GstMessage) message
              = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

          fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT);
          if (gst_message_has_name (message, "kurentopeer/stream-ended"))
            g_set_object (&streams, g_value_get_object (gst_structure_get_value (
                                        gst_message_get_structure (message), "stream")));
        }
      fail_unless_equals_int (gst_stream_collection_get_size (streams), 1);
      fail_unless (gst_stream_get_stream_type (gst_stream_collection_get_stream (streams, 0)) == types[i]);
      fail_unless (g_str_has_suffix (gst_stream_get_stream_id (gst_stream_collection_get_stream (streams, 0)),
                                     i == 0 ? "/video" : "/audio"));
    }
  stop_peer (pipeline);
}
GST_END_TEST

static void
handoff_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  gint width = 0;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width);
  if (width == 320)
    happening_signal (user_data);
}

static const TestDeviceSpec breaking[] = {
  { "breaking", TEST_CAMERA, "video/x-raw,width=(int)320,height=(int)240", TEST_BREAKING_SOURCE },
  { NULL },
};

/* What is lost is replaced, here by itself, or is the end of its track. */
GST_START_TEST (test_auto_reconnect)
{
  gboolean reconnects = __i__;
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  g_autofree gchar *properties
      = g_strdup_printf ("media-constraints={\"video\":true} %s", reconnects ? "" : "auto-reconnect=false");
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstElement) peer = NULL;
  GstElement *pipeline;
  Happening happening;

  happening_init (&happening);
  g_object_set (sink, "signal-handoffs", TRUE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (handoff_cb), &happening);
  pipeline = make_peer (breaking, properties);
  bus = gst_element_get_bus (pipeline);
  peer = gst_bin_get_by_name (GST_BIN (pipeline), "p");
  g_object_set (peer, "local-video", sink, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (reconnects)
    happening_wait (&happening, 10);
  else
    gst_message_unref (gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, GST_MESSAGE_EOS));
  stop_peer (pipeline);
  happening_clear (&happening);
}
GST_END_TEST

/* Constraints that are set mean the camera, unless there is a sink pad. */
GST_START_TEST (test_auto)
{
  GstElement *sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  GstElement *peer;
  Happening happening;

  happening_init (&happening);
  test_devices_set (camera_only);
  g_object_set (sink, "signal-handoffs", TRUE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (handoff_cb), &happening);
  peer = gst_object_ref_sink (gst_element_factory_make ("kurentopeer", NULL));
  g_object_set (peer, "media-constraints", "{\"video\":true}", "local-video", sink, NULL);
  gst_element_set_state (peer, GST_STATE_PLAYING);
  happening_wait (&happening, 2);
  gst_element_set_state (peer, GST_STATE_NULL);
  gst_object_unref (peer);
  gst_object_unref (sink);
  happening_clear (&happening);
}
GST_END_TEST

static Suite *
kurentopeer_capture_suite (void)
{
  Suite *suite = suite_create ("kurentopeer-capture");
  TCase *tcase = tcase_create ("webcam");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_failures, 0, 4);
  tcase_add_loop_test (tcase, test_offer_waits, 0, 2);
  tcase_add_test (tcase, test_unplugged);
  tcase_add_test (tcase, test_auto);
  tcase_add_loop_test (tcase, test_auto_reconnect, 0, 2);

  return suite;
}

GST_CHECK_MAIN (kurentopeer_capture)
