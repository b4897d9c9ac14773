/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentosignaller.h"
#include "kp-event.h"
#include "kp-gate.h"
#include "kp-loop.h"
#include "kp-outlet.h"
#include "kp-settings.h"

#include <gio/gio.h>
#include <gst/webrtc/webrtc.h>

/* The negotiation and the connections of one peer, from READY->PAUSED to PAUSED->READY. Everything happens in the peer
 * loop; the functions may be called from any thread and post to it, unless they say otherwise. */
typedef struct _KpSession KpSession;

/* What the element can show of the present connection, sent as a whole when a part of it changes. */
typedef struct
{
  GstWebRTCPeerConnectionState connection_state;
  GstWebRTCICEConnectionState ice_connection_state;
  GstWebRTCICEGatheringState ice_gathering_state;
  GstWebRTCSignalingState signaling_state;
  gchar *local_description; /* owned; SDP text with the candidates so far, or NULL */
  gchar *remote_description; /* owned; SDP text, or NULL */
  gchar *local_candidates; /* owned; JSON list of {candidate, sdpMid, sdpMLineIndex} */
  GstElement *webrtcbin; /* owned; or NULL */
  GstStreamCollection *remote_stream; /* owned; what the peer sends, or NULL */
  guint estimated_bitrate; /* bit/s; 0 = there is no connection */
} KpSessionStatus;

void kp_session_status_clear (KpSessionStatus *self);

/* How the session speaks to its owner. */
typedef struct
{
  /* Peer loop, no lock held, nothing of the session on the stack: the handler may do anything, stop included. */
  void (*event) (const KpEvent *event, gpointer user_data);

  /* Peer loop, no call-out allowed. @status is borrowed. */
  void (*status) (const KpSessionStatus *status, gpointer user_data);

  /* ANY thread (webrtcbin's pad-added): the outlet for the @index-th remote stream of @kind, added to the bin and
   * ready to be linked; the same one in every connection. Must not call out: the owner exposes the pad later, in the
   * peer loop. Transfer full. NULL when it is not wanted. */
  GstElement *(*get_outlet) (KpMediaKind kind, guint index, gpointer user_data);

  /* Peer loop, as event: the statistics, every interval; borrowed. NULL when they are not wanted. */
  void (*stats) (const GstStructure *report, gpointer user_data);

  /* Peer loop, no lock held: a new encoder or payloader. The handler may do anything, stop included. TRUE: it has been set
   * up. May be NULL. */
  gboolean (*setup) (GstElement *element, gboolean is_encoder, KpMediaKind kind, gpointer user_data);

  /* Peer loop, no call-out allowed: what kp_session_try_send() said WAIT to may be tried again. May be NULL. */
  void (*channels_ready) (gpointer user_data);

  /* Peer loop, as event: what ends the element, not only a connection (the signaller cannot listen, nothing encodes what
   * comes). */
  void (*fatal) (const GError *error, gpointer user_data);
} KpSessionCallbacks;

/* Whether what every connection needs is installed. NOT_SUPPORTED that names what is not, and its package. */
gboolean kp_session_check_installed (GError **error);

/* @bin: where connections live, borrowed; it must outlive the session's stop. */
KpSession *kp_session_new (KpLoop *loop, GstBin *bin, const KpSettings *settings,
                           GstKurentoSignaller *signaller, const KpSessionCallbacks *callbacks,
                           gpointer user_data);
KpSession *kp_session_ref (KpSession *self);
void kp_session_unref (KpSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpSession, kp_session_unref)

/* Uses @webrtcbin for the only connection that there is, see kp_connection_check_given(). Before start. */
void kp_session_give_webrtcbin (KpSession *self, GstElement *webrtcbin);

/* Starts the signaller. */
void kp_session_start (KpSession *self);

/* Drops the connection, stops the signaller, answers everything that waits with CLOSED, and calls no callback any
 * more. Waits until that is done, but never more than 0.5 s (a callback may be running); from the loop it is done at once.
 * FALSE when it is still to be done. */
gboolean kp_session_stop (KpSession *self);

/* The present media sink pads; each gate is already in the bin. Before or after start. */
void kp_session_add_track (KpSession *self, KpMediaKind kind, GstElement *gate);
void kp_session_remove_track (KpSession *self, GstElement *gate);

/* The parameters of a gate have changed. */
void kp_session_update_tracks (KpSession *self);

/* The owner's sources have all ended: closes the connection and takes no other. */
void kp_session_end (KpSession *self, const gchar *reason);

/* Each answers @task exactly once: a string (SDP, g_free) or TRUE. @task is taken (transfer full) and returned from the
 * peer loop. */
void kp_session_generate_offer (KpSession *self, GTask *task);
void kp_session_process_offer (KpSession *self, const gchar *sdp, GTask *task);
void kp_session_process_answer (KpSession *self, const gchar *sdp, GTask *task);
void kp_session_add_candidate (KpSession *self, const gchar *candidate, guint sdp_mline_index,
                               const gchar *sdp_mid, GTask *task);
void kp_session_close (KpSession *self, GTask *task);
/* Answers when the channel is there, not yet open. @config is copied. */
void kp_session_create_channel (KpSession *self, const KpDataConfig *config, GTask *task);
/* answers a GstStructure (gst_structure_free), see kp_stats_new() */
void kp_session_get_stats (KpSession *self, GTask *task);

/* How often statistics are told while there is a connection, in ms; 0: never. */
void kp_session_set_stats_interval (KpSession *self, guint interval);

/* Whether a signaller that has lost its server is started again; before, it is not. Any thread. */
void kp_session_set_auto_reconnect (KpSession *self, gboolean auto_reconnect);

/* The bit rate of all video, in bit/s: where the estimate begins, now and for each connection; and between what it stays. @max is
 * stronger than all others. */
void kp_session_set_start_bitrate (KpSession *self, guint bitrate);
void kp_session_set_bitrate_range (KpSession *self, guint min, guint max);
void kp_session_set_degradation (KpSession *self, GstKurentoDegradationPreference preference);

/* An element inside of the bin posted an error: ends the connection that it belongs to, if that is still the present one. */
void kp_session_child_error (KpSession *self, GstObject *src, const GError *error);

/* Asks the encoders of what we send, and the peer for what it sends, for keyframes. */
void kp_session_request_keyframe (KpSession *self);

/* Sends at once, in the caller's thread. @label NULL: the default channel. */
gboolean kp_session_send (KpSession *self, const gchar *label, GBytes *data, gboolean is_text,
                          GError **error);

/* For the data sink pad of that number, in its thread: the channel of the present connection, see kp-channels.h. */
KpDataResult kp_session_try_send (KpSession *self, guint index, GBytes *data, gboolean is_text);
KpDataResult kp_session_finish_channel (KpSession *self, guint index);

/* The answer to a request that never gets to the loop. Takes @task and @error. */
void kp_session_return_error (KpSession *self, GTask *task, GError *error);

/* The channel that NULL stands for, once it is open; owned, or NULL. */
GstWebRTCDataChannel *kp_session_dup_channel (KpSession *self);
