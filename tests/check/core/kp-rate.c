/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "kp-rate.h"

#define START (123 * G_USEC_PER_SEC)
#define near(a, b) (ABS ((a) - (b)) < 0.01)

/* @n happen, @step us apart; the time of the last one. */
static gint64
run (KpRate *self, gint64 now, guint n, gint64 step)
{
  for (guint i = 0; i < n; i++)
    kp_rate_add (self, now += step);

  return now;
}

GST_START_TEST (test_steady)
{
  static const guint per_second[] = { 1, 15, 30, 60, 1000 };
  KpRate rate = { 0 };
  guint n = per_second[__i__];
  gint64 now;

  fail_unless_equals_float (kp_rate_get (&rate, START), 0);
  now = run (&rate, START, 3 * n + 1, G_USEC_PER_SEC / n);
  fail_unless (near (kp_rate_get (&rate, now) / n, 1), "%f of %u", kp_rate_get (&rate, now), n);
}
GST_END_TEST

GST_START_TEST (test_changes)
{
  KpRate rate = { 0 };
  gint64 now = run (&rate, START, 90, G_USEC_PER_SEC / 30);

  now = run (&rate, now, 30, G_USEC_PER_SEC / 10);
  fail_unless (near (kp_rate_get (&rate, now) / 10, 1), "%f", kp_rate_get (&rate, now));
}
GST_END_TEST

/* Nobody adds anything any more, so the one who asks has to notice. */
GST_START_TEST (test_stops)
{
  KpRate rate = { 0 };
  gint64 now = run (&rate, START, 91, G_USEC_PER_SEC / 30);

  fail_unless (kp_rate_get (&rate, now + G_USEC_PER_SEC) > 29);
  fail_unless (kp_rate_get (&rate, now + 10 * G_USEC_PER_SEC) < 3);
  fail_unless (kp_rate_get (&rate, now + 1000 * G_USEC_PER_SEC) < 0.1);
}
GST_END_TEST

static Suite *
rate_suite (void)
{
  Suite *suite = suite_create ("kp-rate");
  TCase *tcase = tcase_create ("rate");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_steady, 0, 5);
  tcase_add_test (tcase, test_changes);
  tcase_add_test (tcase, test_stops);

  return suite;
}

GST_CHECK_MAIN (rate)
