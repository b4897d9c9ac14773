/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

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

/* Whether the elements for it are installed. */
gboolean kp_codec_can_encode (const KpCodec *self);
gboolean kp_codec_can_decode (const KpCodec *self);

/* The codecs of @kind in order of preference: those named in @preference (comma separated, NULL = all of the
 * table) that can be encoded and/or decoded here, as @encode and @decode ask. An unknown name is INVALID_ARGUMENT,
 * an empty result NOT_SUPPORTED that names the missing elements. Elements: const KpCodec *. */
GPtrArray *kp_codec_list (KpMediaKind kind, const gchar *preference, gboolean encode, gboolean decode,
                          GError **error);

/* @self alone, for media that comes encoded; with a decoder when @decode asks for one. NOT_SUPPORTED names what is not
 * installed. */
GPtrArray *kp_codec_list_encoded (const KpCodec *self, gboolean decode, GError **error);

/* application/x-rtp caps of one codec: media, encoding-name, clock-rate, payload, the codec's own fields. */
GstCaps *kp_codec_get_rtp_caps (const KpCodec *self, guint payload);

/* The encoder that is used here. NOT_SUPPORTED names those that would do. */
const KpEncoder *kp_codec_find_encoder (const KpCodec *self, GError **error);

/* The best installed decoder. Floating. */
GstElement *kp_codec_make_decoder (const KpCodec *self, GError **error);
