/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-congestion.h"

#include <gst/check/gstcheck.h>

/* Which report is followed, and the ones that need no link. */

#define SECOND G_USEC_PER_SEC
#define MIN_BITRATE 100000
#define START 600000
#define MAX_BITRATE 2500000

static KpCongestion *
new_congestion (GstKurentoCongestionControl mode)
{
  return kp_congestion_new (mode, MIN_BITRATE, START, MAX_BITRATE);
}

static const KpPacketReport packet = { 1, SECOND, SECOND, 1000 };

/* What the first reports of each kind do, in each mode. */
static const struct
{
  GstKurentoCongestionControl mode;
  guint after_loss; /* bit/s; of 50 % */
  guint after_remb; /* bit/s; of 1.2 Mbit/s */
  guint after_packets; /* bit/s; and another REMB */
} modes[] = {
  { GST_KURENTO_CONGESTION_CONTROL_AUTO, 450000, 1200000, 1200000 },
  { GST_KURENTO_CONGESTION_CONTROL_GCC, START, START, START },
  { GST_KURENTO_CONGESTION_CONTROL_REMB, START, 1200000, 2000000 },
  { GST_KURENTO_CONGESTION_CONTROL_DISABLED, START, START, START },
};

GST_START_TEST (test_modes)
{
  g_autoptr (KpCongestion) congestion = new_congestion (modes[__i__].mode);

  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), START);
  kp_congestion_add_loss (congestion, 0.5, SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), modes[__i__].after_loss);
  kp_congestion_add_remb (congestion, 1200000, SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), modes[__i__].after_remb);
  kp_congestion_add_packets (congestion, &packet, 1, SECOND);
  kp_congestion_add_remb (congestion, 2000000, SECOND);
  kp_congestion_add_loss (congestion, 0.5, 2 * SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, 2 * SECOND), modes[__i__].after_packets);
}
GST_END_TEST

static const struct
{
  guint64 remb;
  guint bitrate;
} rembs[] = {
  { 0, MIN_BITRATE },
  { 1, MIN_BITRATE },
  { 300000, 300000 },
  { MAX_BITRATE, MAX_BITRATE },
  { MAX_BITRATE + 1, MAX_BITRATE },
  { G_MAXUINT64, MAX_BITRATE },
};

GST_START_TEST (test_remb)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_AUTO);

  kp_congestion_add_remb (congestion, rembs[__i__].remb, SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), rembs[__i__].bitrate);
}
GST_END_TEST

/* It raises its REMB by 4 % a report when what it gets is near that. */
GST_START_TEST (test_kurento)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_AUTO);
  gdouble remb = 300000;

  for (gint64 now = SECOND; now < 31 * SECOND; now += SECOND / 2)
    {
      kp_congestion_add_remb (congestion, remb, now);
      if (now % (5 * SECOND) == 0)
        kp_congestion_add_loss (congestion, 0.0, now);
      fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), MIN ((guint)remb, MAX_BITRATE));
      if (kp_congestion_get_bitrate (congestion, now) > 0.8 * remb)
        remb = MIN (remb * 1.04, 2000000);
    }
  fail_unless (remb == 2000000);
}
GST_END_TEST

/* A peer whose REMB does not reckon with loss. */
GST_START_TEST (test_remb_and_loss)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_AUTO);
  gint64 now = SECOND;

  kp_congestion_add_remb (congestion, 1000000, now);
  kp_congestion_add_loss (congestion, 0.2, now);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), 900000);
  kp_congestion_add_remb (congestion, 2000000, now);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), 900000);

  for (guint i = 0; i < 15; i++)
    {
      now += SECOND;
      kp_congestion_add_remb (congestion, 2000000, now);
      kp_congestion_add_loss (congestion, 0.0, now);
    }
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), 2000000);
}
GST_END_TEST

