/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-view.h"

#include "check-media.h"
#include "gstkurentoerror.h"

#include <gst/base/gstbasesink.h>

/* A view in a pipeline that plays, and a pad whose data it shows. */
typedef struct
{
  GstElement *pipeline; /* owned */
  GstElement *sink; /* owned */
  KpView *view; /* owned */
  GstPad *pad; /* owned */
  GstClockTime latency; /* ns; of the pad */
  GMutex lock; /* of what follows */
  GCond cond;
  gboolean holds; /* the handler of the sink waits */
  guint n_buffers;
  GstClockTime last; /* ns; PTS */
} Fixture;

static GstElement *
parse_sink (const gchar *description)
{
  return gst_parse_bin_from_description_full (description, TRUE, NULL, GST_PARSE_FLAG_NO_SINGLE_ELEMENT_BINS,
                                              NULL);
}

static void
handoff_cb (GstElement *sink, GstBuffer *buffer, GstPad *pad, Fixture *self)
{
  g_mutex_lock (&self->lock);
  while (self->holds)
    g_cond_wait (&self->cond, &self->lock);
  self->n_buffers++;
  self->last = GST_BUFFER_PTS (buffer);
  g_mutex_unlock (&self->lock);
}

static gboolean
answer_latency (GstPad *pad, GstObject *parent, GstQuery *query)
{
  Fixture *self = gst_pad_get_element_private (pad);

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return FALSE;

  gst_query_set_latency (query, TRUE, self->latency, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static GstPad *
pad_new (Fixture *self, const gchar *caps)
{
  g_autoptr (GstCaps) parsed = gst_caps_from_string (caps);
  GstPad *pad = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_set_element_private (pad, self);
  gst_pad_set_query_function (pad, answer_latency);
  gst_pad_set_active (pad, TRUE);
  gst_pad_push_event (pad, gst_event_new_stream_start ("test"));
  gst_pad_push_event (pad, gst_event_new_caps (parsed));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));

  return pad;
}

static void
fixture_init (Fixture *self, const gchar *description)
{
  g_autoptr (GError) error = NULL;

  *self = (Fixture){ .pipeline = gst_pipeline_new (NULL), .sink = parse_sink (description) };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_object_ref_sink (self->sink);
  if (GST_IS_BASE_SINK (self->sink))
    {
      g_object_set (self->sink, "signal-handoffs", TRUE, NULL);
      g_signal_connect (self->sink, "handoff", G_CALLBACK (handoff_cb), self);
    }
  self->view = kp_view_new ("remote-video", KP_MEDIA_VIDEO, self->sink, &error);
  g_assert_no_error (error);
  gst_bin_add (GST_BIN (self->pipeline), gst_object_ref_sink (self->view));
  self->pad = pad_new (self, VIDEO_CAPS);
  fail_unless_equals_int (gst_element_set_state (self->pipeline, GST_STATE_PLAYING),
                          GST_STATE_CHANGE_SUCCESS);
}

static guint
count (Fixture *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_buffers;
  g_mutex_unlock (&self->lock);

  return n;
}

static GstClockTime
get_last (Fixture *self)
{
  GstClockTime last;

  g_mutex_lock (&self->lock);
  last = self->last;
  g_mutex_unlock (&self->lock);

  return last;
}

