/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "teardown-trouble.h"

#define FURTHER_SOURCE "further"
#define FURTHER_PAD "video_sink_9"

static GstElement *
dup_webrtcbin (CallSide *side)
{
  GstElement *webrtcbin;

  g_object_get (side->peer, "peer-connection", &webrtcbin, NULL);

  return webrtcbin;
}

void
trouble_break_connection (CallSide *side)
{
  g_autoptr (GstElement) webrtcbin = dup_webrtcbin (side);

  GST_ELEMENT_ERROR (webrtcbin, STREAM, FAILED, ("broken by the test"), (NULL));
}

void
trouble_break_channel (CallSide *side)
{
  g_autoptr (GObject) channel = call_dup_channel (side);
  g_autoptr (GError) error = g_error_new_literal (GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "by the test");

  g_signal_emit_by_name (channel, "on-error", error);
}

void
trouble_close_channel (CallSide *side)
{
  g_autoptr (GObject) channel = call_dup_channel (side);

  g_signal_emit_by_name (channel, "close");
}

static GstPadProbeReturn
drop_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_PAD_PROBE_DROP;
}

static void
cut (const GValue *item, gpointer user_data)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (g_value_get_object (item), "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, drop_cb, NULL, NULL);
}

void
trouble_cut (CallSide *side)
{
  g_autoptr (GstElement) webrtcbin = dup_webrtcbin (side);
  g_autoptr (GstIterator) sinks
      = gst_bin_iterate_all_by_element_factory_name (GST_BIN (webrtcbin), "nicesink");

  while (gst_iterator_foreach (sinks, cut, NULL) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (sinks);
}

void
trouble_add_source (CallSide *side)
{
  GstElement *source = gst_parse_bin_from_description (CALL_VIDEO_SOURCE, TRUE, NULL);

  gst_object_set_name (GST_OBJECT (source), FURTHER_SOURCE);
  gst_bin_add (GST_BIN (side->pipeline), source);
  fail_unless (gst_element_link_pads (source, NULL, side->peer, FURTHER_PAD));
  gst_element_sync_state_with_parent (source);
}

void
trouble_remove_source (CallSide *side)
{
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (side->pipeline), FURTHER_SOURCE);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (side->peer, FURTHER_PAD);

  if (!source)
    return;

  gst_bin_remove (GST_BIN (side->pipeline), source);
  gst_element_release_request_pad (side->peer, pad);
}
