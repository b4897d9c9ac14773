/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/rtp/gstrtcpbuffer.h>

#include "kp-rtp-counts.h"

#define SSRC 0xdeadbeef
#define MS 1000
#define near(a, b) (ABS ((a) - (b)) < 1e-4)

static KpRtpCounts counts;

static void
setup (void)
{
  kp_rtp_counts_init (&counts);
}

static void
teardown (void)
{
  kp_rtp_counts_clear (&counts);
}

static void
add (KpRtpSide side, guint32 ssrc, guint16 seqnum)
{
  KpRtpPacket packet = {
    .ssrc = ssrc, .seqnum = seqnum, .payload_type = 96, .header_size = 12, .payload_size = 100, .delay = -1
  };

  kp_rtp_counts_add_packet (&counts, side, &packet, MS);
}

GST_START_TEST (test_packets)
{
  KpRtpPacket packet = { SSRC, 10, 97, TRUE, 20, 1000, 0.25 };
  const KpRtpCount *row;

  fail_unless (kp_rtp_counts_find (&counts, KP_RTP_SENT, SSRC) == NULL);
  kp_rtp_counts_add_packet (&counts, KP_RTP_SENT, &packet, 5 * MS);
  packet = (KpRtpPacket){ SSRC, 11, 98, FALSE, 12, 500, -1 };
  kp_rtp_counts_add_packet (&counts, KP_RTP_SENT, &packet, 6 * MS);

  fail_unless (kp_rtp_counts_find (&counts, KP_RTP_RECEIVED, SSRC) == NULL);
  row = kp_rtp_counts_find (&counts, KP_RTP_SENT, SSRC);
  fail_unless_equals_int (row->payload_type, 98);
  fail_unless_equals_uint64 (row->packets, 2);
  fail_unless_equals_uint64 (row->header_bytes, 32);
  fail_unless_equals_uint64 (row->payload_bytes, 1500);
  fail_unless_equals_uint64 (row->markers, 1);
  fail_unless_equals_uint64 (row->n_delays, 1);
  fail_unless_equals_float (row->delay, 0.25);
  fail_unless_equals_int64 (row->last, 6 * MS);
}
GST_END_TEST

/* It does not change what is sent. */
GST_START_TEST (test_fec)
{
  const KpRtpCount *row;

  add (KP_RTP_RECEIVED, SSRC, 1);
  kp_rtp_counts_add_packet (
      &counts, KP_RTP_RECEIVED,
      &(KpRtpPacket){
          .ssrc = SSRC, .seqnum = 2, .payload_type = 98, .payload_size = 50, .delay = -1, .is_fec = TRUE },
      MS);
  row = kp_rtp_counts_find (&counts, KP_RTP_RECEIVED, SSRC);
  fail_unless_equals_int (row->payload_type, 96);
  fail_unless_equals_uint64 (row->packets, 2);
  fail_unless_equals_uint64 (row->payload_bytes, 150);
  fail_unless_equals_uint64 (row->fec_packets, 1);
  fail_unless_equals_uint64 (row->fec_bytes, 50);
}
GST_END_TEST

/* Sequence numbers, -1 at the end. */
static const struct
{
  const gchar *what;
  gint seqnums[8];
  guint64 expected;
} sequences[] = {
  { "one", { 7, -1 }, 1 },
  { "in order", { 7, 8, 9, -1 }, 3 },
  { "a gap", { 7, 8, 11, -1 }, 5 },
  { "reordered", { 7, 9, 8, 10, -1 }, 4 },
  { "older than the first", { 7, 6, 8, -1 }, 2 },
  { "twice", { 7, 7, 8, -1 }, 2 },
  { "wraps", { 65534, 65535, 0, 1, -1 }, 4 },
  { "wraps with a gap", { 65534, 2, -1 }, 5 },
  { "begins anew", { 7, 8, 40000, 40001, -1 }, 4 },
  { "begins anew before", { 50000, 50001, 40000, 40002, -1 }, 5 },
};

GST_START_TEST (test_expected)
{
  for (guint i = 0; sequences[__i__].seqnums[i] >= 0; i++)
    add (KP_RTP_RECEIVED, SSRC, sequences[__i__].seqnums[i]);
  fail_unless_equals_uint64 (kp_rtp_counts_find (&counts, KP_RTP_RECEIVED, SSRC)->expected,
                             sequences[__i__].expected);
}
GST_END_TEST

