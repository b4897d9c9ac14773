/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate.h"

#include "check-media.h"

#include <gst/check/gstharness.h>

#define SOURCE "videotestsrc num-buffers=40 ! video/x-raw,format=I420,width=64,height=48,framerate=30/1 ! "
#define X264 "x264enc tune=zerolatency speed-preset=veryfast key-int-max=10 ! "
#define TONE "audiotestsrc num-buffers=40 samplesperbuffer=480 ! "

/* What comes, and what of it goes out of the gate. */
static const struct
{
  KpMediaKind kind;
  const gchar *source;
  const gchar *codec;
  const gchar *caps;
} inputs[] = {
  { KP_MEDIA_VIDEO, SOURCE "vp8enc deadline=1", "VP8", "video/x-vp8" },
  { KP_MEDIA_VIDEO, SOURCE "vp9enc deadline=1 cpu-used=8 lag-in-frames=0", "VP9",
    "video/x-vp9,profile=(string)0" },
  { KP_MEDIA_VIDEO,
    SOURCE X264 "video/x-h264,profile=constrained-baseline,stream-format=byte-stream ! identity", "H264",
    "video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline" },
  { KP_MEDIA_VIDEO, SOURCE X264 "video/x-h264,profile=main,stream-format=avc ! identity", "H264",
    "video/x-h264,stream-format=byte-stream,alignment=au,profile=main" },
  { KP_MEDIA_VIDEO,
    SOURCE X264
    "video/x-h264,profile=high ! h264parse ! video/x-h264,stream-format=avc3,alignment=au ! identity",
    "H264", "video/x-h264,stream-format=byte-stream,alignment=au,profile=high" },
  { KP_MEDIA_VIDEO,
    SOURCE X264
    "video/x-h264,profile=high ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=nal ! identity",
    "H264", "video/x-h264,stream-format=byte-stream,alignment=au,profile=high" },
  /* caps that say nothing: the stream itself tells */
  { KP_MEDIA_VIDEO,
    SOURCE X264
    "video/x-h264,profile=main,stream-format=byte-stream ! capssetter replace=true caps=video/x-h264",
    "H264", "video/x-h264,stream-format=byte-stream,alignment=au,profile=main" },
  { KP_MEDIA_VIDEO, SOURCE "vp8enc deadline=1 ! rtpvp8pay pt=77", "VP8", "video/x-vp8" },
  { KP_MEDIA_VIDEO, SOURCE "vp9enc deadline=1 cpu-used=8 lag-in-frames=0 ! rtpvp9pay", "VP9", "video/x-vp9" },
  { KP_MEDIA_VIDEO, SOURCE X264 "video/x-h264,profile=main ! rtph264pay mtu=200", "H264",
    "video/x-h264,stream-format=byte-stream,alignment=au,profile=main" },
  { KP_MEDIA_AUDIO, TONE "opusenc", "OPUS", "audio/x-opus,channels=1" },
  { KP_MEDIA_AUDIO, TONE "opusenc ! rtpopuspay", "OPUS", "audio/x-opus,channels=1" },
  { KP_MEDIA_AUDIO, TONE "mulawenc", "PCMU", "audio/x-mulaw" },
  { KP_MEDIA_AUDIO, TONE "alawenc", "PCMA", "audio/x-alaw" },
  { KP_MEDIA_AUDIO,
    TONE "mulawenc ! rtppcmupay ! capssetter replace=true "
         "caps=application/x-rtp,media=audio,payload=0,clock-rate=8000",
    "PCMU", "audio/x-mulaw" },
  { KP_MEDIA_AUDIO, TONE "alawenc ! rtppcmapay", "PCMA", "audio/x-alaw" },
  { KP_MEDIA_VIDEO, SOURCE "identity", NULL, "video/x-raw,format=I420,width=64" },
  { KP_MEDIA_AUDIO, TONE "identity", NULL, "audio/x-raw" },
};

typedef struct
{
  GstElement *pipeline; /* owned */
  KpGate *gate; /* borrowed */
  GstElement *sink; /* borrowed */
} Pipe;

static void
pipe_init (Pipe *self, KpMediaKind kind, const gchar *source)
{
  g_autoptr (GError) error = NULL;
  GstElement *bin = gst_parse_bin_from_description (source, TRUE, &error);

  g_assert_no_error (error);
  self->pipeline = gst_pipeline_new (NULL);
  self->gate = KP_GATE (kp_gate_new (kind));
  self->sink = gst_element_factory_make ("fakesink", NULL);
  gst_object_set_name (GST_OBJECT (self->gate), "the_pad");
  g_object_set (self->sink, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), bin, self->gate, self->sink, NULL);
  fail_unless (gst_element_link_many (bin, GST_ELEMENT (self->gate), self->sink, NULL));
}

