/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-fixture.h"

#include <gst/webrtc/webrtc.h>

/* Two elements that call each other: one pipeline each, and the application that is between them. */
typedef struct _Side Side;

struct _Side
{
  Side *other;
  GstElement *pipeline;
  GstElement *peer;
  Happening connected;
  Happening disconnected;
  Happening frames;
  Happening samples;
  Happening notified; /* of connection-state */
};

static void
count_buffer_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  happening_signal (user_data);
}

static void
pad_added_cb (GstElement *peer, GstPad *pad, gpointer user_data)
{
  Side *side = user_data;
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");
  gboolean is_video = g_str_has_prefix (GST_PAD_NAME (pad), "video");

  g_object_set (sink, "async", FALSE, "sync", FALSE, "signal-handoffs", TRUE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (count_buffer_cb), is_video ? &side->frames : &side->samples);
  gst_bin_add (GST_BIN (GST_OBJECT_PARENT (peer)), sink);
  gst_element_sync_state_with_parent (sink);
  fail_unless_equals_int (gst_pad_link (pad, sink_pad), GST_PAD_LINK_OK);
}

static void
candidate_cb (GstElement *peer, const gchar *candidate, guint index, const gchar *mid, gpointer user_data)
{
  Side *side = user_data;

  g_signal_emit_by_name (side->other->peer, "add-ice-candidate", candidate, index, mid, NULL);
}

static void
offer_created_cb (GstElement *peer, const gchar *sdp, gpointer user_data)
{
  Side *side = user_data;

  g_signal_emit_by_name (side->other->peer, "process-offer", sdp, NULL);
}

static void
answer_created_cb (GstElement *peer, const gchar *sdp, gpointer user_data)
{
  Side *side = user_data;

  g_signal_emit_by_name (side->other->peer, "process-answer", sdp, NULL);
}

static void
connected_cb (GstElement *peer, gpointer user_data)
{
  happening_signal (&((Side *)user_data)->connected);
}

static void
disconnected_cb (GstElement *peer, const gchar *reason, gpointer user_data)
{
  happening_signal (&((Side *)user_data)->disconnected);
}

static void
notify_cb (GstElement *peer, GParamSpec *pspec, gpointer user_data)
{
  happening_signal (&((Side *)user_data)->notified);
}

static void
side_init (Side *self, Side *other, const gchar *launch)
{
  self->other = other;
  self->pipeline = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (self->pipeline), gst_parse_bin_from_description (launch, FALSE, NULL));
  self->peer = gst_bin_get_by_name (GST_BIN (self->pipeline), "p");
  happening_init (&self->connected);
  happening_init (&self->disconnected);
  happening_init (&self->frames);
  happening_init (&self->samples);
  happening_init (&self->notified);
  g_signal_connect (self->peer, "pad-added", G_CALLBACK (pad_added_cb), self);
  g_signal_connect (self->peer, "ice-candidate", G_CALLBACK (candidate_cb), self);
  g_signal_connect (self->peer, "offer-created", G_CALLBACK (offer_created_cb), self);
  g_signal_connect (self->peer, "answer-created", G_CALLBACK (answer_created_cb), self);
  g_signal_connect (self->peer, "connected", G_CALLBACK (connected_cb), self);
  g_signal_connect (self->peer, "disconnected", G_CALLBACK (disconnected_cb), self);
  g_signal_connect (self->peer, "notify::connection-state", G_CALLBACK (notify_cb), self);
}

static void
side_clear (Side *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  peer_finalize (self->peer);
  happening_clear (&self->connected);
  happening_clear (&self->disconnected);
  happening_clear (&self->frames);
  happening_clear (&self->samples);
  happening_clear (&self->notified);
}

static gboolean
has_pad (GstElement *peer, const gchar *name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (peer, name);

  return pad != NULL;
}

#define LIVE                                                                                                 \
  "videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=15/1 ! kurentopeer name=p "
#define TONE "audiotestsrc is-live=true ! p. "

