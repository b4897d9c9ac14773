/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "kp-jitter-count.h"

#define MS 1000
#define near(a, b) (ABS ((a) - (b)) < 1e-9)

/* A picture counts from its first packet to its last. */
GST_START_TEST (test_pictures)
{
  KpJitterCount count = { 0 };

  for (guint i = 0; i < 1000; i++)
    {
      gint64 now = MS + 33 * MS * i;
      guint32 rtptime = G_MAXUINT32 - 3000 + 3000 * i;

      kp_jitter_count_arrive (&count, rtptime, now);
      kp_jitter_count_arrive (&count, rtptime, now + 4 * MS);
      kp_jitter_count_leave (&count, rtptime, FALSE, now + 8 * MS);
      kp_jitter_count_leave (&count, rtptime, TRUE, now + 10 * MS);
    }
  fail_unless_equals_uint64 (count.pictures, 1000);
  fail_unless (near (count.picture_delay, 10.0), "%f", count.picture_delay);
}
GST_END_TEST

/* Sound counts by its samples, of which the first packet's are not known. */
GST_START_TEST (test_samples)
{
  KpJitterCount count = { 0 };

  for (guint i = 0; i < 101; i++)
    {
      kp_jitter_count_arrive (&count, 960 * i, 20 * MS * i + MS);
      kp_jitter_count_leave (&count, 960 * i, FALSE, 20 * MS * i + 6 * MS);
    }
  fail_unless_equals_uint64 (count.samples, 100 * 960);
  fail_unless (near (count.sample_delay / count.samples, 0.005), "%f", count.sample_delay);
}
GST_END_TEST

/* What was lost, or never sent, was not emitted. */
GST_START_TEST (test_gap)
{
  static const guint32 rtptimes[] = { 0, 160, 320, 640, 800, 960, 100000, 100160 };
  KpJitterCount count = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (rtptimes); i++)
    {
      kp_jitter_count_arrive (&count, rtptimes[i], MS * (i + 1));
      kp_jitter_count_leave (&count, rtptimes[i], FALSE, MS * (i + 2));
    }
  fail_unless_equals_uint64 (count.samples, (G_N_ELEMENTS (rtptimes) - 1) * 160);
}
GST_END_TEST

/* What comes out without having come in, or too long ago, has no delay. */
GST_START_TEST (test_unknown)
{
  KpJitterCount count = { 0 };

  kp_jitter_count_leave (&count, 7, TRUE, MS);
  fail_unless_equals_uint64 (count.pictures, 0);

  for (guint i = 0; i <= KP_JITTER_COUNT_SIZE; i++)
    kp_jitter_count_arrive (&count, i, MS * (i + 1));
  kp_jitter_count_leave (&count, 0, TRUE, 1000 * MS);
  fail_unless_equals_uint64 (count.pictures, 0);
  kp_jitter_count_leave (&count, 1, TRUE, 1000 * MS);
  fail_unless_equals_uint64 (count.pictures, 1);
}
GST_END_TEST

static Suite *
jitter_count_suite (void)
{
  Suite *suite = suite_create ("kp-jitter-count");
  TCase *tcase = tcase_create ("jitter-count");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_pictures);
  tcase_add_test (tcase, test_samples);
  tcase_add_test (tcase, test_gap);
  tcase_add_test (tcase, test_unknown);

  return suite;
}

GST_CHECK_MAIN (jitter_count)
