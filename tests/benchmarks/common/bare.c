/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bare.h"

#include <gst/webrtc/webrtc.h>

static void
transceiver_cb (GstElement *webrtcbin, GstWebRTCRTPTransceiver *transceiver, gpointer user_data)
{
  g_object_set (transceiver, "do-nack", TRUE, NULL);
}

void
bare_retransmit (GstElement *webrtcbin)
{
  g_autoptr (GArray) transceivers = NULL;

  g_signal_connect (webrtcbin, "on-new-transceiver", G_CALLBACK (transceiver_cb), NULL);
  g_signal_emit_by_name (webrtcbin, "get-transceivers", &transceivers);
  for (guint i = 0; i < transceivers->len; i++)
    transceiver_cb (webrtcbin, g_array_index (transceivers, GstWebRTCRTPTransceiver *, i), NULL);
}

static void
pad_added_cb (GstElement *webrtcbin, GstPad *pad, const gchar *launch)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstObject) parent = gst_element_get_parent (webrtcbin);
  g_autoptr (GstPad) sink = NULL;
  GstElement *chain;

  if (GST_PAD_IS_SINK (pad))
    return;
  chain = gst_parse_bin_from_description (launch, TRUE, &error);
  if (error != NULL)
    g_error ("%s", error->message);

  gst_bin_add (GST_BIN (parent), chain);
  gst_element_sync_state_with_parent (chain);
  sink = gst_element_get_static_pad (chain, "sink");
  if (gst_pad_link (pad, sink) != GST_PAD_LINK_OK)
    g_error ("%s does not take what comes", launch);
}

void
bare_receive (GstElement *webrtcbin, const gchar *launch)
{
  g_signal_connect (webrtcbin, "pad-added", G_CALLBACK (pad_added_cb), (gpointer)launch);
}
