/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "gstkurentoenums.h"

/* What a transport-wide feedback says of one packet. */
typedef struct
{
  guint16 seqnum; /* as on the wire: it is unwrapped here */
  gint64 sent; /* us; any clock, it is only compared with itself */
  gint64 received; /* us; the peer's clock, which may wrap and jump; negative: lost */
  guint size; /* bytes, with the RTP header; 0 for what is not video: it counts for delay and loss only */
} KpPacketReport;

/* Finds how much video a connection can carry, from what the peer reports. Pure: @now is monotonic, in us. One thread. Nothing that
 * a peer reports takes the estimate out of its range.
 *
 * auto: from the first transport-wide feedback on, delay and loss of the packets decide (Google congestion control,
 * draft-ietf-rmcat-gcc-02); until then, REMB and loss; without REMB, loss alone. gcc and remb take the named report only, and stay at the start
 * until it comes. disabled is always the start.
 * REMB is the peer's word, and followed; the loss in receiver reports only lowers it further, as peers differ in whether they reckoned with it.
 * It expires after 10 s without another (as Kurento's): then the estimate goes on from where it is, by loss; of remb alone, it stays there, or at
 * the start if that is less. */
typedef struct _KpCongestion KpCongestion;

/* In bit/s. @max is stronger than the other two, and @min than @start, but for disabled. */
KpCongestion *kp_congestion_new (GstKurentoCongestionControl mode, guint min, guint start, guint max);
void kp_congestion_free (KpCongestion *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpCongestion, kp_congestion_free)

void kp_congestion_set_range (KpCongestion *self, guint min, guint max);

/* The estimate is this one now, and goes on from there. */
void kp_congestion_set_start (KpCongestion *self, guint start);

/* One feedback: packets in the order of their numbers. What was reported before is ignored; what was reported as lost may still arrive. */
void kp_congestion_add_packets (KpCongestion *self, const KpPacketReport *packets, guint n, gint64 now);

void kp_congestion_add_remb (KpCongestion *self, guint64 bitrate, gint64 now);

/* @fraction: 0 to 1, of all the video of the connection: where a report is about several streams, the mean by packets, or the plain one. */
void kp_congestion_add_loss (KpCongestion *self, gdouble fraction, gint64 now);

/* @round_trip: us; until it is known it is taken for 200 ms. */
void kp_congestion_set_round_trip (KpCongestion *self, gint64 round_trip);

/* The estimate, in bit/s: of all the video together. Half of it for up to 3 s after a queue has become long, so that it is drained. */
guint kp_congestion_get_bitrate (KpCongestion *self, gint64 now);
