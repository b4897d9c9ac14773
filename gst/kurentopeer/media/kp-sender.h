/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-codec.h"

/* Asked for each new encoder and payloader: TRUE when it has been set up as the application likes it. */
typedef gboolean (*KpSenderSetup) (GstElement *element, gboolean is_encoder, KpMediaKind kind,
                                   gpointer user_data);

/* What one track of one connection sends, as negotiated. */
typedef struct
{
  const KpCodec *codec;
  gboolean encoded; /* what comes is encoded and parsed: it is only payloaded */
  guint payload_type;
  guint32 ssrc;
  guint bitrate; /* bit/s; 0: the usual one, of audio only */
  guint fec_percentage; /* of the packets, that go with them out of the same bit rate */
  guint twcc_id; /* id of the transport-wide-cc header extension, 0 = not negotiated */
  guint level_id; /* id of the audio level header extension, 0 = not negotiated */
  guint mid_id; /* id of the sdes:mid header extension, 0 = not negotiated */
  const gchar *mid;
  guint rid_id; /* id of the sdes:rtp-stream-id header extension; of a layer only */
  const gchar *rid; /* the layer, or NULL */
  const GstCaps *input_caps; /* of raw media, or NULL: not known */
  KpSenderSetup setup; /* or NULL; called by kp_sender_new() */
  gpointer setup_data;
} KpSenderConfig;

/* A bin, pads "sink" (raw or encoded media) and "src" (RTP): convert ! encoder ! payloader, or a payloader alone; low
 * latency. It lives as long as one connection. Keyframe requests that come up the "src" pad (PLI, FIR) and kp_sender_request_keyframe() are merged
 * and rate limited: none is lost, at most one in 300 ms reaches the encoder. Those for encoded media
 * go up, and are merged there. */
#define KP_TYPE_SENDER (kp_sender_get_type ())
G_DECLARE_FINAL_TYPE (KpSender, kp_sender, KP, SENDER, GstBin)

/* Floating. */
KpSender *kp_sender_new (const KpSenderConfig *config, GError **error);

guint32 kp_sender_get_ssrc (KpSender *self);

/* Any thread, does not block. A bitrate, and what kp_scaler_set() does, are nothing for media that comes encoded. */
void kp_sender_set_bitrate (KpSender *self, guint bitrate);
void kp_sender_set_scale (KpSender *self, gdouble down_by, gdouble max_framerate);
void kp_sender_request_keyframe (KpSender *self);

/* Held, it encodes the first picture ahead of the connection: its packets wait inside, with the thread that brought them, at
 * most one second; what comes later is dropped. Released, they go at once, or, when they were given up, it goes on with a
 * keyframe. Dropped, nothing leaves any more. Any thread. */
void kp_sender_hold (KpSender *self);
void kp_sender_release (KpSender *self);
void kp_sender_drop (KpSender *self);
