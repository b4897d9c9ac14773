/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-rate.h"

#include <gst/gst.h>

/* What RTP and RTCP tell of each ssrc. Pure; every @now is monotonic, in us. */

typedef enum
{
  KP_RTP_SENT,
  KP_RTP_RECEIVED,
  KP_N_RTP_SIDES,
} KpRtpSide;

/* bytes, the final 0 included, of a rid or a mid in an extension of one byte */
#define KP_RID_SIZE 17

typedef struct
{
  guint32 ssrc;
  guint16 seqnum;
  guint8 payload_type;
  gboolean marker;
  guint header_size; /* bytes; padding included */
  guint payload_size; /* bytes */
  gdouble delay; /* s; since it was captured, negative = not known */
  gchar mid[KP_RID_SIZE]; /* the section that it says that it is of, or "" */
  gchar rid[KP_RID_SIZE]; /* the layer of a simulcast that it says that it is of, or "" */
  gboolean repairs; /* it retransmits a packet of that layer */
  gboolean is_fec; /* it is none of media */
} KpRtpPacket;

/* One ssrc in one direction. */
typedef struct
{
  guint32 ssrc;
  KpRtpSide side;
  guint8 payload_type; /* the latest, of media */
  gchar mid[KP_RID_SIZE]; /* as its packets say, or "" */
  gchar rid[KP_RID_SIZE]; /* the same */
  gboolean repairs; /* the same */
  guint64 packets;
  guint64 header_bytes;
  guint64 payload_bytes;
  guint64 fec_packets; /* of all packets */
  guint64 fec_bytes; /* of their payload */
  guint64 expected; /* packets, by their sequence numbers */
  guint16 max_seqnum;
  guint64 markers; /* pictures, of video */
  KpRate marker_rate;
  gint64 last; /* us; when the latest came */
  gdouble delay; /* s; all delays together */
  guint64 n_delays;

  /* feedback: what the receiver asked of the sender */
  guint nacks;
  guint plis;
  guint firs;

  /* sent: the report blocks that the peer sent about it */
  guint reports;
  gdouble fraction_lost;
  gint32 packets_lost;
  guint32 jitter; /* in units of the clock */
  gdouble rtt; /* s; the latest */
  gdouble total_rtt; /* s */
  guint n_rtts;

  /* received: the peer's sender reports */
  guint sender_reports;
  guint64 sr_ntp;
  guint32 sr_packets;
  guint32 sr_octets;

  /* received: the jitter buffer */
  gboolean buffered;
  gdouble picture_delay; /* s; all together */
  guint64 pictures;
  gdouble sample_delay; /* s; all together */
  guint64 samples;
  guint64 late; /* packets that it threw away */
} KpRtpCount;

typedef struct
{
  guint32 ntp; /* the middle 32 bits */
  gint64 time; /* us */
} KpSentReport;

#define KP_RTP_SENT_REPORTS 64

typedef struct
{
  GHashTable *rows[KP_N_RTP_SIDES]; /* owned; ssrc -> KpRtpCount */
  KpSentReport sent_reports[KP_RTP_SENT_REPORTS]; /* the latest; a ring */
  guint next_report;
} KpRtpCounts;

void kp_rtp_counts_init (KpRtpCounts *self);
void kp_rtp_counts_clear (KpRtpCounts *self);

/* A peer may make up any number of ssrcs: the first 64 count. */
void kp_rtp_counts_add_packet (KpRtpCounts *self, KpRtpSide side, const KpRtpPacket *packet, gint64 now);

/* @rtcp may be anything. */
void kp_rtp_counts_add_rtcp (KpRtpCounts *self, KpRtpSide side, GstBuffer *rtcp, gint64 now);

/* borrowed; NULL when nothing came from it */
KpRtpCount *kp_rtp_counts_find (KpRtpCounts *self, KpRtpSide side, guint32 ssrc);

/* Of KpRtpCount, by ssrc, sent first. */
GArray *kp_rtp_counts_list (KpRtpCounts *self);
