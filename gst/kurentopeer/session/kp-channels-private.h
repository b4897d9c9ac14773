/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-channels.h"
#include "kp-sctp-messages.h"

typedef struct
{
  GstWebRTCDataChannel *channel; /* owned; one of the peer's has no label before it is open */
  gboolean is_local;
  gboolean used; /* a message of ours was given to it */
  KpChannelCounts counts; /* but for what the channel itself knows */
} KpChannel;

struct _KpChannels
{
  GstElement *webrtcbin; /* owned until cleared */
  gulong prepare_id;
  KpSctpMessages *messages; /* owned */
  GMutex lock; /* guards everything below; never held across a call-out but func */
  GPtrArray *entries; /* of KpChannel */
  guint n_prepared;
  guint n_opened;
  guint n_closed;
  KpChannelsFunc func; /* NULL once disconnected */
  gpointer user_data;
  GDestroyNotify notify;
};

/* Borrowed; or NULL. */
KpChannel *kp_channels_find_locked (KpChannels *self, GstWebRTCDataChannel *channel);

/* Owned; of KpChannel, copies. */
GPtrArray *kp_channels_dup_entries (KpChannels *self);

void kp_channels_count_message (KpChannels *self, GstWebRTCDataChannel *channel, gboolean sent, gsize size);

gchar *kp_channel_dup_label (GstWebRTCDataChannel *channel);

/* Owned; or NULL. */
GstWebRTCDataChannel *kp_channels_dup_by_id (KpChannels *self, gint id);

/* Something of the peer's that was not taken. Streaming thread. */
void kp_channels_tell_error (KpChannels *self, gint id, const gchar *problem);

/* kp-channels-wire.c; before the first description. */
void kp_channels_watch_wire (KpChannels *self);
