/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-degradation.h"

#include <gst/check/gstcheck.h>

#define SECOND G_USEC_PER_SEC
#define START 600000

#define BALANCED GST_KURENTO_DEGRADATION_PREFERENCE_BALANCED
#define FRAMERATE GST_KURENTO_DEGRADATION_PREFERENCE_MAINTAIN_FRAMERATE
#define RESOLUTION GST_KURENTO_DEGRADATION_PREFERENCE_MAINTAIN_RESOLUTION
#define DISABLED GST_KURENTO_DEGRADATION_PREFERENCE_DISABLED

/* What a source becomes, of which nothing was sent before. */
static const struct
{
  GstKurentoDegradationPreference preference;
  KpDegradationInput input;
  gdouble scale;
  gdouble framerate;
} cases[] = {
  /* as long as there is what the user gave, nothing changes */
  { BALANCED, { 640, 480, 15, START, START }, 1, 0 },
  { BALANCED, { 1280, 720, 30, START, START }, 1, 0 },
  { BALANCED, { 3840, 2160, 60, START, START }, 1, 0 },
  { FRAMERATE, { 1280, 720, 30, START, START }, 1, 0 },
  { RESOLUTION, { 1280, 720, 30, START, START }, 1, 0 },
  { BALANCED, { 1280, 720, 30, 100000, 100000 }, 1, 0 },

  /* a small picture needs less than that */
  { BALANCED, { 320, 240, 15, 110000, START }, 1, 0 },
  { BALANCED, { 640, 480, 15, 290000, START }, 1, 0 },
  { BALANCED, { 640, 480, 30, 290000, START }, 4 / 3.0, 0 },

  { BALANCED, { 1280, 720, 30, 400000, START }, 4 / 3.0, 0 },
  { BALANCED, { 1280, 720, 30, 330000, START }, 1.5, 0 },
  { BALANCED, { 1280, 720, 30, 270000, START }, 1.5, 20 },
  { BALANCED, { 1280, 720, 30, 160000, START }, 2, 15 },
  { BALANCED, { 1280, 720, 30, 100000, START }, 3, 15 },
  { BALANCED, { 1280, 720, 30, 1, START }, 4, 10 },
  { FRAMERATE, { 1280, 720, 30, 400000, START }, 4 / 3.0, 0 },
  { FRAMERATE, { 1280, 720, 30, 250000, START }, 2, 0 },
  { FRAMERATE, { 1280, 720, 30, 100000, START }, 4, 0 },
  { RESOLUTION, { 1280, 720, 30, 500000, START }, 1, 20 },
  { RESOLUTION, { 1280, 720, 30, 400000, START }, 1, 10 },
  { RESOLUTION, { 1280, 720, 30, 1, START }, 1, 3 },
  { DISABLED, { 1280, 720, 30, 1, START }, 1, 0 },

  /* not known, or variable */
  { RESOLUTION, { 1280, 720, 0, 500000, START }, 1, 20 },
  { BALANCED, { 0, 720, 30, 1, START }, 1, 0 },
  { BALANCED, { 1280, 0, 30, 1, START }, 1, 0 },

  /* what is small already does not become a dot, nor slow a still */
  { BALANCED, { 320, 180, 30, 1, START }, 2, 15 },
  { FRAMERATE, { 320, 180, 30, 1, START }, 2, 0 },
  { FRAMERATE, { 160, 90, 30, 1, START }, 1, 0 },
  { RESOLUTION, { 320, 180, 5, 1, START }, 1, 10 / 3.0 },
  { RESOLUTION, { 320, 180, 2, 1, START }, 1, 0 },
  { BALANCED, { G_MAXUINT, G_MAXUINT, 1e9, 1, G_MAXUINT }, 4, 1e9 / 3 },
};

GST_START_TEST (test_steps)
{
  KpDegradation degradation;
  gboolean changed;

  kp_degradation_init (&degradation, cases[__i__].preference);
  changed = kp_degradation_update (&degradation, &cases[__i__].input, SECOND);
  fail_unless_equals_float (degradation.scale, cases[__i__].scale);
  fail_unless_equals_float (degradation.framerate, cases[__i__].framerate);
  fail_unless_equals_int (changed, cases[__i__].scale != 1 || cases[__i__].framerate != 0);
}
GST_END_TEST

/* Runs in steps of 100 ms; returns how often it has changed. */
static guint
run (KpDegradation *degradation, guint bitrate, gint64 time, gint64 *now)
{
  const KpDegradationInput input = { 1280, 720, 30, bitrate, START };
  gint64 end = *now + time;
  guint n = 0;

  for (; *now < end; *now += SECOND / 10)
    n += kp_degradation_update (degradation, &input, *now);

  return n;
}

