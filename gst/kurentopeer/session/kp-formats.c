/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-formats.h"
#include "gstkurentoerror.h"

#include <stdlib.h>

GstCaps *
kp_formats_offer (GPtrArray *codecs)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (guint i = 0; i < codecs->len; i++)
    {
      const KpCodec *codec = g_ptr_array_index (codecs, i);

      gst_caps_append (caps, kp_codec_get_rtp_caps (codec, codec->default_pt));
    }

  return caps;
}

/* How well an offered H.264 suits: our encoders make constrained baseline. */
static guint
rate_h264 (const GstStructure *format)
{
  const gchar *mode = gst_structure_get_string (format, "packetization-mode");
  const gchar *profile = gst_structure_get_string (format, "profile-level-id");

  if (g_strcmp0 (mode, "1") != 0)
    return 0;
  if (profile == NULL)
    return 1;
  if (g_ascii_strncasecmp (profile, "42e0", 4) == 0 || g_ascii_strncasecmp (profile, "42c0", 4) == 0)
    return 4;
  if (g_ascii_strncasecmp (profile, "42", 2) == 0)
    return 3;

  return g_ascii_strncasecmp (profile, "4d", 2) == 0 || g_ascii_strncasecmp (profile, "64", 2) == 0 ? 2 : 0;
}

/* 0: not this codec, or not in a form that we can send. */
static guint
rate_format (const KpCodec *codec, const GstStructure *format)
{
  const gchar *name = gst_structure_get_string (format, "encoding-name");
  const gchar *profile = gst_structure_get_string (format, "profile-id");
  gint clock_rate = 0;

  gst_structure_get_int (format, "clock-rate", &clock_rate);
  if (name == NULL || g_ascii_strcasecmp (name, codec->name) != 0 || clock_rate != (gint)codec->clock_rate)
    return 0;
  if (g_str_equal (codec->name, "H264"))
    return rate_h264 (format);
  if (g_str_equal (codec->name, "VP9") && profile && !g_str_equal (profile, "0"))
    return 0;

  return 1;
}

/* The best format of one codec, or NULL. */
static GstCaps *
find_format (const GstSDPMedia *media, const KpCodec *codec, guint *payload_type)
{
  GstCaps *best = NULL;
  guint best_rate = 0;

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      gint pt = atoi (gst_sdp_media_get_format (media, i));
      g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, pt);
      guint rate = caps ? rate_format (codec, gst_caps_get_structure (caps, 0)) : 0;

      if (rate > best_rate)
        {
          best_rate = rate;
          gst_caps_replace (&best, caps);
          *payload_type = pt;
        }
    }

  return best;
}

static gchar *
describe_formats (const GstSDPMedia *media)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      g_autoptr (GstCaps) caps
          = kp_sdp_media_get_format_caps (media, atoi (gst_sdp_media_get_format (media, i)));
      const gchar *name
          = caps ? gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name") : NULL;

      if (name && strstr (names->str, name) == NULL)
        g_string_append_printf (names, "%s%s", names->len ? ", " : "", name);
    }

  return g_string_free (names, FALSE);
}

static gchar *
describe_codecs (GPtrArray *codecs)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < codecs->len; i++)
    g_string_append_printf (names, "%s%s", i ? ", " : "",
                            ((const KpCodec *)g_ptr_array_index (codecs, i))->name);

  return g_string_free (names, FALSE);
}

GstCaps *
kp_formats_choose (const GstSDPMedia *media, GPtrArray *codecs, const KpCodec **codec, guint *payload_type,
                   GError **error)
{
  g_autofree gchar *theirs = NULL;
  g_autofree gchar *ours = NULL;

  for (guint i = 0; i < codecs->len; i++)
    {
      GstCaps *caps = find_format (media, g_ptr_array_index (codecs, i), payload_type);

      if (caps)
        {
          *codec = g_ptr_array_index (codecs, i);
          return caps;
        }
    }

  theirs = describe_formats (media);
  ours = describe_codecs (codecs);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
               "no common %s codec: the peer has %s, we have %s", gst_sdp_media_get_media (media),
               *theirs ? theirs : "none", *ours ? ours : "none");

  return NULL;
}

GPtrArray *
kp_formats_list_in_order (const GstSDPMedia *media, const gchar *preference, KpMediaKind kind, GError **error)
{
  g_autoptr (GPtrArray) codecs = kp_codec_list (kind, preference, TRUE, FALSE, error);
  GPtrArray *ordered;

  if (codecs == NULL)
    return NULL;

  ordered = g_ptr_array_new ();
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      g_autoptr (GstCaps) caps
          = kp_sdp_media_get_format_caps (media, atoi (gst_sdp_media_get_format (media, i)));

      for (guint j = 0; caps && j < codecs->len; j++)
        if (rate_format (g_ptr_array_index (codecs, j), gst_caps_get_structure (caps, 0)) > 0
            && !g_ptr_array_find (ordered, g_ptr_array_index (codecs, j), NULL))
          g_ptr_array_add (ordered, g_ptr_array_index (codecs, j));
    }

  return ordered;
}

GstCaps *
kp_formats_first (const GstSDPMedia *media)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      GstCaps *caps = kp_sdp_media_get_format_caps (media, atoi (gst_sdp_media_get_format (media, i)));

      if (caps)
        return caps;
    }

  return NULL;
}
