/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-outlet.h"

#include "check-media.h"

#include <glib/gstdio.h>

#define LATENCY 100 /* ms */
/* a frame is as long as one of video */
#define AUDIO_CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=5760,channels=1"
#define FAR 3600 * GST_SECOND

/* An outlet in a pipeline that plays, and a pad in the place of a receiver. */
typedef struct
{
  KpMediaKind kind;
  GstElement *pipeline; /* owned */
  KpOutlet *outlet; /* borrowed */
  GstPad *receiver; /* owned */
} Pipe;

static void
pipe_init (Pipe *self, KpMediaKind kind)
{
  GstElement *outlet = kp_outlet_new (kind, GST_KURENTO_OUTPUT_RAW, LATENCY);

  self->kind = kind;
  self->pipeline = gst_pipeline_new (NULL);
  self->outlet = KP_OUTLET (outlet);
  self->receiver = NULL;
  gst_bin_add (GST_BIN (self->pipeline), outlet);
}

static GstElement *
pipe_add (Pipe *self, const gchar *description)
{
  GstElement *bin = gst_parse_bin_from_description (description, TRUE, NULL);

  fail_unless (bin, "cannot parse %s", description);
  gst_bin_add (GST_BIN (self->pipeline), bin);
  gst_element_sync_state_with_parent (bin);
  return bin;
}

static void
pipe_link (Pipe *self, const gchar *description)
{
  fail_unless (gst_element_link (GST_ELEMENT (self->outlet), pipe_add (self, description)));
}

static void
pipe_clear (Pipe *self)
{
  end_pipeline (self->pipeline);
  if (self->receiver)
    gst_pad_set_active (self->receiver, FALSE);
  g_clear_object (&self->receiver);
}

static GstClockTime
pipe_time (Pipe *self)
{
  GstClockTime time = gst_element_get_current_running_time (self->pipeline);

  return GST_CLOCK_TIME_IS_VALID (time) ? time : 0;
}

/* The receiver before, if there is one, goes. */
static void
pipe_receive (Pipe *self)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (GST_ELEMENT (self->outlet), "sink");
  g_autoptr (GstCaps) caps = gst_caps_from_string (self->kind == KP_MEDIA_AUDIO ? AUDIO_CAPS : VIDEO_CAPS);
  GstSegment segment;

  if (self->receiver)
    {
      gst_pad_push_event (self->receiver, gst_event_new_eos ());
      gst_pad_unlink (self->receiver, sink);
      gst_pad_set_active (self->receiver, FALSE);
      gst_object_unref (self->receiver);
    }

  self->receiver = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  gst_pad_set_active (self->receiver, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->receiver, gst_event_new_stream_start ("stream"));
  gst_pad_push_event (self->receiver, gst_event_new_caps (caps));
  gst_pad_push_event (self->receiver, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_pad_link (self->receiver, sink), GST_PAD_LINK_OK);
}

static void
pipe_push (Pipe *self)
{
  fail_unless_equals_int (gst_pad_push (self->receiver, frame (pipe_time (self))), GST_FLOW_OK);
}

static GstPadProbeReturn
count_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  fail_unless (caps, "data without caps");
  g_atomic_int_inc ((gint *)user_data);
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (outlet_is_linked_late_and_again)
{
  Pipe pipe;

  pipe_init (&pipe, KP_MEDIA_VIDEO);
  gst_element_set_state (pipe.pipeline, GST_STATE_PLAYING);
  pipe_receive (&pipe);
  for (guint i = 0; i < 5; i++)
    pipe_push (&pipe);

  for (guint round = 0; round < 20; round++)
    {
      GstElement *sink = pipe_add (&pipe, "fakesink async=false sync=false");
      g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
      gint frames = 0;

      gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_cb, &frames, NULL);
      fail_unless (gst_element_link (GST_ELEMENT (pipe.outlet), sink));
      pipe_push (&pipe);
      pipe_push (&pipe);
      fail_unless_equals_int (g_atomic_int_get (&frames), 2);

      /* even a sink that is gone to NULL while linked */
      gst_element_set_locked_state (sink, TRUE);
      gst_element_set_state (sink, GST_STATE_NULL);
      pipe_push (&pipe);
      gst_bin_remove (GST_BIN (pipe.pipeline), sink);
      pipe_push (&pipe);
    }
  pipe_clear (&pipe);
}
GST_END_TEST;

