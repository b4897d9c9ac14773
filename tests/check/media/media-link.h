/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-receiver.h"
#include "kp-sender.h"
#include "media-check.h"

#define VIDEO_CAPS "video/x-raw,format=I420,width=320,height=240,framerate=30/1"
#define AUDIO_CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2"
#define PAYLOAD_TYPE 45
#define TURN_LENGTH 8 /* pictures */
#define TOLERANCE 12

/* A sender and a receiver, back to back; the test carries the packets. */
typedef struct
{
  KpMediaKind kind;
  GstHarness *send;
  GstHarness *receive;
  KpReceiver *receiver; /* borrowed, of the harness */
  KpOutlet *outlet; /* owned */
  GstElement *sink; /* owned; links the outlet */
  GstClockTime position; /* ns, of what is sent */
  GArray *samples; /* of gint16; decoded audio */
  guint n_pictures; /* decoded */
  guint turn; /* of the last decoded picture */
} Link;

static const struct
{
  KpMediaKind kind;
  const gchar *name;
  const gchar *hidden_encoder;
  const gchar *hidden_decoder;
} codecs[] = {
  { KP_MEDIA_VIDEO, "VP8" },
  { KP_MEDIA_VIDEO, "VP9" },
  { KP_MEDIA_VIDEO, "H264" },
  { KP_MEDIA_VIDEO, "H264", "x264enc", "avdec_h264" },
  { KP_MEDIA_VIDEO, "H264", NULL, "avdec_h264" },
  { KP_MEDIA_VIDEO, "VP8", NULL, "vp8dec" },
  { KP_MEDIA_VIDEO, "VP9", NULL, "vp9dec" },
  { KP_MEDIA_AUDIO, "OPUS" },
  { KP_MEDIA_AUDIO, "PCMU" },
  { KP_MEDIA_AUDIO, "PCMA" },
};

#define N_VIDEO_CODECS 7
#define OPUS 7
#define PCMU 8

static inline void
link_init_output (Link *self, guint index, GstKurentoOutput output)
{
  const KpCodec *codec = kp_codec_find (codecs[index].kind, codecs[index].name);
  KpSenderConfig config = { .codec = codec, .payload_type = PAYLOAD_TYPE, .ssrc = 1, .bitrate = 800000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) caps = kp_codec_get_rtp_caps (codec, PAYLOAD_TYPE);
  KpSender *sender;

  memset (self, 0, sizeof (*self));
  hide_element (codecs[index].hidden_encoder);
  hide_element (codecs[index].hidden_decoder);
  self->kind = codecs[index].kind;
  self->samples = g_array_new (FALSE, FALSE, sizeof (gint16));

  sender = gst_object_ref_sink (kp_sender_new (&config, &error));
  g_assert_no_error (error);
  self->send = gst_harness_new_with_element (GST_ELEMENT (sender), "sink", "src");
  gst_object_unref (sender);
  gst_harness_set_src_caps_str (self->send, self->kind == KP_MEDIA_VIDEO ? VIDEO_CAPS : AUDIO_CAPS);

  self->outlet = KP_OUTLET (gst_object_ref_sink (kp_outlet_new (self->kind, output, 0)));
  self->sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  self->receiver = gst_object_ref_sink (kp_receiver_new (caps, self->outlet, &error));
  g_assert_no_error (error);
  self->receive = gst_harness_new_with_element (GST_ELEMENT (self->receiver), "sink", "src");
  gst_object_unref (self->receiver);
  gst_harness_set_src_caps (self->receive, gst_caps_ref (caps));
}

static inline void
link_init (Link *self, guint index)
{
  link_init_output (self, index, GST_KURENTO_OUTPUT_RAW);
}

static inline void
link_clear (Link *self)
{
  gst_harness_teardown (self->send);
  gst_harness_teardown (self->receive);
  gst_element_unlink (GST_ELEMENT (self->outlet), self->sink);
  g_assert_finalize_object (self->sink);
  g_assert_finalize_object (self->outlet);
  g_array_unref (self->samples);
}

