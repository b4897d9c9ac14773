/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-throughput.h"

#include <gst/check/gstcheck.h>

#define MS G_GINT64_CONSTANT (1000)
#define SECOND G_GINT64_CONSTANT (1000000)

/* 100 bytes each ms: 800 kbit/s. */
static void
run (KpThroughput *throughput, gint64 begin, gint64 end, guint size)
{
  for (gint64 time = begin; time < end; time += MS)
    kp_throughput_add (throughput, time, size);
}

GST_START_TEST (test_throughput)
{
  KpThroughput throughput = { 0 };

  fail_unless (kp_throughput_get (&throughput) < 0);
  run (&throughput, SECOND, SECOND + 400 * MS, 100);
  fail_unless (kp_throughput_get (&throughput) < 0);
  run (&throughput, SECOND + 400 * MS, 2 * SECOND, 100);
  fail_unless_equals_float (kp_throughput_get (&throughput), 800000);
  run (&throughput, 2 * SECOND, 2 * SECOND + 250 * MS, 300);
  fail_unless_equals_float (kp_throughput_get (&throughput), 1600000);
  run (&throughput, 2 * SECOND + 250 * MS, 3 * SECOND, 0);
  fail_unless_equals_float (kp_throughput_get (&throughput), 0);
}
GST_END_TEST

/* In the window they count, before it they do not. */
GST_START_TEST (test_late)
{
  KpThroughput throughput = { 0 };

  run (&throughput, SECOND, 2 * SECOND, 100);
  kp_throughput_add (&throughput, 2 * SECOND - 400 * MS, 50000);
  fail_unless_equals_float (kp_throughput_get (&throughput), 1600000);
  kp_throughput_add (&throughput, 2 * SECOND - 600 * MS, 50000);
  fail_unless_equals_float (kp_throughput_get (&throughput), 1600000);
}
GST_END_TEST

/* After a pause, or with another clock, it is measured anew. */
GST_START_TEST (test_gaps)
{
  static const gint64 times[] = { 4 * SECOND, 0, 1000000000 * SECOND };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      KpThroughput throughput = { 0 };

      run (&throughput, 2 * SECOND, 3 * SECOND, 100);
      kp_throughput_add (&throughput, times[i], 100);
      fail_unless (kp_throughput_get (&throughput) < 0);
      run (&throughput, times[i] + MS, times[i] + SECOND, 100);
      fail_unless_equals_float (kp_throughput_get (&throughput), 800000);
    }
}
GST_END_TEST

static Suite *
throughput_suite (void)
{
  Suite *suite = suite_create ("kp-throughput");
  TCase *tcase = tcase_create ("throughput");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_throughput);
  tcase_add_test (tcase, test_late);
  tcase_add_test (tcase, test_gaps);

  return suite;
}

GST_CHECK_MAIN (throughput)
