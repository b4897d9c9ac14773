/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#define SOURCE "videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=15/1 ! "

static const gchar *const codecs[] = { "VP8", "H264" };

typedef struct
{
  Side sender;
  Side receiver;
  Watch video; /* what the receiver sees */
} Pair;

/* The sound goes first: webrtcbin takes what is not announced for a part of it. */
static void
pair_init (Pair *self, const gchar *codec, const gchar *receiver)
{
  g_autofree gchar *sender = g_strconcat (
      TONE (440) "p. " SOURCE "kurentopeer name=p mode=sendonly simulcast=true video-codecs=", codec, NULL);

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

#define VIEWER "kurentopeer name=p mode=recvonly p.video_src_0 ! " VIDEO_SINK ("v")

static gboolean
tells (Side *side, const gchar *line)
{
  g_autofree gchar *sdp = side_dup_string (side, "local-description");

  return strstr (sdp, line) != NULL;
}

/* ---- layers get lost on their way ---- */

static gint lost; /* how many, the first ones; atomic */
static gint first_ssrc; /* atomic */

static gboolean
find_first (GQuark field, const GValue *value, gpointer user_data)
{
  const GstStructure *entry = GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;
  guint64 ssrc;

  if (entry && gst_structure_has_name (entry, "outbound-rtp")
      && g_strcmp0 (gst_structure_get_string (entry, "rid"), "h") == 0
      && gst_structure_get_uint64 (entry, "ssrc", &ssrc))
    g_atomic_int_set (&first_ssrc, ssrc);

  return TRUE;
}

/* The header of SRTP can be read. */
static GstPadProbeReturn
lose_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint8 header[12];
  guint32 layer;

  if (gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, header, sizeof header) != sizeof header
      || header[0] >> 6 != 2 || (header[1] >= 192 && header[1] <= 223))
    return GST_PAD_PROBE_OK;

  layer = GST_READ_UINT32_BE (header + 8) - (guint32)g_atomic_int_get (&first_ssrc);

  return layer < (guint32)g_atomic_int_get (&lost) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void
lose_layers (Pair *self)
{
  g_autoptr (GstStructure) report = side_ask (&self->sender, "get-stats", NULL);
  g_autoptr (GstElement) source = side_find_inside (&self->receiver, "nicesrc");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  lost = 0;
  gst_structure_foreach (report, find_first, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, lose_cb, NULL, NULL);
}

/* They go on, whatever layer a picture comes from. */
static void
check_times (Pair *self)
{
  for (guint i = 1; i < watch_buffers (&self->video); i++)
    fail_unless (watch_arrival (&self->video, i).time >= watch_arrival (&self->video, i - 1).time);
}

/* The largest that comes is what is seen, on one pad. */
GST_START_TEST (test_largest)
{
  Pair pair;

  pair_init (&pair, codecs[__i__], VIEWER);
  call (&pair.sender, &pair.receiver);
  fail_unless (tells (&pair.sender, "a=simulcast:send h;m;l\r\n"));
  fail_unless (tells (&pair.receiver, "a=simulcast:recv h;m;l\r\n"));
  fail_unless (tells (&pair.receiver, "a=rid:m recv\r\n"));
  fail_unless (tells (&pair.receiver, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"));
  watch_wait_size (&pair.video, 640, 480);
  watch_wait (&pair.video, 15);
  watch_wait_size (&pair.video, 640, 480);

  lose_layers (&pair);
  g_atomic_int_set (&lost, 1);
  watch_wait_size (&pair.video, 320, 240);
  g_atomic_int_set (&lost, 2);
  watch_wait_size (&pair.video, 160, 120);
  g_atomic_int_set (&lost, 0);
  watch_wait_size (&pair.video, 640, 480);
  fail_unless_equals_int (pair.receiver.peer->numsrcpads, 2); /* the sound is the other one */
  check_times (&pair);
  pair_clear (&pair);
}
GST_END_TEST

static guint16 last_seqnum;
static guint32 stream_ssrc;
static gint n_packets;
static gint n_broken;

static GstPadProbeReturn
packet_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint8 header[12];

  if (gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, header, sizeof header) != sizeof header)
    return GST_PAD_PROBE_OK;

  if (g_atomic_int_add (&n_packets, 1) == 0)
    stream_ssrc = GST_READ_UINT32_BE (header + 8);
  else if ((guint16)(last_seqnum + 1) != GST_READ_UINT16_BE (header + 2)
           || stream_ssrc != GST_READ_UINT32_BE (header + 8))
    g_atomic_int_inc (&n_broken);
  last_seqnum = GST_READ_UINT16_BE (header + 2);

  return GST_PAD_PROBE_OK;
}

/* Who gets the RTP gets one stream of it. */
GST_START_TEST (test_rtp)
{
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;
  Pair pair;

  n_packets = n_broken = 0;
  pair_init (&pair, "VP8",
             "kurentopeer name=p mode=recvonly output=rtp p.video_src_0 ! identity name=i ! rtpvp8depay ! "
             "vp8dec ! " VIDEO_SINK ("v"));
  sink = gst_bin_get_by_name (GST_BIN (pair.receiver.pipeline), "i");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, packet_cb, NULL, NULL);
  call (&pair.sender, &pair.receiver);
  watch_wait_size (&pair.video, 640, 480);
  lose_layers (&pair);
  g_atomic_int_set (&lost, 1);
  watch_wait_size (&pair.video, 320, 240);
  fail_unless (g_atomic_int_get (&n_packets) > 0);
  fail_unless_equals_int (g_atomic_int_get (&n_broken), 0);
  pair_clear (&pair);
}
GST_END_TEST

static Suite *
simulcast_received_suite (void)
{
  Suite *suite = suite_create ("simulcast-received");
  TCase *tcase = tcase_create ("simulcast");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_largest, 0, G_N_ELEMENTS (codecs));
  tcase_add_test (tcase, test_rtp);

  return suite;
}

GST_CHECK_MAIN (simulcast_received)
