/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-renew.h"

#include "gstkurentoerror.h"
#include "kp-sdp-edit.h"
#include "kp-sdp-formats.h"

#include <stdlib.h>

/* What all sections of a transport have in common. */
static const gchar *const shared[] = { "ice-ufrag", "ice-pwd", "fingerprint" };

static const gchar *
get_shared (const GstSDPMessage *sdp, const gchar *name)
{
  return gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, kp_sdp_get_transport_index (sdp)),
                                          name);
}

static gboolean
check_transport (const GstSDPMessage *former, const GstSDPMessage *now, const gchar *setup, GError **error)
{
  static const gchar *const changes[G_N_ELEMENTS (shared)]
      = { "to restart ICE", "to restart ICE", "to change its certificate" };

  for (guint i = 0; i < G_N_ELEMENTS (shared); i++)
    if (g_strcmp0 (get_shared (former, shared[i]), get_shared (now, shared[i])) != 0)
      {
        g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                     "the peer wants %s, which takes a new connection", changes[i]);
        return FALSE;
      }
  if (g_strcmp0 (get_shared (now, "setup"), setup) == 0)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
                   "the peer wants to be %s in DTLS, which we are", setup);
      return FALSE;
    }

  return TRUE;
}

/* A number means for good what it meant first. */
static gboolean
check_format (const GstSDPMedia *former, const GstSDPMedia *now, const gchar *format, guint index,
              GError **error)
{
  g_autoptr (GstCaps) old = kp_sdp_media_get_format_caps (former, atoi (format));
  g_autoptr (GstCaps) new = kp_sdp_media_get_format_caps (now, atoi (format));
  const gchar *before, *after;

  if (old == NULL || new == NULL)
    return TRUE;

  before = gst_structure_get_string (gst_caps_get_structure (old, 0), "encoding-name");
  after = gst_structure_get_string (gst_caps_get_structure (new, 0), "encoding-name");
  if (g_strcmp0 (before, after) == 0)
    return TRUE;

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION,
               "section %u: the peer wants payload type %s to be %s, but it is %s in this call", index,
               format, after, before);

  return FALSE;
}

static gboolean
check_formats (const GstSDPMessage *former, const GstSDPMessage *now, guint index, GError **error)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (now, index);

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    if (!check_format (gst_sdp_message_get_media (former, index), media, gst_sdp_media_get_format (media, i),
                       index, error))
      return FALSE;

  return TRUE;
}

gboolean
kp_sdp_check_renewed (const GstSDPMessage *former, const GstSDPMessage *now, const gchar *setup,
                      GError **error)
{
  guint n = gst_sdp_message_medias_len (former);

  if (!kp_sdp_check_first_sections (former, now, error) || !check_transport (former, now, setup, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    if (!kp_sdp_media_is_rejected (former, i) && !kp_sdp_media_is_rejected (now, i)
        && !check_formats (former, now, i, error))
      return FALSE;

  return TRUE;
}

const gchar *
kp_sdp_get_setup (const GstSDPMessage *local, const GstSDPMessage *remote)
{
  const gchar *ours = get_shared (local, "setup");

  if (g_strcmp0 (ours, "actpass") == 0)
    return g_strcmp0 (get_shared (remote, "setup"), "active") == 0 ? "passive" : "active";

  return g_strcmp0 (ours, "passive") == 0 ? "passive" : "active";
}

static void
raise_version (GstSDPMessage *sdp)
{
  const GstSDPOrigin *origin = gst_sdp_message_get_origin (sdp);
  guint64 version = g_ascii_strtoull (origin->sess_version, NULL, 10) + 1;
  g_autofree gchar *username = g_strdup (origin->username);
  g_autofree gchar *id = g_strdup (origin->sess_id);
  g_autofree gchar *nettype = g_strdup (origin->nettype);
  g_autofree gchar *addrtype = g_strdup (origin->addrtype);
  g_autofree gchar *address = g_strdup (origin->addr);
  g_autofree gchar *text = g_strdup_printf ("%" G_GUINT64_FORMAT, version);

  gst_sdp_message_set_origin (sdp, username, id, text, nettype, addrtype, address);
}

/* webrtcbin writes flags that have no value, and crashes on those when they come in an answer. */
static void
complete_flags (GstSDPMedia *media)
{
  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
      GstSDPAttribute flag = { 0 };

      if (attribute->value)
        continue;
      gst_sdp_attribute_set (&flag, attribute->key, "");
      gst_sdp_media_replace_attribute (media, i, &flag);
    }
}

GstSDPMessage *
kp_sdp_renew (const GstSDPMessage *former, const GstSDPMessage *made, const gchar *setup)
{
  GstSDPMessage *sdp;

  gst_sdp_message_copy (former, &sdp);
  raise_version (sdp);
  for (guint i = gst_sdp_message_medias_len (former); i < gst_sdp_message_medias_len (made); i++)
    {
      GstSDPMedia *copy;

      gst_sdp_media_copy (gst_sdp_message_get_media (made, i), &copy);
      for (guint j = 0; j < G_N_ELEMENTS (shared); j++)
        kp_sdp_media_set_attribute (copy, shared[j], get_shared (former, shared[j]));
      gst_sdp_message_add_media (sdp, copy);
      gst_sdp_media_free (copy);
    }
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      complete_flags (kp_sdp_edit_media (sdp, i));
      kp_sdp_media_set_attribute (kp_sdp_edit_media (sdp, i), "setup", setup);
    }
  kp_sdp_bundle_used (sdp);

  return sdp;
}

static gboolean
has_format (const GstSDPMedia *media, const gchar *format)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    if (g_strcmp0 (gst_sdp_media_get_format (media, i), format) == 0)
      return TRUE;

  return FALSE;
}

/* At least one format has to stay, or it would be no section. */
static void
remove_foreign_formats (GstSDPMedia *media, const GstSDPMedia *offered)
{
  for (guint i = gst_sdp_media_formats_len (media); i > 0 && gst_sdp_media_formats_len (media) > 1; i--)
    {
      g_autofree gchar *format = g_strdup (gst_sdp_media_get_format (media, i - 1));

      if (!has_format (offered, format))
        kp_sdp_media_remove_format (media, format);
    }
}

void
kp_sdp_fit_answer (GstSDPMessage *answer, const GstSDPMessage *offer)
{
  kp_sdp_unreject_bundled (answer);
  for (guint i = 0; i < gst_sdp_message_medias_len (answer); i++)
    {
      const GstSDPMedia *offered = gst_sdp_message_get_media (offer, i);

      if (kp_sdp_media_is_rejected (offer, i))
        gst_sdp_media_set_port_info (kp_sdp_edit_media (answer, i), 0, 0);
      else
        remove_foreign_formats (kp_sdp_edit_media (answer, i), offered);
    }
  kp_sdp_bundle_used (answer);
}

void
kp_sdp_media_set_direction (GstSDPMedia *media, KpDirection direction)
{
  static const gchar *const names[] = { "inactive", "sendonly", "recvonly", "sendrecv" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    kp_sdp_media_remove_attributes (media, names[i]);
  gst_sdp_media_add_attribute (media, names[direction], "");
}

KpDirection
kp_direction_swap (KpDirection direction)
{
  return (direction & KP_DIRECTION_SEND ? KP_DIRECTION_RECV : 0)
         | (direction & KP_DIRECTION_RECV ? KP_DIRECTION_SEND : 0);
}
