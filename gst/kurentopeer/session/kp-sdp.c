/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp.h"

#include "gstkurentoerror.h"
#include "kp-sdp-edit.h"

GstSDPMessage *
kp_sdp_copy (const GstSDPMessage *sdp)
{
  GstSDPMessage *copy = NULL;

  gst_sdp_message_copy (sdp, &copy);

  return copy;
}

KpDirection
kp_sdp_media_get_direction (const GstSDPMedia *media)
{
  static const struct
  {
    const gchar *name;
    KpDirection direction;
  } directions[] = {
    { "sendrecv", KP_DIRECTION_SENDRECV },
    { "sendonly", KP_DIRECTION_SEND },
    { "recvonly", KP_DIRECTION_RECV },
    { "inactive", KP_DIRECTION_INACTIVE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    {
      if (kp_sdp_media_has_attribute (media, directions[i].name))
        return directions[i].direction;
    }
  return KP_DIRECTION_SENDRECV; /* RFC 8866, 6.7 */
}

gboolean
kp_sdp_media_is_rejected (const GstSDPMessage *sdp, guint index)
{
  const GstSDPMedia *media;

  g_return_val_if_fail (index < gst_sdp_message_medias_len (sdp), TRUE);

  media = gst_sdp_message_get_media (sdp, index);
  return gst_sdp_media_get_port (media) == 0 && !kp_sdp_media_has_attribute (media, "bundle-only");
}

gboolean
kp_sdp_media_get_kind (const GstSDPMedia *media, KpMediaKind *kind)
{
  for (KpMediaKind i = 0; i < KP_N_MEDIA_KINDS; i++)
    {
      if (g_strcmp0 (gst_sdp_media_get_media (media), kp_media_kind_to_string (i)) == 0)
        {
          *kind = i;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
kp_sdp_media_is_data_channel (const GstSDPMedia *media)
{
  return g_strcmp0 (gst_sdp_media_get_media (media), "application") == 0
         && gst_sdp_media_formats_len (media) == 1
         && g_strcmp0 (gst_sdp_media_get_format (media, 0), "webrtc-datachannel") == 0;
}

const gchar *
kp_sdp_media_get_mid (const GstSDPMedia *media)
{
  return gst_sdp_media_get_attribute_val (media, "mid");
}

guint
kp_sdp_media_get_extmap_id (const GstSDPMedia *media, const gchar *uri)
{
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "extmap", i)); i++)
    {
      g_auto (GStrv) words = g_strsplit (value, " ", 3);
      guint64 id = g_ascii_strtoull (value, NULL, 10); /* stops at "/sendonly" */

      if (words[0] && g_strcmp0 (words[1], uri) == 0 && id > 0 && id < 256)
        return id;
    }
  return 0;
}

gboolean
kp_sdp_media_has_extmap_id (const GstSDPMedia *media, guint id)
{
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "extmap", i)); i++)
    {
      if (g_ascii_strtoull (value, NULL, 10) == id)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_format (const GstSDPMedia *media, gint payload_type)
{
  g_autofree gchar *format = g_strdup_printf ("%d", payload_type);

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      if (g_strcmp0 (gst_sdp_media_get_format (media, i), format) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_codec_field (GQuark field, GValue *value, gpointer user_data)
{
  const gchar *name = g_quark_to_string (field);

  return !g_str_has_prefix (name, "a-") && !g_str_has_prefix (name, "ssrc-");
}

/* The value of one parameter of the format's fmtp line, owned, or NULL. */
static gchar *
dup_format_parameter (const GstSDPMedia *media, gint payload_type, const gchar *name)
{
  g_autofree gchar *prefix = g_strdup_printf ("%d ", payload_type);
  const gchar *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "fmtp", i)); i++)
    {
      g_auto (GStrv) parameters = NULL;

      if (!g_str_has_prefix (value, prefix))
        continue;
      parameters = g_strsplit (value + strlen (prefix), ";", -1);
      for (guint j = 0; parameters[j]; j++)
        {
          const gchar *parameter = g_strstrip (parameters[j]);
          const gchar *equals = strchr (parameter, '=');

          if (equals && strlen (name) == equals - parameter && g_str_has_prefix (parameter, name))
            return g_strdup (equals + 1);
        }
    }
  return NULL;
}

