/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-formats.h"
#include "gstkurentoerror.h"
#include "kp-codec-profile.h"

#include <stdlib.h>

/* How we describe @codec in an offer. Owned. */
static GstCaps *
describe_codec (const KpCodec *codec, const GstCaps *encoded)
{
  GstCaps *caps = kp_codec_get_rtp_caps (codec, codec->default_pt);

  if (encoded)
    kp_codec_profile_apply (codec, encoded, caps);

  return caps;
}

GstCaps *
kp_formats_offer (GPtrArray *codecs, const GstCaps *encoded)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (guint i = 0; i < codecs->len; i++)
    gst_caps_append (caps, describe_codec (g_ptr_array_index (codecs, i), encoded));

  return caps;
}

/* 0: not this codec, or not in a form that we can send. */
static guint
rate_format (const KpCodec *codec, const GstCaps *encoded, const GstStructure *format)
{
  g_autoptr (GstCaps) ours = NULL;
  const gchar *name = gst_structure_get_string (format, "encoding-name");
  gint clock_rate = 0;

  gst_structure_get_int (format, "clock-rate", &clock_rate);
  if (name == NULL || g_ascii_strcasecmp (name, codec->name) != 0 || clock_rate != (gint)codec->clock_rate)
    return 0;

  ours = describe_codec (codec, encoded);
  return kp_codec_profile_rate (codec, gst_caps_get_structure (ours, 0), format);
}

/* The best format of one codec, or NULL. */
static GstCaps *
find_format (const GstSDPMedia *media, const KpCodec *codec, const GstCaps *encoded, guint *payload_type)
{
  GstCaps *best = NULL;
  guint best_rate = 0;

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      gint pt = atoi (gst_sdp_media_get_format (media, i));
      g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, pt);
      guint rate = caps ? rate_format (codec, encoded, gst_caps_get_structure (caps, 0)) : 0;

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
describe_codecs (GPtrArray *codecs, const GstCaps *encoded)
{
  const gchar *profile
      = encoded ? gst_structure_get_string (gst_caps_get_structure (encoded, 0), "profile") : NULL;
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < codecs->len; i++)
    g_string_append_printf (names, "%s%s", i ? ", " : "",
                            ((const KpCodec *)g_ptr_array_index (codecs, i))->name);
  if (profile)
    g_string_append_printf (names, " (profile %s)", profile);

  return g_string_free (names, FALSE);
}

GstCaps *
kp_formats_choose (const GstSDPMedia *media, GPtrArray *codecs, const GstCaps *encoded, const KpCodec **codec,
                   guint *payload_type, GError **error)
{
  g_autofree gchar *theirs = NULL;
  g_autofree gchar *ours = NULL;

  for (guint i = 0; i < codecs->len; i++)
    {
      GstCaps *caps = find_format (media, g_ptr_array_index (codecs, i), encoded, payload_type);

      if (caps)
        {
          *codec = g_ptr_array_index (codecs, i);
          return caps;
        }
    }

  theirs = describe_formats (media);
  ours = describe_codecs (codecs, encoded);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
               "no common %s codec: the peer has %s, we have %s", gst_sdp_media_get_media (media),
               *theirs ? theirs : "none", *ours ? ours : "none");

  return NULL;
}

GPtrArray *
kp_formats_list_in_order (const GstSDPMedia *media, GPtrArray *codecs, const GstCaps *encoded)
{
  GPtrArray *ordered = g_ptr_array_new ();

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      g_autoptr (GstCaps) caps
          = kp_sdp_media_get_format_caps (media, atoi (gst_sdp_media_get_format (media, i)));

      for (guint j = 0; caps && j < codecs->len; j++)
        if (rate_format (g_ptr_array_index (codecs, j), encoded, gst_caps_get_structure (caps, 0)) > 0
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
