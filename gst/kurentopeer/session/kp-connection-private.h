/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-channels.h"
#include "kp-connection.h"
#include "kp-fec.h"
#include "kp-guard.h"
#include "kp-receiver.h"

/* Which outlet an m-section's streams go to. */
typedef struct
{
  guint mline_index;
  KpMediaKind kind;
  guint index; /* among the sections of that kind */
  gboolean has_layers; /* of a simulcast; then the next two count, and one of the last two */
  gchar mid[KP_RID_SIZE]; /* "" = not known */
  GStrv rids; /* owned; of the layers that have outlets of their own, from @index on; or NULL */
  GstElement *layer_switch; /* owned; in the bin; or NULL */
  gboolean has_receiver; /* of the switch: something has come */
} KpSectionOutlet;

struct _KpConnection
{
  KpLoop *loop; /* owned */
  GstBin *bin; /* owned; where the elements live */
  KpConnectionCallbacks callbacks; /* peer loop, but get_outlet */
  gpointer user_data; /* the owner's; valid until dropped */
  gboolean dropped; /* peer loop */
  GstElement *webrtcbin; /* owned */
  gboolean given; /* webrtcbin is the application's */
  gchar *certificate; /* owned; PEM of it and its key, or NULL; constant */
  KpGuard *guard; /* owned */
  KpChannels *channels; /* owned */
  KpRtpMeter *rtp_meter; /* owned */
  KpFec *fec; /* owned */
  gboolean retransmission; /* lost video is asked for; constant */
  GObject *rtp_session; /* owned; the internal RTPSession, or NULL; peer loop */
  GstPad *rtp_sink; /* owned; where it gets what is sent, or NULL; peer loop */
  gulong rtp_sink_probe; /* of that */

  GMutex lock; /* guards everything below */
  gboolean closing; /* no further receivers */
  GPtrArray *parts; /* of GstElement; in the bin */
  GPtrArray *receivers; /* of GstElement; in the bin */
  GPtrArray *meters; /* of KpMeter; of parts and receivers, oldest first */
  GPtrArray *promises; /* of GstPromise; not answered yet */
  GArray *sections; /* of KpSectionOutlet */
};

/* Calls @deliver in the peer loop, unless the connection is dropped by then. Any thread. */
void kp_connection_post (KpConnection *self, void (*deliver) (KpConnection *, gint, gpointer), gint value,
                         gpointer data, GDestroyNotify free_data);

/* kp-connection-given.c: @given for this connection; owned, or NULL with @error. */
GstElement *kp_connection_claim (GstBin *bin, GstElement *given, GError **error);
/* It is in NULL, and nothing of ours stays in it. */
void kp_connection_hand_back (KpConnection *self);

/* Before webrtcbin does anything. */
void kp_connection_configure_ice (KpConnection *self, const KpSettings *settings);

/* kp-connection-streams.c. Any thread. Takes @error. */
void kp_connection_post_stream (KpConnection *self, KpMediaKind kind, guint index, const KpCodec *codec,
                                GError *error);
guint kp_connection_get_stream_index (KpConnection *self, GstPad *pad, KpMediaKind kind);

/* kp-connection-layers.c. A streaming thread. TRUE: @source is one more layer, and linked. Else it may have become the pad, owned, that a
 * receiver of all layers is to be linked to, and @index the outlet of the layer, or of all, or KP_NO_OUTLET. */
gboolean kp_connection_join_layers (KpConnection *self, GstPad **source, guint *index);
/* Owned; of GstElement. */
GPtrArray *kp_connection_list_switches (KpConnection *self);
/* Their states do not follow the bin's any more. */
void kp_connection_lock_switches (KpConnection *self);

/* kp-connection-bandwidth.c. The feedback that asks for no more than a bit rate, or something else. Any thread. */
void kp_connection_take_remb (KpConnection *self, GstBuffer *fci);
void kp_connection_unwatch_packets (KpConnection *self);

/* webrtcbin's pad-added, in a streaming thread: links a receiver at once. */
void kp_connection_pad_added_cb (GstElement *webrtcbin, GstPad *pad, KpConnection *self);