static void
check_described (KpGate *gate, guint index)
{
  g_autoptr (GstCaps) expected = gst_caps_from_string (inputs[index].caps);
  g_autoptr (GstCaps) caps = NULL;
  g_autofree gchar *text = NULL;
  KpInput input;

  fail_unless (kp_gate_get_input (gate, &input, &caps));
  fail_unless_equals_string (input.codec ? input.codec->name : NULL, inputs[index].codec);
  text = gst_caps_to_string (caps);
  fail_unless (gst_caps_is_subset (caps, expected), "%s", text);
}

/* Nothing of a source gets lost on its way through the gate, not even in its first moment. */
GST_START_TEST (test_parsed)
{
  Pipe p;
  guint64 rendered;
  g_autoptr (GstStructure) stats = NULL;

  pipe_init (&p, inputs[__i__].kind, inputs[__i__].source);
  kp_gate_open (p.gate);
  gst_element_set_state (p.pipeline, GST_STATE_PLAYING);
  wait_for (kp_gate_is_eos (p.gate));
  check_described (p.gate, __i__);
  g_object_get (p.sink, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "rendered", &rendered));
  fail_unless (rendered >= (inputs[__i__].kind == KP_MEDIA_VIDEO ? 40 : 10), "%u buffers", (guint)rendered);
  end_pipeline (p.pipeline);
}
GST_END_TEST;

/* Raw media is known without caps; what is encoded is guessed until they come. */
GST_START_TEST (test_guess)
{
  static const struct
  {
    const gchar *source;
    gboolean known;
    const gchar *codec;
  } guesses[] = {
    { "videotestsrc", TRUE, NULL },
    { "videotestsrc ! x264enc ! h264parse", FALSE, "H264" },
    { "videotestsrc ! vp8enc ! rtpvp8pay", FALSE, "VP8" },
    { "appsrc", FALSE, NULL },
  };
  g_autoptr (GstCaps) caps = NULL;
  KpInput input;
  Pipe p;

  pipe_init (&p, KP_MEDIA_VIDEO, guesses[__i__].source);
  fail_unless_equals_int (kp_gate_get_input (p.gate, &input, &caps), guesses[__i__].known);
  fail_unless_equals_string (input.codec ? input.codec->name : NULL, guesses[__i__].codec);
  fail_unless (caps == NULL);
  end_pipeline (p.pipeline);
}
GST_END_TEST;

/* A gate whose source is a pad of ours. */
static GstHarness *
make_harness (KpMediaKind kind, const gchar *caps)
{
  GstElement *gate = gst_object_ref_sink (kp_gate_new (kind));
  GstHarness *harness = gst_harness_new_with_element (gate, "sink", "src");
  g_autoptr (GstBus) bus = gst_bus_new ();

  gst_object_set_name (GST_OBJECT (gate), "the_pad");
  gst_element_set_bus (gate, bus);
  gst_harness_set_live (harness, TRUE);
  kp_gate_open (KP_GATE (gate));
  gst_harness_set_src_caps_str (harness, caps);
  gst_object_unref (gate);

  return harness;
}

/* What is left on the bus refers to the gate. */
static void
harness_clear (GstHarness *harness)
{
  gst_element_set_bus (harness->element, NULL);
  gst_harness_teardown (harness);
}

/* owned; NULL when there is none */
static gchar *
pop_error (GstHarness *harness)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (harness->element);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  if (message == NULL)
    return NULL;
  gst_message_parse_error (message, &error, NULL);

  return g_strdup (error->message);
}

