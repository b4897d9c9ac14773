/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-json.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#include "gstkurentoerror.h"

GST_START_TEST (test_errors)
{
  static const struct
  {
    const gchar *text;
    const gchar *message;
  } rows[] = {
    { "", "expected JSON, got an empty text" },
    { " \n ", "expected JSON, got an empty text" },
    { "{", "near line 1, column 1: expected well-formed JSON" },
    { "{\n  \"a\": secret\n}", "near line 2, column 13: expected well-formed JSON" },
    { "{\"a\":1,}", "near line 1, column 7: expected a value after the comma" },
    { "{\"a\" 1}", "near line 1, column 4: expected a colon after the member's name" },
    { "{\"a\":\"secret\" \"b\":2}", "near line 1, column 13: expected a comma after the value" },
    { "{\"a\":'secret'}", "line 1, column 6: expected well-formed JSON" },
    { "{}\n// secret", "line 2, column 1: expected the end" },
    { "{// secret\n}", "line 1, column 2: expected well-formed JSON" },
    { "/* \" */ []", "line 1, column 1: expected well-formed JSON" },
    { "var secret = 1", "line 1, column 12: expected well-formed JSON" },
    { "\"secret", "near line 1, column 8: expected well-formed JSON" },
    { "{} {}", "line 1, column 4: expected the end" },
    { "[[1]] \"secret\"", "line 1, column 7: expected the end" },
    { "\"\xff\"", "expected JSON in UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      fail_if (kp_json_parse (rows[i].text, -1, &error), "row %u", i);
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT), "row %u",
                   i);
      fail_unless_equals_string (error->message, rows[i].message);
    }
}
GST_END_TEST;

GST_START_TEST (test_values)
{
  static const struct
  {
    const gchar *text;
    gboolean string;
    gboolean integer;
    gboolean boolean;
  } rows[] = {
    { "\"a\"", TRUE, FALSE, FALSE },     { "3", FALSE, TRUE, FALSE },    { "-3", FALSE, TRUE, FALSE },
    { "1.5", FALSE, FALSE, FALSE },      { "true", FALSE, FALSE, TRUE }, { "false", FALSE, FALSE, TRUE },
    { "null", FALSE, FALSE, FALSE },     { "{}", FALSE, FALSE, FALSE },  { "[]", FALSE, FALSE, FALSE },
    { "\"/*'[{\"", TRUE, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = kp_json_parse (rows[i].text, -1, &error);

      g_assert_no_error (error);
      fail_unless_equals_int (kp_json_is_string (node), rows[i].string);
      fail_unless_equals_int (kp_json_is_integer (node), rows[i].integer);
      fail_unless_equals_int (kp_json_is_boolean (node), rows[i].boolean);
    }
  fail_if (kp_json_is_string (NULL));
}
GST_END_TEST;

/* @depth lists in each other, behind @prefix */
static gchar *
make_nested (const gchar *prefix, guint depth)
{
  GString *text = g_string_new (prefix);

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');

  return g_string_free (text, FALSE);
}

GST_START_TEST (test_depth)
{
  static const struct
  {
    const gchar *prefix;
    guint depth;
    gboolean ok;
  } rows[] = {
    { "", KP_JSON_MAX_DEPTH, TRUE }, { "", KP_JSON_MAX_DEPTH + 1, FALSE },
    { "", 1000000, FALSE },          { "/*\"*/", 1000000, FALSE }, /* the quote must not hide the brackets */
    { "'\"'", 1000000, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *text = make_nested (rows[i].prefix, rows[i].depth);
      g_autoptr (JsonNode) node = kp_json_parse (text, -1, NULL);

      fail_unless_equals_int (node != NULL, rows[i].ok);
    }
}
GST_END_TEST;

GST_START_TEST (test_length)
{
  g_autoptr (JsonNode) node = kp_json_parse ("17, and more", 2, NULL);

  fail_unless (kp_json_is_integer (node));
  fail_unless_equals_int (json_node_get_int (node), 17);
}
GST_END_TEST;

static Suite *
kp_json_suite (void)
{
  Suite *suite = suite_create ("kp-json");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_errors);
  tcase_add_test (tcase, test_values);
  tcase_add_test (tcase, test_depth);
  tcase_add_test (tcase, test_length);

  return suite;
}

GST_CHECK_MAIN (kp_json)
