/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-formats.h"

#include "kp-sdp-edit.h"

#include <stdlib.h>

#define N_PAYLOAD_TYPES 128
/* With rtcp-mux these are packet types of RTCP (RFC 5761). */
#define FIRST_RTCP 64
#define LAST_RTCP 95

static const struct
{
  gint payload_type;
  const gchar *rtpmap;
} static_formats[] = {
  { 0, "0 PCMU/8000" },
  { 8, "8 PCMA/8000" },
  { 9, "9 G722/8000" },
  { 13, "13 CN/8000" },
};

static gint
parse_format (const gchar *format)
{
  guint64 payload_type;

  if (!g_ascii_string_to_unsigned (format, 10, 0, N_PAYLOAD_TYPES - 1, &payload_type, NULL))
    return -1;
  if (format[0] == '0' && format[1] != '\0') /* "096" is no format of "a=rtpmap:96" */
    return -1;
  if (payload_type >= FIRST_RTCP && payload_type <= LAST_RTCP)
    return -1;
  return payload_type;
}

/* The value, without the payload type, of an rtpmap or fmtp. */
static const gchar *
find_format_attribute (const GstSDPMedia *media, const gchar *name, gint payload_type)
{
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, name, i)); i++)
    {
      gchar *end;

      if (g_ascii_strtoull (value, &end, 10) == (guint64)payload_type && *end == ' ')
        return end + 1;
    }
  return NULL;
}

static gboolean
ensure_rtpmap (GstSDPMedia *media, gint payload_type)
{
  if (find_format_attribute (media, "rtpmap", payload_type))
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (static_formats); i++)
    {
      if (static_formats[i].payload_type == payload_type
          && g_strcmp0 (gst_sdp_media_get_media (media), "audio") == 0)
        {
          gst_sdp_media_add_attribute (media, "rtpmap", static_formats[i].rtpmap);
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
repairs_nothing (const GstSDPMedia *media, gint payload_type, const gboolean *known)
{
  const gchar *rtpmap = find_format_attribute (media, "rtpmap", payload_type);
  const gchar *fmtp = find_format_attribute (media, "fmtp", payload_type);
  gint apt;

  if (!rtpmap || g_ascii_strncasecmp (rtpmap, "rtx/", 4) != 0)
    return FALSE;
  if (!fmtp || !g_str_has_prefix (fmtp, "apt="))
    return TRUE;
  apt = strtol (fmtp + 4, NULL, 10);
  return apt < 0 || apt >= N_PAYLOAD_TYPES || apt == payload_type || !known[apt];
}

gboolean
kp_sdp_media_clean_formats (GstSDPMedia *media)
{
  gboolean known[N_PAYLOAD_TYPES] = { FALSE };

  for (guint i = 0; i < gst_sdp_media_formats_len (media);)
    {
      gint payload_type = parse_format (gst_sdp_media_get_format (media, i));

      if (payload_type < 0 || known[payload_type] || !ensure_rtpmap (media, payload_type))
        {
          gst_sdp_media_remove_format (media, i);
          continue;
        }
      known[payload_type] = TRUE;
      i++;
    }

  for (guint i = 0; i < gst_sdp_media_formats_len (media);)
    {
      if (repairs_nothing (media, atoi (gst_sdp_media_get_format (media, i)), known))
        gst_sdp_media_remove_format (media, i);
      else
        i++;
    }
  return gst_sdp_media_formats_len (media) > 0;
}

void
kp_sdp_media_remove_format (GstSDPMedia *media, const gchar *format)
{
  static const gchar *const attributes[] = { "fmtp", "rtcp-fb", "rtpmap" };
  g_autofree gchar *prefix = g_strconcat (format, " ", NULL);

  for (guint i = gst_sdp_media_attributes_len (media); i > 0; i--)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i - 1);

      for (guint j = 0; j < G_N_ELEMENTS (attributes); j++)
        if (g_strcmp0 (attribute->key, attributes[j]) == 0 && g_str_has_prefix (attribute->value, prefix))
          {
            gst_sdp_media_remove_attribute (media, i - 1);
            break;
          }
    }
  for (guint i = gst_sdp_media_formats_len (media); i > 0; i--)
    if (g_strcmp0 (gst_sdp_media_get_format (media, i - 1), format) == 0)
      gst_sdp_media_remove_format (media, i - 1);
}

void
kp_sdp_media_forget_formats (GstSDPMedia *media)
{
  static const gchar *const attributes[] = { "extmap", "fmtp", "rtcp-fb", "rtpmap" };

  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
    kp_sdp_media_remove_attributes (media, attributes[i]);

  /* a static one is known without an rtpmap */
  for (guint i = gst_sdp_media_formats_len (media); i > 0; i--)
    {
      if (i > 1 || parse_format (gst_sdp_media_get_format (media, 0)) <= LAST_RTCP)
        gst_sdp_media_remove_format (media, i - 1);
    }
  if (gst_sdp_media_formats_len (media) == 0)
    gst_sdp_media_add_format (media, "127");
}