static const struct
{
  KpMediaKind kind;
  const gchar *before; /* NULL: the first caps */
  const gchar *after;
  const gchar *missing; /* an element without which it is an error; or NULL */
  const gchar *words[3]; /* of the error */
} errors[] = {
  { KP_MEDIA_VIDEO,
    "video/x-vp8,width=16,height=16",
    "video/x-vp9,width=16,height=16",
    NULL,
    { "VP8", "VP9", "the_pad" } },
  { KP_MEDIA_VIDEO, VIDEO_CAPS, "video/x-vp8,width=16,height=16", NULL, { "raw video", "VP8", "the_pad" } },
  { KP_MEDIA_VIDEO,
    "video/x-vp8",
    "application/x-rtp,media=video,encoding-name=VP8",
    NULL,
    { "VP8", "VP8 in RTP", "the_pad" } },
  { KP_MEDIA_AUDIO,
    "audio/x-mulaw,rate=8000,channels=1",
    "audio/x-alaw,rate=8000,channels=1",
    NULL,
    { "PCMU", "PCMA", "the_pad" } },
  { KP_MEDIA_VIDEO, NULL, "video/x-av1", "rtpav1pay", { "AV1", "rtpav1pay", "the_pad" } },
  { KP_MEDIA_VIDEO,
    NULL,
    "application/x-rtp,media=video,encoding-name=THEORA",
    NULL,
    { "THEORA", "the_pad", "RTP" } },
  { KP_MEDIA_VIDEO,
    NULL,
    "application/x-rtp,media=video",
    NULL,
    { "encoding-name", "the_pad", "application/x-rtp" } },
};

/* One message that says what is wrong; the source goes on, into nothing. */
GST_START_TEST (test_error)
{
  const gchar *missing = errors[__i__].missing;
  g_autoptr (GstElementFactory) installed = missing ? gst_element_factory_find (missing) : NULL;
  g_autofree gchar *error = NULL;
  GstHarness *harness;

  if (installed)
    return;

  harness
      = make_harness (errors[__i__].kind, errors[__i__].before ? errors[__i__].before : errors[__i__].after);
  if (errors[__i__].before)
    {
      fail_unless (pop_error (harness) == NULL);
      gst_harness_set_src_caps_str (harness, errors[__i__].after);
    }
  error = pop_error (harness);
  fail_unless (error != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (errors[__i__].words); i++)
    fail_unless (strstr (error, errors[__i__].words[i]) != NULL, "%s", error);
  fail_unless_equals_int (gst_harness_push (harness, frame (0)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (harness), 0);
  fail_unless (pop_error (harness) == NULL);
  harness_clear (harness);
}
GST_END_TEST;

/* What a gate has taken does not bind it for ever. */
GST_START_TEST (test_ready_forgets)
{
  g_autoptr (GstElement) gate = NULL;
  GstHarness *harness
      = make_harness (KP_MEDIA_VIDEO, "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000");

  gate = gst_object_ref (harness->element);
  fail_unless_equals_int (GST_BIN_NUMCHILDREN (gate), 1);
  gst_element_set_state (gate, GST_STATE_READY);
  fail_unless_equals_int (GST_BIN_NUMCHILDREN (gate), 0);
  gst_element_set_state (gate, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (harness, "video/x-vp8");
  fail_unless (pop_error (harness) == NULL);
  fail_unless_equals_int (gst_harness_push (harness, frame (0)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (harness), 1);
  harness_clear (harness);
}
GST_END_TEST;

static gpointer
push_thread (gpointer harness)
{
  return GINT_TO_POINTER (gst_harness_push (harness, frame (GST_SECOND)));
}

/* A source that is not live waits behind the chain, too, and is freed at once. */
GST_START_TEST (test_wait_in_chain)
{
  GstHarness *harness
      = make_harness (KP_MEDIA_AUDIO, "audio/x-opus,channel-mapping-family=0,channels=1,rate=48000");
  KpGate *gate = KP_GATE (harness->element);
  gint64 start;
  GThread *thread;

  kp_gate_close (gate);
  gst_harness_set_live (harness, FALSE);
  gst_harness_push_event (harness, gst_event_new_stream_start ("another"));
  thread = g_thread_new ("push", push_thread, harness);
  wait_for (GST_CLOCK_TIME_IS_VALID (kp_gate_get_waiting_time (gate)));
  start = g_get_monotonic_time ();
  gst_element_set_state (GST_ELEMENT (gate), GST_STATE_NULL);
  g_thread_join (thread);
  fail_unless (g_get_monotonic_time () - start < G_TIME_SPAN_SECOND);
  harness_clear (harness);
}
GST_END_TEST;

static Suite *
kp_gate_input_suite (void)
{
  Suite *suite = suite_create ("kp-gate-input");
  TCase *tcase = tcase_create ("gate-input");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_parsed, 0, G_N_ELEMENTS (inputs));
  tcase_add_loop_test (tcase, test_guess, 0, 4);
  tcase_add_loop_test (tcase, test_error, 0, G_N_ELEMENTS (errors));
  tcase_add_test (tcase, test_ready_forgets);
  tcase_add_test (tcase, test_wait_in_chain);

  return suite;
}

GST_CHECK_MAIN (kp_gate_input)