static void
set_holds (Fixture *self, gboolean holds)
{
  g_mutex_lock (&self->lock);
  self->holds = holds;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
show (Fixture *self, GstClockTime pts)
{
  g_autoptr (GstBuffer) buffer = frame (pts);

  kp_view_show (self->view, self->pad, buffer);
}

/* The next message of those kinds; owned, or NULL. */
static GstMessage *
pop (Fixture *self, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  return gst_bus_pop_filtered (bus, types);
}

/* There was one, which begins with the name of the view, and nothing worse. */
static void
expect_warning (Fixture *self, const gchar *part)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message
      = gst_bus_timed_pop_filtered (bus, DEADLINE * GST_USECOND, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (g_str_has_prefix (error->message, "remote-video: "), "%s", error->message);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  fail_if (kp_view_is_alive (self->view));
}

static void
fixture_clear (Fixture *self)
{
  end_pipeline (g_steal_pointer (&self->pipeline));
  kp_view_release_sink (self->view);
  fail_unless (GST_OBJECT_PARENT (self->sink) == NULL);
  fail_unless_equals_int (GST_STATE (self->sink), GST_STATE_NULL);
  gst_object_unref (self->view);
  ASSERT_OBJECT_REFCOUNT (self->sink, "sink", 1);
  gst_object_unref (self->sink);
  gst_pad_set_active (self->pad, FALSE);
  gst_object_unref (self->pad);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

/* All that comes is shown, as it comes, converted when the sink needs it. */
GST_START_TEST (test_shows)
{
  static const gchar *const sinks[] = { "fakesink", "fakesink async=false", "fakesink sync=true" };
  Fixture self;

  fixture_init (&self, sinks[__i__]);
  for (guint i = 0; i < 5; i++)
    {
      show (&self, i * FRAME_TIME);
      wait_for (count (&self) == i + 1);
      fail_unless_equals_uint64 (get_last (&self), i * FRAME_TIME);
    }
  fixture_clear (&self);
}
GST_END_TEST

/* Whatever the sink is made of plays, and what it does not take is converted. */
GST_START_TEST (test_bin)
{
  Fixture self;
  GstElement *last;
  GstState state;

  fixture_init (&self, "queue ! video/x-raw,format=RGB,width=32,height=32 ! fakesink name=s sync=true");
  last = gst_bin_get_by_name (GST_BIN (self.sink), "s");
  show (&self, 0);
  wait_for (gst_element_get_state (last, &state, NULL, 0) == GST_STATE_CHANGE_SUCCESS
            && state == GST_STATE_PLAYING);
  {
    g_autoptr (GstPad) pad = gst_element_get_static_pad (last, "sink");
    g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

    fail_unless (strstr (gst_structure_get_string (gst_caps_get_structure (caps, 0), "format"), "RGB"));
  }
  gst_object_unref (last);
  fixture_clear (&self);
}
GST_END_TEST

/* A sink that is held up drops; it holds nobody, and goes on with what is new. */
GST_START_TEST (test_held_up)
{
  Fixture self;
  const GstClockTime last = 999 * FRAME_TIME;

  fixture_init (&self, "fakesink async=false");
  set_holds (&self, TRUE);
  for (guint i = 0; i < 1000; i++)
    show (&self, i * FRAME_TIME);
  kp_view_set_latency (self.view, GST_SECOND);
  fail_unless_equals_int (count (&self), 0);
  set_holds (&self, FALSE);
  wait_for (get_last (&self) == last);
  fail_unless (count (&self) <= 16, "%u were kept", count (&self));
  fixture_clear (&self);
}
GST_END_TEST

/* Timestamps that are years away: neither the source nor the end waits for them. */
GST_START_TEST (test_far_away)
{
  Fixture self;

  fixture_init (&self, "fakesink sync=true");
  for (guint i = 0; i < 100; i++)
    show (&self, (i + 1) * 1000 * GST_SECOND * 3600);
  fixture_clear (&self);
}
GST_END_TEST

/* What fails is told once, and is no error. */
static const struct
{
  const gchar *sink;
  const gchar *part; /* of the message */
} failures[] = {
  { "identity error-after=2 ! fakesink", "iterations" }, /* an ERROR message */
  { "identity", "not-linked" },
  { "audioconvert ! fakesink", NULL },
  { "fakesink state-error=null-to-ready", "state" },
  { "fakesink state-error=ready-to-paused", "state" },
  { "fakesink state-error=paused-to-playing", "state" },
};

GST_START_TEST (test_fails)
{
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GError) error = NULL;
  Fixture self;

  if (failures[__i__].part == NULL)
    {
      sink = gst_object_ref_sink (parse_sink (failures[__i__].sink));
      fail_unless (kp_view_new ("remote-video", KP_MEDIA_VIDEO, sink, &error) == NULL);
      g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT);
      fail_unless (g_str_has_prefix (error->message, "remote-video: "));
      ASSERT_OBJECT_REFCOUNT (sink, "sink", 1);
      return;
    }

  fixture_init (&self, failures[__i__].sink);
  for (guint i = 0; i < 20 || kp_view_is_alive (self.view); i++)
    show (&self, i * FRAME_TIME);
  expect_warning (&self, failures[__i__].part);
  show (&self, GST_SECOND);
  fixture_clear (&self);
}
GST_END_TEST

