/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-event.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "gstkurentoerror.h"

/* The public contract: names, and the arguments with the types they are sent as. */
GST_START_TEST (test_specs)
{
  static const struct
  {
    KpEventType type;
    const gchar *signature;
  } rows[] = {
    { KP_EVENT_OFFER_CREATED, "offer-created sdp:gchararray" },
    { KP_EVENT_ANSWER_CREATED, "answer-created sdp:gchararray" },
    { KP_EVENT_ICE_CANDIDATE, "ice-candidate candidate:gchararray sdp-mline-index:guint sdp-mid:gchararray" },
    { KP_EVENT_CANDIDATE_GATHERING_DONE, "candidate-gathering-done" },
    { KP_EVENT_NEGOTIATION_NEEDED, "negotiation-needed" },
    { KP_EVENT_STREAM_ADDED, "stream-added stream:GObject" },
    { KP_EVENT_STREAM_ENDED, "stream-ended stream:GObject" },
    { KP_EVENT_SPEAKING, "speaking remote:gboolean" },
    { KP_EVENT_STOPPED_SPEAKING, "stopped-speaking remote:gboolean" },
    { KP_EVENT_DATA_CHANNEL_OPEN, "data-channel-open label:gchararray" },
    { KP_EVENT_DATA_CHANNEL_CLOSE, "data-channel-close label:gchararray" },
    { KP_EVENT_DATA_CHANNEL_ERROR, "data-channel-error label:gchararray error:GError" },
    { KP_EVENT_DATA_CHANNEL_BUFFERED_AMOUNT_LOW, "data-channel-buffered-amount-low label:gchararray" },
    { KP_EVENT_DATA_CHANNEL_MESSAGE, "data-channel-message label:gchararray data:GBytes is-text:gboolean" },
    { KP_EVENT_CONNECTED, "connected" },
    { KP_EVENT_DISCONNECTED, "disconnected reason:gchararray" },
    { KP_EVENT_RECONNECTING, "reconnecting attempt:guint cause:GError delay:guint64" },
    { KP_EVENT_RECONNECTED, "reconnected" },
    { KP_EVENT_PEER_ERROR, "peer-error error:GError" },
    { KP_EVENT_SERVER_EVENT, "server-event name:gchararray json:gchararray" },
  };

  fail_unless_equals_int (G_N_ELEMENTS (rows), KP_N_EVENTS);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const KpEventSpec *spec = kp_event_get_spec (rows[i].type);
      g_autoptr (GString) signature = g_string_new (spec->name);

      for (guint j = 0; j < spec->n_args; j++)
        g_string_append_printf (signature, " %s:%s", spec->args[j].name,
                                g_type_name (spec->args[j].get_type ()));
      fail_unless_equals_string (signature->str, rows[i].signature);
    }
}
GST_END_TEST;

GST_START_TEST (test_values_are_copied)
{
  g_autofree gchar *candidate = g_strdup ("candidate:1");
  KpEvent event;

  kp_event_init (&event, KP_EVENT_ICE_CANDIDATE, candidate, 3u, NULL);
  memset (candidate, 'x', strlen (candidate));

  fail_unless_equals_int (event.type, KP_EVENT_ICE_CANDIDATE);
  fail_unless_equals_string (g_value_get_string (&event.args[0]), "candidate:1");
  fail_unless_equals_int (g_value_get_uint (&event.args[1]), 3);
  fail_if (g_value_get_string (&event.args[2]));
  kp_event_clear (&event);
}
GST_END_TEST;

GST_START_TEST (test_boxed_values)
{
  g_autoptr (GError) error = g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_TIMEOUT, "late");
  g_autoptr (GBytes) data = g_bytes_new_static ("abc", 3);
  KpEvent failed;
  KpEvent message;

  kp_event_init (&failed, KP_EVENT_DATA_CHANNEL_ERROR, "chat", error);
  kp_event_init (&message, KP_EVENT_DATA_CHANNEL_MESSAGE, "chat", data, TRUE);

  fail_unless (
      g_error_matches (g_value_get_boxed (&failed.args[1]), GST_KURENTO_ERROR, GST_KURENTO_ERROR_TIMEOUT));
  fail_unless (g_bytes_equal (g_value_get_boxed (&message.args[1]), data));
  fail_unless (g_value_get_boolean (&message.args[2]));
  kp_event_clear (&failed);
  kp_event_clear (&message);
}
GST_END_TEST;

GST_START_TEST (test_objects_are_let_go)
{
  GObject *stream = g_object_new (G_TYPE_OBJECT, NULL);
  KpEvent event;

  kp_event_init (&event, KP_EVENT_STREAM_ADDED, stream);
  fail_unless (g_value_get_object (&event.args[0]) == stream);
  kp_event_clear (&event);
  g_assert_finalize_object (stream);
}
GST_END_TEST;

GST_START_TEST (test_clear)
{
  KpEvent event;

  kp_event_init (&event, KP_EVENT_DISCONNECTED, "left");
  for (guint i = 0; i < 2; i++)
    kp_event_clear (&event);
  fail_if (G_VALUE_TYPE (&event.args[0]));

  kp_event_init (&event, KP_EVENT_CONNECTED);
  kp_event_clear (&event);
}
GST_END_TEST;

static Suite *
kp_event_suite (void)
{
  Suite *suite = suite_create ("kp-event");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_specs);
  tcase_add_test (tcase, test_values_are_copied);
  tcase_add_test (tcase, test_boxed_values);
  tcase_add_test (tcase, test_objects_are_let_go);
  tcase_add_test (tcase, test_clear);

  return suite;
}

GST_CHECK_MAIN (kp_event)
