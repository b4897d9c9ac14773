/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-congestion.h"

#include <gst/check/gstcheck.h>

#include "test-link.h"

#define MIN_BITRATE 100000
#define START 600000
#define MAX_BITRATE 2500000

static void
assert_between (gdouble value, gdouble min, gdouble max)
{
  fail_unless (value >= min && value <= max, "%f is not from %f to %f", value, min, max);
}

static gdouble
get_delivered (TestFlow *flow, gint64 time)
{
  return flow->delivered * 8.0 * SECOND / time;
}

static const struct
{
  gdouble capacity; /* bit/s */
  guint framerate;
  gint64 feedback_interval; /* us; 0: after each picture */
  gint64 keyframe_interval; /* us */
  gint64 delay; /* us */
  gint64 jitter; /* us */
  gint64 bunch; /* us */
  gint64 queue; /* us */
  guint16 seqnum;
  gint64 max_queue; /* us; what 95 % of the packets wait at most */
} links[] = {
  { 1e6, 30, 100 * MS, 0, 25 * MS, 0, 0, SECOND, 0, 80 * MS },
  { 1e6, 15, 100 * MS, 0, 25 * MS, 0, 0, SECOND, 0, 110 * MS },
  { 1e6, 15, 0, 0, 25 * MS, 0, 0, SECOND, 0, 110 * MS },
  { 1e6, 30, 0, 0, 25 * MS, 0, 0, SECOND, 0, 80 * MS },
  { 1e6, 30, 50 * MS, 0, 25 * MS, 0, 0, 60 * MS, 65000, 60 * MS },
  { 1e6, 30, 250 * MS, 0, 25 * MS, 0, 0, SECOND, 0, 90 * MS },
  { 1e6, 30, 100 * MS, 5 * SECOND, 25 * MS, 0, 0, SECOND, 0, 150 * MS },
  { 1e6, 30, 100 * MS, 0, 150 * MS, 0, 0, SECOND, 0, 110 * MS },
  { 1e6, 30, 100 * MS, 0, 25 * MS, 20 * MS, 0, SECOND, 0, 80 * MS },
  { 3e5, 15, 100 * MS, 0, 25 * MS, 0, 0, SECOND, 0, 200 * MS },
  { 2e6, 30, 100 * MS, 0, 5 * MS, 0, 0, 200 * MS, 30000, 60 * MS },
  { 1e6, 15, 100 * MS, 2 * SECOND, 25 * MS, 0, 0, SECOND, 0, 400 * MS },
  { 1e6, 30, 100 * MS, 2 * SECOND, 25 * MS, 0, 0, SECOND, 0, 250 * MS },
  { 1e6, 30, 100 * MS, 0, 25 * MS, 0, 50 * MS, SECOND, 0, 80 * MS },
};

GST_START_TEST (test_converges)
{
  g_autoptr (TestNetwork) network = test_network_new (links[__i__].capacity);
  TestFlow *flow;

  network->link.delay = links[__i__].delay;
  network->link.jitter = links[__i__].jitter;
  network->link.bunch = links[__i__].bunch;
  network->link.queue = links[__i__].queue;
  flow = test_network_add (network);
  flow->framerate = links[__i__].framerate;
  flow->feedback_interval = links[__i__].feedback_interval;
  flow->keyframe_interval = links[__i__].keyframe_interval;
  flow->seqnum = links[__i__].seqnum;

  test_network_run (network, 10 * SECOND);
  test_network_run (network, 60 * SECOND);
  assert_between (get_delivered (flow, 60 * SECOND), 0.8 * links[__i__].capacity, links[__i__].capacity);
  assert_between (test_network_get_queue (network, 0.95), 0, links[__i__].max_queue);
}
GST_END_TEST

/* With nothing in the way the range is the only limit. */
GST_START_TEST (test_fast_link)
{
  g_autoptr (TestNetwork) network = test_network_new (1e7);
  TestFlow *flow = test_network_add (network);

  network->link.jitter = 20 * MS;
  network->link.bunch = 30 * MS;
  test_network_run (network, 10 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), MAX_BITRATE, MAX_BITRATE);
  for (guint i = 0; i < 60; i++)
    {
      test_network_run (network, SECOND);
      assert_between (test_flow_get_bitrate (flow, network), 0.8 * MAX_BITRATE, MAX_BITRATE);
    }
}
GST_END_TEST

