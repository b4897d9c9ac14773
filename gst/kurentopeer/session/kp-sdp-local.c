/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp.h"

#include "kp-sdp-edit.h"

#include <string.h>

static gboolean
has_kind (const GstSDPMedia *media)
{
  KpMediaKind kind;

  return kp_sdp_media_get_kind (media, &kind);
}

void
kp_sdp_strip_mids (GstSDPMessage *sdp)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    kp_sdp_media_remove_attributes (kp_sdp_edit_media (sdp, i), "mid");
  kp_sdp_remove_attributes (sdp, "group");
}

static void
reject_like (GstSDPMedia *media, const GstSDPMedia *transport)
{
  static const gchar *const shared[] = { "ice-ufrag", "ice-pwd", "setup", "fingerprint" };
  static const gchar *const meaningless[]
      = { "candidate", "end-of-candidates", "msid",     "rid",      "simulcast",
          "ssrc",      "ssrc-group",        "sendrecv", "sendonly", "recvonly" };

  gst_sdp_media_set_port_info (media, 0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (meaningless); i++)
    kp_sdp_media_remove_attributes (media, meaningless[i]);
  kp_sdp_media_set_attribute (media, "inactive", "");
  for (guint i = 0; i < G_N_ELEMENTS (shared); i++)
    {
      const gchar *value = gst_sdp_media_get_attribute_val (transport, shared[i]);

      if (value)
        kp_sdp_media_set_attribute (media, shared[i], value);
    }
}

void
kp_sdp_bundle_used (GstSDPMessage *sdp)
{
  g_autoptr (GString) group = g_string_new ("BUNDLE");

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      if (!kp_sdp_media_is_rejected (sdp, i))
        g_string_append_printf (group, " %s", kp_sdp_media_get_mid (gst_sdp_message_get_media (sdp, i)));
    }
  kp_sdp_remove_attributes (sdp, "group");
  gst_sdp_message_add_attribute (sdp, "group", group->str);
}

/* webrtcbin sends to the port of its own description. */
static void
copy_sctp_port (GstSDPMedia *answer, const GstSDPMedia *offer)
{
  const gchar *port = gst_sdp_media_get_attribute_val (offer, "sctp-port");

  if (port && kp_sdp_media_is_data_channel (offer))
    kp_sdp_media_set_attribute (answer, "sctp-port", port);
}

void
kp_sdp_match_answer (GstSDPMessage *answer, const GstSDPMessage *offer)
{
  g_auto (GStrv) bundle = kp_sdp_dup_bundle (offer);
  guint n = MIN (gst_sdp_message_medias_len (answer), gst_sdp_message_medias_len (offer));
  guint transport;

  for (guint i = 0; i < n; i++)
    {
      copy_sctp_port (kp_sdp_edit_media (answer, i), gst_sdp_message_get_media (offer, i));
      if (kp_sdp_media_is_rejected (offer, i))
        gst_sdp_media_set_port_info (kp_sdp_edit_media (answer, i), 0, 0);
    }
  if (bundle)
    kp_sdp_bundle_used (answer);

  transport = kp_sdp_get_transport_index (answer);
  for (guint i = 0; i < n; i++)
    {
      if (kp_sdp_media_is_rejected (answer, i))
        reject_like (kp_sdp_edit_media (answer, i), gst_sdp_message_get_media (answer, transport));
    }
}

static void
dedupe_ssrcs (GstSDPMedia *media)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < gst_sdp_media_attributes_len (media);)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
      gboolean is_ssrc
          = g_strcmp0 (attribute->key, "ssrc") == 0 || g_strcmp0 (attribute->key, "ssrc-group") == 0;

      if (is_ssrc && !g_hash_table_add (seen, g_strconcat (attribute->key, ":", attribute->value, NULL)))
        gst_sdp_media_remove_attribute (media, i);
      else
        i++;
    }
}

void
kp_sdp_dedupe_ssrcs (GstSDPMessage *sdp)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    dedupe_ssrcs (kp_sdp_edit_media (sdp, i));
}

