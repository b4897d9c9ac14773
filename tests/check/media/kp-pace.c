/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-pace.h"

#include <gst/check/gstcheck.h>

#define TOLERANCE (200 * GST_MSECOND)

/* All that begin together have one offset, that of the first. */
GST_START_TEST (test_common)
{
  g_autoptr (KpPace) pace = kp_pace_new (GST_CLOCK_STIME_NONE);

  fail_unless_equals_int64 (kp_pace_get_offset (pace, GST_SECOND, 5 * GST_SECOND), 4 * GST_SECOND);
  fail_unless_equals_int64 (kp_pace_get_offset (pace, 0, 9 * GST_SECOND), 4 * GST_SECOND);
}
GST_END_TEST

static const struct
{
  GstClockTime time;
  GstClockTime now;
  GstClockTimeDiff offset;
} joins[] = {
  /* the common offset, of 1 s, will do */
  { 9 * GST_SECOND, 10 * GST_SECOND, GST_SECOND },
  { 9 * GST_SECOND, 10 * GST_SECOND + TOLERANCE, GST_SECOND },
  { 9 * GST_SECOND, 10 * GST_SECOND - TOLERANCE, GST_SECOND },
  /* a burst, or a long wait, would follow from it */
  { 0, 10 * GST_SECOND, 10 * GST_SECOND },
  { 9 * GST_SECOND, 11 * GST_SECOND, 2 * GST_SECOND },
  { 3600 * GST_SECOND, 10 * GST_SECOND, -3590 * (GstClockTimeDiff)GST_SECOND },
};

GST_START_TEST (test_join)
{
  g_autoptr (KpPace) pace = kp_pace_new (GST_SECOND);

  fail_unless_equals_int64 (kp_pace_join (pace, 1, joins[__i__].time, joins[__i__].now, TOLERANCE),
                            joins[__i__].offset);
  /* what belongs to it comes a little later, and stays in step; what does not has its own */
  fail_unless_equals_int64 (
      kp_pace_join (pace, 1, joins[__i__].time, joins[__i__].now + GST_SECOND, TOLERANCE),
      joins[__i__].offset);
  fail_unless_equals_int64 (kp_pace_join (pace, 2, 0, 100 * GST_SECOND, TOLERANCE), 100 * GST_SECOND);
  fail_unless_equals_int64 (kp_pace_get_offset (pace, 0, 0), GST_SECOND);
}
GST_END_TEST

/* The same once more, much later. */
GST_START_TEST (test_join_again)
{
  g_autoptr (KpPace) pace = kp_pace_new (GST_CLOCK_STIME_NONE);

  fail_unless_equals_int64 (kp_pace_join (pace, 1, 0, 10 * GST_SECOND, TOLERANCE), 10 * GST_SECOND);
  fail_unless_equals_int64 (kp_pace_join (pace, 1, 0, 20 * GST_SECOND, TOLERANCE), 20 * GST_SECOND);
  fail_unless_equals_int64 (kp_pace_join (pace, 1, 0, 21 * GST_SECOND, TOLERANCE), 20 * GST_SECOND);
}
GST_END_TEST

static Suite *
kp_pace_suite (void)
{
  Suite *suite = suite_create ("kp-pace");
  TCase *tcase = tcase_create ("pace");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_common);
  tcase_add_loop_test (tcase, test_join, 0, G_N_ELEMENTS (joins));
  tcase_add_test (tcase, test_join_again);

  return suite;
}

GST_CHECK_MAIN (kp_pace)
