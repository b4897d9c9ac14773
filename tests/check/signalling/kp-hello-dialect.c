/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-hello-dialect.h"

#include "gstkurentoerror.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static const struct
{
  const gchar *text;
  const gchar *error; /* part of it */
} invalid[] = {
  { "", "Invalid message" },
  { "this is not JSON", "Invalid message" },
  { "{\"id\":\"stop\"", "Invalid message" },
  { "{\"id\":\"stop\"}{}", "Invalid message" },
  { "null", "got null" },
  { "true", "got a boolean" },
  { "42", "got a number" },
  { "\"just a string\"", "got a string" },
  { "[1,2]", "got a list" },
  { "{}", "\"id\" should be a string, but is missing" },
  { "{\"id\":7}", "\"id\" should be a string, but is a number" },
  { "{\"id\":null}", "\"id\" should be a string, but is null" },
  { "{\"id\":[\"stop\"]}", "\"id\" should be a string, but is a list" },
  { "{\"id\":{}}", "\"id\" should be a string, but is an object" },
  { "{\"id\":\"STOP\"}", "unknown id \"STOP\"" },
  { "{\"id\":\"PROCESS_SDP_OFFER\",\"sdpOffer\":\"v=0\"}", "unknown id \"PROCESS_SDP_OFFER\"" },
  { "{\"id\":\"0123456789012345678901234567890123456789x\"}",
    "unknown id \"0123456789012345678901234567890123456789\"" },
  { "{\"id\":\"start\"}", "\"sdpOffer\" should be a string, but is missing" },
  { "{\"id\":\"start\",\"sdpOffer\":17}", "\"sdpOffer\" should be a string, but is a number" },
  { "{\"id\":\"start\",\"sdpOffer\":null}", "\"sdpOffer\" should be a string, but is null" },
  { "{\"id\":\"start\",\"sdpOffer\":\"\"}", "\"sdpOffer\" is empty" },
};

GST_START_TEST (test_invalid)
{
  g_autoptr (GError) error = NULL;
  const gchar *text = invalid[__i__].text;

  ck_assert (!kp_hello_message_parse (text, strlen (text), &error));
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT);
  ck_assert_msg (strstr (error->message, invalid[__i__].error), "%s: %s", text, error->message);
}
GST_END_TEST;

GST_START_TEST (test_nul_byte)
{
  g_autoptr (GError) error = NULL;

  ck_assert (!kp_hello_message_parse ("{\"id\":\"stop\"}\0", 14, &error));
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT);
}
GST_END_TEST;

/* A parser that recurses as deep as the other side says has no stack left. */
GST_START_TEST (test_deep_nesting)
{
  g_autofree gchar *text = g_strnfill (256 * 1024, '[');
  g_autoptr (GError) error = NULL;

  ck_assert (!kp_hello_message_parse (text, strlen (text), &error));
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT);
}
GST_END_TEST;

static KpHelloMessage *
parse (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  KpHelloMessage *message = kp_hello_message_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return message;
}

GST_START_TEST (test_start)
{
  g_autoptr (KpHelloMessage) message = parse ("{\"id\":\"start\",\"sdpOffer\":\"v=0\\r\\n\",\"more\":[1]}");

  ck_assert_int_eq (message->type, KP_HELLO_START);
  ck_assert_str_eq (message->sdp_offer, "v=0\r\n");
}
GST_END_TEST;

GST_START_TEST (test_stop)
{
  g_autoptr (KpHelloMessage) message = parse ("{\"id\":\"stop\"}");

  ck_assert_int_eq (message->type, KP_HELLO_STOP);
}
GST_END_TEST;

static const struct
{
  const gchar *member; /* the text after the id */
  const gchar *candidate; /* NULL: none to be had */
  guint sdp_mline_index;
  const gchar *sdp_mid;
} candidates[] = {
  { ",\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMid\":\"a\",\"sdpMLineIndex\":2,\"usernameFragment\":"
    "\"x\"}",
    "candidate:1", 2, "a" },
  { ",\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMid\":null,\"sdpMLineIndex\":1}", "candidate:1", 1,
    NULL },
  { ",\"candidate\":{\"candidate\":\"\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0}", "", 0, "0" },
  { ",\"candidate\":{}", "", 0, NULL },
  { ",\"candidate\":null", "", 0, NULL },
  { "", NULL, 0, NULL },
  { ",\"candidate\":\"candidate:1\"", NULL, 0, NULL },
  { ",\"candidate\":[]", NULL, 0, NULL },
  { ",\"candidate\":{\"candidate\":1}", NULL, 0, NULL },
  { ",\"candidate\":{\"candidate\":\"candidate:1\"}", NULL, 0, NULL },
  { ",\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMLineIndex\":-1}", NULL, 0, NULL },
};

GST_START_TEST (test_candidate)
{
  g_autofree gchar *text = g_strdup_printf ("{\"id\":\"onIceCandidate\"%s}", candidates[__i__].member);
  g_autoptr (KpHelloMessage) message = parse (text);

  ck_assert_int_eq (message->type, KP_HELLO_CANDIDATE);
  if (!candidates[__i__].candidate)
    {
      ck_assert (!message->candidate);
      return;
    }
  ck_assert_str_eq (message->candidate->candidate, candidates[__i__].candidate);
  ck_assert_uint_eq (message->candidate->sdp_mline_index, candidates[__i__].sdp_mline_index);
  g_assert_cmpstr (message->candidate->sdp_mid, ==, candidates[__i__].sdp_mid);
}
GST_END_TEST;

GST_START_TEST (test_build)
{
  g_autofree gchar *answer = kp_hello_build_answer ("v=0\r\n\"<");
  g_autofree gchar *candidate = kp_hello_build_candidate ("candidate:1", 1, "video0");
  g_autofree gchar *error = kp_hello_build_error ("it \"failed\"\n");
  g_autofree gchar *stop = kp_hello_build_stop_communication ("bye");
  g_autofree gchar *stop_without_reason = kp_hello_build_stop_communication (NULL);

  ck_assert_str_eq (answer, "{\"id\":\"startResponse\",\"sdpAnswer\":\"v=0\\r\\n\\\"<\"}");
  ck_assert_str_eq (candidate,
                    "{\"id\":\"iceCandidate\",\"candidate\":{\"candidate\":\"candidate:1\",\"sdpMid\":"
                    "\"video0\",\"sdpMLineIndex\":1,\"__module__\":\"kurento\",\"__type__\":"
                    "\"IceCandidate\"}}");
  ck_assert_str_eq (error, "{\"id\":\"error\",\"message\":\"it \\\"failed\\\"\\n\"}");
  ck_assert_str_eq (stop, "{\"id\":\"stopCommunication\",\"message\":\"bye\"}");
  ck_assert_str_eq (stop_without_reason, "{\"id\":\"stopCommunication\"}");
}
GST_END_TEST;

static Suite *
kp_hello_dialect_suite (void)
{
  Suite *suite = suite_create ("kp-hello-dialect");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_invalid, 0, G_N_ELEMENTS (invalid));
  tcase_add_test (tcase, test_nul_byte);
  tcase_add_test (tcase, test_deep_nesting);
  tcase_add_test (tcase, test_start);
  tcase_add_test (tcase, test_stop);
  tcase_add_loop_test (tcase, test_candidate, 0, G_N_ELEMENTS (candidates));
  tcase_add_test (tcase, test_build);

  return suite;
}

GST_CHECK_MAIN (kp_hello_dialect);
