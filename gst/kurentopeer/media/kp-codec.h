/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoenums.h"
#include "kp-codec-encoder.h"
#include "kp-media-kind.h"

#include <gst/gst.h>

/* One row of the codec table: a new codec is one row. */
typedef struct
{
  const gchar *name; /* RTP encoding name, and our name in video-codecs and audio-codecs: "VP8" */
  KpMediaKind kind;
  guint clock_rate; /* Hz */
  const gchar *rtp_fields; /* further caps fields that an offer carries, or NULL */
  gint default_pt; /* payload type in our offers */
  const gchar *payloader; /* factory */
  const gchar *payloader_properties; /* "name=value name=value" or NULL */
  const gchar *depayloader; /* factory */
  const gchar *depayloaded_caps; /* what the depayloader has to make, or NULL */
  const gchar *parser; /* factory, between depayloader and decoder, or NULL */
  const gchar *media_type; /* of encoded media: "video/x-vp8" */
  const gchar *input_parser; /* factory, for what comes encoded to a sink pad, or NULL */
  const gchar *input_parser_settings; /* "name=value name=value" or NULL */
  const gchar *parsed_caps; /* what that parser has to make, or NULL */
  const gchar *output_parser; /* factory, for what goes encoded out of a source pad, or NULL */
  const gchar *output_parser_settings; /* "name=value name=value" or NULL */
  const gchar *output_caps; /* what that parser may make, best first, or NULL */
  const gchar *encoded_caps; /* what the encoder has to make: "video/x-vp8" */
  const gchar *const *encoders; /* keys of the encoder table, of equal rank best first */
  const gchar *const *decoders; /* factories, best first */
} KpCodec;

/* Looks a codec up by its RTP encoding name, any case. NULL when there is none. */
const KpCodec *kp_codec_find (KpMediaKind kind, const gchar *name);

/* The codec of encoded media. NULL when there is none. */
const KpCodec *kp_codec_find_media_type (KpMediaKind kind, const gchar *media_type);

/* What is to be done with a codec. */
typedef enum
{
  KP_CODEC_PAYLOAD = 1 << 0, /* encoded media goes into RTP */
  KP_CODEC_ENCODE = 1 << 1, /* raw media does */
  KP_CODEC_PARSE = 1 << 2, /* what comes in RTP goes out encoded, fit for a muxer */
  KP_CODEC_DECODE = 1 << 3, /* or raw */
} KpCodecUse;

/* What an output does with what comes in RTP. */
KpCodecUse kp_codec_use_for_output (GstKurentoOutput output);

/* Whether the elements for all of @use are installed. */
gboolean kp_codec_can (const KpCodec *self, KpCodecUse use);

/* The codecs of @kind in order of preference: those named in @preference (comma separated, NULL = all of the table) that
 * can be used here as @use asks. An unknown name is INVALID_ARGUMENT, an empty result NOT_SUPPORTED that names the
 * missing elements. Elements: const KpCodec *. */
GPtrArray *kp_codec_list (KpMediaKind kind, const gchar *preference, KpCodecUse use, GError **error);

/* @self alone. NOT_SUPPORTED names what is not installed. */
GPtrArray *kp_codec_list_one (const KpCodec *self, KpCodecUse use, GError **error);

/* application/x-rtp caps of one codec: media, encoding-name, clock-rate, payload, the codec's own fields. */
GstCaps *kp_codec_get_rtp_caps (const KpCodec *self, guint payload);

/* The encoder that is used here. NOT_SUPPORTED names those that would do. */
const KpEncoder *kp_codec_find_encoder (const KpCodec *self, GError **error);

/* The best installed decoder. Floating. */
GstElement *kp_codec_make_decoder (const KpCodec *self, GError **error);
