/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streams: what is sent and received, and what the peer says about it. */
#include "kp-stats-private.h"
#include "kp-sdp.h"
#include "kp-stats-sdp.h"

/* s between 1900 and 1970 */
#define NTP_UNIX_OFFSET G_GUINT64_CONSTANT (2208988800)

/* One stream: a row that is no retransmission, and what was found about it. */
typedef struct
{
  const KpRtpCount *row; /* borrowed */
  const KpRtpCount *repair; /* its retransmissions; borrowed, or NULL */
  const KpMeterCounts *meter; /* borrowed; or NULL */
  guint mline_index;
  KpStatsFormat format;
  gchar *codec_id; /* owned */
  gchar *id; /* owned */
  gchar *remote_id; /* owned; of what the peer says */
} Stream;

static void
stream_clear (Stream *self)
{
  kp_stats_format_clear (&self->format);
  g_free (self->codec_id);
  g_free (self->id);
  g_free (self->remote_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stream, stream_clear)

/* ---- looking up ---- */

/* Who sends names the ssrcs, who receives names the formats. */
static const GstSDPMessage *
get_sender_sdp (const KpStatsInput *input, KpRtpSide side)
{
  return side == KP_RTP_SENT ? input->local : input->remote;
}

static const GstSDPMessage *
get_receiver_sdp (const KpStatsInput *input, KpRtpSide side)
{
  return side == KP_RTP_SENT ? input->remote : input->local;
}

static gboolean
is_repair (const KpStatsInput *input, const KpRtpCount *row)
{
  guint32 repaired;

  return row->repairs || kp_stats_sdp_is_repair (get_sender_sdp (input, row->side), row->ssrc, &repaired)
         || kp_stats_sdp_get_apt (get_receiver_sdp (input, row->side), row->payload_type) >= 0;
}

/* Two simulcasts of one connection may have layers of the same name. */
static gboolean
repairs_layer (const KpStatsInput *input, const KpRtpCount *repair, const KpRtpCount *row)
{
  guint n = 0;

  for (guint i = 0; i < input->rtp->len; i++)
    {
      const KpRtpCount *other = &g_array_index (input->rtp, KpRtpCount, i);

      n += other->side == row->side && !other->repairs && g_str_equal (other->rid, repair->rid);
    }

  return n == 1 && g_str_equal (repair->rid, row->rid);
}

/* Whether @row has the only stream of its side with that payload type. */
static gboolean
is_only_one (const KpStatsInput *input, const KpRtpCount *row)
{
  guint n = 0;

  for (guint i = 0; i < input->rtp->len; i++)
    {
      const KpRtpCount *other = &g_array_index (input->rtp, KpRtpCount, i);

      n += other->side == row->side && other->payload_type == row->payload_type;
    }

  return n == 1;
}

/* By its ssrc, when the sender announced it; by the layer that its packets name; else by its payload type, when that leaves no doubt. */
static gboolean
repairs (const KpStatsInput *input, const KpRtpCount *repair, const KpRtpCount *row)
{
  const GstSDPMessage *receiver_sdp = get_receiver_sdp (input, row->side);
  guint32 repaired;

  if (repair->side != row->side || repair == row)
    return FALSE;
  if (kp_stats_sdp_is_repair (get_sender_sdp (input, row->side), repair->ssrc, &repaired))
    return repaired == row->ssrc;
  if (repair->repairs)
    return repairs_layer (input, repair, row);

  return kp_stats_sdp_get_apt (receiver_sdp, repair->payload_type) == row->payload_type
         && is_only_one (input, row);
}

static const KpRtpCount *
find_repair (const KpStatsInput *input, const KpRtpCount *row)
{
  for (guint i = 0; i < input->rtp->len; i++)
    if (repairs (input, &g_array_index (input->rtp, KpRtpCount, i), row))
      return &g_array_index (input->rtp, KpRtpCount, i);

  return NULL;
}

/* The latest one: a stream that changes its codec gets another receiver. */
static const KpMeterCounts *
find_meter (const KpStatsInput *input, const KpRtpCount *row)
{
  for (guint i = input->meters ? input->meters->len : 0; i > 0; i--)
    {
      const KpMeterCounts *meter = &g_array_index (input->meters, KpMeterCounts, i - 1);

      if (meter->ssrc == row->ssrc && meter->sends == (row->side == KP_RTP_SENT))
        return meter;
    }

  return NULL;
}

/* FALSE when nobody described it. */
static gboolean
stream_init (Stream *self, const KpStatsInput *input, const KpRtpCount *row)
{
  const GstSDPMessage *sender_sdp = get_sender_sdp (input, row->side);
  const GstSDPMessage *receiver_sdp = get_receiver_sdp (input, row->side);
  gboolean sent = row->side == KP_RTP_SENT;

  *self = (Stream){ .row = row };
  if (!kp_stats_sdp_find_ssrc (sender_sdp, row->ssrc, &self->mline_index)
      && !kp_stats_sdp_find_format (receiver_sdp, row->payload_type, &self->mline_index))
    return FALSE;
  if (!kp_stats_sdp_get_format (receiver_sdp, self->mline_index, row->payload_type, &self->format)
      && !kp_stats_sdp_get_format (sender_sdp, self->mline_index, row->payload_type, &self->format))
    return FALSE;

  self->repair = find_repair (input, row);
  self->meter = find_meter (input, row);
  self->codec_id
      = g_strdup_printf ("codec-%s-%u-%u", sent ? "sent" : "received", self->mline_index, row->payload_type);
  self->id = g_strdup_printf ("%s-%u", sent ? "outbound-rtp" : "inbound-rtp", row->ssrc);
  if (sent ? row->reports > 0 : row->sender_reports > 0)
    self->remote_id
        = g_strdup_printf ("%s-%u", sent ? "remote-inbound-rtp" : "remote-outbound-rtp", row->ssrc);

  return TRUE;
}

/* ---- entries ---- */

static void
add_codec (KpStatsReport *self, const Stream *stream)
{
  const KpStatsFormat *format = &stream->format;
  GstStructure *entry = kp_stats_entry_new (self, "codec", g_strdup (stream->codec_id));
  g_autofree gchar *mime_type
      = g_strdup_printf ("%s/%s", kp_media_kind_to_string (format->kind), format->name);

  kp_stats_entry_set_uint (entry, "payloadType", stream->row->payload_type);
  kp_stats_entry_set_string (entry, "transportId", KP_STATS_TRANSPORT_ID);
  kp_stats_entry_set_string (entry, "mimeType", mime_type);
  if (format->clock_rate)
    kp_stats_entry_set_uint (entry, "clockRate", format->clock_rate);
  if (format->channels)
    kp_stats_entry_set_uint (entry, "channels", format->channels);
  kp_stats_entry_set_string (entry, "sdpFmtpLine", format->fmtp);
  kp_stats_report_take (self, entry);
}

/* RTCRtpStreamStats */
static GstStructure *
stream_entry_new (const KpStatsReport *self, const Stream *stream, const gchar *type, const gchar *id)
{
  GstStructure *entry = kp_stats_entry_new (self, type, g_strdup (id));

  kp_stats_entry_set_uint (entry, "ssrc", stream->row->ssrc);
  kp_stats_entry_set_string (entry, "kind", kp_media_kind_to_string (stream->format.kind));
  kp_stats_entry_set_string (entry, "transportId", KP_STATS_TRANSPORT_ID);
  kp_stats_entry_set_string (entry, "codecId", stream->codec_id);

  return entry;
}

static void
set_mid (const KpStatsReport *self, const Stream *stream, GstStructure *entry)
{
  const GstSDPMessage *sdp = self->input->local;

  if (sdp && stream->mline_index < gst_sdp_message_medias_len (sdp))
    kp_stats_entry_set_string (entry, "mid",
                               kp_sdp_media_get_mid (gst_sdp_message_get_media (sdp, stream->mline_index)));
}

/* For who receives it is no member of the W3C's. */
static void
set_rid (const Stream *stream, GstStructure *entry)
{
  if (*stream->row->rid)
    kp_stats_entry_set_string (entry, "rid", stream->row->rid);
}

static void
set_size (GstStructure *entry, const gchar *width_name, guint width, const gchar *height_name, guint height)
{
  if (width == 0 || height == 0)
    return;

  kp_stats_entry_set_uint (entry, width_name, width);
  kp_stats_entry_set_uint (entry, height_name, height);
}

static void
set_feedback (const Stream *stream, GstStructure *entry)
{
  kp_stats_entry_set_uint (entry, "nackCount", stream->row->nacks);
  if (stream->format.kind != KP_MEDIA_VIDEO)
    return;

  kp_stats_entry_set_uint (entry, "pliCount", stream->row->plis);
  kp_stats_entry_set_uint (entry, "firCount", stream->row->firs);
}

/* Retransmissions count as packets of the stream, too. */
static void
set_packets (const Stream *stream, GstStructure *entry, const gchar *verb)
{
  static const KpRtpCount none = { 0 };
  const KpRtpCount *row = stream->row;
  const KpRtpCount *repair = stream->repair ? stream->repair : &none;
  g_autofree gchar *packets = g_strconcat ("packets", verb, NULL);
  g_autofree gchar *bytes = g_strconcat ("bytes", verb, NULL);
  g_autofree gchar *header_bytes = g_strconcat ("headerBytes", verb, NULL);
  g_autofree gchar *repair_packets = g_strconcat ("retransmittedPackets", verb, NULL);
  g_autofree gchar *repair_bytes = g_strconcat ("retransmittedBytes", verb, NULL);

  kp_stats_entry_set_uint (entry, packets, row->packets + repair->packets);
  kp_stats_entry_set_uint (entry, bytes, row->payload_bytes + repair->payload_bytes);
  kp_stats_entry_set_uint (entry, header_bytes, row->header_bytes + repair->header_bytes);
  if (stream->format.kind != KP_MEDIA_VIDEO)
    return;

  kp_stats_entry_set_uint (entry, repair_packets, repair->packets);
  kp_stats_entry_set_uint (entry, repair_bytes, repair->payload_bytes);
  if (stream->repair)
    kp_stats_entry_set_uint (entry, "rtxSsrc", repair->ssrc);
}

/* Owned. */
static gchar *
add_media_source (KpStatsReport *self, const Stream *stream)
{
  const KpMeterCounts *meter = stream->meter;
  gchar *id = g_strdup_printf ("media-source-%u", stream->mline_index);
  GstStructure *entry = kp_stats_entry_new (self, "media-source", g_strdup (id));
  g_autofree gchar *track_id = kp_stats_sdp_dup_track_id (self->input->local, stream->mline_index);

  kp_stats_entry_set_string (entry, "kind", kp_media_kind_to_string (stream->format.kind));
  kp_stats_entry_set_string (entry, "trackIdentifier", track_id);
  if (meter && stream->format.kind == KP_MEDIA_VIDEO)
    {
      set_size (entry, "width", meter->source_width, "height", meter->source_height);
      kp_stats_entry_set_uint (entry, "frames", meter->source_frames);
      kp_stats_entry_set_double (entry, "framesPerSecond",
                                 kp_rate_get (&meter->source_rate, self->input->now));
    }
  kp_stats_report_take (self, entry);

  return id;
}

static void
set_sent_frames (const KpStatsReport *self, const Stream *stream, GstStructure *entry)
{
  const KpMeterCounts *meter = stream->meter;

  if (stream->format.kind != KP_MEDIA_VIDEO)
    return;

  kp_stats_entry_set_uint (entry, "framesSent", stream->row->markers);
  kp_stats_entry_set_double (entry, "framesPerSecond",
                             kp_rate_get (&stream->row->marker_rate, self->input->now));
  if (meter)
    set_size (entry, "frameWidth", meter->width, "frameHeight", meter->height);
  if (meter && meter->codes)
    {
      kp_stats_entry_set_uint (entry, "framesEncoded", meter->frames);
      kp_stats_entry_set_uint (entry, "keyFramesEncoded", meter->keyframes);
    }
}

static void
add_outbound (KpStatsReport *self, const Stream *stream)
{
  GstStructure *entry = stream_entry_new (self, stream, "outbound-rtp", stream->id);
  g_autofree gchar *source_id = add_media_source (self, stream);

  set_mid (self, stream, entry);
  set_rid (stream, entry);
  kp_stats_entry_set_string (entry, "mediaSourceId", source_id);
  kp_stats_entry_set_string (entry, "remoteId", stream->remote_id);
  set_packets (stream, entry, "Sent");
  set_feedback (stream, entry);
  set_sent_frames (self, stream, entry);
  if (stream->row->n_delays)
    {
      kp_stats_entry_set_double (entry, "kurentopeerCaptureToSendDelay", stream->row->delay);
      kp_stats_entry_set_uint (entry, "kurentopeerCaptureToSendCount", stream->row->n_delays);
    }
  kp_stats_report_take (self, entry);
}

static void
add_remote_inbound (KpStatsReport *self, const Stream *stream)
{
  const KpRtpCount *row = stream->row;
  GstStructure *entry;

  if (stream->remote_id == NULL)
    return;

  entry = stream_entry_new (self, stream, "remote-inbound-rtp", stream->remote_id);
  kp_stats_entry_set_string (entry, "localId", stream->id);
  /* GStreamer's own reports miss the first packet of a stream, and begin with -1 */
  gst_structure_set (entry, "packetsLost", G_TYPE_INT64, (gint64)MAX (row->packets_lost, 0), NULL);
  kp_stats_entry_set_double (entry, "fractionLost", row->fraction_lost);
  if (stream->format.clock_rate)
    kp_stats_entry_set_double (entry, "jitter", row->jitter / (gdouble)stream->format.clock_rate);
  if (row->n_rtts)
    kp_stats_entry_set_double (entry, "roundTripTime", row->rtt);
  kp_stats_entry_set_double (entry, "totalRoundTripTime", row->total_rtt);
  kp_stats_entry_set_uint (entry, "roundTripTimeMeasurements", row->n_rtts);
  kp_stats_report_take (self, entry);
}

/* webrtcbin's own, which the source it belongs to has computed with its own clock rate. */
static void
set_jitter (const KpStatsReport *self, const Stream *stream, GstStructure *entry)
{
  g_autofree gchar *id = g_strdup_printf ("rtp-inbound-stream-stats_%u", stream->row->ssrc);
  const GValue *value = self->input->webrtcbin ? gst_structure_get_value (self->input->webrtcbin, id) : NULL;
  gdouble jitter;

  if (value && GST_VALUE_HOLDS_STRUCTURE (value)
      && gst_structure_get_double (gst_value_get_structure (value), "jitter", &jitter) && jitter >= 0)
    kp_stats_entry_set_double (entry, "jitter", jitter);
}

static void
set_received_frames (const KpStatsReport *self, const Stream *stream, GstStructure *entry)
{
  const KpMeterCounts *meter = stream->meter;

  if (meter == NULL || stream->format.kind != KP_MEDIA_VIDEO)
    return;

  kp_stats_entry_set_uint (entry, "framesReceived", meter->received);
  set_size (entry, "frameWidth", meter->width, "frameHeight", meter->height);
  if (!meter->codes)
    return;
  kp_stats_entry_set_uint (entry, "framesDecoded", meter->frames);
  kp_stats_entry_set_uint (entry, "keyFramesDecoded", meter->keyframes);
  kp_stats_entry_set_uint (entry, "framesDropped", meter->dropped);
  kp_stats_entry_set_double (entry, "framesPerSecond", kp_rate_get (&meter->rate, self->input->now));
}

static void
set_jitter_buffer (const Stream *stream, GstStructure *entry)
{
  const KpRtpCount *row = stream->row;
  gboolean is_video = stream->format.kind == KP_MEDIA_VIDEO;

  if (!row->buffered)
    return;

  kp_stats_entry_set_uint (entry, "packetsDiscarded", row->late);
  kp_stats_entry_set_double (entry, "jitterBufferDelay", is_video ? row->picture_delay : row->sample_delay);
  kp_stats_entry_set_uint (entry, "jitterBufferEmittedCount", is_video ? row->pictures : row->samples);
}

static void
add_inbound (KpStatsReport *self, const Stream *stream)
{
  const KpRtpCount *row = stream->row;
  GstStructure *entry = stream_entry_new (self, stream, "inbound-rtp", stream->id);
  g_autofree gchar *track_id = kp_stats_sdp_dup_track_id (self->input->remote, stream->mline_index);

  set_mid (self, stream, entry);
  kp_stats_entry_set_string (entry, "trackIdentifier", track_id);
  kp_stats_entry_set_string (entry, "remoteId", stream->remote_id);
  set_packets (stream, entry, "Received");
  if (row->fec_packets)
    {
      kp_stats_entry_set_uint (entry, "fecPacketsReceived", row->fec_packets);
      kp_stats_entry_set_uint (entry, "fecBytesReceived", row->fec_bytes);
    }
  gst_structure_set (entry, "packetsLost", G_TYPE_INT64, (gint64)row->expected - (gint64)row->packets, NULL);
  set_jitter (self, stream, entry);
  kp_stats_entry_set_double (entry, "lastPacketReceivedTimestamp",
                             self->input->timestamp - (self->input->now - row->last) / 1000.0);
  set_feedback (stream, entry);
  set_received_frames (self, stream, entry);
  set_jitter_buffer (stream, entry);
  kp_stats_report_take (self, entry);
}

static void
add_remote_outbound (KpStatsReport *self, const Stream *stream)
{
  const KpRtpCount *row = stream->row;
  gdouble seconds
      = (gdouble)(row->sr_ntp >> 32) - NTP_UNIX_OFFSET + (row->sr_ntp & G_MAXUINT32) / 4294967296.0;
  GstStructure *entry;

  if (stream->remote_id == NULL)
    return;

  entry = stream_entry_new (self, stream, "remote-outbound-rtp", stream->remote_id);
  kp_stats_entry_set_string (entry, "localId", stream->id);
  kp_stats_entry_set_uint (entry, "packetsSent", row->sr_packets);
  kp_stats_entry_set_uint (entry, "bytesSent", row->sr_octets);
  kp_stats_entry_set_double (entry, "remoteTimestamp", seconds * 1000);
  kp_stats_entry_set_uint (entry, "reportsSent", row->sender_reports);
  kp_stats_report_take (self, entry);
}

void
kp_stats_add_streams (KpStatsReport *self)
{
  const KpStatsInput *input = self->input;

  for (guint i = 0; input->rtp && i < input->rtp->len; i++)
    {
      const KpRtpCount *row = &g_array_index (input->rtp, KpRtpCount, i);
      g_auto (Stream) stream = { 0 };

      if (is_repair (input, row) || !stream_init (&stream, input, row))
        continue;

      add_codec (self, &stream);
      if (row->side == KP_RTP_SENT)
        {
          add_outbound (self, &stream);
          add_remote_inbound (self, &stream);
        }
      else
        {
          add_inbound (self, &stream);
          add_remote_outbound (self, &stream);
        }
    }
}
