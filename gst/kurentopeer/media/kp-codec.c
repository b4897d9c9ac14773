/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-codec.h"

#include "gstkurentoerror.h"
#include "kp-element.h"

#define PAY "auto-header-extension=false mtu=1200 "
/* 20 ms a packet, whatever the size of the buffers. */
#define PAY_G711 "auto-header-extension=false min-ptime=20000000 max-ptime=20000000"

#define NAMES(...) ((const gchar *const[]){ __VA_ARGS__, NULL })

static const KpCodec codecs[] = {
  {
      .name = "VP8",
      .kind = KP_MEDIA_VIDEO,
      .clock_rate = 90000,
      .default_pt = 96,
      .payloader = "rtpvp8pay",
      .payloader_properties = PAY "picture-id-mode=15-bit",
      .depayloader = "rtpvp8depay",
      .media_type = "video/x-vp8",
      .encoded_caps = "video/x-vp8",
      .encoders = NAMES ("nvv4l2vp8enc", "vavp8enc", "vaapivp8enc", "vp8enc"),
      .decoders = NAMES ("vp8dec", "avdec_vp8"),
  },
  {
      .name = "H264",
      .kind = KP_MEDIA_VIDEO,
      .clock_rate = 90000,
      .rtp_fields = "packetization-mode=(string)1,profile-level-id=(string)42e01f,"
                    "level-asymmetry-allowed=(string)1",
      .default_pt = 102,
      .payloader = "rtph264pay",
      .payloader_properties = PAY "config-interval=-1 aggregate-mode=zero-latency",
      .depayloader = "rtph264depay",
      /* 1.22 tears frames of several slices apart when it makes a byte-stream */
      .depayloaded_caps = "video/x-h264,stream-format=(string)avc,alignment=(string)au",
      .parser = "h264parse",
      .media_type = "video/x-h264",
      .input_parser = "h264parse",
      .input_parser_settings = "config-interval=-1",
      .parsed_caps = "video/x-h264,stream-format=(string)byte-stream,alignment=(string)au",
      /* parameter sets with each keyframe: the next peer has others, and a muxer keeps the first */
      .output_parser = "h264parse",
      .output_parser_settings = "config-interval=-1",
      .output_caps = "video/x-h264,stream-format=(string)byte-stream,alignment=(string)au;"
                     "video/x-h264,stream-format=(string)avc,alignment=(string)au",
      .encoded_caps = "video/x-h264,profile=(string)constrained-baseline,stream-format=(string)byte-stream,"
                      "alignment=(string)au",
      .encoders = NAMES ("nvv4l2h264enc", "vah264enc", "vah264lpenc", "nvh264enc", "qsvh264enc",
                         "vaapih264enc", "v4l2h264enc", "x264enc", "openh264enc"),
      .decoders = NAMES ("avdec_h264", "openh264dec"),
  },
  {
      .name = "VP9",
      .kind = KP_MEDIA_VIDEO,
      .clock_rate = 90000,
      .rtp_fields = "profile-id=(string)0",
      .default_pt = 98,
      .payloader = "rtpvp9pay",
      .payloader_properties = PAY "picture-id-mode=15-bit",
      .depayloader = "rtpvp9depay",
      .media_type = "video/x-vp9",
      .output_parser = "vp9parse", /* the depayloader does not always know the size */
      .output_caps = "video/x-vp9,alignment=(string)super-frame",
      .encoded_caps = "video/x-vp9,profile=(string)0",
      .encoders = NAMES ("nvv4l2vp9enc", "vavp9enc", "vavp9lpenc", "vaapivp9enc", "vp9enc"),
      .decoders = NAMES ("vp9dec", "avdec_vp9"),
  },
  {
      .name = "AV1",
      .kind = KP_MEDIA_VIDEO,
      .clock_rate = 90000,
      .default_pt = 100,
      .payloader = "rtpav1pay",
      .payloader_properties = PAY,
      .depayloader = "rtpav1depay",
      .parser = "av1parse",
      .media_type = "video/x-av1",
      .input_parser = "av1parse",
      .parsed_caps = "video/x-av1,stream-format=(string)obu-stream,alignment=(string)obu",
      .output_parser = "av1parse",
      .output_caps = "video/x-av1,stream-format=(string)obu-stream,alignment=(string)tu",
      .encoders = NAMES (NULL), /* too slow for a call: it is only passed on */
      .decoders = NAMES ("dav1ddec", "av1dec"),
  },
  {
      .name = "OPUS",
      .kind = KP_MEDIA_AUDIO,
      .clock_rate = 48000,
      .rtp_fields = "encoding-params=(string)2,minptime=(string)10,useinbandfec=(string)1",
      .default_pt = 111,
      .payloader = "rtpopuspay",
      .payloader_properties = PAY,
      .depayloader = "rtpopusdepay",
      .media_type = "audio/x-opus",
      .input_parser = "opusparse", /* an Ogg demuxer brings headers along */
      .encoded_caps = "audio/x-opus",
      .encoders = NAMES ("opusenc"),
      .decoders = NAMES ("opusdec"),
  },
  {
      .name = "PCMU",
      .kind = KP_MEDIA_AUDIO,
      .clock_rate = 8000,
      .default_pt = 0,
      .payloader = "rtppcmupay",
      .payloader_properties = PAY_G711,
      .depayloader = "rtppcmudepay",
      .media_type = "audio/x-mulaw",
      .encoded_caps = "audio/x-mulaw",
      .encoders = NAMES ("mulawenc"),
      .decoders = NAMES ("mulawdec"),
  },
  {
      .name = "PCMA",
      .kind = KP_MEDIA_AUDIO,
      .clock_rate = 8000,
      .default_pt = 8,
      .payloader = "rtppcmapay",
      .payloader_properties = PAY_G711,
      .depayloader = "rtppcmadepay",
      .media_type = "audio/x-alaw",
      .encoded_caps = "audio/x-alaw",
      .encoders = NAMES ("alawenc"),
      .decoders = NAMES ("alawdec"),
  },
};

