/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-candidate.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "gstkurentoerror.h"

#define UDP "candidate:1 1 udp 2113937151 192.0.2.1 5000 typ host"

GST_START_TEST (test_classify)
{
  static const struct
  {
    const gchar *text;
    KpCandidateUse use;
  } rows[] = {
    { UDP, KP_CANDIDATE_USABLE },
    { "a=" UDP, KP_CANDIDATE_USABLE },
    { UDP " ", KP_CANDIDATE_USABLE },
    { "candidate:1 1 UDP 2015363327 127.0.0.1 40000 typ host", KP_CANDIDATE_USABLE },
    { UDP " generation 0 ufrag 6zn4 network-id 2", KP_CANDIDATE_USABLE },
    { "candidate:a+/9 1 udp 4294967295 2001:db8::1 65535 typ srflx raddr ::1 rport 0", KP_CANDIDATE_USABLE },
    { "candidate:1 1 udp 1 192.0.2.1 1 typ relay raddr 0.0.0.0 rport 9", KP_CANDIDATE_USABLE },
    { "candidate:1 1 udp 1 192.0.2.1 1 typ prflx", KP_CANDIDATE_USABLE },
    { "candidate:3 1 TCP 1010828287 127.0.0.1 48110 typ host tcptype passive", KP_CANDIDATE_USABLE },
    { "candidate:3 1 tcp 1010828287 127.0.0.1 48110 typ host tcptype so generation 0", KP_CANDIDATE_USABLE },
    { "candidate:12345678901234567890123456789012 1 udp 1 192.0.2.1 1 typ host", KP_CANDIDATE_USABLE },
    { "candidate:1 1 udp 1 192.0.2.9 9 typ host", KP_CANDIDATE_USABLE },
    { "candidate:1 1 tcp 1 192.0.2.9 5000 typ host tcptype active", KP_CANDIDATE_USABLE },
    { "", KP_CANDIDATE_END },
    { "candidate:", KP_CANDIDATE_END },
    { "a=candidate:", KP_CANDIDATE_END },
    { "candidate: ", KP_CANDIDATE_END },
    { "candidate:1 1 udp 1 6f6a2b0c-0b1d-4e5f.local 1 typ host", KP_CANDIDATE_MDNS },
    { "candidate:1 1 udp 1 NAME.LOCAL 1 typ host", KP_CANDIDATE_MDNS },
    { "candidate:1 2 udp 1 name.local 1 typ host", KP_CANDIDATE_IGNORABLE },
    { "candidate:2 1 TCP 1015022591 127.0.0.1 9 typ host tcptype active", KP_CANDIDATE_IGNORABLE },
    { "candidate:2 1 tcp 1015022591 127.0.0.1 0 typ host tcptype active", KP_CANDIDATE_IGNORABLE },
    { "candidate:1 2 UDP 2015364094 127.0.0.1 35555 typ host", KP_CANDIDATE_IGNORABLE },
    { "candidate:1 256 udp 1 192.0.2.1 1 typ host", KP_CANDIDATE_IGNORABLE },
    { "candidate:1 1 udp 1 fe80::1 1 typ host", KP_CANDIDATE_IGNORABLE },
    { "candidate:1 1 udp 1 0.0.0.0 1 typ host", KP_CANDIDATE_IGNORABLE },
    { "candidate:1 1 udp 1 :: 1 typ host", KP_CANDIDATE_IGNORABLE },
    { "candidate:1 1 udp 1 224.0.0.1 1 typ host", KP_CANDIDATE_IGNORABLE },
    { "candidate:1 1 udp 1 host.example.org 1 typ host", KP_CANDIDATE_IGNORABLE },
    { "candidate:1 1 udp 1 192.0.2.1 1 typ quic", KP_CANDIDATE_IGNORABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      KpCandidateUse use;

      fail_unless (kp_candidate_classify (rows[i].text, &use, &error), "%s: %s", rows[i].text,
                   error ? error->message : "");
      fail_unless (use == rows[i].use, "%s: %d", rows[i].text, use);
    }
}
GST_END_TEST;

GST_START_TEST (test_malformed)
{
  static const struct
  {
    const gchar *text;
    const gchar *field;
  } rows[] = {
    { "garbage", "text" },
    { "1 1 udp 1 192.0.2.1 1 typ host", "text" },
    { "a="
      "a=" UDP,
      "text" },
    { "Candidate:1 1 udp 1 192.0.2.1 1 typ host", "text" },
    { "candidate:1", "text" },
    { "candidate:1 1 udp 1 192.0.2.1 1 typ", "text" },
    { "candidate:1  1 udp 1 192.0.2.1 1 typ host", "text" },
    { "candidate: 1 udp 1 192.0.2.1 1 typ host", "text" },
    { UDP "\r\na=ice-lite", "text" },
    { UDP " name \xc3\xa9", "text" },
    { "candidate:\t 1 udp 1 192.0.2.1 1 typ host", "text" },
    { "candidate:a-b 1 udp 1 192.0.2.1 1 typ host", "foundation" },
    { "candidate:123456789012345678901234567890123 1 udp 1 192.0.2.1 1 typ host", "foundation" },
    { "candidate:1 0 udp 1 192.0.2.1 1 typ host", "component" },
    { "candidate:1 257 udp 1 192.0.2.1 1 typ host", "component" },
    { "candidate:1 x udp 1 192.0.2.1 1 typ host", "component" },
    { "candidate:1 1 sctp 1 192.0.2.1 1 typ host", "transport" },
    { "candidate:1 1 udp 0 192.0.2.1 1 typ host", "priority" },
    { "candidate:1 1 udp 4294967296 192.0.2.1 1 typ host", "priority" },
    { "candidate:1 1 udp -1 192.0.2.1 1 typ host", "priority" },
    { "candidate:1 1 udp 1 192.0.2.256 1 typ host", "address" },
    { "candidate:1 1 udp 1 192.0.2 1 typ host", "address" },
    { "candidate:1 1 udp 1 [::1] 1 typ host", "address" },
    { "candidate:1 1 udp 1 ::g 1 typ host", "address" },
    { "candidate:1 1 udp 1 a..local 1 typ host", "address" },
    { "candidate:1 1 udp 1 .local 1 typ host", "address" },
    { "candidate:1 1 udp 1 a/b.local 1 typ host", "address" },
    { "candidate:1 1 udp 1 192.0.2.1 0 typ host", "port" },
    { "candidate:1 1 udp 1 192.0.2.1 65536 typ host", "port" },
    { "candidate:1 1 udp 1 192.0.2.1 5o typ host", "port" },
    { "candidate:1 1 udp 1 192.0.2.1 1 type host", "typ" },
    { UDP " generation", "extensions" },
    { UDP " raddr 300.1.1.1 rport 1", "raddr" },
    { UDP " raddr 192.0.2.1 rport 65536", "rport" },
    { "candidate:1 1 tcp 1 192.0.2.1 1 typ host", "tcptype" },
    { "candidate:1 1 tcp 1 192.0.2.1 1 typ host tcptype eager", "tcptype" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *place = g_strdup_printf ("ICE candidate: %s: expected ", rows[i].field);
      g_autoptr (GError) error = NULL;
      KpCandidateUse use;

      fail_if (kp_candidate_classify (rows[i].text, &use, &error), "%s", rows[i].text);
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
      fail_unless (g_str_has_prefix (error->message, place), "%s: %s", rows[i].text, error->message);
    }
}
GST_END_TEST;

GST_START_TEST (test_length)
{
  g_autofree gchar *filler = g_strnfill (1024 - strlen (UDP " x "), 'y');
  g_autofree gchar *longest = g_strconcat (UDP " x ", filler, NULL);
  g_autofree gchar *too_long = g_strconcat (longest, "y", NULL);
  g_autoptr (GError) error = NULL;
  KpCandidateUse use;

  fail_unless (kp_candidate_classify (longest, &use, NULL));
  fail_if (kp_candidate_classify (too_long, &use, &error));
  fail_unless (strstr (error->message, "1024"));
}
GST_END_TEST;

GST_START_TEST (test_new_normalizes)
{
  static const struct
  {
    const gchar *text;
    const gchar *candidate;
  } rows[] = {
    { UDP, UDP }, { "a=" UDP, UDP },    { UDP "  ", UDP },
    { "", "" },   { "candidate:", "" }, { "a=candidate: ", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KpCandidate) candidate = kp_candidate_new (rows[i].text, 2, "m");

      fail_unless_equals_string (candidate->candidate, rows[i].candidate);
      fail_unless_equals_int (candidate->sdp_mline_index, 2);
      fail_unless_equals_string (candidate->sdp_mid, "m");
    }
}
GST_END_TEST;

static KpCandidate *
candidate_from_text (const gchar *text, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  fail_unless (node != NULL, "%s", text);

  return kp_candidate_from_json (node, error);
}

GST_START_TEST (test_from_json)
{
  static const struct
  {
    const gchar *text;
    const gchar *candidate;
    guint sdp_mline_index;
    const gchar *sdp_mid;
  } rows[] = {
    { "{\"candidate\":\"x\",\"sdpMid\":\"audio0\",\"sdpMLineIndex\":1}", "x", 1, "audio0" },
    { "{\"candidate\":\"a=x\",\"sdpMid\":\"0\"}", "x", 0, "0" },
    { "{\"candidate\":\"x\",\"sdpMid\":null,\"sdpMLineIndex\":65535}", "x", 65535, NULL },
    { "{\"candidate\":\"x\",\"sdpMid\":\"\",\"sdpMLineIndex\":null}", "x", 0, "" },
    { "{\"__type__\":\"IceCandidate\",\"candidate\":\"x\",\"sdpMLineIndex\":0,\"usernameFragment\":1}", "x",
      0, NULL },
    { "{\"candidate\":\"\"}", "", 0, NULL },
    { "{\"candidate\":\"candidate:\",\"sdpMid\":null,\"sdpMLineIndex\":null}", "", 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KpCandidate) candidate = candidate_from_text (rows[i].text, &error);

      g_assert_no_error (error);
      fail_unless_equals_string (candidate->candidate, rows[i].candidate);
      fail_unless_equals_int (candidate->sdp_mline_index, rows[i].sdp_mline_index);
      fail_unless_equals_string (candidate->sdp_mid, rows[i].sdp_mid);
    }
}
GST_END_TEST;

GST_START_TEST (test_from_json_malformed)
{
  static const struct
  {
    const gchar *text;
    const gchar *field;
  } rows[] = {
    { "[]", "candidate" },
    { "null", "candidate" },
    { "\"candidate:\"", "candidate" },
    { "{}", "candidate" },
    { "{\"candidate\":null,\"sdpMid\":\"0\"}", "candidate" },
    { "{\"candidate\":{},\"sdpMid\":\"0\"}", "candidate" },
    { "{\"candidate\":1,\"sdpMid\":\"0\"}", "candidate" },
    { "{\"candidate\":\"x\"}", "sdpMid" },
    { "{\"candidate\":\"x\",\"sdpMid\":null,\"sdpMLineIndex\":null}", "sdpMid" },
    { "{\"candidate\":\"x\",\"sdpMid\":0}", "sdpMid" },
    { "{\"candidate\":\"x\",\"sdpMid\":[]}", "sdpMid" },
    { "{\"candidate\":\"x\",\"sdpMid\":\"0\\r\\n\"}", "sdpMid" },
    { "{\"candidate\":\"x\",\"sdpMLineIndex\":\"0\"}", "sdpMLineIndex" },
    { "{\"candidate\":\"x\",\"sdpMLineIndex\":-1}", "sdpMLineIndex" },
    { "{\"candidate\":\"x\",\"sdpMLineIndex\":65536}", "sdpMLineIndex" },
    { "{\"candidate\":\"x\",\"sdpMLineIndex\":4294967296}", "sdpMLineIndex" },
    { "{\"candidate\":\"x\",\"sdpMLineIndex\":1.5}", "sdpMLineIndex" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *place = g_strdup_printf ("ICE candidate: %s: expected ", rows[i].field);
      g_autoptr (GError) error = NULL;

      fail_if (candidate_from_text (rows[i].text, &error), "%s", rows[i].text);
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
      fail_unless (g_str_has_prefix (error->message, place), "%s: %s", rows[i].text, error->message);
    }
  fail_if (kp_candidate_from_json (NULL, NULL));
}
GST_END_TEST;

GST_START_TEST (test_mid_length)
{
  static const struct
  {
    gsize length;
    gboolean ok;
  } rows[] = { { 256, TRUE }, { 257, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *mid = g_strnfill (rows[i].length, 'm');
      g_autofree gchar *text = g_strdup_printf ("{\"candidate\":\"x\",\"sdpMid\":\"%s\"}", mid);
      g_autoptr (KpCandidate) candidate = candidate_from_text (text, NULL);

      fail_unless_equals_int (candidate != NULL, rows[i].ok);
    }
}
GST_END_TEST;

GST_START_TEST (test_to_json)
{
  static const struct
  {
    const gchar *sdp_mid;
    const gchar *json;
  } rows[] = {
    { "0", "{\"candidate\":\"" UDP "\",\"sdpMid\":\"0\",\"sdpMLineIndex\":3}" },
    { NULL, "{\"candidate\":\"" UDP "\",\"sdpMid\":null,\"sdpMLineIndex\":3}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KpCandidate) candidate = kp_candidate_new (UDP, 3, rows[i].sdp_mid);
      g_autoptr (JsonNode) node = kp_candidate_to_json (candidate);
      g_autofree gchar *json = json_to_string (node, FALSE);

      fail_unless_equals_string (json, rows[i].json);
    }
}
GST_END_TEST;

static Suite *
kp_candidate_suite (void)
{
  Suite *suite = suite_create ("kp-candidate");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_classify);
  tcase_add_test (tcase, test_malformed);
  tcase_add_test (tcase, test_length);
  tcase_add_test (tcase, test_new_normalizes);
  tcase_add_test (tcase, test_from_json);
  tcase_add_test (tcase, test_from_json_malformed);
  tcase_add_test (tcase, test_mid_length);
  tcase_add_test (tcase, test_to_json);

  return suite;
}

GST_CHECK_MAIN (kp_candidate)
