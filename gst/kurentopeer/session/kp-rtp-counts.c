/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-rtp-counts.h"

#include <gst/rtp/gstrtcpbuffer.h>

#define MAX_SSRCS 64

/* A larger step is a new beginning (RFC 3550, A.1). */
#define MAX_DROPOUT 3000

/* words of 32 bits */
#define SENDER_INFO_LENGTH 6
#define REPORT_BLOCK_LENGTH 6

void
kp_rtp_counts_init (KpRtpCounts *self)
{
  *self = (KpRtpCounts){ 0 };
  for (guint i = 0; i < KP_N_RTP_SIDES; i++)
    self->rows[i] = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

void
kp_rtp_counts_clear (KpRtpCounts *self)
{
  for (guint i = 0; i < KP_N_RTP_SIDES; i++)
    g_clear_pointer (&self->rows[i], g_hash_table_unref);
}

KpRtpCount *
kp_rtp_counts_find (KpRtpCounts *self, KpRtpSide side, guint32 ssrc)
{
  return g_hash_table_lookup (self->rows[side], GUINT_TO_POINTER (ssrc));
}

static KpRtpCount *
find_or_add (KpRtpCounts *self, KpRtpSide side, const KpRtpPacket *packet)
{
  KpRtpCount *row = kp_rtp_counts_find (self, side, packet->ssrc);

  if (row || g_hash_table_size (self->rows[side]) >= MAX_SSRCS)
    return row;

  row = g_new0 (KpRtpCount, 1);
  row->ssrc = packet->ssrc;
  row->side = side;
  row->max_seqnum = packet->seqnum - 1;
  g_hash_table_insert (self->rows[side], GUINT_TO_POINTER (row->ssrc), row);

  return row;
}

static void
count_expected (KpRtpCount *row, guint16 seqnum)
{
  gint step = (gint16)(seqnum - row->max_seqnum);

  if (step > MAX_DROPOUT || step < -MAX_DROPOUT)
    step = 1;
  else if (step <= 0)
    return;

  row->expected += step;
  row->max_seqnum = seqnum;
}

void
kp_rtp_counts_add_packet (KpRtpCounts *self, KpRtpSide side, const KpRtpPacket *packet, gint64 now)
{
  KpRtpCount *row = find_or_add (self, side, packet);

  if (row == NULL)
    return;

  if (packet->is_fec)
    {
      row->fec_packets++;
      row->fec_bytes += packet->payload_size;
    }
  else
    row->payload_type = packet->payload_type;
  if (*packet->mid)
    memcpy (row->mid, packet->mid, KP_RID_SIZE);
  if (*packet->rid)
    {
      memcpy (row->rid, packet->rid, KP_RID_SIZE);
      row->repairs = packet->repairs;
    }
  row->packets++;
  row->header_bytes += packet->header_size;
  row->payload_bytes += packet->payload_size;
  row->last = now;
  count_expected (row, packet->seqnum);
  if (packet->marker)
    {
      row->markers++;
      kp_rate_add (&row->marker_rate, now);
    }
  if (packet->delay >= 0)
    {
      row->delay += packet->delay;
      row->n_delays++;
    }
}

/* ---- RTCP ---- */

static void
take_round_trip (KpRtpCounts *self, KpRtpCount *row, guint32 lsr, guint32 dlsr, gint64 now)
{
  for (guint i = 0; lsr && i < KP_RTP_SENT_REPORTS; i++)
    {
      const KpSentReport *report = &self->sent_reports[i];

      if (report->ntp != lsr || report->time == 0)
        continue;
      row->rtt = MAX (0, (now - report->time) / (gdouble)G_USEC_PER_SEC - dlsr / 65536.0);
      row->total_rtt += row->rtt;
      row->n_rtts++;
      return;
    }
}

static void
take_report_blocks (KpRtpCounts *self, GstRTCPPacket *packet, guint length, gint64 now)
{
  for (guint i = 0; i < gst_rtcp_packet_get_rb_count (packet); i++)
    {
      guint32 ssrc, exthighestseq, jitter, lsr, dlsr;
      guint8 fraction_lost;
      gint32 packets_lost;
      KpRtpCount *row;

      if (gst_rtcp_packet_get_length (packet) < length + (i + 1) * REPORT_BLOCK_LENGTH)
        return;
      gst_rtcp_packet_get_rb (packet, i, &ssrc, &fraction_lost, &packets_lost, &exthighestseq, &jitter, &lsr,
                              &dlsr);
      row = kp_rtp_counts_find (self, KP_RTP_SENT, ssrc);
      if (row == NULL)
        continue;
      row->reports++;
      row->fraction_lost = fraction_lost / 256.0;
      row->packets_lost = packets_lost;
      row->jitter = jitter;
      take_round_trip (self, row, lsr, dlsr, now);
    }
}

static void
take_sent_report (KpRtpCounts *self, guint64 ntp, gint64 now)
{
  KpSentReport report = { ntp >> 16, now };
  const KpSentReport *former
      = &self->sent_reports[(self->next_report + KP_RTP_SENT_REPORTS - 1) % KP_RTP_SENT_REPORTS];

  /* those of one compound packet are of one time */
  if (former->time && former->ntp == report.ntp)
    return;

  self->sent_reports[self->next_report] = report;
  self->next_report = (self->next_report + 1) % KP_RTP_SENT_REPORTS;
}

static void
take_sender_report (KpRtpCounts *self, KpRtpSide side, GstRTCPPacket *packet, gint64 now)
{
  guint32 ssrc, rtptime, packets, octets;
  guint64 ntp;
  KpRtpCount *row;

  if (gst_rtcp_packet_get_length (packet) < SENDER_INFO_LENGTH)
    return;

  gst_rtcp_packet_sr_get_sender_info (packet, &ssrc, &ntp, &rtptime, &packets, &octets);
  if (side == KP_RTP_SENT)
    {
      take_sent_report (self, ntp, now);
      return;
    }
  take_report_blocks (self, packet, SENDER_INFO_LENGTH, now);
  row = kp_rtp_counts_find (self, KP_RTP_RECEIVED, ssrc);
  if (row == NULL)
    return;
  row->sender_reports++;
  row->sr_ntp = ntp;
  row->sr_packets = packets;
  row->sr_octets = octets;
}

/* A FIR names its ssrcs in a list of its own (RFC 5104, 4.3.1). */
static void
take_firs (KpRtpCounts *self, KpRtpSide media_side, GstRTCPPacket *packet)
{
  const guint8 *fci = gst_rtcp_packet_fb_get_fci (packet);
  guint n = gst_rtcp_packet_fb_get_fci_length (packet) / 2;

  for (guint i = 0; fci && i < n; i++)
    {
      KpRtpCount *row = kp_rtp_counts_find (self, media_side, GST_READ_UINT32_BE (fci + 8 * i));

      if (row)
        row->firs++;
    }
}

/* What the peer sends is about what we send, and the other way round. */
static void
take_feedback (KpRtpCounts *self, KpRtpSide side, GstRTCPPacket *packet)
{
  KpRtpSide media_side = side == KP_RTP_SENT ? KP_RTP_RECEIVED : KP_RTP_SENT;
  GstRTCPType type = gst_rtcp_packet_get_type (packet);
  GstRTCPFBType fbtype;
  KpRtpCount *row;

  if (gst_rtcp_packet_get_length (packet) < 2)
    return;

  fbtype = gst_rtcp_packet_fb_get_type (packet);
  row = kp_rtp_counts_find (self, media_side, gst_rtcp_packet_fb_get_media_ssrc (packet));
  if (type == GST_RTCP_TYPE_PSFB && fbtype == GST_RTCP_PSFB_TYPE_FIR)
    take_firs (self, media_side, packet);
  else if (type == GST_RTCP_TYPE_PSFB && fbtype == GST_RTCP_PSFB_TYPE_PLI && row)
    row->plis++;
  else if (type == GST_RTCP_TYPE_RTPFB && fbtype == GST_RTCP_RTPFB_TYPE_NACK && row)
    row->nacks++;
}

static void
take_rtcp_packet (KpRtpCounts *self, KpRtpSide side, GstRTCPPacket *packet, gint64 now)
{
  switch (gst_rtcp_packet_get_type (packet))
    {
    case GST_RTCP_TYPE_SR:
      take_sender_report (self, side, packet, now);
      break;
    case GST_RTCP_TYPE_RR:
      if (side == KP_RTP_RECEIVED)
        take_report_blocks (self, packet, 1, now);
      break;
    case GST_RTCP_TYPE_RTPFB:
    case GST_RTCP_TYPE_PSFB:
      take_feedback (self, side, packet);
      break;
    default:
      break;
    }
}

void
kp_rtp_counts_add_rtcp (KpRtpCounts *self, KpRtpSide side, GstBuffer *rtcp, gint64 now)
{
  GstRTCPBuffer buffer = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  gboolean more;

  if (!gst_rtcp_buffer_validate_reduced (rtcp) || !gst_rtcp_buffer_map (rtcp, GST_MAP_READ, &buffer))
    return;

  for (more = gst_rtcp_buffer_get_first_packet (&buffer, &packet); more;
       more = gst_rtcp_packet_move_to_next (&packet))
    take_rtcp_packet (self, side, &packet, now);
  gst_rtcp_buffer_unmap (&buffer);
}

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const KpRtpCount *one = a, *other = b;

  if (one->side != other->side)
    return one->side < other->side ? -1 : 1;

  return one->ssrc < other->ssrc ? -1 : one->ssrc > other->ssrc;
}

GArray *
kp_rtp_counts_list (KpRtpCounts *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (KpRtpCount));

  for (guint i = 0; i < KP_N_RTP_SIDES; i++)
    {
      GHashTableIter iter;
      gpointer row;

      g_hash_table_iter_init (&iter, self->rows[i]);
      while (g_hash_table_iter_next (&iter, NULL, &row))
        g_array_append_vals (list, row, 1);
    }
  g_array_sort (list, compare_rows);

  return list;
}