/* It begins with more than there is: what waits then does not stay. */
GST_START_TEST (test_slow_link)
{
  g_autoptr (TestNetwork) network = test_network_new (3e5);
  TestFlow *flow = test_network_add (network);

  flow->framerate = 10 + 10 * __i__;
  test_network_run (network, 5 * SECOND);
  test_network_run (network, 10 * SECOND);
  assert_between (get_delivered (flow, 10 * SECOND), 0.6 * 3e5, 3e5);
  assert_between (test_network_get_queue (network, 0.95), 0, 300 * MS);
}
GST_END_TEST

/* What had to be the lowest does not keep it there. */
GST_START_TEST (test_recovers)
{
  g_autoptr (TestNetwork) network = test_network_new (5e4);
  TestFlow *flow = test_network_add (network);

  network->link.queue = 4 * SECOND;
  test_network_run (network, 60 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), MIN_BITRATE, MIN_BITRATE);
  network->link.capacity = 1e6;
  test_network_run (network, 25 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), 0.4e6, 1.2e6);

  network->link.loss = 0.8;
  test_network_run (network, 60 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), MIN_BITRATE, MIN_BITRATE);
  network->link.loss = 0;
  test_network_run (network, 25 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), 0.4e6, 1.2e6);
}
GST_END_TEST

static const guint framerates[] = { 30, 15 };

GST_START_TEST (test_follows_steps)
{
  g_autoptr (TestNetwork) network = test_network_new (2e6);
  TestFlow *flow = test_network_add (network);

  flow->framerate = framerates[__i__];
  test_network_run (network, 30 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), 1.4e6, 2.3e6);

  network->link.capacity = 5e5;
  test_network_run (network, 2 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), MIN_BITRATE, 5e5);
  test_network_run (network, SECOND);
  assert_between (network->link.free - network->now, G_MININT64, 50 * MS);
  test_network_run (network, 10 * SECOND);
  test_network_run (network, 20 * SECOND);
  assert_between (get_delivered (flow, 20 * SECOND), 0.8 * 5e5, 5e5);

  network->link.capacity = 2e6;
  test_network_run (network, 25 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), 1.4e6, 2.3e6);
}
GST_END_TEST

/* What a full queue drops is not taken for another reason to send less. */
GST_START_TEST (test_full_queue)
{
  g_autoptr (TestNetwork) network = test_network_new (2e6);
  TestFlow *flow = test_network_add (network);

  network->link.queue = 300 * MS;
  test_network_run (network, 20 * SECOND);
  network->link.capacity = 5e5;
  test_network_run (network, 12 * SECOND);
  assert_between (get_delivered (flow, 12 * SECOND), 0.88 * 5e5, 5e5);
}
GST_END_TEST

GST_START_TEST (test_cross_traffic)
{
  g_autoptr (TestNetwork) network = test_network_new (2e6);
  TestFlow *flow = test_network_add (network);

  test_network_run (network, 20 * SECOND);
  network->link.cross_traffic = 1e6;
  test_network_run (network, 5 * SECOND);
  test_network_run (network, 30 * SECOND);
  assert_between (get_delivered (flow, 30 * SECOND), 0.75e6, 1.1e6);
  assert_between (test_network_get_queue (network, 0.5), 0, 130 * MS);
  assert_between (test_network_get_queue (network, 0.95), 0, 300 * MS);
}
GST_END_TEST

static const struct
{
  gdouble capacity; /* bit/s */
  gint64 queue; /* us */
  gdouble share; /* of the capacity, at least */
} tcp_links[] = {
  { 2e6, 300 * MS, 0.15 },
  { 5e6, 100 * MS, 0.2 },
  { 2e6, 60 * MS, 0.1 },
};