/* webrtcbin writes names of its own there, which would contradict a=msid. */
static void
set_ssrc_msids (GstSDPMedia *media, const gchar *msid)
{
  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
      const gchar *old;
      GstSDPAttribute new = { 0 };
      g_autofree gchar *value = NULL;

      if (g_strcmp0 (attribute->key, "ssrc") != 0 || !attribute->value)
        continue;
      old = strstr (attribute->value, " msid:");
      if (!old)
        continue;

      value = g_strdup_printf ("%.*s msid:%s", (int)(old - attribute->value), attribute->value, msid);
      gst_sdp_attribute_set (&new, "ssrc", value);
      gst_sdp_media_replace_attribute (media, i, &new);
    }
}

/* @streams: separated by spaces. */
static void
add_msids (GstSDPMedia *media, const gchar *streams, const gchar *track)
{
  g_auto (GStrv) ids = g_strsplit (streams, " ", -1);
  gboolean is_first = TRUE;

  for (guint i = 0; ids[i]; i++)
    {
      g_autofree gchar *msid = g_strdup_printf ("%s %s", ids[i], track);

      if (*ids[i] == '\0')
        continue;
      gst_sdp_media_add_attribute (media, "msid", msid);
      if (is_first)
        set_ssrc_msids (media, msid);
      is_first = FALSE;
    }
}

void
kp_sdp_set_msid (GstSDPMessage *sdp, const gchar *stream_id, const GPtrArray *msids)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);
      const gchar *mid = kp_sdp_media_get_mid (media);
      const gchar *streams = msids && i < msids->len ? g_ptr_array_index (msids, i) : NULL;
      g_autofree gchar *track = NULL;

      if (!has_kind (media))
        continue;
      kp_sdp_media_remove_attributes (media, "msid");
      if (kp_sdp_media_is_rejected (sdp, i) || !(kp_sdp_media_get_direction (media) & KP_DIRECTION_SEND))
        continue;

      track = mid ? g_strdup_printf ("%s-%s", stream_id, mid) : g_strdup_printf ("%s-%u", stream_id, i);
      add_msids (media, streams ? streams : stream_id, track);
    }
}

void
kp_sdp_set_max_message_size (GstSDPMessage *sdp, guint64 size)
{
  g_autofree gchar *value = g_strdup_printf ("%" G_GUINT64_FORMAT, size);

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);

      if (!kp_sdp_media_is_data_channel (media))
        continue;
      kp_sdp_media_set_attribute (media, "max-message-size", value);
    }
}

static gboolean
is_bundled (const GstSDPMessage *sdp, guint index)
{
  const gchar *mid = kp_sdp_media_get_mid (gst_sdp_message_get_media (sdp, index));
  g_auto (GStrv) bundle = kp_sdp_dup_bundle (sdp);

  return mid && bundle && g_strv_contains ((const gchar *const *)bundle, mid);
}

void
kp_sdp_unreject_bundled (GstSDPMessage *sdp)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);

      if (kp_sdp_media_is_rejected (sdp, i) || !is_bundled (sdp, i))
        continue;
      if (gst_sdp_media_get_port (media) == 0)
        gst_sdp_media_set_port_info (media, 9, 0);
      kp_sdp_media_remove_attributes (media, "bundle-only");
    }
}

void
kp_sdp_add_candidate (GstSDPMessage *sdp, guint mline_index, const gchar *candidate)
{
  GstSDPMedia *media;

  if (mline_index >= gst_sdp_message_medias_len (sdp))
    return;

  media = kp_sdp_edit_media (sdp, mline_index);
  if (g_str_has_prefix (candidate, "a="))
    candidate += strlen ("a=");
  if (g_str_has_prefix (candidate, "candidate:"))
    candidate += strlen ("candidate:");

  if (*candidate == '\0')
    gst_sdp_media_add_attribute (media, "end-of-candidates", "");
  else
    gst_sdp_media_add_attribute (media, "candidate", candidate);
}

void
kp_sdp_set_fingerprint (GstSDPMessage *sdp, const gchar *fingerprint)
{
  kp_sdp_remove_attributes (sdp, "fingerprint");
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    kp_sdp_media_set_attribute (kp_sdp_edit_media (sdp, i), "fingerprint", fingerprint);
}
