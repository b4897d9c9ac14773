/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-transports.h"

#include <gst/webrtc/sctptransport.h>
#include <gst/webrtc/webrtc.h>

static void
add_ice_transport (GPtrArray *transports, GstWebRTCDTLSTransport *dtls)
{
  GstWebRTCICETransport *ice = NULL;

  if (dtls)
    g_object_get (dtls, "transport", &ice, NULL);
  if (ice && !g_ptr_array_find (transports, ice, NULL))
    g_ptr_array_add (transports, ice);
  else
    g_clear_object (&ice);
}

/* Of what webrtcbin sends: with a BUNDLE all of it, and what it receives, shares them. */
static void
add_media_transports (GPtrArray *transports, GstElement *webrtcbin)
{
  g_autoptr (GArray) transceivers = NULL;

  g_signal_emit_by_name (webrtcbin, "get-transceivers", &transceivers);
  for (guint i = 0; transceivers && i < transceivers->len; i++)
    {
      g_autoptr (GstWebRTCRTPSender) sender = NULL;
      g_autoptr (GstWebRTCDTLSTransport) dtls = NULL;

      g_object_get (g_array_index (transceivers, GstWebRTCRTPTransceiver *, i), "sender", &sender, NULL);
      if (sender)
        g_object_get (sender, "transport", &dtls, NULL);
      add_ice_transport (transports, dtls);
    }
}

static void
add_data_transport (GPtrArray *transports, GstElement *webrtcbin)
{
  g_autoptr (GstWebRTCSCTPTransport) sctp = NULL;
  g_autoptr (GstWebRTCDTLSTransport) dtls = NULL;

  g_object_get (webrtcbin, "sctp-transport", &sctp, NULL);
  if (sctp)
    g_object_get (sctp, "transport", &dtls, NULL);
  add_ice_transport (transports, dtls);
}

static void
silence_child (const GValue *item, gpointer user_data)
{
  GPtrArray *transports = user_data;
  gpointer child = g_value_get_object (item);
  const gchar *type = G_OBJECT_TYPE_NAME (child);

  if (!g_str_equal (type, "TransportReceiveBin") && !g_str_equal (type, "TransportSendBin"))
    return;

  for (guint i = 0; i < transports->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (transports, i), child);
}

/* Of GstWebRTCICETransport. */
static GPtrArray *
list_ice_transports (GstElement *webrtcbin)
{
  GPtrArray *transports = g_ptr_array_new_with_free_func (g_object_unref);

  add_media_transports (transports, webrtcbin);
  add_data_transport (transports, webrtcbin);

  return transports;
}

void
kp_transports_silence (GstElement *webrtcbin)
{
  g_autoptr (GPtrArray) transports = list_ice_transports (webrtcbin);
  g_autoptr (GstIterator) children = gst_bin_iterate_elements (GST_BIN (webrtcbin));

  while (gst_iterator_foreach (children, silence_child, transports) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (children);
}

static void
release_child (const GValue *item, gpointer user_data)
{
  GstElement *child = g_value_get_object (item);

  if (!g_str_equal (G_OBJECT_TYPE_NAME (child), "TransportReceiveBin"))
    return;

  GST_STATE_LOCK (child);
  gst_element_change_state (child, GST_STATE_CHANGE_READY_TO_NULL);
  GST_STATE_UNLOCK (child);
}

void
kp_transports_release (GstElement *webrtcbin)
{
  g_autoptr (GstIterator) children = gst_bin_iterate_elements (GST_BIN (webrtcbin));

  while (gst_iterator_foreach (children, release_child, NULL) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (children);
}

/* Owned; NULL when it is not libnice's. */
static GstWebRTCICEStream *
dup_stream (GstWebRTCICETransport *transport)
{
  GstWebRTCICEStream *stream = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (transport), "stream"))
    g_object_get (transport, "stream", &stream, NULL);

  return stream;
}

gboolean
kp_transports_gather (GstElement *webrtcbin)
{
  g_autoptr (GPtrArray) transports = list_ice_transports (webrtcbin);
  gboolean gathers = TRUE;

  for (guint i = 0; i < transports->len; i++)
    {
      g_autoptr (GstWebRTCICEStream) stream = dup_stream (g_ptr_array_index (transports, i));

      if (stream)
        gathers &= gst_webrtc_ice_stream_gather_candidates (stream);
    }

  return gathers;
}

void
kp_transports_set_dscp (GstElement *webrtcbin, guint dscp)
{
  g_autoptr (GPtrArray) transports = list_ice_transports (webrtcbin);
  g_autoptr (GstWebRTCICE) ice = NULL;

  g_object_get (webrtcbin, "ice-agent", &ice, NULL);
  for (guint i = 0; ice && i < transports->len; i++)
    {
      g_autoptr (GstWebRTCICEStream) stream = dup_stream (g_ptr_array_index (transports, i));

      if (stream)
        gst_webrtc_ice_set_tos (ice, stream, dscp << 2);
    }
}
