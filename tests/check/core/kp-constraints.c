/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-constraints.h"

#include <gst/check/gstcheck.h>

#include <math.h>

#include "gstkurentoerror.h"
#include "kp-json.h"

/* Single quotes stand for double ones, for the reader's sake. */
static KpConstraints *
read_text (const gchar *text, GError **error)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (JsonNode) node = NULL;
  GError *json_error = NULL;

  node = kp_json_parse (json, -1, &json_error);
  g_assert_no_error (json_error);

  return kp_constraints_read (node, "video", error);
}

/* All that is set, as "name.bound=value ". */
static gchar *
print_set (const KpConstraintSet *set)
{
  static const gchar *const bounds[KP_N_BOUNDS] = { "min", "max", "exact", "ideal" };
  GString *text = g_string_new (NULL);

  for (guint id = 0; id < KP_N_CONSTRAINTS; id++)
    for (guint bound = 0; bound < KP_N_BOUNDS; bound++)
      {
        const KpConstraint *constraint = &set->items[id];
        const gchar *name = kp_constraint_get_name (id);

        if (!isnan (constraint->numbers[bound]))
          g_string_append_printf (text, "%s.%s=%g ", name, bounds[bound], constraint->numbers[bound]);
        if (constraint->words[bound])
          {
            g_autofree gchar *words = g_strjoinv ("|", constraint->words[bound]);

            g_string_append_printf (text, "%s.%s=%s ", name, bounds[bound], words);
          }
      }

  return g_string_free (text, FALSE);
}

GST_START_TEST (test_values)
{
  static const gchar *const rows[][2] = {
    { "true", "" },
    { "{}", "" },
    { "{'width':640,'framerate':15}", "width.ideal=640 frameRate.ideal=15 " },
    { "{'frameRate':29.97,'aspectRatio':{'min':1.3,'max':2}}",
      "aspectRatio.min=1.3 aspectRatio.max=2 frameRate.ideal=29.97 " },
    { "{'height':{'min':1,'max':4,'exact':3,'ideal':2}}",
      "height.min=1 height.max=4 height.exact=3 height.ideal=2 " },
    { "{'height':{}}", "" },
    { "{'sampleRate':48000,'channelCount':{'exact':2},'latency':{'max':0.02}}",
      "sampleRate.ideal=48000 channelCount.exact=2 latency.max=0.02 " },
    { "{'echoCancellation':true,'noiseSuppression':false,'autoGainControl':{'exact':true,'ideal':false}}",
      "echoCancellation.ideal=1 noiseSuppression.ideal=0 autoGainControl.exact=1 autoGainControl.ideal=0 " },
    { "{'deviceId':'a','groupId':['b','c'],'facingMode':{'exact':'user'}}",
      "deviceId.ideal=a groupId.ideal=b|c facingMode.exact=user " },
    { "{'displaySurface':{'ideal':['monitor','window']},'cursor':{'exact':['never']}}",
      "displaySurface.ideal=monitor|window cursor.exact=never " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KpConstraints) constraints = read_text (rows[i][0], &error);
      g_autofree gchar *printed = NULL;

      g_assert_no_error (error);
      printed = print_set (&constraints->basic);
      fail_unless_equals_string (printed, rows[i][1]);
      fail_unless_equals_int (constraints->advanced->len, 0);
    }
}
GST_END_TEST;

/* In an advanced set a value without a bound is exact. */
GST_START_TEST (test_advanced)
{
  g_autoptr (KpConstraints) constraints
      = read_text ("{'width':640,'advanced':[{'width':1920,'deviceId':'a'},{'height':{'min':720}}]}", NULL);
  g_autoptr (KpConstraints) same = kp_constraints_ref (constraints);
  static const gchar *const sets[] = { "width.exact=1920 deviceId.exact=a ", "height.min=720 " };
  g_autofree gchar *basic = print_set (&same->basic);

  fail_unless_equals_string (basic, "width.ideal=640 ");
  fail_unless_equals_int (same->advanced->len, G_N_ELEMENTS (sets));
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autofree gchar *set = print_set (g_ptr_array_index (same->advanced, i));

      fail_unless_equals_string (set, sets[i]);
    }
}
GST_END_TEST;

#define NUMBER "expected a number that is not negative"
#define BOOLEAN "expected true or false"
#define WORDS "expected a string or a list of strings"
#define OR_OBJECT ", or an object of such"

GST_START_TEST (test_errors)
{
  static const gchar *const rows[][2] = {
    { "[]", "video: expected true, false or an object" },
    { "{'width':'640'}", "video.width: " NUMBER OR_OBJECT },
    { "{'width':-1}", "video.width: " NUMBER OR_OBJECT },
    { "{'width':true}", "video.width: " NUMBER OR_OBJECT },
    { "{'width':null}", "video.width: " NUMBER OR_OBJECT },
    { "{'framerate':[15]}", "video.framerate: " NUMBER OR_OBJECT },
    { "{'frameRate':{'ideal':15,'max':'30'}}", "video.frameRate.max: " NUMBER },
    { "{'height':{'min':-0.5}}", "video.height.min: " NUMBER },
    { "{'latency':{'exact':{}}}", "video.latency.exact: " NUMBER },
    { "{'echoCancellation':1}", "video.echoCancellation: " BOOLEAN OR_OBJECT },
    { "{'autoGainControl':{'ideal':'yes'}}", "video.autoGainControl.ideal: " BOOLEAN },
    { "{'deviceId':7}", "video.deviceId: " WORDS OR_OBJECT },
    { "{'deviceId':['a',7]}", "video.deviceId: " WORDS OR_OBJECT },
    { "{'facingMode':{'exact':true}}", "video.facingMode.exact: " WORDS },
    { "{'advanced':{}}", "video.advanced: expected a list of objects" },
    { "{'advanced':[{},3]}", "video.advanced[1]: expected an object" },
    { "{'advanced':[{'width':{'max':[]}}]}", "video.advanced[0].width.max: " NUMBER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      fail_if (read_text (rows[i][0], &error), "row %u", i);
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
      fail_unless_equals_string (error->message, rows[i][1]);
    }
}
GST_END_TEST;

GST_START_TEST (test_unknown)
{
  static const gchar text[]
      = "{'torch':true,'width':{'about':3},'deviceId':{'min':'a'},'advanced':[{'advanced':[]}]}";
  g_autoptr (KpConstraints) constraints = NULL;
  g_autofree gchar *printed = NULL;

  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_MESSAGE, "*unknown constraint video.torch");
  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_MESSAGE, "*unknown member video.width.about");
  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_MESSAGE, "*unknown member video.deviceId.min");
  g_test_expect_message ("kurentopeer", G_LOG_LEVEL_MESSAGE,
                         "*unknown constraint video.advanced?0?.advanced");
  constraints = read_text (text, NULL);
  g_test_assert_expected_messages ();
  printed = print_set (&constraints->basic);
  fail_unless_equals_string (printed, "");
}
GST_END_TEST;

static Suite *
kp_constraints_suite (void)
{
  Suite *suite = suite_create ("kp-constraints");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_values);
  tcase_add_test (tcase, test_advanced);
  tcase_add_test (tcase, test_errors);
  tcase_add_test (tcase, test_unknown);

  return suite;
}

GST_CHECK_MAIN (kp_constraints)
