/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layers of a simulcast, as RTP packets name them. */
#include "kp-connection-private.h"
#include "kp-extensions.h"
#include "kp-session-debug.h"

#include <gst/rtp/rtp.h>

#define GST_CAT_DEFAULT kp_session_debug

static void
add_extension (GstElement *element, const gchar *uri, guint id)
{
  g_autoptr (GstRTPHeaderExtension) extension = gst_rtp_header_extension_create_from_uri (uri);

  if (extension == NULL)
    {
      GST_WARNING_OBJECT (element, "the RTP header extension %s is not installed", uri);
      return;
    }
  gst_rtp_header_extension_set_id (extension, id);
  g_signal_emit_by_name (element, "add-extension", extension);
}

static void
tell_rids (const GValue *item, gpointer user_data)
{
  GstElement *element = g_value_get_object (item);
  const KpExtensions *ids = user_data;

  add_extension (element, KP_RID_URI, ids->rid);
  add_extension (element, KP_REPAIRED_RID_URI, ids->repaired_rid);
}

/* What is sent again has to say which layer it repairs. webrtcbin 1.22 arranges that before it has the element that does
 * it, and so never does in a first negotiation. */
static void
tell_senders (KpConnection *self, const KpExtensions *ids)
{
  g_autoptr (GstIterator) elements
      = gst_bin_iterate_all_by_element_factory_name (GST_BIN (self->webrtcbin), "rtprtxsend");

  while (gst_iterator_foreach (elements, tell_rids, (gpointer)ids) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (elements);
}

void
kp_connection_set_rid_ids (KpConnection *self, const KpExtensions *ids)
{
  kp_loop_assert_current (self->loop);
  kp_rtp_meter_set_extensions (self->rtp_meter, ids);
  if (ids->rid && ids->repaired_rid)
    tell_senders (self, ids);
}
