/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media-link.h"

#include <gst/rtp/rtp.h>

#define N_BUFFERS 20 /* of 10 ms */
#define GAP (5 * GST_SECOND)

/* Of the last packet, in ns of the media; checks that those before are in order. */
static GstClockTime
take_rtp_time (Link *self, guint clock_rate, guint32 first)
{
  GstClockTime time = 0;
  GstBuffer *packet;

  while ((packet = take_packet (self)))
    {
      GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
      GstClockTime now;

      fail_unless (gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp));
      now = gst_util_uint64_scale ((guint32)(gst_rtp_buffer_get_timestamp (&rtp) - first), GST_SECOND,
                                   clock_rate);
      fail_unless (now >= time);
      time = now;
      gst_rtp_buffer_unmap (&rtp);
      gst_buffer_unref (packet);
    }

  return time;
}

static guint32
take_first (Link *self)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  GstBuffer *packet = take_packet (self);
  guint32 timestamp;

  fail_unless (gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp));
  timestamp = gst_rtp_buffer_get_timestamp (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  gst_buffer_unref (packet);

  return timestamp;
}

/* While a track sends nothing time goes on: what comes then is not the end of what was before. */
GST_START_TEST (test_gap)
{
  guint clock_rate = kp_codec_find (codecs[__i__].kind, codecs[__i__].name)->clock_rate;
  GstClockTime before, after;
  guint32 first;
  Link link;

  link_init (&link, __i__);
  for (guint i = 0; i < N_BUFFERS; i++)
    send_next (&link);
  first = take_first (&link);
  before = take_rtp_time (&link, clock_rate, first);
  link.position += GAP;
  for (guint i = 0; i < N_BUFFERS; i++)
    send_next (&link);
  after = take_rtp_time (&link, clock_rate, first);
  fail_unless (ABS (GST_CLOCK_DIFF (before + N_BUFFERS * 10 * GST_MSECOND + GAP, after))
                   < (GstClockTimeDiff)(50 * GST_MSECOND),
               "%s: %d ms", codecs[__i__].name, (gint)((after - before) / GST_MSECOND));
  link_clear (&link);
}
GST_END_TEST

static Suite *
kp_sender_gap_suite (void)
{
  Suite *suite = suite_create ("kp-sender-gap");
  TCase *tcase = tcase_create ("gap");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, NULL, show_elements);
  tcase_add_loop_test (tcase, test_gap, OPUS, G_N_ELEMENTS (codecs));

  return suite;
}

GST_CHECK_MAIN (kp_sender_gap)