/* Data that nothing describes any more, as at teardown. */
GST_START_TEST (test_undescribed)
{
  Fixture self;

  fixture_init (&self, "fakesink");
  gst_pad_set_active (self.pad, FALSE);
  show (&self, 0);
  gst_object_unref (self.pad);
  self.pad = pad_new (&self, VIDEO_CAPS);
  show (&self, FRAME_TIME);
  wait_for (count (&self) == 1);
  fail_unless_equals_uint64 (get_last (&self), FRAME_TIME);
  fixture_clear (&self);
}
GST_END_TEST

GST_START_TEST (test_encoded)
{
  Fixture self;

  fixture_init (&self, "fakesink");
  gst_object_unref (self.pad);
  self.pad = pad_new (&self, "video/x-vp8");
  show (&self, 0);
  expect_warning (&self, "video/x-vp8");
  fixture_clear (&self);
}
GST_END_TEST

/* The sink gets EOS, the pipeline does not; a flush begins anew. Another pad goes on. */
GST_START_TEST (test_eos)
{
  Fixture self;

  fixture_init (&self, "fakesink");
  kp_view_push_event (self.view, gst_event_new_eos ()); /* of nothing */
  show (&self, 0);
  wait_for (count (&self) == 1);
  kp_view_push_event (self.view, gst_event_new_eos ());
  show (&self, FRAME_TIME);
  kp_view_push_event (self.view, gst_event_new_flush_start ());
  kp_view_push_event (self.view, gst_event_new_flush_stop (TRUE));
  show (&self, FRAME_TIME);
  wait_for (get_last (&self) == FRAME_TIME);
  fail_unless_equals_int (count (&self), 2);

  gst_object_unref (self.pad);
  self.pad = pad_new (&self, VIDEO_CAPS);
  show (&self, 2 * FRAME_TIME);
  wait_for (get_last (&self) == 2 * FRAME_TIME);
  fail_if (pop (&self, GST_MESSAGE_EOS | GST_MESSAGE_ASYNC_START | GST_MESSAGE_ASYNC_DONE));
  fixture_clear (&self);
}
GST_END_TEST

/* The offset of the pad counts. */
GST_START_TEST (test_offset)
{
  Fixture self;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstEvent) event = NULL;
  const GstSegment *segment;

  fixture_init (&self, "fakesink");
  gst_pad_set_offset (self.pad, GST_SECOND);
  show (&self, 0);
  wait_for (count (&self) == 1);
  pad = gst_element_get_static_pad (self.sink, "sink");
  event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  fail_unless_equals_uint64 (gst_segment_to_running_time (segment, GST_FORMAT_TIME, 0), GST_SECOND);
  fixture_clear (&self);
}
GST_END_TEST

static gboolean
has_latency (Fixture *self, guint ms)
{
  return gst_base_sink_get_latency (GST_BASE_SINK (self->sink)) == ms * GST_MSECOND;
}

/* What it needs it has, and more when the pipeline says so; nobody listens to the messages here. */
GST_START_TEST (test_latency)
{
  Fixture self;
  g_autoptr (GstMessage) message = NULL;

  fixture_init (&self, "fakesink sync=true processing-deadline=0");
  self.latency = 200 * GST_MSECOND;
  show (&self, 0);
  wait_for (count (&self) == 1);
  wait_for (has_latency (&self, 200));
  message = pop (&self, GST_MESSAGE_LATENCY);
  fail_unless (message != NULL);
  kp_view_set_latency (self.view, 500 * GST_MSECOND);
  wait_for (has_latency (&self, 500));
  kp_view_set_latency (self.view, 100 * GST_MSECOND);
  wait_for (has_latency (&self, 200));
  fixture_clear (&self);
}
GST_END_TEST

