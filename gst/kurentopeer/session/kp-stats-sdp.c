/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-stats-sdp.h"
#include "kp-sdp.h"

#include <stdlib.h>

/* Borrowed; NULL when there is none. */
static const GstSDPMedia *
get_media (const GstSDPMessage *sdp, guint mline_index)
{
  if (sdp == NULL || mline_index >= gst_sdp_message_medias_len (sdp))
    return NULL;

  return gst_sdp_message_get_media (sdp, mline_index);
}

static guint
count_medias (const GstSDPMessage *sdp)
{
  return sdp ? gst_sdp_message_medias_len (sdp) : 0;
}

static gboolean
media_has_ssrc (const GstSDPMedia *media, guint32 ssrc)
{
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "ssrc", i)); i++)
    if (strtoul (value, NULL, 10) == ssrc)
      return TRUE;

  return FALSE;
}

gboolean
kp_stats_sdp_find_ssrc (const GstSDPMessage *sdp, guint32 ssrc, guint *mline_index)
{
  for (guint i = 0; i < count_medias (sdp); i++)
    if (media_has_ssrc (gst_sdp_message_get_media (sdp, i), ssrc))
      {
        *mline_index = i;
        return TRUE;
      }

  return FALSE;
}

/* The value of the first @name that begins with @payload_type, behind it; borrowed. */
static const gchar *
find_format_value (const GstSDPMedia *media, const gchar *name, guint payload_type)
{
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, name, i)); i++)
    {
      gchar *end;

      if (strtoul (value, &end, 10) == payload_type && end != value && *end == ' ')
        return end + 1;
    }

  return NULL;
}

gboolean
kp_stats_sdp_find_format (const GstSDPMessage *sdp, guint payload_type, guint *mline_index)
{
  for (guint i = 0; i < count_medias (sdp); i++)
    if (find_format_value (gst_sdp_message_get_media (sdp, i), "rtpmap", payload_type))
      {
        *mline_index = i;
        return TRUE;
      }

  return FALSE;
}

static gboolean
parse_fid (const gchar *group, guint32 ssrc, guint32 *repaired)
{
  g_auto (GStrv) words = g_strsplit (group, " ", -1);

  if (g_strv_length (words) != 3 || !g_str_equal (words[0], "FID") || strtoul (words[2], NULL, 10) != ssrc)
    return FALSE;
  *repaired = strtoul (words[1], NULL, 10);

  return TRUE;
}

gboolean
kp_stats_sdp_is_repair (const GstSDPMessage *sdp, guint32 ssrc, guint32 *repaired)
{
  for (guint i = 0; i < count_medias (sdp); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);
      const gchar *group;

      for (guint j = 0; (group = gst_sdp_media_get_attribute_val_n (media, "ssrc-group", j)); j++)
        if (parse_fid (group, ssrc, repaired))
          return TRUE;
    }

  return FALSE;
}

void
kp_stats_format_clear (KpStatsFormat *self)
{
  g_clear_pointer (&self->name, g_free);
}

gboolean
kp_stats_sdp_get_format (const GstSDPMessage *sdp, guint mline_index, guint payload_type,
                         KpStatsFormat *format)
{
  const GstSDPMedia *media = get_media (sdp, mline_index);
  const gchar *rtpmap = media ? find_format_value (media, "rtpmap", payload_type) : NULL;
  g_auto (GStrv) parts = rtpmap ? g_strsplit (rtpmap, "/", 3) : NULL;

  *format = (KpStatsFormat){ 0 };
  if (parts == NULL || g_strv_length (parts) < 2 || !kp_sdp_media_get_kind (media, &format->kind))
    return FALSE;

  format->name = g_strdup (parts[0]);
  format->clock_rate = strtoul (parts[1], NULL, 10);
  format->channels = parts[2] ? strtoul (parts[2], NULL, 10) : 0;
  if (format->channels == 0 && format->kind == KP_MEDIA_AUDIO)
    format->channels = 1;
  format->fmtp = find_format_value (media, "fmtp", payload_type);

  return TRUE;
}

gint
kp_stats_sdp_get_apt (const GstSDPMessage *sdp, guint payload_type)
{
  g_auto (KpStatsFormat) format = { 0 };
  guint mline_index;

  if (!kp_stats_sdp_find_format (sdp, payload_type, &mline_index)
      || !kp_stats_sdp_get_format (sdp, mline_index, payload_type, &format)
      || g_ascii_strcasecmp (format.name, "rtx") != 0 || format.fmtp == NULL
      || !g_str_has_prefix (format.fmtp, "apt="))
    return -1;

  return strtoul (format.fmtp + strlen ("apt="), NULL, 10) & 0x7f;
}

gchar *
kp_stats_sdp_dup_track_id (const GstSDPMessage *sdp, guint mline_index)
{
  const GstSDPMedia *media = get_media (sdp, mline_index);
  const gchar *msid = media ? gst_sdp_media_get_attribute_val (media, "msid") : NULL;
  const gchar *space = msid ? strchr (msid, ' ') : NULL;

  return space && space[1] ? g_strdup (space + 1) : NULL;
}

const gchar *
kp_stats_sdp_find_attribute (const GstSDPMessage *sdp, const gchar *name)
{
  const gchar *value = NULL;

  for (guint i = 0; i < count_medias (sdp) && value == NULL; i++)
    value = gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, i), name);
  if (value == NULL && sdp)
    value = gst_sdp_message_get_attribute_val (sdp, name);

  return value;
}
