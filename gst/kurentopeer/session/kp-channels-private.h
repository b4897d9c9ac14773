/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-channels.h"
#include "kp-sctp-messages.h"

typedef struct
{
  GstWebRTCDataChannel *channel; /* owned; one of the peer's has no label before it is open */
  gboolean is_local;
  gint id; /* of its stream, once something has gone there; or -1 */
  guint index; /* the number of its pads; KP_NO_CHANNEL_INDEX until it is open */
  guint n_given; /* messages of ours that it got, */
  guint n_passed; /* and that came to the association */
  gboolean finishing; /* it closes when all of them have come there */
  KpChannelCounts counts; /* but for what the channel itself knows */
} KpChannel;

#define KP_NO_CHANNEL_INDEX G_MAXUINT

struct _KpChannels
{
  GstElement *webrtcbin; /* owned until cleared */
  gulong prepare_id;
  KpSctpMessages *messages; /* owned */
  KpBacklog *backlog; /* owned; what the peer sent and nobody has taken yet */
  GWeakRef sctpenc;
  GMutex lock; /* guards everything below; never held across a call-out but func */
  GPtrArray *entries; /* of KpChannel */
  gboolean waiting; /* somebody waits for a channel, or for room */
  guint n_indices; /* the next one, from 1 */
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

void kp_channels_tell_problem (KpChannels *self, const gchar *label, const gchar *problem);

/* Something of the peer's that was not taken. Streaming thread. */
void kp_channels_tell_error (KpChannels *self, gint id, const gchar *problem);

/* A message of the stream @id goes into the association: @pad gets it. Streaming thread. */
void kp_channels_note_passed (KpChannels *self, gint id, GstPad *pad);

/* kp-channels-wire.c: the pad of the association that takes what the stream @id sends; owned, or NULL. */
GstPad *kp_channels_dup_sctp_pad (KpChannels *self, gint id);

/* Before the first description. */
void kp_channels_watch_wire (KpChannels *self);
