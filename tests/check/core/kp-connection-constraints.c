/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-connection-constraints.h"

#include <gst/check/gstcheck.h>

#include "gstkurentoerror.h"

/* Single quotes stand for double ones. */
static gboolean
parse (const gchar *text, KpConnectionConstraints *constraints, GError **error)
{
  g_autofree gchar *json = text ? g_strdelimit (g_strdup (text), "'", '"') : NULL;

  return kp_connection_constraints_parse ("connection-constraints", json, constraints, error);
}

static const struct
{
  const gchar *text;
  gboolean no_ipv6;
  gboolean dscp;
} valid[] = {
  { NULL, FALSE, FALSE },
  { "", FALSE, FALSE },
  { "{}", FALSE, FALSE },
  { "{'mandatory':{},'optional':[]}", FALSE, FALSE },
  { "{'googIPv6':true}", FALSE, FALSE },
  { "{'googIPv6':false}", TRUE, FALSE },
  { "{'googIPv6':'false','googDscp':'true'}", TRUE, TRUE },
  { "{'googDscp':true}", FALSE, TRUE },
  { "{'googDscp':false}", FALSE, FALSE },
  { "{'mandatory':{'googIPv6':false},'optional':[{'googIPv6':true},{'googDscp':true}]}", TRUE, TRUE },
  { "{'optional':[{'googIPv6':true},{'googIPv6':false}]}", FALSE, FALSE },
  { "{'googIPv6':false,'optional':[{'googIPv6':true}]}", FALSE, FALSE },
  { "{'optional':[{'DtlsSrtpKeyAgreement':true},{'googImprovedWifiBwe':1}]}", FALSE, FALSE },
};

GST_START_TEST (test_valid)
{
  KpConnectionConstraints constraints = { 0 };
  g_autoptr (GError) error = NULL;

  fail_unless (parse (valid[__i__].text, &constraints, &error), "%s", error ? error->message : "");
  fail_unless_equals_int (constraints.no_ipv6, valid[__i__].no_ipv6);
  fail_unless_equals_int (constraints.dscp, valid[__i__].dscp);
}
GST_END_TEST

static const struct
{
  const gchar *text;
  GstKurentoError code;
  const gchar *part;
} invalid[] = {
  { "[]", GST_KURENTO_ERROR_INVALID_ARGUMENT, "expected a JSON object" },
  { "{'googIPv6':1}", GST_KURENTO_ERROR_INVALID_ARGUMENT,
    "connection-constraints: googIPv6: expected true or" },
  { "{'googDscp':'yes'}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "googDscp: expected true or false" },
  { "{'mandatory':[]}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "mandatory: expected an object" },
  { "{'mandatory':{'googDscp':null}}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "mandatory.googDscp: expected" },
  { "{'optional':{}}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "optional: expected a list of objects" },
  { "{'optional':[{},3]}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "optional[1]: expected an object" },
  { "{'optional':[{},{'googIPv6':0}]}", GST_KURENTO_ERROR_INVALID_ARGUMENT,
    "optional[1].googIPv6: expected" },
  { "{'optional':[{'DtlsSrtpKeyAgreement':false}]}", GST_KURENTO_ERROR_NOT_SUPPORTED,
    "DtlsSrtpKeyAgreement" },
};

GST_START_TEST (test_invalid)
{
  KpConnectionConstraints constraints = { 0 };
  g_autoptr (GError) error = NULL;

  fail_if (parse (invalid[__i__].text, &constraints, &error));
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, invalid[__i__].code));
  fail_unless (g_str_has_prefix (error->message, "connection-constraints: "));
  fail_unless (strstr (error->message, invalid[__i__].part) != NULL, "%s", error->message);
}
GST_END_TEST

static GString *said;

static void
log_cb (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user_data)
{
  g_string_append_printf (said, "%d %s\n", level & G_LOG_LEVEL_MASK, message);
}

/* Known ones once, unknown ones each time. */
GST_START_TEST (test_said)
{
  static const gchar text[] = "{'googHighBitrate':1,'optional':[{'noSuchThing':1},{'RtpDataChannels':true}]}";
  KpConnectionConstraints constraints = { 0 };
  g_autofree gchar *expected
      = g_strdup_printf ("%d optional[0].noSuchThing: unknown constraint\n"
                         "%d connection-constraints: RtpDataChannels has no meaning here\n"
                         "%d connection-constraints: googHighBitrate has no meaning here\n"
                         "%d optional[0].noSuchThing: unknown constraint\n",
                         G_LOG_LEVEL_MESSAGE, G_LOG_LEVEL_INFO, G_LOG_LEVEL_INFO, G_LOG_LEVEL_MESSAGE);

  said = g_string_new (NULL);
  g_log_set_handler ("kurentopeer", G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO, log_cb, NULL);
  fail_unless (parse (text, &constraints, NULL));
  fail_unless (parse (text, &constraints, NULL));
  fail_unless_equals_string (said->str, expected);
  g_string_free (said, TRUE);
}
GST_END_TEST

static Suite *
kp_connection_constraints_suite (void)
{
  Suite *suite = suite_create ("kp-connection-constraints");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_valid, 0, G_N_ELEMENTS (valid));
  tcase_add_loop_test (tcase, test_invalid, 0, G_N_ELEMENTS (invalid));
  tcase_add_test (tcase, test_said);

  return suite;
}

GST_CHECK_MAIN (kp_connection_constraints);
