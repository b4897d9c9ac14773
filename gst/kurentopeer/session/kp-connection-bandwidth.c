/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection hears of the way that its packets take. */
#include "kp-connection-private.h"
#include "kp-feedback.h"

static void
deliver_packets (KpConnection *self, gint value, gpointer data)
{
  self->callbacks.packets_reported (self, data, self->user_data);
}

/* A streaming thread: rtpsession tells upstream what the peer said of the packets. */
static GstPadProbeReturn
upstream_event_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  const GstStructure *structure = gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
  GArray *packets = structure ? kp_feedback_read_packets (structure) : NULL;

  if (packets)
    kp_connection_post (user_data, deliver_packets, 0, packets, (GDestroyNotify)g_array_unref);

  return GST_PAD_PROBE_OK;
}

void
kp_connection_watch_packets (KpConnection *self, guint session_index)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (self->webrtcbin), "rtpbin");
  g_autoptr (GstElement) session = NULL;

  kp_loop_assert_current (self->loop);
  if (rtpbin == NULL || self->rtp_sink)
    return;

  g_signal_emit_by_name (rtpbin, "get-session", session_index, &session);
  if (session)
    self->rtp_sink = gst_element_get_static_pad (session, "send_rtp_sink");
  if (self->rtp_sink)
    self->rtp_sink_probe
        = gst_pad_add_probe (self->rtp_sink, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, upstream_event_cb,
                             kp_connection_ref (self), (GDestroyNotify)kp_connection_unref);
}

void
kp_connection_unwatch_packets (KpConnection *self)
{
  if (self->rtp_sink)
    gst_pad_remove_probe (self->rtp_sink, self->rtp_sink_probe);
  g_clear_object (&self->rtp_sink);
}

static void
deliver_remb (KpConnection *self, gint value, gpointer data)
{
  self->callbacks.bitrate_reported (self, value, self->user_data);
}

void
kp_connection_take_remb (KpConnection *self, GstBuffer *fci)
{
  guint64 bitrate;

  if (kp_feedback_read_remb (fci, &bitrate))
    kp_connection_post (self, deliver_remb, MIN (bitrate, G_MAXINT), NULL, NULL);
}

GArray *
kp_connection_list_rtp (KpConnection *self)
{
  return kp_rtp_meter_list_counts (self->rtp_meter);
}
