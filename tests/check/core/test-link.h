/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-congestion.h"

/* A simulated link and what sends video over it, in steps of a ms: as it would be, without any time that passes. */

#define MS G_GINT64_CONSTANT (1000)
#define SECOND G_GINT64_CONSTANT (1000000)
#define PACKET_SIZE 1200
#define RECEIVER_CLOCK (G_GINT64_CONSTANT (77777) * SECOND) /* the receiver's, at our 0 */
#define MAX_FLOWS 3

typedef struct
{
  gdouble capacity; /* bit/s */
  gint64 delay; /* us; one way, without queue */
  gint64 queue; /* us; how much waits at most */
  gdouble loss; /* at random, 0 to 1 */
  gint64 jitter; /* us; at random, without changing the order */
  gint64 bunch; /* us; what arrives in this time arrives together */
  gdouble cross_traffic; /* bit/s */
  gint64 last_arrival; /* us */
  gint64 free; /* us; when all that waits has left */
  GRand *random;
} TestLink;

typedef struct
{
  KpPacketReport report;
  gint64 arrival; /* us; -1: lost */
} TestPacket;

typedef struct
{
  KpCongestion *congestion;
  guint framerate;
  gint64 feedback_interval; /* us; 0: after each picture */
  guint limit; /* bit/s; what the encoder makes at most; 0: what it is told */
  gint64 keyframe_interval; /* us; 0: only the first one */
  gint64 clock_jump; /* us; of the receiver's clock */
  gint64 next_frame; /* us */
  gint64 next_feedback; /* us; at the receiver */
  gint64 next_keyframe; /* us */
  gdouble debt; /* bytes; what a keyframe took too many */
  guint16 seqnum;
  GQueue packets; /* on their way, and those whose report is */
  guint64 delivered; /* bytes */
} TestFlow;

/* TCP Reno, with as much to send as it can. */
typedef struct
{
  gboolean is_active;
  gdouble window; /* packets */
  gdouble threshold; /* packets; of the slow start */
  gint64 recovered; /* us; until then losses are of the same event */
  GQueue packets; /* gint64, us; when it is known what became of them; negative: lost */
  guint64 delivered; /* bytes */
} TestTcp;

typedef struct
{
  TestLink link;
  TestTcp tcp;
  TestFlow flows[MAX_FLOWS];
  guint n_flows;
  gint64 now; /* us */
  GArray *queues; /* gint64, us; what the packets waited */
} TestNetwork;

static inline gint64
test_link_send (TestNetwork *network, guint size)
{
  TestLink *link = &network->link;
  gint64 begin = MAX (link->free, network->now);
  gint64 waits = begin - network->now;

  if (waits > link->queue || g_rand_double (link->random) < link->loss)
    return -1;

  link->free = begin + size * 8.0 * SECOND / link->capacity;
  g_array_append_val (network->queues, waits);

  link->last_arrival = MAX (link->last_arrival,
                            link->free + link->delay + (gint64)(g_rand_double (link->random) * link->jitter));
  if (link->bunch)
    link->last_arrival += (link->bunch - link->last_arrival % link->bunch) % link->bunch;

  return link->last_arrival;
}

/* A keyframe is as large as four pictures, and the encoder takes it from the next ones. */
static inline guint
test_flow_next_size (TestFlow *flow, TestNetwork *network)
{
  guint bitrate = kp_congestion_get_bitrate (flow->congestion, network->now);
  gdouble mean = (flow->limit ? MIN (bitrate, flow->limit) : bitrate) / 8.0 / flow->framerate;
  gdouble size = mean * g_rand_double_range (network->link.random, 0.75, 1.25);

  if (network->now >= flow->next_keyframe)
    {
      flow->next_keyframe = flow->keyframe_interval ? network->now + flow->keyframe_interval : G_MAXINT64;
      flow->debt += 3 * mean;
      return size + 3 * mean;
    }

  mean = MIN (flow->debt, 0.3 * size);
  flow->debt -= mean;

  return MAX (size - mean, 50);
}

static inline void
test_flow_send (TestFlow *flow, TestNetwork *network)
{
  guint size = test_flow_next_size (flow, network);

  flow->next_frame += SECOND / flow->framerate;
  for (guint sent = 0; sent < size; sent += PACKET_SIZE)
    {
      TestPacket *packet = g_new0 (TestPacket, 1);

      packet->report.seqnum = flow->seqnum++;
      packet->report.sent = network->now;
      packet->report.size = MIN (PACKET_SIZE, size - sent);
      packet->arrival = test_link_send (network, packet->report.size);
      packet->report.received
          = packet->arrival < 0 ? -1 : packet->arrival + RECEIVER_CLOCK + flow->clock_jump;
      g_queue_push_tail (&flow->packets, packet);
    }
}

