/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/webrtc/webrtc.h>

/* What one data channel has carried. */
typedef struct
{
  guint number; /* of this connection's channels, from 0 */
  gboolean opened; /* at any time */
  guint64 messages_sent;
  guint64 bytes_sent;
  guint64 messages_received;
  guint64 bytes_received;

  /* what the channel itself knows, once it was asked */
  gchar *label; /* owned */
  gchar *protocol; /* owned; or NULL */
  gint id; /* -1 = not known yet */
  const gchar *state; /* static; of RTCDataChannelState */
} KpChannelCounts;

void kp_channel_counts_add (KpChannelCounts *self, gboolean sent, gsize size);

/* A copy, completed by what @channel knows. */
KpChannelCounts *kp_channel_counts_ask (const KpChannelCounts *self, GstWebRTCDataChannel *channel);
void kp_channel_counts_free (KpChannelCounts *self);