static const GstFlowReturn flows[] = { GST_FLOW_ERROR,          GST_FLOW_EOS,        GST_FLOW_FLUSHING,
                                       GST_FLOW_NOT_NEGOTIATED, GST_FLOW_NOT_LINKED, GST_FLOW_CUSTOM_ERROR };

static GstFlowReturn
say_flow (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return *(const GstFlowReturn *)gst_pad_get_element_private (pad);
}

static gboolean
refuse_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return FALSE;
}

GST_START_TEST (receiver_never_sees_what_downstream_says)
{
  Pipe pipe;
  g_autoptr (GstPad) sink = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  g_autoptr (GstPad) src = NULL;

  pipe_init (&pipe, KP_MEDIA_VIDEO);
  src = gst_element_get_static_pad (GST_ELEMENT (pipe.outlet), "src");
  gst_pad_set_element_private (sink, (gpointer)&flows[__i__]);
  gst_pad_set_chain_function (sink, say_flow);
  if (flows[__i__] == GST_FLOW_NOT_NEGOTIATED)
    gst_pad_set_event_function (sink, refuse_event);
  gst_pad_set_active (sink, TRUE);
  fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
  gst_element_set_state (pipe.pipeline, GST_STATE_PLAYING);

  pipe_receive (&pipe);
  for (guint i = 0; i < 5; i++)
    pipe_push (&pipe);
  gst_pad_set_active (sink, FALSE);
  pipe_clear (&pipe);
}
GST_END_TEST;

static GstPad *
add_ghost (GstElement *bin, GstPad *target)
{
  GstPad *ghost = gst_ghost_pad_new ("src", target);

  gst_pad_set_active (ghost, TRUE);
  gst_element_add_pad (bin, ghost);
  return ghost;
}

static void
count_linked (KpOutlet *outlet, gpointer user_data)
{
  /* no lock is held */
  fail_unless (kp_outlet_is_wanted (outlet));
  ++*(guint *)user_data;
}

GST_START_TEST (outlet_is_wanted_when_the_outermost_pad_is_linked)
{
  GstElement *outlet = kp_outlet_new (KP_MEDIA_VIDEO, GST_KURENTO_OUTPUT_RAW, LATENCY);
  GstElement *inner = gst_bin_new (NULL);
  GstElement *outer = gst_bin_new (NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstElement *pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstPad) src = gst_element_get_static_pad (outlet, "src");
  GstPad *ghost;
  guint links = 0;

  kp_outlet_set_linked_func (KP_OUTLET (outlet), count_linked, &links);
  gst_bin_add (GST_BIN (inner), outlet);
  gst_bin_add (GST_BIN (outer), inner);
  gst_bin_add_many (GST_BIN (pipeline), outer, sink, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);

  fail_unless (kp_outlet_is_wanted (KP_OUTLET (outlet)), "not before it is exposed");
  ghost = add_ghost (inner, src);
  kp_outlet_set_exposed (KP_OUTLET (outlet));
  fail_if (kp_outlet_is_wanted (KP_OUTLET (outlet)));
  ghost = add_ghost (outer, ghost);
  fail_if (kp_outlet_is_wanted (KP_OUTLET (outlet)), "the outer pad leads nowhere");

  fail_unless_equals_int (links, 0);

  fail_unless (gst_element_link (outer, sink));
  fail_unless_equals_int (links, 1);
  fail_unless (kp_outlet_is_wanted (KP_OUTLET (outlet)));
  gst_element_unlink (outer, sink);
  fail_if (kp_outlet_is_wanted (KP_OUTLET (outlet)));
  fail_unless (gst_element_link (outer, sink));
  fail_unless_equals_int (links, 2);
  end_pipeline (pipeline);
}
GST_END_TEST;

/* What the sink is in when the pipeline is torn down. */
static const struct
{
  const gchar *sink;
  GstState state;
  GstClockTime pts;
} blocked[] = {
  { "fakesink sync=true", GST_STATE_PAUSED, 0 }, /* preroll */
  { "fakesink sync=true", GST_STATE_PLAYING, FAR }, /* clock */
  { "queue max-size-buffers=1 ! fakesink sync=true", GST_STATE_PLAYING, FAR }, /* full queue */
};

