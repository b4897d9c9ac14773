/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#define FRAMES 20
#define LOST 10

#define SENDER                                                                                               \
  "videotestsrc is-live=true pattern=ball ! " VIDEO_CAPS " ! kurentopeer name=p mode=sendonly "              \
  "video-codecs=VP8 data-channels=true " TONE (440) " p. videotestsrc is-live=true ! fakesink name=clock"
#define RECEIVER                                                                                             \
  "kurentopeer name=p mode=recvonly latency=300 data-channels=true p.video_src_0 ! " VIDEO_SINK (            \
      "v") " p.audio_src_0 ! " AUDIO_SINK ("a")

typedef struct
{
  Side sender;
  Side receiver;
  Watch video; /* what the receiver sees */
} Pair;

static void
pair_init (Pair *self, const gchar *sender, const gchar *receiver)
{
  side_init (&self->sender, sender);
  side_init (&self->receiver, receiver);
  watch_init (&self->video, &self->receiver, "v");
}

static void
pair_clear (Pair *self)
{
  side_clear (&self->sender);
  side_clear (&self->receiver);
  watch_clear (&self->video);
}

/* The entry of @type and, unless it is NULL, of @kind; owned, or NULL. */
static GstStructure *
find_entry (const GstStructure *report, const gchar *type, const gchar *kind)
{
  for (gint i = 0; i < gst_structure_n_fields (report); i++)
    {
      const GValue *value = gst_structure_get_value (report, gst_structure_nth_field_name (report, i));
      const GstStructure *entry = GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;

      if (entry && gst_structure_has_name (entry, type)
          && (kind == NULL || g_strcmp0 (gst_structure_get_string (entry, "kind"), kind) == 0))
        return gst_structure_copy (entry);
    }

  return NULL;
}

static GstStructure *
ask_entry (Side *side, const gchar *type, const gchar *kind)
{
  g_autoptr (GstStructure) report = side_ask (side, "get-stats", NULL);

  fail_if (gst_structure_has_field (report, "error"));

  return find_entry (report, type, kind);
}

/* A number of one entry; -1000 when there is none. */
static gdouble
ask (Side *side, const gchar *type, const gchar *kind, const gchar *name)
{
  g_autoptr (GstStructure) entry = ask_entry (side, type, kind);
  const GValue *value = entry ? gst_structure_get_value (entry, name) : NULL;
  g_auto (GValue) number = G_VALUE_INIT;

  g_value_init (&number, G_TYPE_DOUBLE);
  if (value)
    g_value_transform (value, &number);

  return value ? g_value_get_double (&number) : -1000;
}

/* What was sent by now arrives; what has arrived was sent. */
static void
check_arrives (Pair *self, const gchar *kind, const gchar *sent_name, const gchar *received_name)
{
  gdouble sent = ask (&self->sender, "outbound-rtp", kind, sent_name);
  gdouble received;

  fail_unless (sent > 0, "no %s of %s", sent_name, kind);
  wait_until (ask (&self->receiver, "inbound-rtp", kind, received_name) >= sent);
  received = ask (&self->receiver, "inbound-rtp", kind, received_name);
  sent = ask (&self->sender, "outbound-rtp", kind, sent_name);
  fail_unless (received <= sent, "%s: %.0f %s, but %.0f %s", kind, received, received_name, sent, sent_name);
}

GST_START_TEST (test_both_sides)
{
  static const gchar *const kinds[] = { "audio", "video" };
  Pair pair;

  pair_init (&pair, SENDER, RECEIVER);
  call (&pair.sender, &pair.receiver);
  watch_wait (&pair.video, FRAMES);
  /* how much may be sent is told by who sends */
  fail_unless (ask (&pair.sender, "candidate-pair", NULL, "availableOutgoingBitrate") > 300000);
  fail_unless (ask (&pair.receiver, "candidate-pair", NULL, "availableOutgoingBitrate") < 0);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      check_arrives (&pair, kinds[i], "packetsSent", "packetsReceived");
      check_arrives (&pair, kinds[i], "bytesSent", "bytesReceived");
      check_arrives (&pair, kinds[i], "headerBytesSent", "headerBytesReceived");
      fail_unless_equals_float (ask (&pair.receiver, "inbound-rtp", kinds[i], "packetsLost"), 0);
      wait_until (ask (&pair.receiver, "remote-outbound-rtp", kinds[i], "packetsSent") > 0);
      fail_unless (ask (&pair.receiver, "inbound-rtp", kinds[i], "jitterBufferEmittedCount") > 0);
      fail_unless (ask (&pair.receiver, "inbound-rtp", kinds[i], "jitterBufferDelay") >= 0);
    }
  check_arrives (&pair, "video", "framesSent", "framesReceived");
  check_arrives (&pair, "video", "framesEncoded", "framesDecoded");
  pair_clear (&pair);
}
GST_END_TEST