/* What a decoder asks about what is behind it is answered by the sink. */
GST_START_TEST (test_query)
{
  Fixture self;
  g_autoptr (GstQuery) query = gst_query_new_caps (NULL);
  GstCaps *caps;

  fixture_init (&self, "fakevideosink");
  fail_unless (kp_view_query (self.view, query));
  gst_query_parse_caps_result (query, &caps);
  fail_if (gst_caps_is_empty (caps) || gst_caps_is_any (caps));
  fixture_clear (&self);
}
GST_END_TEST

/* Pauses and goes on; states come in any order. */
GST_START_TEST (test_states)
{
  static const GstState states[] = { GST_STATE_PAUSED,  GST_STATE_PLAYING, GST_STATE_READY,
                                     GST_STATE_PLAYING, GST_STATE_NULL,    GST_STATE_PLAYING };
  Fixture self;

  fixture_init (&self, "queue ! fakesink");
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      fail_unless_equals_int (gst_element_set_state (self.pipeline, states[i]), GST_STATE_CHANGE_SUCCESS);
      for (guint k = 0; k < 20; k++)
        show (&self, k * FRAME_TIME);
    }
  wait_for (GST_STATE (self.sink) == GST_STATE_PLAYING);
  fixture_clear (&self);
}
GST_END_TEST

/* A sink with a clock of its own. */
typedef struct
{
  GstBaseSink parent;
} ClockSink;

typedef struct
{
  GstBaseSinkClass parent_class;
} ClockSinkClass;

static GType clock_sink_get_type (void);
G_DEFINE_TYPE (ClockSink, clock_sink, GST_TYPE_BASE_SINK)

static GstClock *
clock_sink_provide_clock (GstElement *element)
{
  return gst_object_ref_sink (g_object_new (GST_TYPE_SYSTEM_CLOCK, NULL));
}

static void
clock_sink_class_init (ClockSinkClass *klass)
{
  static GstStaticPadTemplate template
      = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

  GST_ELEMENT_CLASS (klass)->provide_clock = clock_sink_provide_clock;
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &template);
}

static void
clock_sink_init (ClockSink *self)
{
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_PROVIDE_CLOCK);
}

/* The clock of a sink that is a view is nobody's. */
GST_START_TEST (test_clock)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_autoptr (GstClock) system = gst_system_clock_obtain ();
  g_autoptr (GstClock) clock = NULL;
  GstElement *sink = g_object_new (clock_sink_get_type (), NULL);

  gst_bin_add (GST_BIN (pipeline), GST_ELEMENT (kp_view_new ("remote-audio", KP_MEDIA_AUDIO, sink, NULL)));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  clock = gst_pipeline_get_clock (GST_PIPELINE (pipeline));
  fail_unless (clock == system);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}
GST_END_TEST

static Suite *
kp_view_suite (void)
{
  Suite *suite = suite_create ("kp-view");
  TCase *tcase = tcase_create ("test");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_shows, 0, 3);
  tcase_add_test (tcase, test_bin);
  tcase_add_test (tcase, test_held_up);
  tcase_add_test (tcase, test_far_away);
  tcase_add_loop_test (tcase, test_fails, 0, G_N_ELEMENTS (failures));
  tcase_add_test (tcase, test_undescribed);
  tcase_add_test (tcase, test_encoded);
  tcase_add_test (tcase, test_eos);
  tcase_add_test (tcase, test_offset);
  tcase_add_test (tcase, test_latency);
  tcase_add_test (tcase, test_query);
  tcase_add_test (tcase, test_states);
  tcase_add_test (tcase, test_clock);

  return suite;
}

GST_CHECK_MAIN (kp_view)