GST_START_TEST (test_list)
{
  g_autoptr (GArray) list = NULL;

  add (KP_RTP_RECEIVED, 2, 1);
  add (KP_RTP_SENT, 0xffffffff, 1);
  add (KP_RTP_SENT, 0, 1);
  list = kp_rtp_counts_list (&counts);
  fail_unless_equals_int (list->len, 3);
  fail_unless_equals_uint64 (g_array_index (list, KpRtpCount, 0).ssrc, 0);
  fail_unless_equals_uint64 (g_array_index (list, KpRtpCount, 1).ssrc, 0xffffffff);
  fail_unless_equals_int (g_array_index (list, KpRtpCount, 2).side, KP_RTP_RECEIVED);
}
GST_END_TEST

/* A peer makes up ssrcs: the memory that it takes has an end, and those that were there first still count. */
GST_START_TEST (test_many_ssrcs)
{
  g_autoptr (GArray) list = NULL;

  add (KP_RTP_RECEIVED, 1, 1);
  for (guint i = 0; i < 10000; i++)
    add (KP_RTP_RECEIVED, 1000 + i, 1);
  add (KP_RTP_RECEIVED, 1, 2);
  list = kp_rtp_counts_list (&counts);
  fail_unless_equals_int (list->len, 64);
  fail_unless_equals_uint64 (kp_rtp_counts_find (&counts, KP_RTP_RECEIVED, 1)->packets, 2);
}
GST_END_TEST

typedef void (*Fill) (GstRTCPPacket *packet);

static void
add_rtcp (KpRtpSide side, GstRTCPType type, Fill fill, gint64 now)
{
  g_autoptr (GstBuffer) buffer = gst_rtcp_buffer_new (1400);
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;

  fail_unless (gst_rtcp_buffer_map (buffer, GST_MAP_READWRITE, &rtcp));
  fail_unless (gst_rtcp_buffer_add_packet (&rtcp, type, &packet));
  fill (&packet);
  gst_rtcp_buffer_unmap (&rtcp);
  kp_rtp_counts_add_rtcp (&counts, side, buffer, now);
}

#define NTP (((guint64)0x11112222 << 32) | 0x33334444)

static void
fill_sender_report (GstRTCPPacket *packet)
{
  gst_rtcp_packet_sr_set_sender_info (packet, SSRC, NTP, 4711, 1000, 200000);
}

static void
fill_receiver_report (GstRTCPPacket *packet)
{
  gst_rtcp_packet_rr_set_ssrc (packet, 5);
  /* another stream's, then ours: 64/256, -3, half a second after our report came */
  fail_unless (gst_rtcp_packet_add_rb (packet, 6, 255, 1000, 1, 1, 1, 1));
  fail_unless (gst_rtcp_packet_add_rb (packet, SSRC, 64, -3, 1, 900, 0x22223333, 0x8000));
}

GST_START_TEST (test_round_trip)
{
  const KpRtpCount *row;

  add (KP_RTP_SENT, SSRC, 1);
  add (KP_RTP_SENT, 6, 1);

  /* about a sender report that we did not send */
  add_rtcp (KP_RTP_RECEIVED, GST_RTCP_TYPE_RR, fill_receiver_report, 10 * MS);
  row = kp_rtp_counts_find (&counts, KP_RTP_SENT, SSRC);
  fail_unless_equals_int (row->reports, 1);
  fail_unless_equals_int (row->n_rtts, 0);

  add_rtcp (KP_RTP_SENT, GST_RTCP_TYPE_SR, fill_sender_report, 100 * MS);
  add_rtcp (KP_RTP_RECEIVED, GST_RTCP_TYPE_RR, fill_receiver_report, 650 * MS);
  add_rtcp (KP_RTP_RECEIVED, GST_RTCP_TYPE_RR, fill_receiver_report, 640 * MS);
  fail_unless_equals_int (row->reports, 3);
  fail_unless_equals_int (row->n_rtts, 2);
  fail_unless (near (row->rtt, 0.04), "%f", row->rtt);
  fail_unless (near (row->total_rtt, 0.09), "%f", row->total_rtt);
  fail_unless_equals_float (row->fraction_lost, 0.25);
  fail_unless_equals_int (row->packets_lost, -3);
  fail_unless_equals_int (row->jitter, 900);

  /* with BUNDLE, each has its own */
  fail_unless_equals_int (kp_rtp_counts_find (&counts, KP_RTP_SENT, 6)->packets_lost, 1000);

  /* a peer that answers before it was asked */
  add_rtcp (KP_RTP_RECEIVED, GST_RTCP_TYPE_RR, fill_receiver_report, 101 * MS);
  fail_unless_equals_float (row->rtt, 0);
}
GST_END_TEST