/* Decoders that need more than their defaults. No frame threads, since each costs a frame of delay; what a loss broke is
 * not shown. vp8dec's threads spin while they wait for each other. opusdec's use-inband-fec stays off: it makes the
 * decoder wait for the next packet and report 120 ms of latency, and lost packets are retransmitted here. */
static const struct
{
  const gchar *factory;
  const gchar *settings;
} decoder_settings[] = {
  { "avdec_h264", "thread-type=slice output-corrupt=false" },
  { "avdec_vp8", "thread-type=slice output-corrupt=false" },
  { "avdec_vp9", "thread-type=slice output-corrupt=false" },
  { "opusdec", "plc=true" },
  { "vp8dec", "threads=1" },
};

const KpCodec *
kp_codec_find (KpMediaKind kind, const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      if (codecs[i].kind == kind && g_ascii_strcasecmp (codecs[i].name, name) == 0)
        return &codecs[i];
    }

  return NULL;
}

const KpCodec *
kp_codec_find_media_type (KpMediaKind kind, const gchar *media_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      if (codecs[i].kind == kind && g_str_equal (codecs[i].media_type, media_type))
        return &codecs[i];
    }

  return NULL;
}

/* The first of @names that is installed, or NULL. */
static const gchar *
find_installed (const gchar *const *names)
{
  for (; *names; names++)
    {
      if (kp_element_is_installed (*names))
        return *names;
    }

  return NULL;
}

static void
add_missing (GPtrArray *missing, const gchar *const *names)
{
  if (missing && *names)
    g_ptr_array_add (missing, g_strjoinv (" or ", (gchar **)names));
}

/* Adds what is missing to @missing, which may be NULL. */
static gboolean
check_any (const gchar *const *names, GPtrArray *missing)
{
  if (find_installed (names))
    return TRUE;

  add_missing (missing, names);
  return FALSE;
}

static gboolean
check_encoder (const KpCodec *self, GPtrArray *missing)
{
  if (kp_encoder_choose (self->encoders))
    return TRUE;

  add_missing (missing, self->encoders);
  return FALSE;
}

static gboolean
check_one (const gchar *name, GPtrArray *missing)
{
  return name == NULL || check_any (NAMES (name), missing);
}

/* Adds all that is missing, not only the first, to @missing, which may be NULL. */
static gboolean
check (const KpCodec *self, KpCodecUse use, GPtrArray *missing)
{
  gboolean encoder = !(use & KP_CODEC_ENCODE) || check_encoder (self, missing);
  gboolean payloader = !(use & (KP_CODEC_ENCODE | KP_CODEC_PAYLOAD)) || check_one (self->payloader, missing);
  gboolean decoder = !(use & KP_CODEC_DECODE) || check_any (self->decoders, missing);
  gboolean depayloader
      = !(use & (KP_CODEC_DECODE | KP_CODEC_PARSE)) || check_one (self->depayloader, missing);
  gboolean parser = !(use & KP_CODEC_DECODE) || check_one (self->parser, missing);
  gboolean output_parser = !(use & KP_CODEC_PARSE) || check_one (self->output_parser, missing);

  return encoder && payloader && decoder && depayloader && parser && output_parser;
}

