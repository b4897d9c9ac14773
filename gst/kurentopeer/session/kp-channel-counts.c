/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-channel-counts.h"

void
kp_channel_counts_add (KpChannelCounts *self, gboolean sent, gsize size)
{
  if (sent)
    {
      self->messages_sent++;
      self->bytes_sent += size;
    }
  else
    {
      self->messages_received++;
      self->bytes_received += size;
    }
}

static const gchar *
state_to_string (GstWebRTCDataChannelState state)
{
  switch (state)
    {
    case GST_WEBRTC_DATA_CHANNEL_STATE_OPEN:
      return "open";
    case GST_WEBRTC_DATA_CHANNEL_STATE_CLOSING:
      return "closing";
    case GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED:
      return "closed";
    case GST_WEBRTC_DATA_CHANNEL_STATE_CONNECTING:
    default:
      return "connecting";
    }
}

KpChannelCounts *
kp_channel_counts_ask (const KpChannelCounts *self, GstWebRTCDataChannel *channel)
{
  KpChannelCounts *copy = g_memdup2 (self, sizeof *self);
  GstWebRTCDataChannelState state;

  g_object_get (channel, "label", &copy->label, "protocol", &copy->protocol, "id", &copy->id, "ready-state",
                &state, NULL);
  copy->state = state_to_string (state);

  return copy;
}

void
kp_channel_counts_free (KpChannelCounts *self)
{
  g_free (self->label);
  g_free (self->protocol);
  g_free (self);
}
