/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-data-config.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "gstkurentoerror.h"

/* Single quotes stand for double ones, for the reader's sake. */
static gchar *
make_json (const gchar *text)
{
  return text ? g_strdelimit (g_strdup (text), "'", '"') : NULL;
}

static void
fail_unless_equals_config (const KpDataConfig *a, const KpDataConfig *b)
{
  fail_unless_equals_string (a->label, b->label);
  fail_unless_equals_int (a->ordered, b->ordered);
  fail_unless_equals_int (a->max_packet_life_time, b->max_packet_life_time);
  fail_unless_equals_int (a->max_retransmits, b->max_retransmits);
  fail_unless_equals_string (a->protocol, b->protocol);
  fail_unless_equals_int (a->negotiated, b->negotiated);
  fail_unless_equals_int (a->id, b->id);
  fail_unless_equals_int (a->priority, b->priority);
  fail_unless_equals_uint64 (a->low_threshold, b->low_threshold);
}

#define DEFAULT "x", TRUE, -1, -1, "", FALSE, -1, KP_DATA_PRIORITY_LOW, 0

static const struct
{
  const gchar *text;
  KpDataConfig config;
} configs[] = {
  { NULL, { DEFAULT } },
  { "", { DEFAULT } },
  { "{}", { DEFAULT } },
  { "{'options':{}}", { DEFAULT } },
  { "{'options':{'ordered':true,'negotiated':false,'priority':'low','protocol':''}}", { DEFAULT } },
  /* as in a browser, an id that is not negotiated does not count */
  { "{'options':{'id':7}}", { DEFAULT } },
  { "{'id':''}", { "", TRUE, -1, -1, "", FALSE, -1, KP_DATA_PRIORITY_LOW, 0 } },
  { "{'id':'caf\303\251','bufferedAmountLowThreshold':65536}",
    { "caf\303\251", TRUE, -1, -1, "", FALSE, -1, KP_DATA_PRIORITY_LOW, 65536 } },
  { "{'bufferedAmountLowThreshold':4294967295}",
    { "x", TRUE, -1, -1, "", FALSE, -1, KP_DATA_PRIORITY_LOW, 4294967295 } },
  { "{'options':{'ordered':false,'maxRetransmits':0,'protocol':'chat','priority':'high'}}",
    { "x", FALSE, -1, 0, "chat", FALSE, -1, KP_DATA_PRIORITY_HIGH, 0 } },
  { "{'options':{'maxRetransmits':65535,'priority':'medium'}}",
    { "x", TRUE, -1, 65535, "", FALSE, -1, KP_DATA_PRIORITY_MEDIUM, 0 } },
  { "{'options':{'maxPacketLifeTime':65535,'priority':'very-low'}}",
    { "x", TRUE, 65535, -1, "", FALSE, -1, KP_DATA_PRIORITY_VERY_LOW, 0 } },
  { "{'options':{'negotiated':true,'id':0}}", { "x", TRUE, -1, -1, "", TRUE, 0, KP_DATA_PRIORITY_LOW, 0 } },
  { "{'options':{'negotiated':true,'id':1023}}",
    { "x", TRUE, -1, -1, "", TRUE, 1023, KP_DATA_PRIORITY_LOW, 0 } },
};

GST_START_TEST (test_config)
{
  g_autofree gchar *json = make_json (configs[__i__].text);
  g_autoptr (GError) error = NULL;
  g_autoptr (KpDataConfig) config = kp_data_config_parse ("data-channel-config", json, "x", &error);

  fail_unless (config != NULL, "%s", error ? error->message : "");
  fail_unless_equals_config (config, &configs[__i__].config);
}
GST_END_TEST

static const struct
{
  const gchar *text;
  const gchar *place;
} errors[] = {
  { "[]", "expected a JSON object" },
  { "{\n'id':x}", "near line 2, column " },
  { "{'id':1}", "id: expected a string" },
  { "{'id':null}", "id: expected a string" },
  { "{'options':[]}", "options: expected an object" },
  { "{'options':null}", "options: expected an object" },
  { "{'options':{'ordered':1}}", "options.ordered: expected true or false" },
  { "{'options':{'maxPacketLifeTime':-1}}",
    "options.maxPacketLifeTime: expected an integer from 0 to 65535" },
  { "{'options':{'maxPacketLifeTime':1.5}}",
    "options.maxPacketLifeTime: expected an integer from 0 to 65535" },
  { "{'options':{'maxRetransmits':65536}}", "options.maxRetransmits: expected an integer from 0 to 65535" },
  { "{'options':{'maxRetransmits':'1'}}", "options.maxRetransmits: expected an integer from 0 to 65535" },
  { "{'options':{'maxRetransmits':1,'maxPacketLifeTime':1}}",
    "options.maxRetransmits: expected none beside maxPacketLifeTime" },
  { "{'options':{'protocol':true}}", "options.protocol: expected a string" },
  { "{'options':{'negotiated':'yes'}}", "options.negotiated: expected true or false" },
  { "{'options':{'negotiated':true}}", "options.id: expected one beside negotiated" },
  { "{'options':{'negotiated':true,'id':1024}}", "options.id: expected an integer from 0 to 1023" },
  { "{'options':{'id':-1}}", "options.id: expected an integer from 0 to 1023" },
  { "{'options':{'priority':'urgent'}}",
    "options.priority: expected \"very-low\" or \"low\" or \"medium\" or \"high\"" },
  { "{'bufferedAmountLowThreshold':-1}",
    "bufferedAmountLowThreshold: expected an integer from 0 to 4294967295" },
  { "{'bufferedAmountLowThreshold':4294967296}",
    "bufferedAmountLowThreshold: expected an integer from 0 to 4294967295" },
  { "file:///no/such/file.json", "file:///no/such/file.json: cannot read" },
};

