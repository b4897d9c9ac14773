/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-data-sink.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

/* A channel that has room for a number of messages. */
typedef struct
{
  GMutex lock;
  GCond cond;
  guint room;
  guint n_tries; /* in vain */
  gboolean refuses;
  gboolean finished;
  GString *log; /* t or b, size and bytes of each message */
  GstHarness *harness;
} Channel;

static KpDataResult
send_cb (KpDataSink *sink, GBytes *data, gboolean is_text, gpointer user_data)
{
  Channel *channel = user_data;
  KpDataResult result = KP_DATA_WAIT;

  g_mutex_lock (&channel->lock);
  if (channel->refuses)
    result = KP_DATA_REFUSED;
  else if (channel->room > 0)
    {
      channel->room--;
      g_string_append_printf (channel->log, "%c%d:%.*s\n", is_text ? 't' : 'b', (int)g_bytes_get_size (data),
                              (int)g_bytes_get_size (data), (const gchar *)g_bytes_get_data (data, NULL));
      result = KP_DATA_SENT;
    }
  else
    channel->n_tries++;
  g_cond_broadcast (&channel->cond);
  g_mutex_unlock (&channel->lock);

  return result;
}

static KpDataResult
finish_cb (KpDataSink *sink, gpointer user_data)
{
  Channel *channel = user_data;

  g_mutex_lock (&channel->lock);
  channel->finished = TRUE;
  g_cond_broadcast (&channel->cond);
  g_mutex_unlock (&channel->lock);

  return KP_DATA_SENT;
}

static const KpDataSinkFuncs funcs = { send_cb, finish_cb };

static Channel *
channel_new (guint room, const gchar *caps)
{
  Channel *self = g_new0 (Channel, 1);
  GstElement *sink = kp_data_sink_new (&funcs, self);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->room = room;
  self->log = g_string_new (NULL);
  self->harness = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (self->harness, caps);

  return self;
}

static void
channel_free (Channel *self)
{
  gst_harness_teardown (self->harness);
  g_string_free (self->log, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

static GstFlowReturn
push (Channel *self, const gchar *bytes)
{
  return gst_harness_push (self->harness,
                           *bytes ? gst_buffer_new_memdup (bytes, strlen (bytes)) : gst_buffer_new ());
}

static void
wait_tries (Channel *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->lock);
  while (self->n_tries < n)
    fail_unless (g_cond_wait_until (&self->cond, &self->lock, deadline));
  g_mutex_unlock (&self->lock);
}

#define TEXT "text/x-raw, format=utf8"
#define BYTES "application/octet-stream"

GST_START_TEST (test_messages)
{
  Channel *channel = channel_new (G_MAXUINT, TEXT);

  fail_unless_equals_int (push (channel, "gr\303\274\303\237e"), GST_FLOW_OK);
  fail_unless_equals_int (push (channel, ""), GST_FLOW_OK);
  gst_harness_set_src_caps_str (channel->harness, BYTES);
  fail_unless_equals_int (push (channel, "\377x"), GST_FLOW_OK);
  fail_unless_equals_string (channel->log->str, "t7:gr\303\274\303\237e\nt0:\nb2:\377x\n");
  channel_free (channel);
}
GST_END_TEST

/* A source that reads blocks cuts in the middle of a character. */
GST_START_TEST (test_cut_character)
{
  Channel *channel = channel_new (G_MAXUINT, TEXT);

  push (channel, "a\342");
  push (channel, "\202");
  push (channel, "\254b");
  fail_unless_equals_string (channel->log->str, "t1:a\nt4:\342\202\254b\n");
  channel_free (channel);
}
GST_END_TEST

static gpointer
push_thread (gpointer user_data)
{
  return GINT_TO_POINTER (push (user_data, "x"));
}

/* No room: the stream waits, and nothing is lost. */
GST_START_TEST (test_wait)
{
  Channel *channel = channel_new (0, BYTES);
  GThread *thread = g_thread_new ("push", push_thread, channel);

  for (guint i = 1; i <= 3; i++)
    {
      wait_tries (channel, i);
      kp_data_sink_wake (KP_DATA_SINK (channel->harness->element));
    }
  wait_tries (channel, 4);
  g_mutex_lock (&channel->lock);
  channel->room = 1;
  g_mutex_unlock (&channel->lock);
  kp_data_sink_wake (KP_DATA_SINK (channel->harness->element));
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)), GST_FLOW_OK);
  fail_unless_equals_string (channel->log->str, "b1:x\n");
  channel_free (channel);
}
GST_END_TEST

/* Nothing holds a stream up that is to stop, however it is told. */
GST_START_TEST (test_stop)
{
  Channel *channel = channel_new (0, BYTES);
  GThread *thread = g_thread_new ("push", push_thread, channel);

  wait_tries (channel, 1);
  if (__i__ == 0)
    gst_harness_push_event (channel->harness, gst_event_new_flush_start ());
  else
    gst_element_set_state (channel->harness->element, GST_STATE_READY);
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)), GST_FLOW_FLUSHING);
  if (__i__ == 0)
    {
      gst_harness_push_event (channel->harness, gst_event_new_flush_stop (TRUE));
      channel->room = 1;
      gst_harness_set_src_caps_str (channel->harness, BYTES);
      fail_unless_equals_int (push (channel, "again"), GST_FLOW_OK);
      fail_unless_equals_string (channel->log->str, "b5:again\n");
    }
  channel_free (channel);
}
GST_END_TEST

GST_START_TEST (test_eos)
{
  Channel *channel = channel_new (G_MAXUINT, BYTES);

  push (channel, "last");
  fail_if (channel->finished);
  gst_harness_push_event (channel->harness, gst_event_new_eos ());
  fail_unless (channel->finished);
  channel_free (channel);
}
GST_END_TEST

/* One message that cannot be sent does not end the stream. */
GST_START_TEST (test_refused)
{
  Channel *channel = channel_new (G_MAXUINT, BYTES);

  channel->refuses = TRUE;
  fail_unless_equals_int (push (channel, "bad"), GST_FLOW_OK);
  channel->refuses = FALSE;
  fail_unless_equals_int (push (channel, "good"), GST_FLOW_OK);
  fail_unless_equals_string (channel->log->str, "b4:good\n");
  channel_free (channel);
}
GST_END_TEST

static Suite *
kp_data_sink_suite (void)
{
  Suite *suite = suite_create ("kp-data-sink");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_messages);
  tcase_add_test (tcase, test_cut_character);
  tcase_add_test (tcase, test_wait);
  tcase_add_loop_test (tcase, test_stop, 0, 2);
  tcase_add_test (tcase, test_eos);
  tcase_add_test (tcase, test_refused);

  return suite;
}

GST_CHECK_MAIN (kp_data_sink)