static inline void
send_next (Link *self)
{
  GstBuffer *buffer;
  guint64 samples = gst_util_uint64_scale_round (self->position, 48000, GST_SECOND);

  if (self->kind == KP_MEDIA_VIDEO)
    buffer = media_picture_new (320, 240, self->position / FRAME_DURATION / TURN_LENGTH, self->position);
  else
    buffer = media_tone_new (48000, 2, samples);
  self->position += GST_BUFFER_DURATION (buffer);
  fail_unless_equals_int (gst_harness_push (self->send, buffer), GST_FLOW_OK);
}

/* Stamps the next packet like webrtcbin: with the running time, not with the encoder's own. */
static inline GstBuffer *
take_packet (Link *self)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (self->send->sinkpad, GST_EVENT_SEGMENT, 0);
  GstBuffer *packet = gst_harness_try_pull (self->send);
  const GstSegment *segment;

  if (packet == NULL)
    return NULL;

  gst_event_parse_segment (event, &segment);
  packet = gst_buffer_make_writable (packet);
  GST_BUFFER_PTS (packet) = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (packet));
  GST_BUFFER_DTS (packet) = GST_CLOCK_TIME_NONE;

  return packet;
}

static inline void
take_decoded (Link *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->receive->sinkpad);
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (self->receive)))
    {
      GstMapInfo map;

      if (self->kind == KP_MEDIA_VIDEO)
        {
          self->n_pictures++;
          self->turn = gst_util_uint64_scale_round (GST_BUFFER_PTS (buffer), 1, FRAME_DURATION) / TURN_LENGTH;
          g_assert_cmpuint (media_picture_error (buffer, caps, self->turn), <, TOLERANCE);
        }
      else
        {
          fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
          g_array_append_vals (self->samples, map.data, map.size / sizeof (gint16));
          gst_buffer_unmap (buffer, &map);
        }
      gst_buffer_unref (buffer);
    }
}

/* Carries what was sent to the receiver, except packets of which @lose says so. Returns how many it lost. */
typedef gboolean (*LoseFunc) (GstBuffer *packet, guint *counter);

static inline guint
carry (Link *self, LoseFunc lose, guint *counter)
{
  GstBuffer *packet;
  guint n_lost = 0;

  while ((packet = take_packet (self)))
    {
      if (lose && lose (packet, counter))
        {
          gst_buffer_unref (packet);
          n_lost++;
        }
      else
        {
          fail_unless_equals_int (gst_harness_push (self->receive, packet), GST_FLOW_OK);
        }
    }
  take_decoded (self);

  return n_lost;
}

/* Takes the keyframe requests that left the receiver; with @answer the sender gets them. */
static inline guint
take_requests (Link *self, gboolean answer)
{
  guint n = 0;
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (self->receive)))
    {
      gboolean all_headers = TRUE;

      if (gst_video_event_parse_upstream_force_key_unit (event, NULL, &all_headers, NULL))
        {
          fail_if (all_headers);
          n++;
          if (answer)
            gst_harness_push_upstream_event (self->send, gst_event_ref (event));
        }
      gst_event_unref (event);
    }

  return n;
}

static inline void
assert_tone (Link *self, gdouble purity)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->receive->sinkpad);
  gint rate, channels;
  guint skip, n;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "rate", &rate);
  gst_structure_get_int (gst_caps_get_structure (caps, 0), "channels", &channels);
  skip = rate / 10;
  n = rate / 2;
  g_assert_cmpuint (self->samples->len, >=, (skip + n) * channels);
  g_assert_cmpfloat (
      media_tone_purity ((gint16 *)self->samples->data + skip * channels, n, channels, rate, TONE_FREQUENCY),
      >, purity);
  g_assert_cmpfloat (media_tone_purity ((gint16 *)self->samples->data + skip * channels, n, channels, rate,
                                        2 * TONE_FREQUENCY),
                     <, 0.1);
}

static inline gboolean
lose_each_tenth (GstBuffer *packet, guint *counter)
{
  return ++*counter % 10 == 0;
}