GST_START_TEST (test_sender_report)
{
  const KpRtpCount *row;

  add (KP_RTP_RECEIVED, SSRC, 1);
  add_rtcp (KP_RTP_RECEIVED, GST_RTCP_TYPE_SR, fill_sender_report, MS);
  row = kp_rtp_counts_find (&counts, KP_RTP_RECEIVED, SSRC);
  fail_unless_equals_int (row->sender_reports, 1);
  fail_unless_equals_uint64 (row->sr_ntp, NTP);
  fail_unless_equals_int (row->sr_packets, 1000);
  fail_unless_equals_int (row->sr_octets, 200000);
}
GST_END_TEST

static void
fill_pli (GstRTCPPacket *packet)
{
  gst_rtcp_packet_fb_set_type (packet, GST_RTCP_PSFB_TYPE_PLI);
  gst_rtcp_packet_fb_set_media_ssrc (packet, SSRC);
}

static void
fill_fir (GstRTCPPacket *packet)
{
  gst_rtcp_packet_fb_set_type (packet, GST_RTCP_PSFB_TYPE_FIR);
  fail_unless (gst_rtcp_packet_fb_set_fci_length (packet, 4));
  memset (gst_rtcp_packet_fb_get_fci (packet), 0, 16);
  GST_WRITE_UINT32_BE (gst_rtcp_packet_fb_get_fci (packet) + 8, SSRC);
}

static void
fill_nack (GstRTCPPacket *packet)
{
  gst_rtcp_packet_fb_set_type (packet, GST_RTCP_RTPFB_TYPE_NACK);
  gst_rtcp_packet_fb_set_media_ssrc (packet, SSRC);
  fail_unless (gst_rtcp_packet_fb_set_fci_length (packet, 2));
  memset (gst_rtcp_packet_fb_get_fci (packet), 0, 8);
}

/* What goes one way is about the stream that comes the other. */
GST_START_TEST (test_feedback)
{
  KpRtpSide side = __i__;
  KpRtpSide media_side = 1 - side;
  const KpRtpCount *row;

  add (media_side, SSRC, 1);
  add (side, SSRC, 1);
  add_rtcp (side, GST_RTCP_TYPE_PSFB, fill_pli, MS);
  for (guint i = 0; i < 2; i++)
    add_rtcp (side, GST_RTCP_TYPE_PSFB, fill_fir, MS);
  for (guint i = 0; i < 3; i++)
    add_rtcp (side, GST_RTCP_TYPE_RTPFB, fill_nack, MS);

  row = kp_rtp_counts_find (&counts, media_side, SSRC);
  fail_unless_equals_int (row->plis, 1);
  fail_unless_equals_int (row->firs, 2);
  fail_unless_equals_int (row->nacks, 3);
  row = kp_rtp_counts_find (&counts, side, SSRC);
  fail_unless_equals_int (row->plis + row->firs + row->nacks, 0);
}
GST_END_TEST

/* Lengths and counts that are not true: nothing is counted, nothing is read that is not there. */
GST_START_TEST (test_garbage)
{
  GRand *random = g_rand_new_with_seed (42);

  add (KP_RTP_SENT, SSRC, 1);
  for (guint i = 0; i < 20000; i++)
    {
      gsize size = 4 * g_rand_int_range (random, 1, 12);
      guint8 *data = g_malloc (size);
      g_autoptr (GstBuffer) buffer = NULL;

      for (gsize j = 0; j < size; j++)
        data[j] = g_rand_int_range (random, 0, 256);
      data[0] = 0x80 | g_rand_int_range (random, 0, 32);
      data[1] = 200 + g_rand_int_range (random, 0, 8);
      GST_WRITE_UINT16_BE (data + 2, size / 4 - 1);
      buffer = gst_buffer_new_wrapped (data, size);
      kp_rtp_counts_add_rtcp (&counts, i % 2, buffer, MS);
    }
  fail_unless_equals_int (kp_rtp_counts_find (&counts, KP_RTP_SENT, SSRC)->reports, 0);
  g_rand_free (random);
}
GST_END_TEST

static Suite *
rtp_counts_suite (void)
{
  Suite *suite = suite_create ("kp-rtp-counts");
  TCase *tcase = tcase_create ("rtp-counts");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, test_packets);
  tcase_add_test (tcase, test_fec);
  tcase_add_loop_test (tcase, test_expected, 0, G_N_ELEMENTS (sequences));
  tcase_add_test (tcase, test_list);
  tcase_add_test (tcase, test_many_ssrcs);
  tcase_add_test (tcase, test_round_trip);
  tcase_add_test (tcase, test_sender_report);
  tcase_add_loop_test (tcase, test_feedback, 0, 2);
  tcase_add_test (tcase, test_garbage);

  return suite;
}

GST_CHECK_MAIN (rtp_counts)