/* TCP fills any queue, and takes what others leave: some is left, and after it all of it is there again. */
GST_START_TEST (test_tcp)
{
  gdouble capacity = tcp_links[__i__].capacity;
  g_autoptr (TestNetwork) network = test_network_new (capacity);
  TestFlow *flow = test_network_add (network);

  network->link.queue = tcp_links[__i__].queue;
  test_network_run (network, 10 * SECOND);
  network->tcp.is_active = TRUE;
  test_network_run (network, 20 * SECOND);
  test_network_run (network, 120 * SECOND);
  assert_between (get_delivered (flow, 120 * SECOND), tcp_links[__i__].share * capacity, 0.7 * capacity);
  assert_between (get_delivered (flow, 120 * SECOND) + network->tcp.delivered * 8.0 / 120, 0.9 * capacity,
                  1.01 * capacity);

  network->tcp.is_active = FALSE;
  test_network_run (network, 25 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), 0.7 * MIN (capacity, MAX_BITRATE), 1.2 * capacity);
}
GST_END_TEST

GST_START_TEST (test_random_loss)
{
  g_autoptr (TestNetwork) network = test_network_new (1e6);
  TestFlow *flow = test_network_add (network);

  network->link.loss = 0.02;
  test_network_run (network, 20 * SECOND);
  test_network_run (network, 60 * SECOND);
  assert_between (get_delivered (flow, 60 * SECOND), 0.7e6, 1e6);

  network->link.loss = 0.2;
  test_network_run (network, 20 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), MIN_BITRATE, 0.4e6);

  network->link.loss = 0;
  test_network_run (network, 40 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), 0.7e6, 1.1e6);
}
GST_END_TEST

/* Nothing gets through for a while. */
GST_START_TEST (test_outage)
{
  g_autoptr (TestNetwork) network = test_network_new (1e6);
  TestFlow *flow = test_network_add (network);

  test_network_run (network, 20 * SECOND);
  network->link.loss = 1;
  test_network_run (network, 3 * SECOND);
  network->link.loss = 0;
  test_network_run (network, SECOND);
  fail_unless (test_flow_get_bitrate (flow, network) < 0.8e6);
  test_network_run (network, 30 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), 0.7e6, 1.1e6);
}
GST_END_TEST

/* What is not used is not known to be there. */
GST_START_TEST (test_application_limited)
{
  g_autoptr (TestNetwork) network = test_network_new (1e7);
  TestFlow *flow = test_network_add (network);

  flow->limit = 700000;
  test_network_run (network, 60 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), 0.8e6, 1.5 * 1.2 * 0.7e6);

  flow->limit = 100000;
  kp_congestion_set_start (flow->congestion, START);
  test_network_run (network, 60 * SECOND);
  assert_between (test_flow_get_bitrate (flow, network), START, 1.1 * START);
}
GST_END_TEST

/* Jain's index. */
static gdouble
get_fairness (TestNetwork *network)
{
  gdouble sum = 0, squares = 0;

  for (guint i = 0; i < network->n_flows; i++)
    {
      gdouble delivered = network->flows[i].delivered;

      sum += delivered;
      squares += delivered * delivered;
    }

  return sum * sum / (network->n_flows * squares);
}

GST_START_TEST (test_fairness)
{
  g_autoptr (TestNetwork) network = test_network_new (2e6);

  test_network_add (network);
  test_network_run (network, 20 * SECOND);
  test_network_add (network)->framerate = 15;
  test_network_run (network, 30 * SECOND);
  test_network_run (network, 60 * SECOND);
  assert_between (get_fairness (network), 0.9, 1);
  assert_between (get_delivered (&network->flows[0], 60 * SECOND)
                      + get_delivered (&network->flows[1], 60 * SECOND),
                  1.6e6, 2e6);
}
GST_END_TEST

static const struct
{
  gint64 jump; /* us */
  gdouble bitrate; /* bit/s; what is left at least */
} jumps[] = {
  { SECOND, 0.2e6 }, /* as a queue would */
  { -SECOND, 0.2e6 },         { 60 * SECOND, 0.7e6 },
  { -60 * SECOND, 0.7e6 },    { G_GINT64_CONSTANT (1) << 60, 0.7e6 },
  { -RECEIVER_CLOCK, 0.7e6 },
};

