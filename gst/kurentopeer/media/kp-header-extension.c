/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-header-extension.h"

#include "gstkurentoerror.h"

#include <gst/rtp/gstrtphdrext.h>

gboolean
kp_header_extension_add (GstElement *payloader, GstCaps *caps, const gchar *uri, guint id,
                         const gchar *property, const gchar *value, GError **error)
{
  g_autoptr (GstRTPHeaderExtension) extension = NULL;
  g_autofree gchar *field = g_strdup_printf ("extmap-%u", id);

  if (id == 0)
    return TRUE;

  extension = gst_rtp_header_extension_create_from_uri (uri);
  if (extension == NULL)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                   "the RTP header extension %s is not installed", uri);
      return FALSE;
    }
  gst_rtp_header_extension_set_id (extension, id);
  if (property)
    g_object_set (extension, property, value, NULL);
  g_signal_emit_by_name (payloader, "add-extension", extension);
  gst_caps_set_simple (caps, field, G_TYPE_STRING, uri, NULL);

  return TRUE;
}
