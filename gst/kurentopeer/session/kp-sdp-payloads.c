/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-payloads.h"

#include "kp-sdp-edit.h"
#include "kp-sdp-formats.h"
#include "kp-sdp.h"

#include <stdlib.h>

#define FIRST_DYNAMIC 96
/* Below the usual dynamic ones, RFC 3551 leaves these unassigned; WebRTC uses them when 96 to 127 are full. */
#define FIRST_SPARE 35
#define LAST_SPARE 63

/* A payload type means one codec in all sections of a BUNDLE, so it is taken when any section has it. */
void
kp_sdp_mark_payload_types (const GstSDPMessage *sdp, gboolean *taken)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

      for (guint j = 0; j < gst_sdp_media_formats_len (media); j++)
        {
          guint64 format = g_ascii_strtoull (gst_sdp_media_get_format (media, j), NULL, 10);

          if (format < KP_SDP_N_PAYLOAD_TYPES)
            taken[format] = TRUE;
        }
    }
}

gint
kp_sdp_take_payload_type (gboolean *taken)
{
  for (gint i = FIRST_DYNAMIC; i < KP_SDP_N_PAYLOAD_TYPES; i++)
    {
      if (!taken[i])
        {
          taken[i] = TRUE;
          return i;
        }
    }
  for (gint i = FIRST_SPARE; i <= LAST_SPARE; i++)
    {
      if (!taken[i])
        {
          taken[i] = TRUE;
          return i;
        }
    }
  return -1;
}

static gboolean
is_encoding (const GstSDPMedia *media, gint payload_type, const gchar *encoding_name)
{
  g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, payload_type);

  return caps
         && g_strcmp0 (gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name"),
                       encoding_name)
                == 0;
}

/* red, ulpfec and rtx are no codecs. */
static gboolean
is_codec (const GstSDPMedia *media, gint payload_type)
{
  return !is_encoding (media, payload_type, "RTX") && !is_encoding (media, payload_type, "RED")
         && !is_encoding (media, payload_type, "ULPFEC");
}

/* The payload type that an rtx format repairs, or -1. */
static gint
get_repaired (const GstSDPMedia *media, gint payload_type)
{
  g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, payload_type);
  const gchar *apt;

  if (!caps || !is_encoding (media, payload_type, "RTX"))
    return -1;
  apt = gst_structure_get_string (gst_caps_get_structure (caps, 0), "apt");
  return apt ? (gint)g_ascii_strtoll (apt, NULL, 10) : -1;
}

void
kp_sdp_media_add_rtx (GstSDPMedia *media, gint payload_type, gint rtx)
{
  g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, payload_type);
  g_autofree gchar *format = g_strdup_printf ("%d", rtx);
  g_autofree gchar *fmtp = g_strdup_printf ("%d apt=%d", rtx, payload_type);
  g_autofree gchar *rtpmap = NULL;
  gint clock_rate = 0;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "clock-rate", &clock_rate);
  rtpmap = g_strdup_printf ("%d rtx/%d", rtx, clock_rate);
  gst_sdp_media_add_format (media, format);
  gst_sdp_media_add_attribute (media, "rtpmap", rtpmap);
  gst_sdp_media_add_attribute (media, "fmtp", fmtp);
}

static void
complete_rtx (GstSDPMedia *media, gboolean *taken)
{
  gboolean repaired[KP_SDP_N_PAYLOAD_TYPES] = { FALSE };
  gboolean has_rtx = FALSE;
  guint n = gst_sdp_media_formats_len (media);

  for (guint i = 0; i < n; i++)
    {
      gint apt = get_repaired (media, atoi (gst_sdp_media_get_format (media, i)));

      if (apt >= 0 && apt < KP_SDP_N_PAYLOAD_TYPES)
        has_rtx = repaired[apt] = TRUE;
    }

  for (guint i = 0; has_rtx && i < n; i++)
    {
      gint payload_type = atoi (gst_sdp_media_get_format (media, i));
      g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, payload_type);
      gint rtx;

      if (!caps || repaired[payload_type] || !is_codec (media, payload_type))
        continue;
      rtx = kp_sdp_take_payload_type (taken);
      if (rtx < 0)
        return;
      kp_sdp_media_add_rtx (media, payload_type, rtx);
    }
}

void
kp_sdp_add_rtx_for_all (GstSDPMessage *offer)
{
  gboolean taken[KP_SDP_N_PAYLOAD_TYPES] = { FALSE };
  KpMediaKind kind;

  kp_sdp_mark_payload_types (offer, taken);
  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++)
    {
      if (kp_sdp_media_get_kind (gst_sdp_message_get_media (offer, i), &kind))
        complete_rtx (kp_sdp_edit_media (offer, i), taken);
    }
}

