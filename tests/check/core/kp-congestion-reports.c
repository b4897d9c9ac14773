/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-congestion.h"

#include <gst/check/gstcheck.h>

/* What peers report of packets, and how. */

#define MS G_GINT64_CONSTANT (1000)
#define SECOND G_GINT64_CONSTANT (1000000)
#define MIN_BITRATE 100000
#define START 600000
#define MAX_BITRATE 2500000

static KpCongestion *
new_congestion (GstKurentoCongestionControl mode)
{
  return kp_congestion_new (mode, MIN_BITRATE, START, MAX_BITRATE);
}

static void
assert_between (gdouble value, gdouble min, gdouble max)
{
  fail_unless (value >= min && value <= max, "%f is not from %f to %f", value, min, max);
}

/* The order of @packets is that of the numbers; one each 10 ms. */
static void
fill (KpPacketReport *packets, guint n, guint first, gint64 received)
{
  for (guint i = 0; i < n; i++)
    packets[i] = (KpPacketReport){ first + i, SECOND + (first + i) * 10 * MS, received + i * 10 * MS, 1000 };
}

/* 1000 bytes each 10 ms. */
#define FEEDBACK 10

static void
run_feedback (KpCongestion *congestion, guint *seqnum, guint n, gint64 *now, gboolean is_twice)
{
  KpPacketReport packets[FEEDBACK];

  for (guint i = 0; i < n; i++)
    {
      fill (packets, FEEDBACK, *seqnum, SECOND + *seqnum * 10 * MS);
      *seqnum += FEEDBACK;
      *now += 100 * MS;
      for (guint turn = 0; turn < (is_twice ? 3 : 1); turn++)
        kp_congestion_add_packets (congestion, packets, FEEDBACK, *now);
    }
}

/* Nothing is sent for a while, and the first packets after it have bad luck; or our clock is another one. */
GST_START_TEST (test_pause)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_GCC);
  const KpPacketReport first[]
      = { { 10000, 40 * SECOND, 90 * SECOND, 1000 }, { 10001, 40 * SECOND, -1, 1000 } };
  guint seqnum = 0;
  gint64 now = SECOND;
  guint bitrate;

  run_feedback (congestion, &seqnum, 40, &now, FALSE);
  bitrate = kp_congestion_get_bitrate (congestion, now);
  fail_unless (bitrate > 1.1e6);
  kp_congestion_add_packets (congestion, first, G_N_ELEMENTS (first), now + 40 * SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now + 40 * SECOND), bitrate);
}
GST_END_TEST

/* Our own clock is set back a little, and then the link is too slow. */
GST_START_TEST (test_sender_clock_jumps)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_GCC);
  KpPacketReport packets[FEEDBACK];
  guint seqnum = 0;
  gint64 now = SECOND;
  gint64 sent;

  run_feedback (congestion, &seqnum, 40, &now, FALSE);
  sent = now - 2500 * MS;
  for (guint i = 0; i < 20; i++)
    {
      for (guint k = 0; k < FEEDBACK; k++)
        {
          guint n = i * FEEDBACK + k;

          packets[k] = (KpPacketReport){ seqnum + n, sent + n * 10 * MS, now + n * 30 * MS, 1000 };
        }
      kp_congestion_add_packets (congestion, packets, FEEDBACK, now + i * 300 * MS);
    }
  fail_unless (kp_congestion_get_bitrate (congestion, now + 6 * SECOND) < 300000);
}
GST_END_TEST

/* However little arrived when queues grew, it rises again from the lowest bit rate there is. */
GST_START_TEST (test_rises_from_min)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_GCC);
  gint64 now = SECOND;
  guint seqnum = 0;

  for (; seqnum < 400; seqnum++, now += 20 * MS)
    {
      const KpPacketReport packet = { seqnum, seqnum * 10 * MS, now, 50 };

      kp_congestion_add_packets (congestion, &packet, 1, now);
    }
  assert_between (kp_congestion_get_bitrate (congestion, now), MIN_BITRATE, MIN_BITRATE);

  now += 60 * SECOND;
  seqnum += 1000;
  run_feedback (congestion, &seqnum, 50, &now, FALSE);
  assert_between (kp_congestion_get_bitrate (congestion, now), 1.3 * MIN_BITRATE, 2 * MIN_BITRATE);
}
GST_END_TEST