KpCodecUse
kp_codec_use_for_output (GstKurentoOutput output)
{
  static const KpCodecUse uses[] = {
    [GST_KURENTO_OUTPUT_RAW] = KP_CODEC_DECODE,
    [GST_KURENTO_OUTPUT_ENCODED] = KP_CODEC_PARSE,
    [GST_KURENTO_OUTPUT_RTP] = 0,
  };

  return uses[output];
}

gboolean
kp_codec_can (const KpCodec *self, KpCodecUse use)
{
  return check (self, use, NULL);
}

/* Adds @self to @list when all that is asked for is installed, else what is missing to @missing. */
static void
list_add (GPtrArray *list, const KpCodec *self, KpCodecUse use, GPtrArray *missing)
{
  if (check (self, use, missing) && !g_ptr_array_find (list, self, NULL))
    g_ptr_array_add (list, (gpointer)self);
}

static gboolean
list_add_named (GPtrArray *list, KpMediaKind kind, const gchar *preference, KpCodecUse use,
                GPtrArray *missing, GError **error)
{
  g_auto (GStrv) names = g_strsplit (preference, ",", -1);

  for (guint i = 0; names[i]; i++)
    {
      const KpCodec *codec = kp_codec_find (kind, g_strstrip (names[i]));

      if (codec == NULL)
        {
          g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                       "there is no %s codec \"%s\"", kp_media_kind_to_string (kind), names[i]);
          return FALSE;
        }
      list_add (list, codec, use, missing);
    }

  return TRUE;
}

static void
list_add_all (GPtrArray *list, KpMediaKind kind, KpCodecUse use, GPtrArray *missing)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      if (codecs[i].kind == kind)
        list_add (list, &codecs[i], use, missing);
    }
}

static void
set_no_codec (KpMediaKind kind, GPtrArray *missing, GError **error)
{
  g_autofree gchar *text = NULL;

  g_ptr_array_add (missing, NULL);
  text = g_strjoinv (", ", (gchar **)missing->pdata);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
               "no %s codec can be used here: not installed: %s", kp_media_kind_to_string (kind), text);
}

GPtrArray *
kp_codec_list (KpMediaKind kind, const gchar *preference, KpCodecUse use, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);

  if (preference == NULL)
    list_add_all (list, kind, use, missing);
  else if (!list_add_named (list, kind, preference, use, missing, error))
    return NULL;

  if (list->len > 0)
    return g_steal_pointer (&list);

  set_no_codec (kind, missing, error);

  return NULL;
}

GPtrArray *
kp_codec_list_one (const KpCodec *self, KpCodecUse use, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);

  list_add (list, self, use, missing);
  if (list->len > 0)
    return g_steal_pointer (&list);

  set_no_codec (self->kind, missing, error);

  return NULL;
}

GstCaps *
kp_codec_get_rtp_caps (const KpCodec *self, guint payload)
{
  g_autofree gchar *text = g_strdup_printf (
      "application/x-rtp,media=(string)%s,encoding-name=(string)%s,clock-rate=(int)%u,payload=(int)%u%s%s",
      kp_media_kind_to_string (self->kind), self->name, self->clock_rate, payload,
      self->rtp_fields ? "," : "", self->rtp_fields ? self->rtp_fields : "");

  return gst_caps_from_string (text);
}

static void
set_not_installed (const KpCodec *self, const gchar *what, const gchar *const *names, GError **error)
{
  g_autofree gchar *text = g_strjoinv (" or ", (gchar **)names);

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED, "no %s of %s is installed: %s",
               what, self->name, text);
}

const KpEncoder *
kp_codec_find_encoder (const KpCodec *self, GError **error)
{
  const KpEncoder *encoder = kp_encoder_choose (self->encoders);

  if (encoder == NULL)
    set_not_installed (self, "encoder", self->encoders, error);

  return encoder;
}

GstElement *
kp_codec_make_decoder (const KpCodec *self, GError **error)
{
  const gchar *factory = find_installed (self->decoders);
  const gchar *settings = NULL;

  if (factory == NULL)
    {
      set_not_installed (self, "decoder", self->decoders, error);
      return NULL;
    }
  for (guint i = 0; i < G_N_ELEMENTS (decoder_settings); i++)
    {
      if (g_str_equal (decoder_settings[i].factory, factory))
        settings = decoder_settings[i].settings;
    }

  return kp_element_new (factory, settings, error);
}
