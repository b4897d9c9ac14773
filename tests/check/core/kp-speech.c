/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "kp-speech.h"

/* One letter an interval: what is heard (# loud, - at the threshold, . silent), and what is told (B it began, E it ended). */
static const struct
{
  guint history;
  const gchar *heard;
  const gchar *told;
} courses[] = {
  { 10, "##############", "  B           " }, /* two of the last three were loud */
  { 10, "#..#..#..#..#", "             " }, /* single noises are no speech */
  { 10, "#.##.#.#", "   B    " },
  { 10, "###...........#", "  B          E " }, /* the last ten were silent */
  { 10, "###.........#...........", "  B                    E" }, /* a word begins it anew */
  { 10, "###....................", "  B          E         " }, /* told once */
  { 3, "###....###....###....", "  B   E  B   E  B   E" },
  { 10, "##------------", "              " }, /* neither loud nor silent */
  { 10, "###------------.", "  B            E" },
  { 64, "###................................................................", "  B" },
  { 64, "###.................................................................",
    "  B                                                                E" },
};

GST_START_TEST (test_courses)
{
  const KpSpeechConfig config = { .interval = 50, .threshold = -50, .history = courses[__i__].history };
  const gchar *heard = courses[__i__].heard;
  KpSpeech speech;

  kp_speech_init (&speech, &config);
  for (guint i = 0; heard[i]; i++)
    {
      gchar told = i < strlen (courses[__i__].told) ? courses[__i__].told[i] : ' ';
      gboolean changed = kp_speech_take (&speech, heard[i] == '#'   ? -20
                                                  : heard[i] == '-' ? -50
                                                                    : KP_SPEECH_SILENCE);

      fail_unless_equals_int (changed, told != ' ');
      fail_unless (told == ' ' || speech.speaking == (told == 'B'), "%u", i);
    }
}
GST_END_TEST

static const struct
{
  const gchar *text;
  KpSpeechConfig config;
} valid[] = {
  { NULL, { 0 } },
  { "", { 0 } },
  { "{}", { 50, -50, 10 } },
  { "{\"threshold\":-65.5}", { 50, -65.5, 10 } },
  { "{\"interval\":100,\"history\":3,\"threshold\":-127,\"play\":false}", { 100, -127, 3 } },
  { "{\"history\":64,\"threshold\":0}", { 50, 0, 64 } },
};

GST_START_TEST (test_valid)
{
  KpSpeechConfig config = { 1, 1, 1 };
  g_autoptr (GError) error = NULL;

  fail_unless (kp_speech_config_parse ("hark", valid[__i__].text, &config, &error), "%s", error->message);
  fail_unless_equals_int (config.interval, valid[__i__].config.interval);
  fail_unless_equals_float (config.threshold, valid[__i__].config.threshold);
  fail_unless_equals_int (config.history, valid[__i__].config.history);
}
GST_END_TEST

static const struct
{
  const gchar *text;
  const gchar *part; /* of the message */
} invalid[] = {
  { "true", "object" },
  { "{", "line" },
  { "{\"interval\":9}", "interval: expected at least 10" },
  { "{\"interval\":10001}", "interval: expected an integer" },
  { "{\"interval\":\"often\"}", "interval: expected an integer" },
  { "{\"threshold\":1}", "threshold: expected a number from -127 to 0" },
  { "{\"threshold\":-128}", "threshold" },
  { "{\"threshold\":{}}", "threshold" },
  { "{\"threshold\":null}", "threshold" },
  { "{\"history\":2}", "history: expected at least 3" },
  { "{\"history\":65}", "history: expected an integer" },
};

GST_START_TEST (test_invalid)
{
  KpSpeechConfig config = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;

  fail_if (kp_speech_config_parse ("hark", invalid[__i__].text, &config, &error));
  fail_unless (g_str_has_prefix (error->message, "hark: "), "%s", error->message);
  fail_unless (strstr (error->message, invalid[__i__].part) != NULL, "%s", error->message);
  fail_unless (config.interval == 1 && config.threshold == 2 && config.history == 3);
}
GST_END_TEST

static Suite *
speech_suite (void)
{
  Suite *suite = suite_create ("kp-speech");
  TCase *tcase = tcase_create ("speech");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_courses, 0, G_N_ELEMENTS (courses));
  tcase_add_loop_test (tcase, test_valid, 0, G_N_ELEMENTS (valid));
  tcase_add_loop_test (tcase, test_invalid, 0, G_N_ELEMENTS (invalid));

  return suite;
}

GST_CHECK_MAIN (speech)