/* What is so old that nothing is known of it is no news. */
GST_START_TEST (test_old_reports)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_GCC);
  KpPacketReport old[FEEDBACK];
  guint seqnum = 0;
  gint64 now = SECOND;
  guint bitrate;

  run_feedback (congestion, &seqnum, 40, &now, FALSE);
  seqnum += 2000;
  run_feedback (congestion, &seqnum, 10, &now, FALSE);
  bitrate = kp_congestion_get_bitrate (congestion, now);
  for (guint i = 0; i < 50; i++)
    {
      for (guint k = 0; k < FEEDBACK; k++)
        old[k] = (KpPacketReport){ 500 + i * FEEDBACK + k, SECOND, -1, 1000 };
      kp_congestion_add_packets (congestion, old, FEEDBACK, now += 100 * MS);
    }
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, now), bitrate);
}
GST_END_TEST

/* What is reported again changes nothing. */
GST_START_TEST (test_duplicates)
{
  g_autoptr (KpCongestion) once = new_congestion (GST_KURENTO_CONGESTION_CONTROL_AUTO);
  g_autoptr (KpCongestion) again = new_congestion (GST_KURENTO_CONGESTION_CONTROL_AUTO);
  guint seqnums[2] = { 65000, 65000 };
  gint64 times[2] = { SECOND, SECOND };

  run_feedback (once, &seqnums[0], 100, &times[0], FALSE);
  run_feedback (again, &seqnums[1], 100, &times[1], TRUE);
  assert_between (kp_congestion_get_bitrate (once, times[0]), 1.1e6, 1.5 * 0.8e6 + 10000);
  fail_unless_equals_int (kp_congestion_get_bitrate (once, times[0]),
                          kp_congestion_get_bitrate (again, times[1]));
}
GST_END_TEST

/* Half of the packets are said to be lost, and have arrived after all. */
GST_START_TEST (test_late_arrivals)
{
  for (guint late = 0; late < 2; late++)
    {
      g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_GCC);
      KpPacketReport packets[FEEDBACK], lost[FEEDBACK];
      gint64 now = SECOND;

      for (guint i = 0; i < 100; i++)
        {
          fill (packets, FEEDBACK, i * FEEDBACK, SECOND + i * 100 * MS);
          for (guint k = 0; k < FEEDBACK; k++)
            {
              lost[k] = packets[k];
              lost[k].received = k % 2 ? -1 : lost[k].received;
            }
          now += 100 * MS;
          kp_congestion_add_packets (congestion, lost, FEEDBACK, now);
          if (late)
            kp_congestion_add_packets (congestion, packets, FEEDBACK, now);
        }
      if (late)
        fail_unless (kp_congestion_get_bitrate (congestion, now) > START);
      else
        assert_between (kp_congestion_get_bitrate (congestion, now), MIN_BITRATE, 0.5 * START);
    }
}
GST_END_TEST

/* Times of a clock that is wrong are no reports. */
GST_START_TEST (test_impossible_times)
{
  g_autoptr (KpCongestion) congestion = new_congestion (GST_KURENTO_CONGESTION_CONTROL_GCC);
  const KpPacketReport packets[] = {
    { 1, -1, SECOND, 1000 },
    { 2, G_MAXINT64, SECOND, 1000 },
    { 3, SECOND, G_MAXINT64, 1000 },
  };

  kp_congestion_add_packets (congestion, packets, G_N_ELEMENTS (packets), SECOND);
  kp_congestion_set_start (congestion, 700000);
  kp_congestion_add_packets (congestion, packets, G_N_ELEMENTS (packets), 2 * SECOND);
  fail_unless_equals_int (kp_congestion_get_bitrate (congestion, 2 * SECOND), 700000);
}
GST_END_TEST

static Suite *
reports_suite (void)
{
  Suite *suite = suite_create ("kp-congestion-reports");
  TCase *tcase = tcase_create ("reports");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_pause);
  tcase_add_test (tcase, test_sender_clock_jumps);
  tcase_add_test (tcase, test_rises_from_min);
  tcase_add_test (tcase, test_old_reports);
  tcase_add_test (tcase, test_duplicates);
  tcase_add_test (tcase, test_late_arrivals);
  tcase_add_test (tcase, test_impossible_times);

  return suite;
}

GST_CHECK_MAIN (reports)
