/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-fixture.h"

/* see count_cb() */
#define N_MOMENTS 20
#define MOMENT 4

static const GstState walks[][8] = {
  { GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL },
  { GST_STATE_PLAYING, GST_STATE_NULL, GST_STATE_PLAYING, GST_STATE_NULL },
  { GST_STATE_PAUSED, GST_STATE_NULL, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_PLAYING, GST_STATE_NULL },
  { GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_PLAYING,
    GST_STATE_NULL },
};

static const gchar *const peers[] = {
  "kurentopeer",
  "kurentopeer send-source=test",
  "kurentopeersendonly send-source=test",
  "kurentopeerrecvonly",
  "kurentopeer signaller-uri=serve+http://127.0.0.1:0/ data-channels=true",
};

/* A live element: nothing waits for data when it goes to or comes back to PAUSED. */
GST_START_TEST (test_walk)
{
  GstElement *peer = gst_parse_launch (peers[__i__ % G_N_ELEMENTS (peers)], NULL);
  const GstState *walk = walks[__i__ / G_N_ELEMENTS (peers)];

  do
    {
      GstStateChangeReturn wanted = GST_STATE_CHANGE_SUCCESS;

      if (*walk == GST_STATE_PAUSED)
        wanted = GST_STATE_CHANGE_NO_PREROLL;
      fail_unless_equals_int (gst_element_set_state (peer, *walk), wanted);
      fail_unless_equals_int (GST_STATE (peer), *walk);
    }
  while (*walk++ != GST_STATE_NULL);
  fail_unless_equals_int (GST_BIN_NUMCHILDREN (peer), 0);
  peer_finalize (peer);
}
GST_END_TEST

typedef struct
{
  GstElement *peer;
  Happening called;
  gboolean restart;
} Handler;

static void
take_down (Handler *handler)
{
  fail_unless_equals_int (gst_element_set_state (handler->peer, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  if (handler->restart)
    fail_unless_equals_int (gst_element_set_state (handler->peer, GST_STATE_PLAYING),
                            GST_STATE_CHANGE_SUCCESS);
  happening_signal (&handler->called);
}

static void
offer_created_cb (GstElement *peer, const gchar *sdp, gpointer user_data)
{
  take_down (user_data);
}

static GstBusSyncReply
sync_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (gst_message_has_name (message, "kurentopeer/offer-created"))
    take_down (user_data);
  gst_message_unref (message);

  return GST_BUS_DROP;
}

/* From a handler of a signal or of a message, down, or down and up again: then a further offer can be had. */
GST_START_TEST (test_from_handler)
{
  GstElement *peer = gst_parse_launch ("kurentopeer send-source=test", NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  Handler handler = { peer };
  gulong id = 0;

  happening_init (&handler.called);
  handler.restart = __i__ & 1;
  gst_element_set_bus (peer, bus);
  if (__i__ & 2)
    gst_bus_set_sync_handler (bus, sync_cb, &handler, NULL);
  else
    id = g_signal_connect (peer, "offer-created", G_CALLBACK (offer_created_cb), &handler);
  gst_element_set_state (peer, GST_STATE_PLAYING);
  g_signal_emit_by_name (peer, "generate-offer", NULL);
  happening_wait (&handler.called, 1);

  if (handler.restart)
    {
      g_signal_emit_by_name (peer, "generate-offer", NULL);
      happening_wait (&handler.called, 2);
    }
  g_clear_signal_handler (&id, peer);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  gst_bus_set_flushing (bus, TRUE);
  gst_element_set_bus (peer, NULL);
  peer_finalize (peer);
  happening_clear (&handler.called);
}
GST_END_TEST

static gpointer
toggle_thread (gpointer data)
{
  for (guint i = 0; i < 20; i++)
    gst_element_set_state (data, i % 2 ? GST_STATE_NULL : GST_STATE_PLAYING);

  return NULL;
}

/* Two threads, and a handler in a third, without a deadlock. */
GST_START_TEST (test_from_threads)
{
  GstElement *peer = gst_parse_launch ("kurentopeer send-source=test", NULL);
  GThread *other = g_thread_new ("toggle", toggle_thread, peer);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 20; i++)
    {
      g_signal_emit_by_name (peer, "generate-offer", NULL);
      gst_element_set_state (peer, i % 2 ? GST_STATE_NULL : GST_STATE_PLAYING);
    }
  g_thread_join (other);
  fail_unless (g_get_monotonic_time () - start < 3 * DEADLINE);
  peer_finalize (peer);
}
GST_END_TEST

/* A moment of a negotiation: so many messages of the parts that it makes, or its end. */
static GstBusSyncReply
count_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  happening_signal (user_data);
  gst_message_unref (message);

  return GST_BUS_DROP;
}

typedef struct
{
  Happening moments;
  Happening answered;
} Negotiation;

static void
answered_cb (GstPromise *promise, gpointer user_data)
{
  Negotiation *negotiation = user_data;

  for (guint i = 0; i < N_MOMENTS * MOMENT; i++)
    happening_signal (&negotiation->moments);
  happening_signal (&negotiation->answered);
}

/* NULL at any of them: the promise is answered. */
GST_START_TEST (test_down_while_negotiating)
{
  GstElement *peer = gst_parse_launch ("kurentopeer send-source=test data-channels=true", NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  Negotiation negotiation;
  GstStructure *answer;
  GstPromise *promise;

  happening_init (&negotiation.moments);
  happening_init (&negotiation.answered);
  promise = gst_promise_new_with_change_func (answered_cb, &negotiation, NULL);
  gst_element_set_state (peer, GST_STATE_PLAYING);
  gst_bus_set_sync_handler (bus, count_cb, &negotiation.moments, NULL);
  gst_element_set_bus (peer, bus);
  g_signal_emit_by_name (peer, "generate-offer", promise);
  happening_wait (&negotiation.moments, __i__ * MOMENT);
  gst_element_set_state (peer, GST_STATE_NULL);

  answer = promise_get_answer (promise, &negotiation.answered);
  fail_unless (gst_structure_has_field (answer, "sdp") || gst_structure_has_field (answer, "error"));
  gst_structure_free (answer);
  gst_element_set_bus (peer, NULL);
  peer_finalize (peer);
  happening_clear (&negotiation.moments);
  happening_clear (&negotiation.answered);
}
GST_END_TEST

static Suite *
kurentopeer_states_suite (void)
{
  Suite *suite = suite_create ("kurentopeer-states");
  TCase *tcase = tcase_create ("states");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_walk, 0, G_N_ELEMENTS (walks) * G_N_ELEMENTS (peers));
  tcase_add_loop_test (tcase, test_from_handler, 0, 4);
  tcase_add_test (tcase, test_from_threads);
  tcase_add_loop_test (tcase, test_down_while_negotiating, 0, N_MOMENTS);

  return suite;
}

GST_CHECK_MAIN (kurentopeer_states)
