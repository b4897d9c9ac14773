/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-share.h"

#include <gst/check/gstcheck.h>

#define MAX_SHARES 4

static const struct
{
  guint total;
  guint n;
  guint limits[MAX_SHARES];
  guint shares[MAX_SHARES];
} cases[] = {
  { 600, 1, { 0 }, { 600 } },
  { 600, 1, { 200 }, { 200 } },
  { 600, 1, { 900 }, { 600 } },
  { 600, 2, { 0, 0 }, { 300, 300 } },
  { 600, 2, { 100, 0 }, { 100, 500 } },
  { 600, 2, { 0, 100 }, { 500, 100 } },
  { 600, 2, { 300, 0 }, { 300, 300 } },
  { 600, 3, { 100, 220, 0 }, { 100, 220, 280 } },
  { 600, 3, { 240, 240, 100 }, { 240, 240, 100 } },
  /* 250 is more than an equal share at first, and less once the 100 are known */
  { 800, 4, { 250, 100, 0, 0 }, { 233, 100, 233, 233 } },
  { 900, 4, { 250, 100, 0, 0 }, { 250, 100, 275, 275 } },
  { 600, 0, { 0 }, { 0 } },
};

GST_START_TEST (test_share)
{
  guint shares[MAX_SHARES] = { 0 };

  kp_share_out (cases[__i__].total, cases[__i__].limits, shares, cases[__i__].n);
  for (guint i = 0; i < cases[__i__].n; i++)
    fail_unless_equals_int (shares[i], cases[__i__].shares[i]);
}
GST_END_TEST

/* Nobody above the limit or the total, and nobody has less than another one for no reason. */
GST_START_TEST (test_fair)
{
  for (guint turn = 0; turn < 1000; turn++)
    {
      guint n = g_random_int_range (1, MAX_SHARES + 1);
      guint total = g_random_int_range (100, 10000);
      guint limits[MAX_SHARES];
      guint shares[MAX_SHARES];
      guint highest = 0;
      guint sum = 0;

      for (guint i = 0; i < n; i++)
        limits[i] = g_random_boolean () ? 0 : g_random_int_range (1, 5000);
      kp_share_out (total, limits, shares, n);
      for (guint i = 0; i < n; i++)
        {
          sum += shares[i];
          highest = MAX (highest, shares[i]);
        }
      fail_unless (sum <= total);
      for (guint i = 0; i < n; i++)
        {
          fail_unless (limits[i] == 0 || shares[i] <= limits[i]);
          fail_unless (shares[i] == limits[i] || shares[i] == highest);
          fail_unless (shares[i] == limits[i] || sum + n > total);
        }
    }
}
GST_END_TEST

static Suite *
kp_share_suite (void)
{
  Suite *suite = suite_create ("kp-share");
  TCase *tcase = tcase_create ("share");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_share, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tcase, test_fair);

  return suite;
}

GST_CHECK_MAIN (kp_share)