GST_START_TEST (test_remb_expires)
{
  g_autoptr (KpCongestion) automatic = new_congestion (GST_KURENTO_CONGESTION_CONTROL_AUTO);
  g_autoptr (KpCongestion) remb = new_congestion (GST_KURENTO_CONGESTION_CONTROL_REMB);

  kp_congestion_add_remb (automatic, 1500000, SECOND);
  kp_congestion_add_remb (remb, 1500000, SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (automatic, 11 * SECOND - 1), 1500000);
  fail_unless_equals_int (kp_congestion_get_bitrate (remb, 11 * SECOND - 1), 1500000);
  fail_unless_equals_int (kp_congestion_get_bitrate (automatic, 11 * SECOND), 1500000);
  fail_unless_equals_int (kp_congestion_get_bitrate (remb, 11 * SECOND), START);

  kp_congestion_add_loss (automatic, 0.2, 12 * SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (automatic, 12 * SECOND), 1350000);
  kp_congestion_add_remb (automatic, 400000, 13 * SECOND);
  kp_congestion_add_remb (remb, 400000, 13 * SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (automatic, 13 * SECOND), 400000);
  fail_unless_equals_int (kp_congestion_get_bitrate (remb, 13 * SECOND), 400000);
  fail_unless_equals_int (kp_congestion_get_bitrate (remb, 30 * SECOND), 400000);
}
GST_END_TEST

/* As in draft-ietf-rmcat-gcc-02, 6. */
GST_START_TEST (test_loss_only)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_AUTO);
  gint64 now = SECOND;
  guint bitrate;

  kp_congestion_add_loss (congestion, 0.05, now);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), START);
  now += 5 * SECOND;
  kp_congestion_add_loss (congestion, 0.0, now);
  bitrate = kp_congestion_get_bitrate (congestion, now);
  fail_unless (bitrate > START * 1.46 && bitrate < START * 1.49, "%u", bitrate);

  /* one decrease only in a round trip and 300 ms */
  now += SECOND;
  kp_congestion_set_round_trip (congestion, 100000);
  kp_congestion_add_loss (congestion, 0.4, now);
  kp_congestion_add_loss (congestion, 0.4, now + 399999);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), (guint)(bitrate * 0.8));
  kp_congestion_add_loss (congestion, 0.4, now + 400000);
  fail_unless (kp_congestion_get_bitrate (congestion, now) < bitrate * 0.65);

  for (guint i = 0; i < 60; i++)
    kp_congestion_add_loss (congestion, 1.0, now += SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), MIN_BITRATE);
  for (guint i = 0; i < 60; i++)
    kp_congestion_add_loss (congestion, 0.0, now += SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), MAX_BITRATE);
}
GST_END_TEST

/* How often reports come does not matter. */
GST_START_TEST (test_frequent_reports)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_AUTO);
  guint bitrate;

  for (gint64 now = SECOND; now <= 6 * SECOND; now += SECOND / 100)
    kp_congestion_add_loss (congestion, 0.0, now);
  bitrate = kp_congestion_get_bitrate (congestion, 6 * SECOND);
  fail_unless (bitrate > START * 1.46 && bitrate < START * 1.7, "%u", bitrate);
}
GST_END_TEST

GST_START_TEST (test_range)
{
  g_autoptr (KpCongestion) congestion
      = kp_congestion_new (GST_KURENTO_CONGESTION_CONTROL_AUTO, 200000, 50000, 100000);

  /* the upper limit is the stronger one */
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), 100000);
  kp_congestion_set_range (congestion, 200000, 1000000);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), 200000);
  kp_congestion_set_start (congestion, 700000);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), 700000);

  /* a range that grows does not make it jump */
  for (guint i = 1; i < 60; i++)
    kp_congestion_add_loss (congestion, 0.0, i * SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, 60 * SECOND), 1000000);
  kp_congestion_set_range (congestion, 200000, 2000000);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, 60 * SECOND), 1000000);
  kp_congestion_set_start (congestion, 300000);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, 60 * SECOND), 300000);
}
GST_END_TEST

GST_START_TEST (test_disabled)
{
  g_autoptr (KpCongestion) congestion
      = kp_congestion_new (GST_KURENTO_CONGESTION_CONTROL_DISABLED, 100000, 50000, 1000000);

  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), 50000);
  kp_congestion_set_start (congestion, 2000000);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, SECOND), 1000000);
}
GST_END_TEST

static Suite *
sources_suite (void)
{
  Suite *suite = suite_create ("kp-congestion-sources");
  TCase *tcase = tcase_create ("sources");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_modes, 0, G_N_ELEMENTS (modes));
  tcase_add_loop_test (tcase, test_remb, 0, G_N_ELEMENTS (rembs));
  tcase_add_test (tcase, test_kurento);
  tcase_add_test (tcase, test_remb_and_loss);
  tcase_add_test (tcase, test_remb_expires);
  tcase_add_test (tcase, test_loss_only);
  tcase_add_test (tcase, test_frequent_reports);
  tcase_add_test (tcase, test_range);
  tcase_add_test (tcase, test_disabled);

  return suite;
}

GST_CHECK_MAIN (sources)