/* GStreamer since 1.22 makes a "profile" of it, which an answer does not get back: the peer would take another one. */
static void
restore_h264_profile (const GstSDPMedia *media, gint payload_type, GstStructure *format)
{
  static const gchar *const parameters[] = { "profile-level-id", "level-asymmetry-allowed" };

  if (g_strcmp0 (gst_structure_get_string (format, "encoding-name"), "H264") != 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    {
      g_autofree gchar *value = dup_format_parameter (media, payload_type, parameters[i]);

      if (value)
        gst_structure_set (format, parameters[i], G_TYPE_STRING, value, NULL);
    }
}

GstCaps *
kp_sdp_media_get_format_caps (const GstSDPMedia *media, gint payload_type)
{
  GstCaps *caps;
  GstStructure *structure;

  if (!has_format (media, payload_type))
    return NULL;
  caps = gst_sdp_media_get_caps_from_media (media, payload_type);
  if (!caps)
    return NULL;

  structure = gst_caps_get_structure (caps, 0);
  gst_structure_set_name (structure, "application/x-rtp");
  gst_structure_filter_and_map_in_place (structure, is_codec_field, NULL);
  restore_h264_profile (media, payload_type, structure);
  return caps;
}

static gboolean
find_in_use (const GstSDPMessage *sdp, const gchar *mid, guint *index)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

      if (kp_sdp_media_is_rejected (sdp, i))
        continue;
      if (!mid || g_strcmp0 (kp_sdp_media_get_mid (media), mid) == 0)
        {
          *index = i;
          return TRUE;
        }
    }
  return FALSE;
}

guint
kp_sdp_get_transport_index (const GstSDPMessage *sdp)
{
  g_auto (GStrv) bundle = kp_sdp_dup_bundle (sdp);
  guint index = 0;

  for (guint i = 0; bundle && bundle[i]; i++)
    {
      if (find_in_use (sdp, bundle[i], &index))
        return index;
    }
  find_in_use (sdp, NULL, &index);
  return index;
}

gchar *
kp_sdp_get_session_id (const GstSDPMessage *sdp)
{
  const GstSDPOrigin *origin = gst_sdp_message_get_origin (sdp);

  return g_strdup_printf ("%s %s %s", origin->username ? origin->username : "-",
                          origin->sess_id ? origin->sess_id : "", origin->addr ? origin->addr : "");
}

gboolean
kp_sdp_check_first_sections (const GstSDPMessage *former, const GstSDPMessage *now, GError **error)
{
  guint n = gst_sdp_message_medias_len (former);

  if (gst_sdp_message_medias_len (now) < n)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                   "the description has %u sections, expected %u", gst_sdp_message_medias_len (now), n);
      return FALSE;
    }

  for (guint i = 0; i < n; i++)
    {
      const GstSDPMedia *old = gst_sdp_message_get_media (former, i);
      const GstSDPMedia *new = gst_sdp_message_get_media (now, i);

      if (g_strcmp0 (gst_sdp_media_get_media (old), gst_sdp_media_get_media (new)) != 0)
        {
          g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                       "section %u is %s, expected %s", i, gst_sdp_media_get_media (new),
                       gst_sdp_media_get_media (old));
          return FALSE;
        }
      if (g_strcmp0 (kp_sdp_media_get_mid (old), kp_sdp_media_get_mid (new)) != 0)
        {
          g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                       "section %u has the mid \"%s\", expected \"%s\"", i, kp_sdp_media_get_mid (new),
                       kp_sdp_media_get_mid (old));
          return FALSE;
        }
    }

  if (kp_sdp_get_transport_index (now) != kp_sdp_get_transport_index (former))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                   "section %u carries the transport, expected section %u", kp_sdp_get_transport_index (now),
                   kp_sdp_get_transport_index (former));
      return FALSE;
    }
  return TRUE;
}

gboolean
kp_sdp_check_same_sections (const GstSDPMessage *former, const GstSDPMessage *now, GError **error)
{
  guint n = gst_sdp_message_medias_len (former);

  if (gst_sdp_message_medias_len (now) > n)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                   "the description has %u sections, expected %u", gst_sdp_message_medias_len (now), n);
      return FALSE;
    }

  return kp_sdp_check_first_sections (former, now, error);
}
