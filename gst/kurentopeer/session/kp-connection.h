/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-codec.h"
#include "kp-event.h"
#include "kp-extensions.h"
#include "kp-loop.h"
#include "kp-outlet.h"
#include "kp-sdp-fec.h"
#include "kp-settings.h"
#include "kp-stats.h"

#include <gst/webrtc/webrtc.h>

/* One webrtcbin and what hangs on it, from one negotiation to its end: disposable. Peer loop only, unless a line says
 * otherwise. Everything that webrtcbin tells in its own threads arrives here as a call in the peer loop, and none
 * arrives after kp_connection_drop(). */
typedef struct _KpConnection KpConnection;

typedef enum
{
  KP_CONNECTION_STATE, /* connection-state */
  KP_CONNECTION_ICE, /* ice-connection-state */
  KP_CONNECTION_GATHERING, /* ice-gathering-state */
  KP_CONNECTION_SIGNALING, /* signaling-state */
  KP_N_CONNECTION_STATES,
} KpConnectionStateKind;

typedef struct
{
  void (*candidate) (KpConnection *connection, const gchar *candidate, guint mline_index, gpointer user_data);
  void (*state) (KpConnection *connection, KpConnectionStateKind kind, gint value, gpointer user_data);
  void (*verified) (KpConnection *connection, gboolean matches, gpointer user_data);
  void (*channel_event) (KpConnection *connection, const KpEvent *event, gpointer user_data);
  /* who waits for a data channel, or for room in it, may try again */
  void (*channels_ready) (KpConnection *connection, gpointer user_data);
  /* @ssrc: what the peer names */
  void (*keyframe_requested) (KpConnection *connection, guint32 ssrc, gpointer user_data);
  /* of KpPacketFeedback: what the peer says of packets that were sent */
  void (*packets_reported) (KpConnection *connection, GArray *packets, gpointer user_data);
  /* the peer wants no more than that, in bit/s */
  void (*bitrate_reported) (KpConnection *connection, guint bitrate, gpointer user_data);
  /* any thread: as KpSessionCallbacks.get_outlet; it may still run when the connection is dropped */
  GstElement *(*get_outlet) (KpMediaKind kind, guint index, gpointer user_data);
  /* so that @user_data is there as long; no call-out */
  void (*hold) (gpointer user_data);
  void (*let_go) (gpointer user_data);
  /* @codec: static; NULL with @error */
  void (*stream) (KpConnection *connection, KpMediaKind kind, guint index, const KpCodec *codec,
                  const GError *error, gpointer user_data);
} KpConnectionCallbacks;

/* Whether a connection can use the webrtcbin @element: one that the application made, and nobody has used. Names the property
 * peer-connection in the error: INVALID_ARGUMENT or INVALID_STATE. */
gboolean kp_connection_check_given (GstElement *element, GError **error);

/* @given: see above; NULL: makes a webrtcbin. Of the settings, those that it has already stay as they are. */
KpConnection *kp_connection_new (KpLoop *loop, GstBin *bin, GstElement *given, const KpSettings *settings,
                                 const KpConnectionCallbacks *callbacks, gpointer user_data, GError **error);
KpConnection *kp_connection_ref (KpConnection *self);
void kp_connection_unref (KpConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpConnection, kp_connection_unref)

/* Takes it out of the pipeline and buries it in a thread of its own, which calls @buried with @user_data at the very
 * end, in that thread. */
void kp_connection_drop (KpConnection *self, void (*buried) (gpointer user_data), gpointer user_data);

gboolean kp_connection_is_dropped (KpConnection *self);

/* borrowed */
GstElement *kp_connection_get_webrtcbin (KpConnection *self);

/* TRUE when @object is, or is inside of, one of its elements. Any thread. */
gboolean kp_connection_owns (KpConnection *self, GstObject *object);

/* Step of a negotiation: @reply is webrtcbin's, borrowed; NULL with @error. */
typedef void (*KpConnectionStep) (KpConnection *self, const GstStructure *reply, const GError *error,
                                  gpointer user_data);

