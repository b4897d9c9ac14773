/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stats-case.h"

static const struct
{
  const gchar *id;
  const gchar *name;
  guint64 value;
} sent_video[] = {
  { "outbound-rtp-1111", "ssrc", 1111 },
  { "outbound-rtp-1111", "rtxSsrc", 1112 },
  { "outbound-rtp-1111", "packetsSent", 11 },
  { "outbound-rtp-1111", "bytesSent", 1077 },
  { "outbound-rtp-1111", "headerBytesSent", 134 },
  { "outbound-rtp-1111", "retransmittedPacketsSent", 1 },
  { "outbound-rtp-1111", "retransmittedBytesSent", 77 },
  { "outbound-rtp-1111", "nackCount", 3 },
  { "outbound-rtp-1111", "pliCount", 2 },
  { "outbound-rtp-1111", "firCount", 1 },
  { "outbound-rtp-1111", "framesEncoded", 39 },
  { "outbound-rtp-1111", "keyFramesEncoded", 2 },
  { "outbound-rtp-1111", "framesSent", 38 },
  { "outbound-rtp-1111", "frameWidth", 640 },
  { "outbound-rtp-1111", "frameHeight", 360 },
  { "outbound-rtp-1111", "kurentopeerCaptureToSendCount", 10 },
  { "media-source-0", "width", 1280 },
  { "media-source-0", "frames", 40 },
  { "remote-inbound-rtp-1111", "roundTripTimeMeasurements", 4 },
  { "codec-sent-0-96", "clockRate", 90000 },
};

GST_START_TEST (test_sent_video)
{
  KpMeterCounts meter = { .sends = TRUE,
                          .ssrc = LOCAL_VIDEO,
                          .source_width = 1280,
                          .source_height = 720,
                          .source_frames = 40,
                          .codes = TRUE,
                          .width = 640,
                          .height = 360,
                          .frames = 39,
                          .keyframes = 2,
                          .source_rate.value = 30 };
  KpRtpCount *row;
  Case this;

  case_init (&this);
  g_array_append_val (this.input.meters, meter);
  row = add_row (&this, KP_RTP_SENT, LOCAL_VIDEO, 96);
  row->markers = 38;
  row->nacks = 3;
  row->plis = 2;
  row->firs = 1;
  row->delay = 0.5;
  row->n_delays = 10;
  row->reports = 4;
  row->packets_lost = 5;
  row->fraction_lost = 0.25;
  row->jitter = 900;
  row->rtt = 0.05;
  row->total_rtt = 0.2;
  row->n_rtts = 4;
  row = add_row (&this, KP_RTP_SENT, LOCAL_RTX, 97);
  row->packets = 1;
  row->payload_bytes = 77;
  row->header_bytes = 14;
  make_report (&this);

  for (guint i = 0; i < G_N_ELEMENTS (sent_video); i++)
    fail_unless_equals_uint64 (get_uint (&this, sent_video[i].id, sent_video[i].name), sent_video[i].value);

  fail_unless (find (&this, "outbound-rtp-1112") == NULL);
  fail_unless_equals_string (get_string (&this, "outbound-rtp-1111", "kind"), "video");
  fail_unless_equals_string (get_string (&this, "outbound-rtp-1111", "mid"), "v");
  fail_unless (near (get_double (&this, "outbound-rtp-1111", "kurentopeerCaptureToSendDelay"), 0.5));

  fail_unless (near (get_double (&this, "media-source-0", "framesPerSecond"), 30));
  fail_unless_equals_string (get_string (&this, "media-source-0", "trackIdentifier"), "our-video");

  fail_unless (near (get_double (&this, "remote-inbound-rtp-1111", "jitter"), 0.01));
  fail_unless (near (get_double (&this, "remote-inbound-rtp-1111", "fractionLost"), 0.25));
  fail_unless (near (get_double (&this, "remote-inbound-rtp-1111", "roundTripTime"), 0.05));
  fail_unless (near (get_double (&this, "remote-inbound-rtp-1111", "totalRoundTripTime"), 0.2));

  fail_unless_equals_string (get_string (&this, "codec-sent-0-96", "mimeType"), "video/VP8");
  case_clear (&this);
}
GST_END_TEST

static KpRtpCount *
add_layer_row (Case *this, guint32 ssrc, guint8 payload_type, const gchar *rid, gboolean repairs)
{
  KpRtpCount *row = add_row (this, KP_RTP_SENT, ssrc, payload_type);

  g_strlcpy (row->rid, rid, sizeof row->rid);
  row->repairs = repairs;

  return row;
}