GST_START_TEST (test_dwells)
{
  KpDegradation degradation;
  gint64 now = SECOND;

  kp_degradation_init (&degradation, BALANCED);
  fail_unless_equals_int (run (&degradation, START, 10 * SECOND, &now), 0);

  /* a little less is no reason, nor is a moment */
  fail_unless_equals_int (run (&degradation, 0.81 * START, 60 * SECOND, &now), 0);
  fail_unless_equals_int (run (&degradation, 100000, SECOND, &now), 0);
  fail_unless_equals_int (run (&degradation, START, SECOND, &now), 0);
  fail_unless_equals_int (run (&degradation, 400000, SECOND, &now), 0);
  fail_unless_equals_int (run (&degradation, 400000, SECOND, &now), 1);
  fail_unless_equals_float (degradation.scale, 4 / 3.0);

  /* several steps at once */
  fail_unless_equals_int (run (&degradation, 100000, 10 * SECOND, &now), 1);
  fail_unless_equals_float (degradation.scale, 3);

  /* it takes longer up, and a moment of less begins the time anew */
  fail_unless_equals_int (run (&degradation, START, 5 * SECOND, &now), 0);
  fail_unless_equals_int (run (&degradation, 80000, SECOND / 10, &now), 0);
  fail_unless_equals_int (run (&degradation, START, 5 * SECOND, &now), 0);
  fail_unless_equals_int (run (&degradation, START, SECOND, &now), 1);
  fail_unless_equals_float (degradation.scale, 1);
}
GST_END_TEST

/* The saw of an estimate that finds its limit again and again, from 1.08 of it to 0.8, wherever that is. */
GST_START_TEST (test_does_not_flap)
{
  for (guint preference = BALANCED; preference <= DISABLED; preference++)
    for (guint capacity = 80000; capacity < 900000; capacity += 5000)
      {
        KpDegradation degradation;
        gint64 now = SECOND;
        guint n = 0;

        kp_degradation_init (&degradation, preference);
        run (&degradation, capacity, 20 * SECOND, &now);
        for (guint i = 0; i < 600; i++)
          n += run (&degradation, capacity * (0.8 + 0.28 * (i % 100) / 100), SECOND / 10, &now);
        fail_unless (n <= 2, "%u of %u at %u", n, preference, capacity);
      }
}
GST_END_TEST

/* Less bit rate never is more pictures. */
GST_START_TEST (test_is_monotonic)
{
  gdouble last = G_MAXDOUBLE;

  for (guint bitrate = 700000; bitrate > 10000; bitrate -= 1000)
    {
      const KpDegradationInput input = { 1280, 720, 30, bitrate, START };
      KpDegradation degradation;
      gdouble pixels;

      kp_degradation_init (&degradation, __i__);
      kp_degradation_update (&degradation, &input, SECOND);
      pixels = (degradation.framerate ? degradation.framerate : 30) / (degradation.scale * degradation.scale);
      fail_unless (pixels <= last);
      last = pixels;
    }
}
GST_END_TEST

GST_START_TEST (test_preference_changes)
{
  KpDegradation degradation;
  gint64 now = SECOND;

  kp_degradation_init (&degradation, BALANCED);
  run (&degradation, 250000, 10 * SECOND, &now);
  kp_degradation_set_preference (&degradation, DISABLED);
  fail_unless_equals_int (run (&degradation, 250000, SECOND / 10, &now), 1);
  fail_unless (degradation.scale == 1 && degradation.framerate == 0);
  kp_degradation_set_preference (&degradation, RESOLUTION);
  fail_unless_equals_int (run (&degradation, 250000, SECOND / 10, &now), 1);
  fail_unless (degradation.scale == 1 && degradation.framerate == 5);

  /* the same one is no change */
  run (&degradation, START, SECOND, &now);
  kp_degradation_set_preference (&degradation, RESOLUTION);
  fail_unless_equals_int (run (&degradation, START, SECOND, &now), 0);
}
GST_END_TEST

static Suite *
degradation_suite (void)
{
  Suite *suite = suite_create ("kp-degradation");
  TCase *tcase = tcase_create ("degradation");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_steps, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tcase, test_dwells);
  tcase_add_test (tcase, test_does_not_flap);
  tcase_add_loop_test (tcase, test_is_monotonic, 0, DISABLED + 1);
  tcase_add_test (tcase, test_preference_changes);

  return suite;
}

GST_CHECK_MAIN (degradation)