static gpointer
push_until_flushing (gpointer user_data)
{
  Pipe *self = user_data;

  for (guint i = 0; i < 10; i++)
    if (gst_pad_push (self->receiver, frame (FAR + i * FRAME_TIME)) == GST_FLOW_FLUSHING)
      break;
  return NULL;
}

GST_START_TEST (blocked_sink_holds_up_nothing)
{
  Pipe pipe;
  GThread *thread;
  gint64 start;

  pipe_init (&pipe, KP_MEDIA_VIDEO);
  pipe_link (&pipe, blocked[__i__].sink);
  gst_element_set_state (pipe.pipeline, blocked[__i__].state);
  pipe_receive (&pipe);
  thread = g_thread_new ("push", push_until_flushing, &pipe);
  wait_for (gst_pad_get_last_flow_return (pipe.receiver) == GST_FLOW_OK);

  start = g_get_monotonic_time ();
  kp_outlet_push_eos (pipe.outlet);
  end_pipeline (gst_object_ref (pipe.pipeline));
  g_thread_join (thread);
  fail_unless (g_get_monotonic_time () - start < DEADLINE);
  pipe_clear (&pipe);
}
GST_END_TEST;

static GstPadProbeReturn
block_gap_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_GAP)
    return GST_PAD_PROBE_PASS;

  g_atomic_int_set ((gint *)user_data, TRUE);
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (blocked_gap_holds_up_nothing)
{
  Pipe pipe;
  gint is_blocked = FALSE;
  GstElement *sink;
  g_autoptr (GstPad) pad = NULL;

  pipe_init (&pipe, KP_MEDIA_VIDEO);
  sink = pipe_add (&pipe, "fakesink async=false");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, block_gap_cb,
                     &is_blocked, NULL);
  fail_unless (gst_element_link (GST_ELEMENT (pipe.outlet), sink));
  gst_element_set_state (pipe.pipeline, GST_STATE_PLAYING);
  pipe_receive (&pipe);
  pipe_push (&pipe);
  wait_for (g_atomic_int_get (&is_blocked));
  pipe_clear (&pipe);
}
GST_END_TEST;

/* A muxer and mixers that go on while the peer is away. (matroskamux, mp4mux and mpegtsmux take no notice of GAPs in
 * audio and video: they need a live mixer before them.) The source called local stops when who it feeds waits. */
static const struct
{
  KpMediaKind kind;
  const gchar *demuxer;
  const gchar *description;
} recordings[] = {
  { KP_MEDIA_VIDEO, "flvdemux",
    "x264enc name=entry tune=zerolatency ! flvmux name=mux ! filesink name=file"
    "  audiotestsrc is-live=true name=local ! audio/x-raw,rate=44100 ! lamemp3enc ! mpegaudioparse ! mux." },
  { KP_MEDIA_VIDEO, "matroskademux",
    "compositor name=entry ! vp8enc deadline=1 ! webmmux ! filesink name=file"
    "  videotestsrc is-live=true name=local ! video/x-raw,width=32,height=32 ! entry." },
  { KP_MEDIA_AUDIO, "matroskademux",
    "audioresample name=entry ! audiomixer name=mix ! opusenc ! matroskamux ! filesink name=file"
    "  audiotestsrc is-live=true name=local ! audio/x-raw,rate=48000 ! mix." },
};

static GstPadProbeReturn
note_time_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gint *written = user_data; /* ms */

  if (GST_BUFFER_PTS_IS_VALID (buffer))
    g_atomic_int_set (written, MAX (g_atomic_int_get (written), GST_BUFFER_PTS (buffer) / GST_MSECOND));
  return GST_PAD_PROBE_OK;
}

/* Until the local source is 300 ms further. Returns where it is, in ms. */
static gint
receive_for_a_while (Pipe *pipe, gint *written)
{
  gint end = g_atomic_int_get (written) + 300;

  pipe_receive (pipe);
  do
    {
      pipe_push (pipe);
      g_poll (NULL, 0, 30);
    }
  while (g_atomic_int_get (written) < end && pipe_time (pipe) < 20 * GST_SECOND);

  return g_atomic_int_get (written);
}