static const struct
{
  gboolean sends;
  const gchar *type;
  const gchar *name;
  gdouble least;
  gdouble most;
} numbers[] = {
  { TRUE, "media-source", "width", 160, 160 },
  { TRUE, "media-source", "height", 120, 120 },
  { TRUE, "media-source", "frames", FRAMES, G_MAXDOUBLE },
  { TRUE, "outbound-rtp", "frameWidth", 160, 160 },
  { TRUE, "outbound-rtp", "frameHeight", 120, 120 },
  { TRUE, "outbound-rtp", "keyFramesEncoded", 1, FRAMES },
  { TRUE, "outbound-rtp", "kurentopeerCaptureToSendCount", FRAMES, G_MAXDOUBLE },
  { TRUE, "outbound-rtp", "kurentopeerCaptureToSendDelay", 0.0001, G_MAXDOUBLE },
  { FALSE, "inbound-rtp", "frameWidth", 160, 160 },
  { FALSE, "inbound-rtp", "frameHeight", 120, 120 },
  { FALSE, "inbound-rtp", "framesDecoded", FRAMES, G_MAXDOUBLE },
  { FALSE, "inbound-rtp", "keyFramesDecoded", 1, FRAMES },
  { FALSE, "inbound-rtp", "framesPerSecond", 1, 60 },
  { FALSE, "inbound-rtp", "jitter", 0, 5 },
};

GST_START_TEST (test_numbers)
{
  g_autoptr (GstStructure) transport = NULL;
  g_autoptr (GstStructure) codec = NULL;
  gdouble frames;
  Pair pair;

  pair_init (&pair, SENDER, RECEIVER);
  call (&pair.sender, &pair.receiver);
  watch_wait (&pair.video, FRAMES);
  wait_until (ask (&pair.receiver, "inbound-rtp", "video", "framesPerSecond") > 0);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gdouble value
          = ask (numbers[i].sends ? &pair.sender : &pair.receiver, numbers[i].type, "video", numbers[i].name);

      fail_unless (value >= numbers[i].least && value <= numbers[i].most, "%s: %f", numbers[i].name, value);
    }

  frames = ask (&pair.receiver, "inbound-rtp", "video", "framesDecoded");
  watch_wait (&pair.video, 5);
  wait_until (ask (&pair.receiver, "inbound-rtp", "video", "framesDecoded") >= frames + 5);

  transport = ask_entry (&pair.receiver, "transport", NULL);
  fail_unless_equals_string (gst_structure_get_string (transport, "dtlsState"), "connected");
  fail_unless (gst_structure_has_field (transport, "selectedCandidatePairId"));
  fail_unless (gst_structure_has_field (transport, "localCertificateId"));
  fail_unless (gst_structure_has_field (transport, "remoteCertificateId"));
  codec = ask_entry (&pair.sender, "codec", NULL);
  fail_unless (codec != NULL);
  pair_clear (&pair);
}
GST_END_TEST

GST_START_TEST (test_data_channel)
{
  gboolean sent = FALSE;
  Pair pair;

  pair_init (&pair, SENDER, RECEIVER);
  call (&pair.sender, &pair.receiver);
  wait_until (ask (&pair.sender, "peer-connection", NULL, "dataChannelsOpened") == 1);
  wait_until (ask (&pair.receiver, "peer-connection", NULL, "dataChannelsOpened") == 1);
  g_signal_emit_by_name (pair.sender.peer, "send-string", NULL, "hello", &sent);
  fail_unless (sent);
  fail_unless_equals_float (ask (&pair.sender, "data-channel", NULL, "messagesSent"), 1);
  fail_unless_equals_float (ask (&pair.sender, "data-channel", NULL, "bytesSent"), 5);
  wait_until (ask (&pair.receiver, "data-channel", NULL, "messagesReceived") == 1);
  fail_unless_equals_float (ask (&pair.receiver, "data-channel", NULL, "bytesReceived"), 5);
  pair_clear (&pair);
}
GST_END_TEST

/* ---- loss ---- */

static gint n_dropped;
static gint payload_type; /* of the VP8 */

static gint
ask_payload_type (Side *side)
{
  g_autoptr (GstStructure) report = side_ask (side, "get-stats", NULL);
  g_autoptr (GstStructure) stream = find_entry (report, "outbound-rtp", "video");
  g_autoptr (GstStructure) codec = NULL;
  guint64 number;

  fail_unless (gst_structure_get (report, gst_structure_get_string (stream, "codecId"), GST_TYPE_STRUCTURE,
                                  &codec, NULL));
  fail_unless (gst_structure_get_uint64 (codec, "payloadType", &number));

  return number;
}

