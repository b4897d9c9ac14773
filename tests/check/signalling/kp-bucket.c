/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-bucket.h"

#include <gst/check/gstcheck.h>

GST_START_TEST (test_burst)
{
  KpBucket bucket;

  kp_bucket_init (&bucket, 10, 2, 0);
  for (guint i = 0; i < 10; i++)
    ck_assert (kp_bucket_add (&bucket, 1, 0));
  ck_assert (!kp_bucket_add (&bucket, 1, 0));
}
GST_END_TEST;

GST_START_TEST (test_steady_rate)
{
  KpBucket bucket;

  kp_bucket_init (&bucket, 10, 2, 0);
  for (guint i = 1; i <= 1000; i++)
    ck_assert (kp_bucket_add (&bucket, 2, i * G_USEC_PER_SEC));

  /* a little more than what leaks out fills it in the end */
  for (guint i = 1001; i <= 1007; i++)
    ck_assert (kp_bucket_add (&bucket, 3, i * G_USEC_PER_SEC));
  for (guint i = 1008; i <= 1020; i++)
    kp_bucket_add (&bucket, 3, i * G_USEC_PER_SEC);
  ck_assert (!kp_bucket_add (&bucket, 3, 1021 * G_USEC_PER_SEC));
}
GST_END_TEST;

GST_START_TEST (test_rest_is_not_saved)
{
  KpBucket bucket;

  kp_bucket_init (&bucket, 10, 2, 0);
  ck_assert (kp_bucket_add (&bucket, 1, 0));
  ck_assert (kp_bucket_add (&bucket, 10, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC));
  ck_assert (!kp_bucket_add (&bucket, 1, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC));
}
GST_END_TEST;

GST_START_TEST (test_empty)
{
  KpBucket bucket;

  kp_bucket_init (&bucket, 10, 0, 0);
  ck_assert (kp_bucket_add (&bucket, 10, 0));
  kp_bucket_empty (&bucket);
  ck_assert (kp_bucket_add (&bucket, 10, 0));
  ck_assert (!kp_bucket_add (&bucket, 1, 0));
}
GST_END_TEST;

static Suite *
kp_bucket_suite (void)
{
  Suite *suite = suite_create ("kp-bucket");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_burst);
  tcase_add_test (tcase, test_steady_rate);
  tcase_add_test (tcase, test_rest_is_not_saved);
  tcase_add_test (tcase, test_empty);

  return suite;
}

GST_CHECK_MAIN (kp_bucket);
