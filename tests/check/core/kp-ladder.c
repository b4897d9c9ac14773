/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-ladder.h"

#include <gst/check/gstcheck.h>

#include "gstkurentoerror.h"

/* Single quotes stand for double ones, for the reader's sake. */
static KpLadder *
parse (const gchar *text, GError **error)
{
  g_autofree gchar *json = text ? g_strdelimit (g_strdup (text), "'", '"') : NULL;

  return kp_ladder_parse ("simulcast-layers", json, error);
}

/* "rid/scale/framerate/bitrate", with a ! where it is not active; separated by spaces */
static gchar *
describe (const KpLadder *ladder)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; ladder && i < ladder->n_layers; i++)
    {
      const KpLayer *layer = &ladder->layers[i];

      g_string_append_printf (text, "%s%s/%g/%g/%u%s", i ? " " : "", layer->rid, layer->scale,
                              layer->max_framerate, layer->max_bitrate, layer->active ? "" : "!");
    }

  return g_string_free (text, FALSE);
}

#define HML "h/1/0/0 m/2/0/0 l/4/0/0"

static const struct
{
  const gchar *text;
  const gchar *layers;
} ladders[] = {
  { NULL, HML },
  { "", HML },
  /* as in a browser: sizes by default begin with the smallest */
  { "[{'rid':'q'},{'rid':'h'},{'rid':'f'}]", "q/4/0/0 h/2/0/0 f/1/0/0" },
  { "[{'rid':'a','scaleResolutionDownBy':1.5},{'rid':'b'}]", "a/1.5/0/0 b/1/0/0" },
  { "[{'rid':'0123456789abcDEF'}]", "0123456789abcDEF/1/0/0" },
  { "[{'rid':'a','maxBitrate':64000,'maxFramerate':7.5,'active':false,'scaleResolutionDownBy':3}]",
    "a/3/7.5/64000!" },
  { "[{'rid':'a'},{'rid':'b'},{'rid':'c'},{'rid':'d'}]", "a/8/0/0 b/4/0/0 c/2/0/0 d/1/0/0" },
};

GST_START_TEST (test_parse)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KpLadder) ladder = parse (ladders[__i__].text, &error);
  g_autofree gchar *layers = describe (ladder);

  g_assert_no_error (error);
  fail_unless_equals_string (layers, ladders[__i__].layers);
}
GST_END_TEST

static const struct
{
  const gchar *text;
  const gchar *place;
} errors[] = {
  { "{}", "expected a JSON array" },
  { "[", "near line 1" },
  { "[]", "expected 1 to 4 layers" },
  { "[{'rid':'a'},{'rid':'b'},{'rid':'c'},{'rid':'d'},{'rid':'e'}]", "expected 1 to 4 layers" },
  { "['h']", "[0]: expected an object" },
  { "[{}]", "[0].rid: expected 1 to 16 letters and digits" },
  { "[{'rid':1}]", "[0].rid: expected a string" },
  { "[{'rid':''}]", "[0].rid: expected 1 to 16" },
  { "[{'rid':'a;b'}]", "[0].rid: expected 1 to 16" },
  { "[{'rid':'0123456789abcdefg'}]", "[0].rid: expected 1 to 16" },
  { "[{'rid':'a'},{'rid':'a'}]", "[1].rid: expected another one than a" },
  { "[{'rid':'a','scaleResolutionDownBy':0.5}]", "[0].scaleResolutionDownBy: expected a number from 1" },
  { "[{'rid':'a','scaleResolutionDownBy':'2'}]", "[0].scaleResolutionDownBy: expected a number" },
  { "[{'rid':'a','scaleResolutionDownBy':1e300}]", "[0].scaleResolutionDownBy: expected a number" },
  { "[{'rid':'a','maxFramerate':-1}]", "[0].maxFramerate: expected a number from 0" },
  { "[{'rid':'a','maxBitrate':-1}]", "[0].maxBitrate: expected an integer from 0" },
  { "[{'rid':'a','active':1}]", "[0].active: expected true or false" },
  { "file:///no/such/file.json", "file:///no/such/file.json: cannot read" },
};