void kp_connection_create_offer (KpConnection *self, KpConnectionStep done);
void kp_connection_create_answer (KpConnection *self, KpConnectionStep done);
/* take @sdp */
void kp_connection_set_local (KpConnection *self, GstWebRTCSDPType type, GstSDPMessage *sdp,
                              KpConnectionStep done);
void kp_connection_set_remote (KpConnection *self, GstWebRTCSDPType type, GstSDPMessage *sdp,
                               KpConnectionStep done);
void kp_connection_get_stats (KpConnection *self, KpConnectionStep done);
/* What the connection counts itself, now. */
void kp_connection_measure (KpConnection *self, KpStatsInput *input);
void kp_connection_measured_clear (KpStatsInput *input);
/* The header extensions that name layers. */
void kp_connection_set_rid_ids (KpConnection *self, const KpExtensions *ids);
void kp_connection_add_candidate (KpConnection *self, guint mline_index, const gchar *candidate);

/* Before the remote description is applied. */
void kp_connection_set_fingerprint (KpConnection *self, const gchar *fingerprint);

/* Video is protected: see kp-fec.h. Before the answer is applied. */
void kp_connection_set_fec (KpConnection *self, const KpFecFormats *formats);

/* After the descriptions are applied: listens to the feedback of the RTP session, whatever ssrc it names. @receives: not
 * only data comes. */
void kp_connection_watch_feedback (KpConnection *self, guint session_index, gboolean receives);

/* Regular reports often enough for what they tell to be of use. Once the streams run: rtpsession lets go of its lock in the
 * middle of the first report about a stream, and stumbles over one that begins just then. */
void kp_connection_hurry_reports (KpConnection *self);

/* The same: listens to what the peer says of the packets that are sent, once there are any. */
void kp_connection_watch_packets (KpConnection *self, guint session_index);

/* Of KpRtpCount, without what the jitter buffers know. */
GArray *kp_connection_list_rtp (KpConnection *self);

/* Whether the present descriptions have data, so that further channels need no others. */
gboolean kp_connection_has_association (KpConnection *self);

gboolean kp_connection_create_channel (KpConnection *self, const KpDataConfig *config, GError **error);

/* The default one, once it is open; owned, or NULL. Any thread. */
GstWebRTCDataChannel *kp_connection_dup_channel (KpConnection *self);

/* Sends in the caller's thread; any thread. */
gboolean kp_connection_send (KpConnection *self, const gchar *label, GBytes *data, gboolean is_text,
                             GError **error);

/* For the data sink pad of that number, see kp-channels.h; any thread. */
KpDataResult kp_connection_try_send (KpConnection *self, guint index, GBytes *data, gboolean is_text);
KpDataResult kp_connection_finish_channel (KpConnection *self, guint index);

/* Nothing is received. */
#define KP_NO_OUTLET G_MAXUINT

/* Which outlet the streams of m-section @mline_index go to, or KP_NO_OUTLET. Before the remote description is applied. */
void kp_connection_set_section (KpConnection *self, guint mline_index, KpMediaKind kind, guint index);

/* What is received for m-section @mline_index are layers of one simulcast. @mid: or NULL. @rids: each of these has an outlet of its own, in
 * this order, the first one the section's; NULL: one of them is shown. After its kp_connection_set_section(). */
void kp_connection_receive_layers (KpConnection *self, guint mline_index, const gchar *mid,
                                   const gchar *const *rids);

/* Adds a bin that shares the connection's life (a sender) to the pipeline, in its state. Before it is linked. */
void kp_connection_add_part (KpConnection *self, GstElement *part);

/* Counts what one of its senders does, from now on. */
void kp_connection_measure_sender (KpConnection *self, GstBin *sender);

/* Takes it out again, in a thread of its own. */
void kp_connection_drop_part (KpConnection *self, GstElement *part);

/* Whether there is a data channel that is not closed. */
gboolean kp_connection_has_channel (KpConnection *self);

/* Asks the peer for a keyframe of each video that it sends. */
void kp_connection_request_remote_keyframe (KpConnection *self);