/* What tells two formats of one codec from each other. */
static gboolean
is_same_format (const GstStructure *a, const GstStructure *b)
{
  static const struct
  {
    const gchar *name;
    const gchar *usual;
  } fields[] = {
    { "media", "" },       { "encoding-name", "" }, { "packetization-mode", "0" }, { "profile-level-id", "" },
    { "profile-id", "0" },
  };
  gint rate_a = 0;
  gint rate_b = 0;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      const gchar *value_a = gst_structure_get_string (a, fields[i].name);
      const gchar *value_b = gst_structure_get_string (b, fields[i].name);

      if (g_ascii_strcasecmp (value_a ? value_a : fields[i].usual, value_b ? value_b : fields[i].usual) != 0)
        return FALSE;
    }
  gst_structure_get_int (a, "clock-rate", &rate_a);
  gst_structure_get_int (b, "clock-rate", &rate_b);

  return rate_a == rate_b;
}

static gint
find_in_section (const GstSDPMedia *media, const GstStructure *format)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      gint payload_type = atoi (gst_sdp_media_get_format (media, i));
      g_autoptr (GstCaps) caps = kp_sdp_media_get_format_caps (media, payload_type);

      if (caps && is_same_format (gst_caps_get_structure (caps, 0), format))
        return payload_type;
    }

  return -1;
}

gint
kp_sdp_find_payload_type (const GstSDPMessage *sdp, const GstStructure *format)
{
  gint found = -1;

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp) && found < 0; i++)
    found = find_in_section (gst_sdp_message_get_media (sdp, i), format);

  return found;
}

GstCaps *
kp_sdp_renumber (GstCaps *caps, const GstSDPMessage *local, const GstSDPMessage *remote)
{
  gboolean taken[KP_SDP_N_PAYLOAD_TYPES] = { FALSE };

  caps = gst_caps_make_writable (caps);
  kp_sdp_mark_payload_types (local, taken);
  kp_sdp_mark_payload_types (remote, taken);
  for (guint i = 0; i < gst_caps_get_size (caps);)
    {
      GstStructure *format = gst_caps_get_structure (caps, i);
      gint payload_type = kp_sdp_find_payload_type (local, format);

      if (payload_type < 0)
        payload_type = kp_sdp_find_payload_type (remote, format);
      if (payload_type < 0)
        payload_type = kp_sdp_take_payload_type (taken);
      if (payload_type < 0)
        {
          gst_caps_remove_structure (caps, i);
          continue;
        }
      gst_structure_set (format, "payload", G_TYPE_INT, payload_type, NULL);
      i++;
    }

  return caps;
}

static void
remove_rtx (GstSDPMedia *media)
{
  for (guint i = gst_sdp_media_formats_len (media); i > 0; i--)
    if (get_repaired (media, atoi (gst_sdp_media_get_format (media, i - 1))) >= 0)
      {
        g_autofree gchar *format = g_strdup (gst_sdp_media_get_format (media, i - 1));

        kp_sdp_media_remove_format (media, format);
      }
}

gint
kp_sdp_find_rtx (const GstSDPMessage *sdp, guint end, gint payload_type)
{
  for (guint i = 0; i < MIN (end, gst_sdp_message_medias_len (sdp)); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

      for (guint j = 0; j < gst_sdp_media_formats_len (media); j++)
        {
          gint format = atoi (gst_sdp_media_get_format (media, j));

          if (get_repaired (media, format) == payload_type)
            return format;
        }
    }

  return -1;
}

void
kp_sdp_renew_rtx (GstSDPMessage *sdp, guint index, const GstSDPMessage *remote)
{
  gboolean taken[KP_SDP_N_PAYLOAD_TYPES] = { FALSE };
  GstSDPMedia *media = kp_sdp_edit_media (sdp, index);
  guint n;

  remove_rtx (media);
  kp_sdp_mark_payload_types (sdp, taken);
  kp_sdp_mark_payload_types (remote, taken);
  n = gst_sdp_media_formats_len (media);
  for (guint i = 0; i < n; i++)
    {
      gint payload_type = atoi (gst_sdp_media_get_format (media, i));
      gint rtx = kp_sdp_find_rtx (sdp, index, payload_type);

      if (rtx < 0)
        rtx = kp_sdp_find_rtx (remote, G_MAXUINT, payload_type);
      if (rtx < 0)
        rtx = kp_sdp_take_payload_type (taken);
      if (rtx < 0)
        return;
      kp_sdp_media_add_rtx (media, payload_type, rtx);
    }
}