/* The receiver reports what has arrived, and what did not although later packets have. */
static inline void
test_flow_report (TestFlow *flow, TestNetwork *network)
{
  g_autoptr (GArray) reports = g_array_new (FALSE, FALSE, sizeof (KpPacketReport));
  gint64 until = flow->next_feedback;
  guint n = 0, i = 0;

  for (GList *l = flow->packets.head; l; l = l->next)
    {
      TestPacket *packet = l->data;

      i++;
      if (packet->arrival >= 0 && packet->arrival <= until)
        n = i;
    }
  for (; n > 0; n--)
    {
      g_autofree TestPacket *packet = g_queue_pop_head (&flow->packets);

      g_array_append_val (reports, packet->report);
      flow->delivered += packet->arrival >= 0 ? packet->report.size : 0;
    }
  kp_congestion_add_packets (flow->congestion, (KpPacketReport *)(gpointer)reports->data, reports->len,
                             network->now);
  flow->next_feedback += flow->feedback_interval ? flow->feedback_interval : SECOND / flow->framerate;
}

static inline void
test_tcp_send (TestTcp *tcp, TestNetwork *network)
{
  const gint64 *last = g_queue_peek_tail (&tcp->packets);
  gint64 arrival = test_link_send (network, PACKET_SIZE);
  gint64 known = (arrival < 0 ? network->link.free + network->link.delay : arrival) + network->link.delay;
  gint64 *packet = g_new (gint64, 1);

  known = last ? MAX (known, ABS (*last)) : known;
  *packet = arrival < 0 ? -known : known;
  g_queue_push_tail (&tcp->packets, packet);
}

static inline void
test_tcp_take (TestTcp *tcp, TestNetwork *network, gboolean is_lost)
{
  if (!is_lost)
    {
      tcp->window += tcp->window < tcp->threshold ? 1 : 1 / tcp->window;
      tcp->delivered += PACKET_SIZE;
    }
  else if (network->now >= tcp->recovered)
    {
      tcp->window = tcp->threshold = MAX (2, tcp->window / 2);
      tcp->recovered = MAX (network->now, network->link.free) + 2 * network->link.delay;
    }
}

static inline void
test_tcp_run (TestTcp *tcp, TestNetwork *network)
{
  const gint64 *first;

  while ((first = g_queue_peek_head (&tcp->packets)) && ABS (*first) <= network->now)
    {
      test_tcp_take (tcp, network, *first < 0);
      g_free (g_queue_pop_head (&tcp->packets));
    }
  while (tcp->is_active && g_queue_get_length (&tcp->packets) < (guint)tcp->window)
    test_tcp_send (tcp, network);
}

static inline TestNetwork *
test_network_new (gdouble capacity)
{
  TestNetwork *network = g_new0 (TestNetwork, 1);

  network->link.capacity = capacity;
  network->link.delay = 25 * MS;
  network->link.queue = 1000 * MS;
  network->link.random = g_rand_new_with_seed (42);
  network->tcp.window = 10;
  network->tcp.threshold = G_MAXDOUBLE;
  network->now = SECOND;
  network->queues = g_array_new (FALSE, FALSE, sizeof (gint64));

  return network;
}

static inline TestFlow *
test_network_add (TestNetwork *network)
{
  TestFlow *flow = &network->flows[network->n_flows++];

  flow->congestion = kp_congestion_new (GST_KURENTO_CONGESTION_CONTROL_AUTO, 100000, 600000, 2500000);
  kp_congestion_set_round_trip (flow->congestion, 2 * network->link.delay);
  flow->framerate = 30;
  flow->feedback_interval = 100 * MS;
  flow->next_frame = flow->next_feedback = network->now;

  return flow;
}

static inline void
test_network_free (TestNetwork *network)
{
  for (guint i = 0; i < network->n_flows; i++)
    {
      kp_congestion_free (network->flows[i].congestion);
      g_queue_clear_full (&network->flows[i].packets, g_free);
    }
  g_queue_clear_full (&network->tcp.packets, g_free);
  g_array_unref (network->queues);
  g_rand_free (network->link.random);
  g_free (network);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestNetwork, test_network_free)

/* What is measured is of this time only. */
static inline void
test_network_run (TestNetwork *network, gint64 time)
{
  gint64 end = network->now + time;

  g_array_set_size (network->queues, 0);
  network->tcp.delivered = 0;
  for (guint i = 0; i < network->n_flows; i++)
    network->flows[i].delivered = 0;

  for (; network->now < end; network->now += MS)
    {
      if (network->link.cross_traffic > 0)
        network->link.free = MAX (network->link.free, network->now)
                             + network->link.cross_traffic / network->link.capacity * MS;
      test_tcp_run (&network->tcp, network);
      for (guint i = 0; i < network->n_flows; i++)
        {
          TestFlow *flow = &network->flows[i];

          if (network->now >= flow->next_frame)
            test_flow_send (flow, network);
          if (network->now >= flow->next_feedback + network->link.delay)
            test_flow_report (flow, network);
        }
    }
}

static inline gint
test_compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

/* us; what the part @fraction of the packets waited at most. */
static inline gint64
test_network_get_queue (TestNetwork *network, gdouble fraction)
{
  g_array_sort (network->queues, test_compare_times);

  return network->queues->len
             ? g_array_index (network->queues, gint64, (guint)(fraction * (network->queues->len - 1)))
             : 0;
}

static inline guint
test_flow_get_bitrate (TestFlow *flow, TestNetwork *network)
{
  return kp_congestion_get_bitrate (flow->congestion, network->now);
}