GST_START_TEST (test_errors)
{
  g_autofree gchar *json = make_json (errors[__i__].text);
  g_autofree gchar *place = g_strconcat ("data-channel-config: ", errors[__i__].place, NULL);
  g_autoptr (GError) error = NULL;

  fail_unless (kp_data_config_parse ("data-channel-config", json, "x", &error) == NULL);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
  fail_unless (g_str_has_prefix (error->message, place), "%s", error->message);
}
GST_END_TEST

/* The lengths are 16 bits on the wire. */
GST_START_TEST (test_long_texts)
{
  static const gchar *const formats[] = { "{\"id\":\"%s\"}", "{\"options\":{\"protocol\":\"%s\"}}" };
  static const gchar *const places[]
      = { "p: id: expected at most 65535 bytes", "p: options.protocol: expected at most 65535 bytes" };
  g_autofree gchar *longest = g_strnfill (65535, 'x');
  g_autofree gchar *longer = g_strnfill (65536, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree gchar *good = g_strdup_printf (formats[i], longest);
      g_autofree gchar *bad = g_strdup_printf (formats[i], longer);
      g_autoptr (KpDataConfig) config = kp_data_config_parse ("p", good, "x", NULL);
      g_autoptr (GError) error = NULL;

      fail_unless (config != NULL);
      fail_unless (kp_data_config_parse ("p", bad, "x", &error) == NULL);
      fail_unless_equals_string (error->message, places[i]);
    }
}
GST_END_TEST

GST_START_TEST (test_options)
{
  g_autofree gchar *good = make_json ("{'ordered':false,'maxPacketLifeTime':10,'protocol':'p'}");
  g_autofree gchar *bad = make_json ("{'ordered':0}");
  g_autoptr (KpDataConfig) nothing = kp_data_config_parse_options ("options", NULL, "x", NULL);
  g_autoptr (KpDataConfig) options = kp_data_config_parse_options ("options", good, "x", NULL);
  const KpDataConfig expected[] = {
    { DEFAULT },
    { "x", FALSE, 10, -1, "p", FALSE, -1, KP_DATA_PRIORITY_LOW, 0 },
  };
  g_autoptr (GError) error = NULL;

  fail_unless_equals_config (nothing, &expected[0]);
  fail_unless_equals_config (options, &expected[1]);
  fail_unless (kp_data_config_parse_options ("options", bad, "x", &error) == NULL);
  fail_unless_equals_string (error->message, "options: ordered: expected true or false");
}
GST_END_TEST

GST_START_TEST (test_unknown_members)
{
  g_autofree gchar *json = make_json ("{'label':'secret','options':{'reliable':true}}");
  g_autoptr (KpDataConfig) config = NULL;

  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_MESSAGE, "*unknown member label");
  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_MESSAGE, "*unknown member options.reliable");
  config = kp_data_config_parse ("data-channel-config", json, "x", NULL);
  g_test_assert_expected_messages ();
  fail_unless_equals_string (config->label, "x");
}
GST_END_TEST

GST_START_TEST (test_copy)
{
  g_autofree gchar *json = make_json (configs[9].text);
  KpDataConfig *original = kp_data_config_parse ("p", json, "x", NULL);
  g_autoptr (KpDataConfig) copy = kp_data_config_copy (original);

  kp_data_config_free (original);
  fail_unless_equals_config (copy, &configs[9].config);
}
GST_END_TEST

static Suite *
kp_data_config_suite (void)
{
  Suite *suite = suite_create ("kp-data-config");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_config, 0, G_N_ELEMENTS (configs));
  tcase_add_loop_test (tcase, test_errors, 0, G_N_ELEMENTS (errors));
  tcase_add_test (tcase, test_long_texts);
  tcase_add_test (tcase, test_options);
  tcase_add_test (tcase, test_unknown_members);
  tcase_add_test (tcase, test_copy);

  return suite;
}

GST_CHECK_MAIN (kp_data_config)