static GstElement *
add_recording (Pipe *self, const gchar *description, const gchar *location)
{
  g_autoptr (GError) error = NULL;
  GstElement *bin = gst_parse_bin_from_description (description, FALSE, &error);
  g_autoptr (GstElement) file = gst_bin_get_by_name (GST_BIN (bin), "file");
  g_autoptr (GstElement) entry = gst_bin_get_by_name (GST_BIN (bin), "entry");
  g_autoptr (GstPad) pad = NULL;

  g_assert_no_error (error);
  g_object_set (file, "location", location, NULL);
  pad = gst_element_get_static_pad (entry, "sink");
  if (!pad)
    pad = gst_element_request_pad_simple (entry, "sink_%u");
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink", pad));
  gst_bin_add (GST_BIN (self->pipeline), bin);
  fail_unless (gst_element_link (GST_ELEMENT (self->outlet), bin));
  return bin;
}

static void
end_recording (Pipe *self)
{
  g_autoptr (GstElement) local = gst_bin_get_by_name (GST_BIN (self->pipeline), "local");
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = NULL;

  kp_outlet_push_eos (self->outlet);
  gst_element_send_event (local, gst_event_new_eos ());
  message = gst_bus_timed_pop_filtered (bus, 5 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%" GST_PTR_FORMAT, message);
}

static GstClockTime
get_duration (const gchar *location, const gchar *demuxer)
{
  g_autofree gchar *description = g_strdup_printf ("filesrc location=%s ! %s ! fakesink", location, demuxer);
  GstElement *pipeline = gst_parse_launch (description, NULL);
  gint64 duration = 0;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL, 5 * GST_SECOND),
                          GST_STATE_CHANGE_SUCCESS);
  fail_unless (gst_element_query_duration (pipeline, GST_FORMAT_TIME, &duration));
  end_pipeline (pipeline);
  return duration;
}

GST_START_TEST (recording_goes_on_while_the_peer_is_away)
{
  g_autofree gchar *folder = g_dir_make_tmp ("kp-outlet-XXXXXX", NULL);
  g_autofree gchar *location = g_build_filename (folder, "recording", NULL);
  g_autoptr (GstElement) local = NULL;
  g_autoptr (GstPad) pad = NULL;
  Pipe pipe;
  gint written = 0;
  gint away;

  pipe_init (&pipe, recordings[__i__].kind);
  local = gst_bin_get_by_name (GST_BIN (add_recording (&pipe, recordings[__i__].description, location)),
                               "local");
  pad = gst_element_get_static_pad (local, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_time_cb, &written, NULL);
  gst_element_set_state (pipe.pipeline, GST_STATE_PLAYING);

  wait_for (gst_element_get_current_running_time (GST_ELEMENT (pipe.outlet)) != GST_CLOCK_TIME_NONE);
  /* flvmux ends when what comes second is earlier than what came first */
  pipe_receive (&pipe);
  fail_unless_equals_int (gst_pad_push (pipe.receiver, frame (0)), GST_FLOW_OK);
  away = receive_for_a_while (&pipe, &written);
  wait_for (g_atomic_int_get (&written) > away + 500);
  fail_unless (receive_for_a_while (&pipe, &written) > away + 800);
  end_recording (&pipe);
  pipe_clear (&pipe);
  fail_unless (get_duration (location, recordings[__i__].demuxer) > (away + 700) * GST_MSECOND);
  g_unlink (location);
  g_rmdir (folder);
}
GST_END_TEST;

static Suite *
kp_outlet_pipelines_suite (void)
{
  Suite *suite = suite_create ("kp-outlet-pipelines");
  TCase *tcase = tcase_create ("pipelines");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, outlet_is_linked_late_and_again);
  tcase_add_loop_test (tcase, receiver_never_sees_what_downstream_says, 0, G_N_ELEMENTS (flows));
  tcase_add_test (tcase, outlet_is_wanted_when_the_outermost_pad_is_linked);
  tcase_add_loop_test (tcase, blocked_sink_holds_up_nothing, 0, G_N_ELEMENTS (blocked));
  tcase_add_test (tcase, blocked_gap_holds_up_nothing);
  tcase_add_loop_test (tcase, recording_goes_on_while_the_peer_is_away, 0, G_N_ELEMENTS (recordings));
  return suite;
}

GST_CHECK_MAIN (kp_outlet_pipelines);
