/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-ice-uri.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "gstkurentoerror.h"

GST_START_TEST (test_normal_form)
{
  static const struct
  {
    const gchar *text;
    const gchar *normal;
  } rows[] = {
    { "stun:stun.example.org", "stun://stun.example.org:3478" },
    { "STUN:stun.example.org:19302", "stun://stun.example.org:19302" },
    { "stun://192.0.2.1:1", "stun://192.0.2.1:1" },
    { "stun:[2001:db8::1]", "stun://[2001:db8::1]:3478" },
    { "stun://[::1]:65535", "stun://[::1]:65535" },
    { "turn:turn.example.org", "turn://turn.example.org:3478" },
    { "turn:turn.example.org?transport=udp", "turn://turn.example.org:3478?transport=udp" },
    { "turn:[::1]:5000?transport=TCP", "turn://[::1]:5000?transport=tcp" },
    { "turn://bob:secret@turn.example.org", "turn://bob:secret@turn.example.org:3478" },
    { "turn:bob:secret@turn.example.org:80", "turn://bob:secret@turn.example.org:80" },
    { "turn://a%40b:p%3As%2Fs@h?transport=udp", "turn://a%40b:p%3As%2Fs@h:3478?transport=udp" },
    { "turn://bob:s@cr:t/?@h:9", "turn://bob:s%40cr%3At%2F%3F@h:9" },
    { "turn://bob:\xc3\xa9@h", "turn://bob:%C3%A9@h:3478" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (KpIceUri) uri = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree gchar *normal = NULL;

      fail_unless (kp_ice_uri_parse (&uri, rows[i].text, &error), "row %u", i);
      normal = kp_ice_uri_to_string (&uri);
      fail_unless_equals_string (normal, rows[i].normal);
    }
}
GST_END_TEST;

GST_START_TEST (test_parts)
{
  g_auto (KpIceUri) uri = { 0 };

  fail_unless (kp_ice_uri_parse (&uri, "turn://a%40b:c%3Ad@[::1]:7?transport=tcp", NULL));
  fail_unless_equals_int (uri.scheme, KP_ICE_URI_TURN);
  fail_unless (uri.hierarchical);
  fail_unless_equals_string (uri.user, "a@b");
  fail_unless_equals_string (uri.password, "c:d");
  fail_unless_equals_string (uri.host, "::1");
  fail_unless_equals_int (uri.port, 7);
  fail_unless_equals_string (uri.transport, "tcp");
  kp_ice_uri_clear (&uri);

  fail_unless (kp_ice_uri_parse (&uri, "stun:h", NULL));
  fail_unless_equals_int (uri.scheme, KP_ICE_URI_STUN);
  fail_if (uri.hierarchical);
  fail_if (uri.user);
  fail_if (uri.transport);
}
GST_END_TEST;

GST_START_TEST (test_errors)
{
  static const struct
  {
    const gchar *text;
    GstKurentoError code;
    const gchar *expected;
  } rows[] = {
    { "", GST_KURENTO_ERROR_INVALID_ARGUMENT, "starts with \"stun:\"" },
    { "secret", GST_KURENTO_ERROR_INVALID_ARGUMENT, "starts with \"stun:\"" },
    { "http://secret", GST_KURENTO_ERROR_INVALID_ARGUMENT, "starts with \"stun:\"" },
    { "turns:secret", GST_KURENTO_ERROR_NOT_SUPPORTED, "turns:" },
    { "TURNS://bob:secret@h", GST_KURENTO_ERROR_NOT_SUPPORTED, "turns:" },
    { "stuns:h", GST_KURENTO_ERROR_NOT_SUPPORTED, "stuns:" },
    { "stun:", GST_KURENTO_ERROR_INVALID_ARGUMENT, "host name" },
    { "stun://:3478", GST_KURENTO_ERROR_INVALID_ARGUMENT, "host name" },
    { "stun:secret/path", GST_KURENTO_ERROR_INVALID_ARGUMENT, "host name" },
    { "stun:a b", GST_KURENTO_ERROR_INVALID_ARGUMENT, "host name" },
    { "stun:a\nb", GST_KURENTO_ERROR_INVALID_ARGUMENT, "host name" },
    { "stun:[::1", GST_KURENTO_ERROR_INVALID_ARGUMENT, "\"]\"" },
    { "stun:[::1]x", GST_KURENTO_ERROR_INVALID_ARGUMENT, "host name" },
    { "stun:[192.0.2.1]", GST_KURENTO_ERROR_INVALID_ARGUMENT, "host name" },
    { "stun:[]", GST_KURENTO_ERROR_INVALID_ARGUMENT, "host name" },
    { "stun:2001:db8::1", GST_KURENTO_ERROR_INVALID_ARGUMENT, "port" },
    { "stun:h:", GST_KURENTO_ERROR_INVALID_ARGUMENT, "port" },
    { "stun:h:0", GST_KURENTO_ERROR_INVALID_ARGUMENT, "port" },
    { "stun:h:65536", GST_KURENTO_ERROR_INVALID_ARGUMENT, "port" },
    { "stun:h:+1", GST_KURENTO_ERROR_INVALID_ARGUMENT, "port" },
    { "stun:h:1x", GST_KURENTO_ERROR_INVALID_ARGUMENT, "port" },
    { "stun:secret@h", GST_KURENTO_ERROR_INVALID_ARGUMENT, "user:password@" },
    { "stun://bob:secret@h", GST_KURENTO_ERROR_INVALID_ARGUMENT, "user:password@" },
    { "turn://secret@h", GST_KURENTO_ERROR_INVALID_ARGUMENT, "user:password@" },
    { "turn://bob:secret%zz@h", GST_KURENTO_ERROR_INVALID_ARGUMENT, "percent-encoding" },
    { "turn://bob%00:secret@h", GST_KURENTO_ERROR_INVALID_ARGUMENT, "percent-encoding" },
    { "stun:h?transport=udp", GST_KURENTO_ERROR_INVALID_ARGUMENT, "transport=udp" },
    { "turn:h?transport=secret", GST_KURENTO_ERROR_INVALID_ARGUMENT, "transport=udp" },
    { "turn:h?", GST_KURENTO_ERROR_INVALID_ARGUMENT, "transport=udp" },
    { "turn:h?transport=udp&x=1", GST_KURENTO_ERROR_INVALID_ARGUMENT, "transport=udp" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (KpIceUri) uri = { 0 };
      g_autoptr (GError) error = NULL;

      fail_if (kp_ice_uri_parse (&uri, rows[i].text, &error), "row %u", i);
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, rows[i].code), "row %u: %s", i, error->message);
      fail_unless (strstr (error->message, rows[i].expected), "row %u: %s", i, error->message);
      fail_if (strstr (error->message, "secret"), "row %u: %s", i, error->message);
      fail_if (uri.host || uri.user || uri.password, "row %u", i);
    }
}
GST_END_TEST;

GST_START_TEST (test_long_host)
{
  g_auto (KpIceUri) uri = { 0 };
  g_autofree gchar *host = g_strnfill (254, 'a');
  g_autofree gchar *text = g_strconcat ("stun:", host, NULL);

  fail_if (kp_ice_uri_parse (&uri, text, NULL));
  text[strlen (text) - 1] = '\0';
  fail_unless (kp_ice_uri_parse (&uri, text, NULL));
}
GST_END_TEST;

static Suite *
kp_ice_uri_suite (void)
{
  Suite *suite = suite_create ("kp-ice-uri");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_normal_form);
  tcase_add_test (tcase, test_parts);
  tcase_add_test (tcase, test_errors);
  tcase_add_test (tcase, test_long_host);

  return suite;
}

GST_CHECK_MAIN (kp_ice_uri)
