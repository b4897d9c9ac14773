/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-feedback.h"

#include "kp-sdp-edit.h"
#include "kp-sdp.h"

#define REMB "goog-remb"

/* a=rtcp-fb:96 nack pli, or a=rtcp-fb:* nack pli */
static gboolean
has_feedback (const GstSDPMedia *media, const gchar *format, const gchar *feedback)
{
  g_autofree gchar *own = g_strdup_printf ("%s %s", format, feedback);
  g_autofree gchar *any = g_strdup_printf ("* %s", feedback);
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "rtcp-fb", i)); i++)
    if (g_str_equal (value, own) || g_str_equal (value, any))
      return TRUE;

  return FALSE;
}

static void
add_remb (GstSDPMedia *media, const GstSDPMedia *offer)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      const gchar *format = gst_sdp_media_get_format (media, i);
      g_autofree gchar *value = g_strdup_printf ("%s " REMB, format);

      /* what is no codec, but retransmits one, has no keyframes */
      if (has_feedback (media, format, "nack pli") && !has_feedback (media, format, REMB)
          && (offer == NULL || has_feedback (offer, format, REMB)))
        gst_sdp_media_add_attribute (media, "rtcp-fb", value);
    }
}

void
kp_sdp_add_remb (GstSDPMessage *sdp, const GstSDPMessage *offer)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);
      KpMediaKind kind;

      if (!kp_sdp_media_get_kind (media, &kind) || kind != KP_MEDIA_VIDEO || kp_sdp_media_is_rejected (sdp, i)
          || !(kp_sdp_media_get_direction (media) & KP_DIRECTION_SEND))
        continue;
      if (offer == NULL)
        add_remb (media, NULL);
      else if (i < gst_sdp_message_medias_len (offer))
        add_remb (media, gst_sdp_message_get_media (offer, i));
    }
}