GST_START_TEST (test_errors)
{
  g_autofree gchar *place = g_strconcat ("simulcast-layers: ", errors[__i__].place, NULL);
  g_autoptr (GError) error = NULL;

  fail_unless (parse (errors[__i__].text, &error) == NULL);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
  fail_unless (g_str_has_prefix (error->message, place), "%s", error->message);
}
GST_END_TEST

static const struct
{
  const gchar *rids;
  const gchar *restricted;
  const gchar *renamed;
} choices[] = {
  { "h;m;l", HML, HML },  { "l;h", "h/1/0/0 l/4/0/0", "h/1/0/0 l/4/0/0" }, { "l;x", "l/4/0/0", "l/4/0/0" },
  { "x", "", "x/1/0/0" }, { "x;y;z;0", "", "x/1/0/0 y/2/0/0 z/4/0/0" },
};

GST_START_TEST (test_choose)
{
  g_auto (GStrv) rids = g_strsplit (choices[__i__].rids, ";", -1);
  g_autoptr (KpLadder) ladder = parse (NULL, NULL);
  g_autoptr (KpLadder) restricted = kp_ladder_restrict (ladder, (const gchar *const *)rids);
  g_autoptr (KpLadder) renamed = kp_ladder_rename (ladder, (const gchar *const *)rids);
  g_autofree gchar *some = describe (restricted);
  g_autofree gchar *other = describe (renamed);

  fail_unless_equals_string (some, choices[__i__].restricted);
  fail_unless_equals_string (other, choices[__i__].renamed);
}
GST_END_TEST

static const struct
{
  const gchar *text;
  guint bitrate;
  guint shares[KP_MAX_LAYERS];
} shared[] = {
  { NULL, 2500000, { 1690842, 597803, 211355, 0 } },
  { "[{'rid':'a'}]", 1000000, { 1000000 } },
  { "[{'rid':'a','maxBitrate':500000}]", 1000000, { 500000 } },
  { "[{'rid':'a','maxBitrate':500000}]", 400000, { 400000 } },
  /* what one may not have is for the others */
  { "[{'rid':'a'},{'rid':'b','scaleResolutionDownBy':2,'maxBitrate':100000}]", 1000000, { 900000, 100000 } },
  /* which then may have too much, too */
  { "[{'rid':'a','maxBitrate':700000},{'rid':'b','scaleResolutionDownBy':2},"
    "{'rid':'c','scaleResolutionDownBy':2,'maxBitrate':50000}]",
    1000000,
    { 700000, 250000, 50000 } },
  { "[{'rid':'a','active':false},{'rid':'b','scaleResolutionDownBy':2}]", 1000000, { 0, 1000000 } },
  { "[{'rid':'a','active':false}]", 1000000, { 0 } },
};

GST_START_TEST (test_share)
{
  g_autoptr (KpLadder) ladder = parse (shared[__i__].text, NULL);
  guint shares[KP_MAX_LAYERS];

  kp_ladder_share (ladder, shared[__i__].bitrate, shares);
  for (guint i = 0; i < KP_MAX_LAYERS; i++)
    fail_unless (ABS ((gint)(shares[i] - shared[__i__].shares[i])) <= 1, "layer %u has %u", i, shares[i]);
}
GST_END_TEST

static Suite *
kp_ladder_suite (void)
{
  Suite *suite = suite_create ("kp-ladder");
  TCase *tcase = tcase_create ("ladder");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_parse, 0, G_N_ELEMENTS (ladders));
  tcase_add_loop_test (tcase, test_errors, 0, G_N_ELEMENTS (errors));
  tcase_add_loop_test (tcase, test_choose, 0, G_N_ELEMENTS (choices));
  tcase_add_loop_test (tcase, test_share, 0, G_N_ELEMENTS (shared));

  return suite;
}

GST_CHECK_MAIN (kp_ladder);
