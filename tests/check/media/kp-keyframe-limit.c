/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-keyframe-limit.h"

#include <gst/check/gstcheck.h>

typedef enum
{
  STEP_REQUEST,
  STEP_CANCEL,
  STEP_TAKE,
  STEP_REFUSE,
} StepKind;

typedef struct
{
  guint at; /* ms */
  StepKind kind;
} Step;

#define INTERVAL (300 * GST_MSECOND)

static const struct
{
  const gchar *name;
  Step steps[10];
  guint n_steps;
} cases[] = {
  { "nothing asked, nothing let through", { { 0, STEP_REFUSE }, { 1000, STEP_REFUSE } }, 2 },
  { "the first goes at once", { { 5, STEP_REQUEST }, { 5, STEP_TAKE }, { 6, STEP_REFUSE } }, 3 },
  { "many are one", { { 0, STEP_REQUEST }, { 1, STEP_REQUEST }, { 2, STEP_TAKE }, { 900, STEP_REFUSE } }, 4 },
  { "one inside the window waits for its end",
    { { 0, STEP_REQUEST },
      { 0, STEP_TAKE },
      { 10, STEP_REQUEST },
      { 10, STEP_REFUSE },
      { 299, STEP_REFUSE },
      { 300, STEP_TAKE },
      { 301, STEP_REFUSE } },
    7 },
  { "one that waits is not lost however late the next frame",
    { { 0, STEP_REQUEST }, { 0, STEP_TAKE }, { 10, STEP_REQUEST }, { 60000, STEP_TAKE } },
    4 },
  { "the window starts when one is let through, not when it is asked for",
    { { 0, STEP_REQUEST },
      { 200, STEP_TAKE },
      { 250, STEP_REQUEST },
      { 499, STEP_REFUSE },
      { 500, STEP_TAKE } },
    5 },
  { "what came is not asked for again",
    { { 0, STEP_REQUEST },
      { 0, STEP_TAKE },
      { 10, STEP_REQUEST },
      { 20, STEP_CANCEL },
      { 900, STEP_REFUSE } },
    5 },
};

GST_START_TEST (test_cases)
{
  KpKeyframeLimit limit;

  kp_keyframe_limit_init (&limit, INTERVAL);
  for (guint i = 0; i < cases[__i__].n_steps; i++)
    {
      const Step *step = &cases[__i__].steps[i];

      if (step->kind == STEP_REQUEST)
        kp_keyframe_limit_request (&limit);
      else if (step->kind == STEP_CANCEL)
        kp_keyframe_limit_cancel (&limit);
      else
        fail_unless (kp_keyframe_limit_take (&limit, step->at * GST_MSECOND) == (step->kind == STEP_TAKE),
                     "%s: step %u", cases[__i__].name, i);
    }
}
GST_END_TEST;

static Suite *
kp_keyframe_limit_suite (void)
{
  Suite *suite = suite_create ("kp-keyframe-limit");
  TCase *tcase = tcase_create ("limit");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_cases, 0, G_N_ELEMENTS (cases));

  return suite;
}

GST_CHECK_MAIN (kp_keyframe_limit)
