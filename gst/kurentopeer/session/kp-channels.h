/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-channel-counts.h"
#include "kp-data-config.h"
#include "kp-event.h"

#include <gst/gst.h>

/* bytes; what we take in one message */
#define KP_MAX_MESSAGE_SIZE (256 * 1024)

/* The data channels of one connection. */
typedef struct _KpChannels KpChannels;

/* Takes the event over; NULL: who waits for a channel, or for room, may try again. Any thread, webrtcbin's locks may be held: post and return. */
typedef void (*KpChannelsFunc) (KpEvent *event, gpointer user_data);

/* Before the first channel, in READY or above. */
KpChannels *kp_channels_new (GstElement *webrtcbin, KpChannelsFunc func, gpointer user_data,
                             GDestroyNotify notify);
KpChannels *kp_channels_ref (KpChannels *self);
void kp_channels_unref (KpChannels *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpChannels, kp_channels_unref)

/* Makes a channel of ours. Peer loop; before the first offer, or with an association. */
gboolean kp_channels_create (KpChannels *self, const KpDataConfig *config, GError **error);

/* Sends on the open channel of that name, or, when it is NULL, on the default one: the first that the peer opened,
 * else ours. Any thread. */
gboolean kp_channels_send (KpChannels *self, const gchar *label, GBytes *data, gboolean is_text,
                           GError **error);

/* The same for a pad: on the open channel of that number, or WAIT when there is none, or it has no room; what can never be
 * sent is told as an event. Number 0 is our default channel, or the peer's; the others have 1, 2, ... as they open. */
KpDataResult kp_channels_try_send (KpChannels *self, guint index, GBytes *data, gboolean is_text);

/* Closes it once all that was sent has gone into the association. WAIT: it is not there. */
KpDataResult kp_channels_finish (KpChannels *self, guint index);

/* The default one, once it is open; owned, or NULL. Any thread. */
GstWebRTCDataChannel *kp_channels_dup_default (KpChannels *self);

/* Of KpChannelCounts, of the channels that are not closed; and how many were ever opened and closed. Peer loop. */
GPtrArray *kp_channels_list (KpChannels *self, guint *n_opened, guint *n_closed);

/* Before webrtcbin stops: nothing waits for room in the association any more; sctpenc itself would have it wait for ever. */
void kp_channels_flush (KpChannels *self);

/* No events any more, and nothing can be sent. The channels themselves go with kp_channels_clear(), after the webrtcbin
 * went to NULL: they point back at it. */
void kp_channels_disconnect (KpChannels *self);
void kp_channels_clear (KpChannels *self);
