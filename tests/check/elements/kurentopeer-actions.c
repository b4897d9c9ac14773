/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-fixture.h"

#include <gst/kurentopeer/kurentopeer.h>

static const gchar *const with_promise[] = {
  "generate-offer", "process-offer", "process-answer", "add-ice-candidate", "close", "get-stats",
};

static void
emit (GstElement *peer, const gchar *action, GstPromise *promise)
{
  if (g_str_equal (action, "add-ice-candidate"))
    g_signal_emit_by_name (peer, action, "candidate:1 1 UDP 1 127.0.0.1 9 typ host", 0u, "0", promise);
  else if (g_str_has_prefix (action, "process-"))
    g_signal_emit_by_name (peer, action, "v=0", promise);
  else
    g_signal_emit_by_name (peer, action, promise);
}

static void
fail_unless_refused (GstElement *peer, const gchar *action, const gchar *message_part)
{
  Happening happening;
  GstStructure *answer;
  GstPromise *promise;

  happening_init (&happening);
  promise = gst_promise_new_with_change_func (promise_cb, &happening, NULL);
  emit (peer, action, promise);
  answer = promise_get_answer (promise, &happening);
  fail_unless_error (answer, message_part);
  gst_structure_free (answer);
  happening_clear (&happening);
}

GST_START_TEST (test_below_paused)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  gboolean sent = TRUE;

  fail_unless_refused (peer, with_promise[__i__], "PAUSED");
  gst_element_set_state (peer, GST_STATE_READY);
  fail_unless_refused (peer, with_promise[__i__], "PAUSED");

  g_signal_emit_by_name (peer, "send-string", NULL, "hello", &sent);
  fail_if (sent);
  sent = TRUE;
  g_signal_emit_by_name (peer, "send-data", NULL, data, &sent);
  fail_if (sent);
  g_signal_emit_by_name (peer, "request-keyframe");
  emit (peer, with_promise[__i__], NULL);
  peer_finalize (peer);
}
GST_END_TEST

GST_START_TEST (test_offer)
{
  GstElement *peer = gst_parse_launch ("kurentopeer send-source=test", NULL);
  g_autofree gchar *description = NULL;
  Happening happening;
  GstStructure *answer;
  GstPromise *promise;

  happening_init (&happening);
  promise = gst_promise_new_with_change_func (promise_cb, &happening, NULL);
  gst_element_set_state (peer, GST_STATE_PLAYING);
  g_signal_emit_by_name (peer, "generate-offer", promise);
  answer = promise_get_answer (promise, &happening);
  fail_unless (gst_structure_has_name (answer, "application/x-kurentopeer"));
  fail_unless (g_str_has_prefix (gst_structure_get_string (answer, "sdp"), "v=0"));
  g_object_get (peer, "local-description", &description, NULL);
  fail_unless (description && strstr (description, "m=video") && strstr (description, "m=audio"));
  gst_structure_free (answer);

  gst_element_set_state (peer, GST_STATE_READY);
  g_clear_pointer (&description, g_free);
  g_object_get (peer, "local-description", &description, NULL);
  fail_unless (description == NULL);
  peer_finalize (peer);
  happening_clear (&happening);
}
GST_END_TEST

/* After close everything fails with CLOSED, until the element has been in READY. */
GST_START_TEST (test_closed)
{
  GstElement *peer = gst_element_factory_make ("kurentopeer", NULL);
  Happening happening;
  GstStructure *answer;
  GstPromise *promise;

  happening_init (&happening);
  promise = gst_promise_new_with_change_func (promise_cb, &happening, NULL);
  gst_element_set_state (peer, GST_STATE_PLAYING);
  g_signal_emit_by_name (peer, "close", promise);
  answer = promise_get_answer (promise, &happening);
  fail_if (gst_structure_has_field (answer, "error"));
  gst_structure_free (answer);
  for (guint i = 0; i < G_N_ELEMENTS (with_promise); i++)
    if (!g_str_equal (with_promise[i], "close"))
      fail_unless_refused (peer, with_promise[i], "closed");
  peer_finalize (peer);
  happening_clear (&happening);
}
GST_END_TEST

typedef struct
{
  GMainLoop *loop;
  GThread *thread; /* where the callback came */
  gchar *sdp;
  GError *error;
  gint gone; /* atomic; the peer has been finalized */
} Answer;