/* Every fifth packet of the VP8 itself, until it is enough: the header of SRTP can be read. */
static GstPadProbeReturn
drop_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint8 header[4];

  if (gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, header, sizeof header) != sizeof header
      || header[0] >> 6 != 2 || (header[1] & 0x7f) != g_atomic_int_get (&payload_type)
      || GST_READ_UINT16_BE (header + 2) % 5 != 2 || g_atomic_int_get (&n_dropped) == LOST)
    return GST_PAD_PROBE_OK;

  g_atomic_int_inc (&n_dropped);

  return GST_PAD_PROBE_DROP;
}

GST_START_TEST (test_loss)
{
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstPad) pad = NULL;
  Pair pair;

  n_dropped = 0;
  pair_init (&pair, SENDER, RECEIVER);
  call (&pair.sender, &pair.receiver);
  watch_wait (&pair.video, 1);
  payload_type = ask_payload_type (&pair.sender);
  source = side_find_inside (&pair.receiver, "nicesrc");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, drop_cb, NULL, NULL);

  wait_until (g_atomic_int_get (&n_dropped) == LOST);
  wait_until (ask (&pair.receiver, "inbound-rtp", "video", "packetsLost") == LOST);
  wait_until (ask (&pair.receiver, "inbound-rtp", "video", "retransmittedPacketsReceived") > 0);
  fail_unless (ask (&pair.receiver, "inbound-rtp", "video", "nackCount") > 0);
  fail_unless (ask (&pair.sender, "outbound-rtp", "video", "nackCount") > 0);
  check_arrives (&pair, "video", "retransmittedPacketsSent", "retransmittedPacketsReceived");
  pair_clear (&pair);
}
GST_END_TEST

/* Regular reports come although each picture wants feedback for congestion control. */
GST_START_TEST (test_round_trip)
{
  static const gchar *const kinds[] = { "audio", "video" };
  Pair pair;

  pair_init (&pair, SENDER, RECEIVER);
  call (&pair.sender, &pair.receiver);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gdouble time;

      wait_until (ask (&pair.sender, "remote-inbound-rtp", kinds[i], "roundTripTimeMeasurements") >= 3);
      time = ask (&pair.sender, "remote-inbound-rtp", kinds[i], "roundTripTime");
      fail_unless (time > 0 && time < 5, "%s: %f s", kinds[i], time);
    }
  pair_clear (&pair);
}
GST_END_TEST

/* ---- again and again ---- */

static gint n_reports;
static gint n_complete; /* reports with the video in them */

/* Whoever drops a message has to unref it. */
static GstBusSyncReply
message_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (gst_message_has_name (message, "kurentopeer/stats"))
    {
      const GstStructure *report = gst_message_get_structure (message);
      g_autoptr (GstStructure) entry = find_entry (report, "outbound-rtp", "video");

      g_atomic_int_inc (&n_reports);
      if (entry && gst_structure_has_field (report, "json"))
        g_atomic_int_inc (&n_complete);
    }
  gst_message_unref (message);

  return GST_BUS_DROP;
}

/* Whether none is posted in a while. What is asked now is answered after what was asked before. */
static void
check_silence (Side *side, Watch *clock)
{
  gint n;

  gst_structure_free (side_ask (side, "get-stats", NULL));
  n = g_atomic_int_get (&n_reports);
  watch_wait (clock, 10);
  fail_unless_equals_int (g_atomic_int_get (&n_reports), n);
}

GST_START_TEST (test_interval)
{
  g_autoptr (GstBus) bus = NULL;
  Watch clock;
  Pair pair;

  n_reports = n_complete = 0;
  pair_init (&pair, SENDER, RECEIVER);
  bus = gst_element_get_bus (pair.sender.pipeline);
  gst_bus_set_sync_handler (bus, message_cb, NULL, NULL);
  watch_init (&clock, &pair.sender, "clock");
  g_object_set (pair.sender.peer, "stats-interval", 10, NULL);
  side_play (&pair.sender);
  check_silence (&pair.sender, &clock);
  fail_unless_equals_int (g_atomic_int_get (&n_reports), 0);

  call (&pair.sender, &pair.receiver);
  wait_until (g_atomic_int_get (&n_complete) >= 3);
  g_object_set (pair.sender.peer, "stats-interval", 0, NULL);
  check_silence (&pair.sender, &clock);
  g_object_set (pair.sender.peer, "stats-interval", 20, NULL);
  n_complete = 0;
  wait_until (g_atomic_int_get (&n_complete) >= 3);
  gst_structure_free (side_ask (&pair.sender, "close", NULL));
  check_silence (&pair.sender, &clock);
  pair_clear (&pair);
  watch_clear (&clock);
}
GST_END_TEST

static Suite *
stats_suite (void)
{
  Suite *suite = suite_create ("stats");
  TCase *tcase = tcase_create ("stats");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_both_sides);
  tcase_add_test (tcase, test_numbers);
  tcase_add_test (tcase, test_data_channel);
  tcase_add_test (tcase, test_loss);
  tcase_add_test (tcase, test_round_trip);
  tcase_add_test (tcase, test_interval);

  return suite;
}

GST_CHECK_MAIN (stats)