/* No description names their ssrcs: the packets do. */
GST_START_TEST (test_layers)
{
  Case this;

  case_init (&this);
  add_layer_row (&this, 7001, 96, "h", FALSE);
  add_layer_row (&this, 7002, 96, "l", FALSE);
  add_layer_row (&this, 7003, 97, "l", TRUE)->packets = 3;
  make_report (&this);

  fail_unless_equals_string (get_string (&this, "outbound-rtp-7001", "rid"), "h");
  fail_unless_equals_string (get_string (&this, "outbound-rtp-7002", "rid"), "l");
  fail_unless_equals_uint64 (get_uint (&this, "outbound-rtp-7001", "retransmittedPacketsSent"), 0);
  fail_unless_equals_uint64 (get_uint (&this, "outbound-rtp-7002", "retransmittedPacketsSent"), 3);
  fail_unless_equals_uint64 (get_uint (&this, "outbound-rtp-7002", "rtxSsrc"), 7003);
  fail_unless (find (&this, "outbound-rtp-7003") == NULL);
  case_clear (&this);
}
GST_END_TEST

/* An encoder's work that we do not do is not made up. */
GST_START_TEST (test_sent_encoded)
{
  KpMeterCounts meter = { .sends = TRUE, .ssrc = LOCAL_VIDEO };
  Case this;

  case_init (&this);
  g_array_append_val (this.input.meters, meter);
  add_row (&this, KP_RTP_SENT, LOCAL_VIDEO, 96);
  make_report (&this);

  fail_unless (has (&this, "outbound-rtp-1111", "framesSent"));
  fail_if (has (&this, "outbound-rtp-1111", "framesEncoded"));
  fail_if (has (&this, "outbound-rtp-1111", "frameWidth"));
  fail_if (has (&this, "outbound-rtp-1111", "remoteId"));
  fail_if (has (&this, "outbound-rtp-1111", "kurentopeerCaptureToSendDelay"));
  fail_unless (find (&this, "remote-inbound-rtp-1111") == NULL);
  case_clear (&this);
}
GST_END_TEST

GST_START_TEST (test_received_audio)
{
  KpRtpCount *row;
  Case this;
  gint64 lost;

  case_init (&this);
  row = add_row (&this, KP_RTP_RECEIVED, REMOTE_AUDIO, 111);
  row->buffered = TRUE;
  row->late = 2;
  row->sample_delay = 9600 * 0.02;
  row->samples = 9600;
  row->picture_delay = 99;
  row->sender_reports = 3;
  /* half a second after 1970 */
  row->sr_ntp = (G_GUINT64_CONSTANT (2208988800) << 32) | 0x80000000;
  row->sr_packets = 15;
  row->sr_octets = 1500;
  make_report (&this);

  fail_unless_equals_string (get_string (&this, "inbound-rtp-2222", "kind"), "audio");
  fail_unless_equals_string (get_string (&this, "inbound-rtp-2222", "mid"), "a");
  fail_unless_equals_string (get_string (&this, "inbound-rtp-2222", "trackIdentifier"), "their-audio");
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-2222", "packetsReceived"), 10);
  fail_unless (gst_structure_get_int64 (get (&this, "inbound-rtp-2222"), "packetsLost", &lost));
  fail_unless_equals_int64 (lost, 2);
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-2222", "packetsDiscarded"), 2);
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-2222", "jitterBufferEmittedCount"), 9600);
  fail_unless (near (get_double (&this, "inbound-rtp-2222", "jitterBufferDelay"), 192));
  fail_unless (near (get_double (&this, "inbound-rtp-2222", "lastPacketReceivedTimestamp"), 1.7e12 - 20));
  fail_if (has (&this, "inbound-rtp-2222", "framesReceived"));
  fail_if (has (&this, "inbound-rtp-2222", "pliCount"));
  fail_if (has (&this, "inbound-rtp-2222", "jitter"));

  fail_unless (near (get_double (&this, "remote-outbound-rtp-2222", "remoteTimestamp"), 500));
  fail_unless_equals_uint64 (get_uint (&this, "remote-outbound-rtp-2222", "packetsSent"), 15);
  fail_unless_equals_uint64 (get_uint (&this, "remote-outbound-rtp-2222", "reportsSent"), 3);

  fail_unless_equals_uint64 (get_uint (&this, "codec-received-1-111", "channels"), 2);
  fail_unless_equals_string (get_string (&this, "codec-received-1-111", "sdpFmtpLine"), "useinbandfec=1");
  case_clear (&this);
}
GST_END_TEST

