/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-bandwidth.h"

#include <gst/check/gstcheck.h>

#define VIDEO 7
#define SOUND 8

static KpSettings *settings;
static KpBandwidth bandwidth;
static gint64 now;

static void
setup (void)
{
  settings = kp_settings_new ();
  settings->min_bitrate = 100000;
  settings->start_bitrate = 500000;
  settings->max_bitrate = 1000000;
  kp_bandwidth_init (&bandwidth, settings);
  now = G_USEC_PER_SEC;
}

static void
teardown (void)
{
  kp_bandwidth_clear (&bandwidth);
  kp_settings_free (settings);
}

static gboolean
is_video (guint32 name, gpointer user_data)
{
  return name == VIDEO;
}

/* What the peer wants, and what is made of it. */
GST_START_TEST (test_steps)
{
  static const struct
  {
    guint remb;
    guint bitrate;
  } steps[] = {
    { 510000, 500000 }, { 520000, 500000 }, { 524999, 500000 },   { 530000, 530000 },  { 520000, 530000 },
    { 500000, 500000 }, { 990000, 990000 }, { 2000000, 1000000 }, { 990000, 1000000 }, { 1000, 100000 },
    { 101000, 100000 }, { 100500, 100000 }, { 0, 100000 },
  };

  fail_unless_equals_int (bandwidth.bitrate, 500000);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      guint former = bandwidth.bitrate;

      kp_bandwidth_add_remb (&bandwidth, steps[i].remb, now);
      fail_unless_equals_int (kp_bandwidth_update (&bandwidth, now), former != steps[i].bitrate);
      fail_unless_equals_int (bandwidth.bitrate, steps[i].bitrate);
      now += 100000;
    }
}
GST_END_TEST

/* At once, and whatever the difference. */
GST_START_TEST (test_properties)
{
  settings->max_bitrate = 490000;
  kp_bandwidth_set_range (&bandwidth, settings, now);
  fail_unless_equals_int (bandwidth.bitrate, 490000);
  settings->max_bitrate = 50000; /* less than min-bitrate, too */
  kp_bandwidth_set_range (&bandwidth, settings, now);
  fail_unless_equals_int (bandwidth.bitrate, 50000);
  settings->max_bitrate = 1000000;
  settings->start_bitrate = 700000;
  kp_bandwidth_set_range (&bandwidth, settings, now);
  kp_bandwidth_restart (&bandwidth, settings, now);
  fail_unless_equals_int (bandwidth.bitrate, 700000);
  kp_bandwidth_add_remb (&bandwidth, 300000, now);
  kp_bandwidth_update (&bandwidth, now);
  fail_unless_equals_int (bandwidth.bitrate, 300000);
  kp_bandwidth_restart (&bandwidth, settings, now);
  fail_unless_equals_int (bandwidth.bitrate, 700000);
}
GST_END_TEST

GST_START_TEST (test_disabled)
{
  kp_bandwidth_clear (&bandwidth);
  settings->congestion_control = GST_KURENTO_CONGESTION_CONTROL_DISABLED;
  kp_bandwidth_init (&bandwidth, settings);
  kp_bandwidth_add_remb (&bandwidth, 200000, now);
  fail_if (kp_bandwidth_update (&bandwidth, now));
  fail_unless_equals_int (bandwidth.bitrate, 500000);
  settings->start_bitrate = 300000;
  kp_bandwidth_restart (&bandwidth, settings, now);
  fail_unless_equals_int (bandwidth.bitrate, 300000);
}
GST_END_TEST

/* Reports of @n packets more each, all of which a fraction did not arrive of. */
static void
report (guint32 ssrc, KpRtpSide side, guint times, gdouble fraction)
{
  KpRtpCount row = { .ssrc = ssrc, .side = side, .rtt = 0.1, .n_rtts = 1 };
  g_autoptr (GArray) counts = g_array_new (FALSE, FALSE, sizeof row);

  g_array_append_val (counts, row);
  for (guint i = 0; i < times; i++)
    {
      KpRtpCount *only = &g_array_index (counts, KpRtpCount, 0);

      only->packets += 100;
      only->reports++;
      only->fraction_lost = fraction;
      now += G_USEC_PER_SEC;
      kp_bandwidth_add_counts (&bandwidth, counts, is_video, NULL, now);
      /* the same one again is no news */
      kp_bandwidth_add_counts (&bandwidth, counts, is_video, NULL, now + G_USEC_PER_SEC / 2);
      kp_bandwidth_update (&bandwidth, now);
    }
}

GST_START_TEST (test_loss)
{
  report (SOUND, KP_RTP_SENT, 3, 0.5);
  report (VIDEO, KP_RTP_RECEIVED, 3, 0.5);
  fail_unless_equals_int (bandwidth.bitrate, 500000);
  report (VIDEO, KP_RTP_SENT, 3, 0.5);
  fail_unless (bandwidth.bitrate < 400000, "%u", bandwidth.bitrate);
  fail_unless (bandwidth.bitrate >= 100000, "%u", bandwidth.bitrate);
}
GST_END_TEST

/* Feedback on sound alone is about no video: the estimate stays. */
GST_START_TEST (test_packets)
{
  g_autoptr (GArray) packets = g_array_new (FALSE, FALSE, sizeof (KpPacketFeedback));

  for (guint i = 0; i < 500; i++)
    {
      KpPacketFeedback packet = {
        .report = { .seqnum = i, .sent = now, .received = now + 1000000000, .size = 100 },
        .payload_type = SOUND,
      };

      now += 20000;
      g_array_set_size (packets, 0);
      g_array_append_val (packets, packet);
      kp_bandwidth_add_packets (&bandwidth, packets, is_video, NULL, now);
      kp_bandwidth_update (&bandwidth, now);
    }
  fail_unless (bandwidth.bitrate >= 500000, "%u", bandwidth.bitrate);
}
GST_END_TEST

static Suite *
kp_bandwidth_suite (void)
{
  Suite *suite = suite_create ("kp-bandwidth");
  TCase *tcase = tcase_create ("bandwidth");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, test_steps);
  tcase_add_test (tcase, test_properties);
  tcase_add_test (tcase, test_disabled);
  tcase_add_test (tcase, test_loss);
  tcase_add_test (tcase, test_packets);

  return suite;
}

GST_CHECK_MAIN (kp_bandwidth)