static void
gone_cb (gpointer user_data, GObject *was)
{
  Answer *answer = user_data;

  g_atomic_int_set (&answer->gone, TRUE);
  g_main_context_wakeup (g_main_loop_get_context (answer->loop));
}

static void
offer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->sdp = gst_kurento_peer_generate_offer_finish (GST_KURENTO_PEER (source), result, &answer->error);
  answer->thread = g_thread_self ();
  g_main_loop_quit (answer->loop);
}

typedef enum
{
  ASYNC_PLAIN,
  ASYNC_CANCELLABLE,
  ASYNC_CANCELLED,
  ASYNC_BELOW_PAUSED,
  N_ASYNC,
} AsyncCase;

/* Completed in the caller's own context, whatever comes of it. */
GST_START_TEST (test_async)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GCancellable) cancellable = __i__ == ASYNC_PLAIN ? NULL : g_cancellable_new ();
  GstElement *peer = gst_parse_launch ("kurentopeer send-source=test", NULL);
  Answer answer = { loop };

  g_main_context_push_thread_default (context);
  gst_element_set_state (peer, __i__ == ASYNC_BELOW_PAUSED ? GST_STATE_READY : GST_STATE_PLAYING);
  if (__i__ == ASYNC_CANCELLED)
    g_cancellable_cancel (cancellable);
  gst_kurento_peer_generate_offer_async (GST_KURENTO_PEER (peer), cancellable, offer_cb, &answer);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);

  fail_unless (answer.thread == g_thread_self ());
  if (__i__ == ASYNC_CANCELLED)
    fail_unless (g_error_matches (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  else if (__i__ == ASYNC_BELOW_PAUSED)
    fail_unless (g_error_matches (answer.error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE));
  else
    fail_unless (answer.sdp && g_str_has_prefix (answer.sdp, "v=0"));
  g_free (answer.sdp);
  g_clear_error (&answer.error);

  gst_element_set_state (peer, GST_STATE_NULL);
  /* what the session answers to a cancelled task still comes */
  g_object_weak_ref (G_OBJECT (peer), gone_cb, &answer);
  gst_object_unref (peer);
  while (!g_atomic_int_get (&answer.gone))
    g_main_context_iteration (context, TRUE);
}
GST_END_TEST

static const struct
{
  gboolean (*set) (GstKurentoPeer *self, const gchar *text, GError **error);
  const gchar *property;
  const gchar *good;
  const gchar *bad;
} setters[] = {
  { gst_kurento_peer_set_configuration, "configuration", "{\"iceServers\":[{\"urls\":\"stun:a.example\"}]}",
    "{" },
  { gst_kurento_peer_set_media_constraints, "media-constraints", "{\"audio\":true}", "{\"audio\":7}" },
  { gst_kurento_peer_set_signaller_uri, "signaller-uri", "serve+http://127.0.0.1:0/", "nonsense" },
};

GST_START_TEST (test_setters)
{
  GstElement *element = gst_kurento_peer_new ("p", GST_KURENTO_PEER_MODE_SENDRECV);
  GstKurentoPeer *peer = GST_KURENTO_PEER (gst_object_ref_sink (element));
  g_autoptr (GError) error = NULL;
  g_autofree gchar *value = NULL;

  fail_if (setters[__i__].set (peer, setters[__i__].bad, &error));
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
  g_clear_error (&error);
  fail_unless (setters[__i__].set (peer, setters[__i__].good, &error));
  fail_unless (error == NULL);
  g_object_get (peer, setters[__i__].property, &value, NULL);
  fail_unless_equals_string (value, setters[__i__].good);

  gst_element_set_state (element, GST_STATE_PAUSED);
  fail_if (setters[__i__].set (peer, setters[__i__].good, &error));
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE));
  peer_finalize (element);
}
GST_END_TEST

static Suite *
kurentopeer_actions_suite (void)
{
  Suite *suite = suite_create ("kurentopeer-actions");
  TCase *tcase = tcase_create ("actions");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_below_paused, 0, G_N_ELEMENTS (with_promise));
  tcase_add_test (tcase, test_offer);
  tcase_add_test (tcase, test_closed);
  tcase_add_loop_test (tcase, test_async, 0, N_ASYNC);
  tcase_add_loop_test (tcase, test_setters, 0, G_N_ELEMENTS (setters));

  return suite;
}

GST_CHECK_MAIN (kurentopeer_actions)