/* The receiver's clock is set, or wraps. */
GST_START_TEST (test_clock_jumps)
{
  g_autoptr (TestNetwork) network = test_network_new (1e6);
  TestFlow *flow = test_network_add (network);

  test_network_run (network, 20 * SECOND);
  for (guint i = 0; i < 3; i++)
    {
      flow->clock_jump = i % 2 ? 0 : jumps[__i__].jump;
      test_network_run (network, 5 * SECOND);
      assert_between (test_flow_get_bitrate (flow, network), jumps[__i__].bitrate, 1.2e6);
      test_network_run (network, 30 * SECOND);
      assert_between (test_flow_get_bitrate (flow, network), 0.7e6, 1.2e6);
    }
}
GST_END_TEST

/* Whatever a peer reports: within the range, and soon right again. */
GST_START_TEST (test_hostile)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7 + __i__);
  g_autoptr (TestNetwork) network = test_network_new (1e6);
  TestFlow *flow = test_network_add (network);
  gint64 now = SECOND;

  for (guint i = 0; i < 5000; i++)
    {
      KpPacketReport packets[20];
      guint n = g_rand_int_range (random, 0, G_N_ELEMENTS (packets) + 1);

      for (guint k = 0; k < n; k++)
        packets[k] = (KpPacketReport){
          .seqnum = g_rand_boolean (random) ? (i * 20 + k) % 65536 : g_rand_int_range (random, 0, 65536),
          .sent = g_rand_boolean (random) ? now + k : (gint64)(g_rand_double (random) * G_MAXINT64),
          .received = g_rand_boolean (random) ? now + k * MS
                                              : (gint64)(g_rand_double_range (random, -1, 1) * G_MAXINT64),
          .size = g_rand_int (random),
        };
      now += g_rand_int_range (random, 0, 200 * MS);
      kp_congestion_add_packets (flow->congestion, packets, n, now);
      kp_congestion_add_remb (flow->congestion, (guint64)g_rand_int (random) << 32, now);
      kp_congestion_add_loss (flow->congestion, g_rand_double_range (random, -10, 10), now);
      kp_congestion_set_round_trip (flow->congestion,
                                    (gint64)(g_rand_double_range (random, -1, 1) * G_MAXINT64));
      assert_between (kp_congestion_get_bitrate (flow->congestion, now), MIN_BITRATE, MAX_BITRATE);
    }

  kp_congestion_set_round_trip (flow->congestion, 50 * MS);
  network->now = flow->next_frame = flow->next_feedback = now;
  test_network_run (network, 60 * SECOND);
  test_network_run (network, 20 * SECOND);
  assert_between (get_delivered (flow, 20 * SECOND), 0.7e6, 1e6);
}
GST_END_TEST

static Suite *
congestion_suite (void)
{
  Suite *suite = suite_create ("kp-congestion");
  TCase *tcase = tcase_create ("congestion");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_converges, 0, G_N_ELEMENTS (links));
  tcase_add_test (tcase, test_fast_link);
  tcase_add_loop_test (tcase, test_slow_link, 0, 3);
  tcase_add_test (tcase, test_recovers);
  tcase_add_loop_test (tcase, test_follows_steps, 0, G_N_ELEMENTS (framerates));
  tcase_add_test (tcase, test_full_queue);
  tcase_add_test (tcase, test_cross_traffic);
  tcase_add_loop_test (tcase, test_tcp, 0, G_N_ELEMENTS (tcp_links));
  tcase_add_test (tcase, test_random_loss);
  tcase_add_test (tcase, test_outage);
  tcase_add_test (tcase, test_application_limited);
  tcase_add_test (tcase, test_fairness);
  tcase_add_loop_test (tcase, test_clock_jumps, 0, G_N_ELEMENTS (jumps));
  tcase_add_loop_test (tcase, test_hostile, 0, 5);

  return suite;
}

GST_CHECK_MAIN (congestion)