GST_START_TEST (test_received_video)
{
  KpMeterCounts old = { .ssrc = REMOTE_VIDEO, .codes = TRUE, .frames = 1 };
  KpMeterCounts meter = { .ssrc = REMOTE_VIDEO,
                          .codes = TRUE,
                          .width = 320,
                          .height = 240,
                          .frames = 20,
                          .keyframes = 3,
                          .received = 25,
                          .dropped = 4,
                          .rate.value = 24 };
  KpRtpCount *row;
  Case this;

  case_init (&this);
  g_array_append_val (this.input.meters, old);
  g_array_append_val (this.input.meters, meter);
  row = add_row (&this, KP_RTP_RECEIVED, REMOTE_VIDEO, 96);
  row->buffered = TRUE;
  row->picture_delay = 0.75;
  row->pictures = 25;
  row->sample_delay = 99;
  make_report (&this);

  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-3333", "framesReceived"), 25);
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-3333", "framesDecoded"), 20);
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-3333", "keyFramesDecoded"), 3);
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-3333", "framesDropped"), 4);
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-3333", "frameWidth"), 320);
  fail_unless (near (get_double (&this, "inbound-rtp-3333", "framesPerSecond"), 24));
  fail_unless (near (get_double (&this, "inbound-rtp-3333", "jitterBufferDelay"), 0.75));
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-3333", "jitterBufferEmittedCount"), 25);
  case_clear (&this);
}
GST_END_TEST

/* Retransmissions that no ssrc-group announces belong to the only stream that they can repair. */
GST_START_TEST (test_unannounced_repair)
{
  gboolean doubtful = __i__;
  Case this;

  case_init (&this);
  add_row (&this, KP_RTP_RECEIVED, REMOTE_VIDEO, 96);
  if (doubtful)
    add_row (&this, KP_RTP_RECEIVED, 4444, 96);
  add_row (&this, KP_RTP_RECEIVED, 5555, 97)->packets = 3;
  make_report (&this);

  fail_unless (find (&this, "inbound-rtp-5555") == NULL);
  fail_unless_equals_uint64 (get_uint (&this, "inbound-rtp-3333", "packetsReceived"), doubtful ? 10 : 13);
  fail_unless_equals_int (find (&this, "inbound-rtp-4444") != NULL, doubtful);
  case_clear (&this);
}
GST_END_TEST

/* A payload type that nobody agreed on. */
GST_START_TEST (test_undescribed)
{
  Case this;

  case_init (&this);
  add_row (&this, KP_RTP_RECEIVED, 4444, 42);
  add_row (&this, KP_RTP_SENT, 4445, 42);
  make_report (&this);
  fail_unless_equals_int (gst_structure_n_fields (this.report), 3);
  case_clear (&this);
}
GST_END_TEST

/* webrtcbin divides by a clock rate that may be 0. */
GST_START_TEST (test_jitter)
{
  static const gdouble jitters[] = { 0.0125, 0, G_MAXDOUBLE };
  gdouble jitter = __i__ == 2 ? jitters[2] * 2 : jitters[__i__];
  Case this;

  case_init (&this);
  add_row (&this, KP_RTP_RECEIVED, REMOTE_VIDEO, 96);
  add_structure (this.webrtcbin, "rtp-inbound-stream-stats_3333", "inbound-rtp;");
  {
    g_autoptr (GstStructure) source
        = gst_structure_new ("inbound-rtp", "jitter", G_TYPE_DOUBLE, jitter, NULL);

    gst_structure_set (this.webrtcbin, "rtp-inbound-stream-stats_3333", GST_TYPE_STRUCTURE, source, NULL);
  }
  make_report (&this);
  if (__i__ == 2)
    fail_if (has (&this, "inbound-rtp-3333", "jitter"));
  else
    fail_unless (near (get_double (&this, "inbound-rtp-3333", "jitter"), jitter));
  case_clear (&this);
}
GST_END_TEST
static Suite *
stats_rtp_suite (void)
{
  Suite *suite = suite_create ("kp-stats-rtp");
  TCase *tcase = tcase_create ("stats-rtp");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_sent_video);
  tcase_add_test (tcase, test_layers);
  tcase_add_test (tcase, test_sent_encoded);
  tcase_add_test (tcase, test_received_audio);
  tcase_add_test (tcase, test_received_video);
  tcase_add_loop_test (tcase, test_unannounced_repair, 0, 2);
  tcase_add_test (tcase, test_undescribed);
  tcase_add_loop_test (tcase, test_jitter, 0, 3);

  return suite;
}

GST_CHECK_MAIN (stats_rtp)
