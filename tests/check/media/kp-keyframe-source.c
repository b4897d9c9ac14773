/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-keyframe-source.h"

#include <gst/check/gstcheck.h>

#define MS GST_MSECOND

typedef enum
{
  REQUEST,
  REQUIRE,
  PASSED,
  TAKE, /* and gets one */
  WAIT, /* and gets none */
} Action;

typedef struct
{
  guint time; /* ms */
  Action action;
} Step;

/* Each begins at 1000 ms, and ends at the first step at 0 ms. */
static const Step scenes[][10] = {
  /* nobody asks */
  { { 1000, WAIT }, { 1033, PASSED }, { 1033, WAIT } },
  /* eight ask before the encoder has answered the first */
  { { 1000, REQUEST },
    { 1000, TAKE },
    { 1001, REQUEST },
    { 1001, WAIT },
    { 1002, REQUEST },
    { 1033, PASSED },
    { 1033, WAIT },
    { 1400, WAIT } },
  /* a request crosses the keyframe that answers it */
  { { 1000, REQUEST }, { 1000, TAKE }, { 1033, PASSED }, { 1132, REQUEST }, { 1400, WAIT } },
  /* a later one does not, and is not lost */
  { { 1000, REQUEST },
    { 1000, TAKE },
    { 1033, PASSED },
    { 1133, REQUEST },
    { 1133, WAIT },
    { 1299, WAIT },
    { 1300, TAKE },
    { 1301, WAIT } },
  /* who is new wants one that is still to come */
  { { 1000, PASSED },
    { 1001, REQUIRE },
    { 1001, TAKE },
    { 1002, REQUIRE },
    { 1002, WAIT },
    { 1033, PASSED },
    { 1400, WAIT } },
  /* an encoder that does not hear is asked again */
  { { 1000, REQUIRE },
    { 1000, TAKE },
    { 1100, REQUIRE },
    { 1299, WAIT },
    { 1300, TAKE },
    { 1400, REQUIRE },
    { 1600, TAKE } },
};

GST_START_TEST (test_scene)
{
  g_autoptr (KpKeyframeSource) source = kp_keyframe_source_get (NULL, "a");

  for (const Step *step = scenes[__i__]; step->time; step++)
    switch (step->action)
      {
      case REQUEST:
        kp_keyframe_source_request (source, step->time * MS);
        break;
      case REQUIRE:
        kp_keyframe_source_require (source);
        break;
      case PASSED:
        kp_keyframe_source_passed (source, step->time * MS);
        break;
      case TAKE:
      case WAIT:
        fail_unless_equals_int (kp_keyframe_source_take (source, step->time * MS), step->action == TAKE);
        break;
      }
}
GST_END_TEST;

/* One for each stream of each pipeline, as long as somebody uses it. */
GST_START_TEST (test_identity)
{
  gint one, two;
  KpKeyframeSource *a = kp_keyframe_source_get (&one, "s");
  KpKeyframeSource *same = kp_keyframe_source_get (&one, "s");
  KpKeyframeSource *other_pipeline = kp_keyframe_source_get (&two, "s");
  KpKeyframeSource *other_stream = kp_keyframe_source_get (&one, "t");

  fail_unless (a == same);
  fail_unless (a != other_pipeline && a != other_stream && other_pipeline != other_stream);
  kp_keyframe_source_unref (a);
  kp_keyframe_source_require (same);
  fail_unless (kp_keyframe_source_take (same, 1 * MS));
  kp_keyframe_source_unref (kp_keyframe_source_ref (same));
  kp_keyframe_source_unref (same);

  /* a new one has no past */
  a = kp_keyframe_source_get (&one, "s");
  kp_keyframe_source_require (a);
  fail_unless (kp_keyframe_source_take (a, 2 * MS));
  kp_keyframe_source_unref (a);
  kp_keyframe_source_unref (other_pipeline);
  kp_keyframe_source_unref (other_stream);
}
GST_END_TEST;

static Suite *
kp_keyframe_source_suite (void)
{
  Suite *suite = suite_create ("kp-keyframe-source");
  TCase *tcase = tcase_create ("keyframe-source");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_scene, 0, G_N_ELEMENTS (scenes));
  tcase_add_test (tcase, test_identity);

  return suite;
}

GST_CHECK_MAIN (kp_keyframe_source)