/* Media flows both ways; when the caller has closed, the other's pads stay, and its pipeline goes on. */
GST_START_TEST (test_call)
{
  GstWebRTCPeerConnectionState state;
  g_autoptr (GstBus) bus = NULL;
  Side caller;
  Side callee;

  side_init (&caller, &callee, LIVE TONE);
  side_init (&callee, &caller, LIVE TONE);
  bus = gst_element_get_bus (callee.pipeline);
  gst_element_set_state (callee.pipeline, GST_STATE_PLAYING);
  gst_element_set_state (caller.pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (caller.peer, "generate-offer", NULL);

  happening_wait (&caller.connected, 1);
  happening_wait (&callee.connected, 1);
  happening_wait (&caller.frames, 10);
  happening_wait (&callee.frames, 10);
  happening_wait (&caller.samples, 10);
  happening_wait (&callee.samples, 10);
  happening_wait (&caller.notified, 1);
  g_object_get (caller.peer, "connection-state", &state, NULL);
  fail_unless_equals_int (state, GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED);
  fail_unless (has_pad (callee.peer, "video_src_0") && has_pad (callee.peer, "audio_src_0"));

  g_signal_emit_by_name (caller.peer, "close", NULL);
  happening_wait (&caller.disconnected, 1);
  fail_unless (has_pad (callee.peer, "video_src_0") && has_pad (callee.peer, "audio_src_0"));
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_EOS) == NULL);
  gst_element_set_state (callee.pipeline, GST_STATE_READY);
  fail_if (has_pad (callee.peer, "video_src_0") || has_pad (callee.peer, "audio_src_0"));
  fail_unless (has_pad (callee.peer, "video_sink_0"));

  side_clear (&caller);
  side_clear (&callee);
}
GST_END_TEST

/* EOS that is sent to the element goes out of each source pad. */
static gboolean
add_packets (GQuark name, const GValue *value, gpointer user_data)
{
  guint64 *packets = user_data;
  guint64 received = 0;

  if (GST_VALUE_HOLDS_STRUCTURE (value)
      && gst_structure_get_uint64 (gst_value_get_structure (value), "packetsReceived", &received))
    *packets += received;

  return TRUE;
}

static guint64
count_packets (GstElement *peer)
{
  Happening happening;
  GstPromise *promise = gst_promise_new_with_change_func (promise_cb, &happening, NULL);
  g_autoptr (GstStructure) report = NULL;
  guint64 packets = 0;

  happening_init (&happening);
  g_signal_emit_by_name (peer, "get-stats", promise);
  report = promise_get_answer (promise, &happening);
  gst_structure_foreach (report, add_packets, &packets);
  happening_clear (&happening);

  return packets;
}

/* Without a clock nothing is shown, but nothing hangs either. It lasts long enough for what is only done after a while. */
GST_START_TEST (test_no_clock)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  guint64 packets = 0;
  Side caller;
  Side callee;

  side_init (&caller, &callee, LIVE);
  side_init (&callee, &caller, "kurentopeerrecvonly name=p");
  gst_pipeline_use_clock (GST_PIPELINE (callee.pipeline), NULL);
  gst_element_set_state (callee.pipeline, GST_STATE_PLAYING);
  gst_element_set_state (caller.pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (caller.peer, "generate-offer", NULL);
  happening_wait (&callee.connected, 1);
  while (packets < 300 && g_get_monotonic_time () < deadline)
    packets = count_packets (callee.peer);
  fail_unless (packets >= 300, "%" G_GUINT64_FORMAT " packets", packets);

  side_clear (&callee);
  side_clear (&caller);
}
GST_END_TEST

GST_START_TEST (test_eos_out_of_source_pads)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstBus) bus = NULL;
  Side caller;
  Side callee;

  side_init (&caller, &callee, LIVE);
  side_init (&callee, &caller, "kurentopeerrecvonly name=p");
  bus = gst_element_get_bus (callee.pipeline);
  gst_element_set_state (callee.pipeline, GST_STATE_PLAYING);
  gst_element_set_state (caller.pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (caller.peer, "generate-offer", NULL);
  happening_wait (&callee.frames, 5);

  gst_element_send_event (callee.pipeline, gst_event_new_eos ());
  message = gst_bus_timed_pop_filtered (bus, DEADLINE * GST_USECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  g_clear_pointer (&message, gst_message_unref);

  side_clear (&caller);
  side_clear (&callee);
}
GST_END_TEST

static Suite *
kurentopeer_call_suite (void)
{
  Suite *suite = suite_create ("kurentopeer-call");
  TCase *tcase = tcase_create ("call");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_call);
  tcase_add_test (tcase, test_no_clock);
  tcase_add_test (tcase, test_eos_out_of_source_pads);

  return suite;
}

GST_CHECK_MAIN (kurentopeer_call)
