/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-backlog.h"

#include <gst/check/gstcheck.h>

GST_START_TEST (test_marks)
{
  g_autoptr (KpBacklog) backlog = kp_backlog_new (10, 20);
  KpBacklogEntry *first = kp_backlog_add (backlog, 9);
  KpBacklogEntry *second = kp_backlog_add (backlog, 10);
  KpBacklogEntry *third;

  fail_if (kp_backlog_is_full (backlog));
  third = kp_backlog_add (backlog, 1);
  fail_unless (kp_backlog_is_full (backlog));
  kp_backlog_entry_unref (first);
  fail_unless (kp_backlog_is_full (backlog), "until there are fewer than 10");
  kp_backlog_entry_unref (third);
  fail_unless (kp_backlog_is_full (backlog));
  kp_backlog_entry_unref (second);
  fail_if (kp_backlog_is_full (backlog));
}
GST_END_TEST

GST_START_TEST (test_entry_counts_until_its_last_reference)
{
  g_autoptr (KpBacklog) backlog = kp_backlog_new (1, 1);
  KpBacklogEntry *entry = kp_backlog_add (backlog, 5);

  kp_backlog_entry_ref (entry);
  kp_backlog_entry_unref (entry);
  fail_unless (kp_backlog_is_full (backlog));
  kp_backlog_entry_unref (entry);
  fail_if (kp_backlog_is_full (backlog));
}
GST_END_TEST

GST_START_TEST (test_entry_outlives_the_backlog)
{
  KpBacklog *backlog = kp_backlog_new (1, 2);
  KpBacklogEntry *entry = kp_backlog_add (backlog, 5);

  kp_backlog_unref (backlog);
  kp_backlog_entry_unref (entry);
}
GST_END_TEST

static Suite *
kp_backlog_suite (void)
{
  Suite *suite = suite_create ("kp-backlog");
  TCase *tcase = tcase_create ("backlog");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_marks);
  tcase_add_test (tcase, test_entry_counts_until_its_last_reference);
  tcase_add_test (tcase, test_entry_outlives_the_backlog);

  return suite;
}

GST_CHECK_MAIN (kp_backlog)
