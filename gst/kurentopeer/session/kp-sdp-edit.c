/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp-edit.h"

#include <string.h>

GstSDPMedia *
kp_sdp_edit_media (GstSDPMessage *sdp, guint index)
{
  return (GstSDPMedia *)gst_sdp_message_get_media (sdp, index);
}

gboolean
kp_sdp_media_has_attribute (const GstSDPMedia *media, const gchar *name)
{
  for (guint i = 0; i < gst_sdp_media_attributes_len (media); i++)
    {
      if (g_strcmp0 (gst_sdp_media_get_attribute (media, i)->key, name) == 0)
        return TRUE;
    }
  return FALSE;
}

void
kp_sdp_media_remove_attributes (GstSDPMedia *media, const gchar *name)
{
  for (guint i = gst_sdp_media_attributes_len (media); i > 0; i--)
    {
      if (g_strcmp0 (gst_sdp_media_get_attribute (media, i - 1)->key, name) == 0)
        gst_sdp_media_remove_attribute (media, i - 1);
    }
}

void
kp_sdp_media_set_attribute (GstSDPMedia *media, const gchar *name, const gchar *value)
{
  g_autofree gchar *copy = g_strdup (value); /* it may be one of those that go */

  kp_sdp_media_remove_attributes (media, name);
  gst_sdp_media_add_attribute (media, name, copy);
}

void
kp_sdp_remove_attributes (GstSDPMessage *sdp, const gchar *name)
{
  for (guint i = gst_sdp_message_attributes_len (sdp); i > 0; i--)
    {
      if (g_strcmp0 (gst_sdp_message_get_attribute (sdp, i - 1)->key, name) == 0)
        gst_sdp_message_remove_attribute (sdp, i - 1);
    }
}

gchar **
kp_sdp_dup_bundle (const GstSDPMessage *sdp)
{
  const gchar *group;

  for (guint i = 0; (group = gst_sdp_message_get_attribute_val_n (sdp, "group", i)); i++)
    {
      if (g_str_has_prefix (group, "BUNDLE "))
        return g_strsplit (group + strlen ("BUNDLE "), " ", -1);
    }
  return NULL;
}
