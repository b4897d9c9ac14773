/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-receiver-chain.h"

#include "kp-element.h"

static gboolean
append_caps (GstBin *bin, GstElement **last, const gchar *text, GError **error)
{
  g_autoptr (GstCaps) caps = NULL;

  if (text == NULL)
    return TRUE;

  caps = gst_caps_from_string (text);

  return kp_element_append (bin, last, kp_element_new_capsfilter (caps, error), error);
}

static gboolean
append (GstBin *bin, GstElement **last, const gchar *factory, const gchar *settings, GError **error)
{
  return factory == NULL || kp_element_append (bin, last, kp_element_new (factory, settings, error), error);
}

/* Does nothing while downstream takes what the decoder makes. */
static gboolean
append_converter (GstBin *bin, GstElement **last, KpMediaKind kind, GError **error)
{
  if (kind == KP_MEDIA_VIDEO)
    return append (bin, last, "videoconvertscale", NULL, error);

  return append (bin, last, "audioconvert", NULL, error) && append (bin, last, "audioresample", NULL, error);
}

static gboolean
append_decoder (KpReceiverChain *self, GstBin *bin, GstElement **last, const KpCodec *codec, GError **error)
{
  if (!append (bin, last, codec->parser, NULL, error)
      || !kp_element_append (bin, last, kp_codec_make_decoder (codec, error), error))
    return FALSE;
  self->last_coded = *last;

  return append_converter (bin, last, codec->kind, error);
}

static gboolean
append_parser (KpReceiverChain *self, GstBin *bin, GstElement **last, const KpCodec *codec, GError **error)
{
  if (!append (bin, last, codec->output_parser, codec->output_parser_settings, error))
    return FALSE;
  self->last_coded = *last;

  return append_caps (bin, last, codec->output_caps, error);
}

static gboolean
append_all (KpReceiverChain *self, GstBin *bin, GstElement **last, const KpCodec *codec,
            GstKurentoOutput output, GError **error)
{
  gboolean is_rtp = output == GST_KURENTO_OUTPUT_RTP;

  if (!append (bin, last, is_rtp ? "identity" : codec->depayloader, is_rtp ? NULL : "request-keyframe=true",
               error))
    return FALSE;
  self->first = *last;
  if (is_rtp)
    return TRUE;

  return append_caps (bin, last, codec->depayloaded_caps, error)
         && (output == GST_KURENTO_OUTPUT_RAW ? append_decoder (self, bin, last, codec, error)
                                              : append_parser (self, bin, last, codec, error));
}

gboolean
kp_receiver_chain_build (KpReceiverChain *self, GstBin *bin, const KpCodec *codec, GstKurentoOutput output,
                         GError **error)
{
  GstElement *last = NULL;

  *self = (KpReceiverChain){ NULL };
  if (!append_all (self, bin, &last, codec, output, error))
    return FALSE;
  kp_element_finish (bin, last);

  return TRUE;
}
