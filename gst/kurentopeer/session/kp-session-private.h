/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-bandwidth.h"
#include "kp-candidate.h"
#include "kp-connection.h"
#include "kp-sections.h"
#include "kp-session.h"

typedef enum
{
  KP_NEGOTIATION_IDLE, /* no connection */
  KP_NEGOTIATION_OFFERING, /* webrtcbin makes our offer */
  KP_NEGOTIATION_HAVE_OFFER, /* it is out, the answer is awaited */
  KP_NEGOTIATION_ANSWERED, /* the answer is being applied */
  KP_NEGOTIATION_ANSWERING, /* the peer's offer is being applied and answered */
  KP_NEGOTIATION_DONE,
} KpNegotiation;

/* The burials under way; outlives the session. */
typedef struct
{
  GMutex lock;
  GCond cond;
  guint n;
} KpBurials;

void kp_burials_unref (KpBurials *self);

/* The address of a candidate, while it is asked for. */
typedef struct _KpLookup KpLookup;

struct _KpSession
{
  KpLoop *loop; /* owned */
  GstBin *bin; /* owned while not stopped */
  KpSettings *settings; /* owned; constant, but for bit rates and degradation_preference: peer loop */
  GstKurentoSignaller *signaller; /* owned; or NULL */
  KpSessionCallbacks callbacks;
  gpointer user_data;
  KpBurials *burials; /* owned */

  /* peer loop */
  gboolean started;
  gboolean stopped; /* no callback any more */
  gboolean failed; /* for good: it has been told */
  gboolean closed; /* close was called: everything answers CLOSED */
  gboolean ended; /* our sources ended: no further connection */
  GPtrArray *tracks; /* of KpTrack */
  GPtrArray *sections; /* of KpSection; of the connection */
  KpNegotiation negotiation;
  KpNegotiation before; /* our further offer: what it goes back to when it cannot be made */
  gboolean settled; /* the first negotiation is complete: the next ones change it */
  const gchar *setup; /* static; our side of the DTLS handshake, once settled */
  gboolean changed; /* sink pads came or went since the last description of ours */
  gboolean changed_told; /* "negotiation-needed" */
  GTask *task; /* owned; the negotiation's, or NULL */
  GPtrArray *stats_tasks; /* of GTask; waiting for webrtcbin, oldest first */
  guint stats_interval; /* ms; 0 = never */
  GSource *stats_timer; /* owned; or NULL */
  gboolean stats_pending; /* the timer's last one has not been told yet */
  gboolean by_signaller; /* the peer came through the signaller */
  gboolean auto_reconnect; /* a signaller that has lost its server is started again */
  guint n_reconnects; /* attempts since it had its server */
  GError *reconnect_cause; /* owned; of the attempt that the timer is of, or NULL */
  GSource *reconnect_timer; /* owned; or NULL */
  GstSDPMessage *local; /* owned; with the candidates so far, or NULL */
  GstSDPMessage *remote; /* owned; or NULL */
  gboolean inserted_mids; /* the remote description had none */
  gboolean local_out; /* the local description has been told */
  gboolean remote_set; /* candidates can be added */
  gboolean verified; /* the certificate is the announced one */
  gboolean connected; /* verified, and the transport is up */
  GPtrArray *remote_candidates; /* of KpWaitingCandidate, until remote_set */
  GPtrArray *lookups; /* of KpLookup, borrowed; under way */
  guint n_lookups; /* of this connection */
  GPtrArray *local_candidates; /* of KpCandidate; all so far */
  guint local_candidates_told; /* how many of them */
  guint local_candidates_sent; /* how many of them were in the description that the peer got */
  GSource *connect_timer; /* owned; or NULL */
  GSource *reports_timer; /* owned; or NULL */
  KpBandwidth bandwidth; /* of the connection */
  GSource *bandwidth_timer; /* owned; or NULL */
  void (*inputs_done) (KpSession *self); /* what waits for the inputs to be known; or NULL */
  GSource *inputs_timer; /* owned; or NULL */
  GSource *gathering_timer; /* owned; or NULL: our description waits for candidates */
  GstElement *given; /* owned; the webrtcbin that the application wants to be used, or NULL */
  KpConnection *spare; /* owned; made ahead of the next peer, or NULL */
  GSource *spare_timer; /* owned; or NULL */
  KpSessionStatus status;

  GMutex lock; /* guards the next; held for no call-out */
  KpConnection *connection; /* owned; written in the peer loop */
};

/* The session's part of the work of kp-session.c that the negotiation needs. Peer loop. */

/* Queues an event; the arguments as kp_event_init() takes them. */
#define kp_session_emit(self, type, ...)                                                                     \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    KpEvent *_event = g_new0 (KpEvent, 1);                                                                   \
    kp_event_init (_event, (type), ##__VA_ARGS__);                                                           \
    kp_session_emit_event ((self), _event);                                                                  \
  }                                                                                                          \
  G_STMT_END
void kp_session_emit_event (KpSession *self, KpEvent *event); /* takes @event */
void kp_session_tell_fatal (KpSession *self, GError *error); /* once; takes @error */
void kp_session_tell_status (KpSession *self);

/* Answer a task from the top of the peer loop, never from our stack. Both take @task. See kp_session_return_error(), too. */
void kp_session_return_pointer (KpSession *self, GTask *task, gpointer result, GDestroyNotify free_result);
void kp_session_return_boolean (KpSession *self, GTask *task);

/* Any thread; owned, or NULL. */
KpConnection *kp_session_dup_connection (KpSession *self);

/* Ends connection and signaller: for close and stop. */
void kp_session_shut (KpSession *self, const gchar *reason);

void kp_session_clear_timer (GSource **timer);

gboolean kp_session_make_connection (KpSession *self, GError **error);

/* A connection made ahead: a webrtcbin takes milliseconds, and the peer does not wait for them. */
void kp_session_make_spare_later (KpSession *self);
void kp_session_drop_spare (KpSession *self);

/* kp-session-streams.c: a stream of the peer came, or ended for now. Each is told once. */
void kp_session_add_stream (KpSession *self, KpMediaKind kind, guint index, const KpCodec *codec);
void kp_session_end_stream (KpSession *self, KpMediaKind kind, guint index, const KpCodec *codec);
/* of KpConnectionCallbacks */
void kp_session_stream_cb (KpConnection *connection, KpMediaKind kind, guint index, const KpCodec *codec,
                           const GError *error, gpointer user_data);

/* What is still waited for gets: CLOSED after the end of the peer, else INVALID_STATE with @text. */
GError *kp_session_new_end_error (KpSession *self, const gchar *text);

/* Drops the connection, if there is one; "disconnected" with @reason when it was up. */
void kp_session_drop_connection (KpSession *self, const gchar *reason);

/* Ends the connection because of @error (taken): tells the peer, the application and who waits. */
void kp_session_fail (KpSession *self, GError *error);

/* kp-session-negotiation.c; take @task, which may be NULL */
void kp_negotiation_generate_offer (KpSession *self, GTask *task);
void kp_negotiation_process_offer (KpSession *self, const gchar *sdp, GTask *task);
void kp_negotiation_process_answer (KpSession *self, const gchar *sdp, GTask *task);

/* kp-session-media.c. Both descriptions are applied. The application may do anything meanwhile: hold a reference. */
gboolean kp_media_start (KpSession *self, GError **error);
void kp_media_start_later (KpSession *self);

/* for kp-session-renegotiation.c */
gboolean kp_negotiation_check_open (KpSession *self, GError **error);
/* What webrtcbin made, a copy; or NULL. */
GstSDPMessage *kp_negotiation_dup_made (const GstStructure *reply, const gchar *field, const GError *cause,
                                        GError **error);
/* Makes @sdp (taken) the remote description. */
void kp_negotiation_take_remote (KpSession *self, GstSDPMessage *sdp);
/* Gives webrtcbin the remote description. */
gboolean kp_negotiation_apply_remote (KpSession *self, GstWebRTCSDPType type, KpConnectionStep done,
                                      GError **error);
/* Makes @sdp (taken) the local description, and goes on to tell it once webrtcbin has it. */
void kp_negotiation_apply_local (KpSession *self, GstWebRTCSDPType type, GstSDPMessage *sdp);
/* The same for an answer, which has to fit the peer's offer. Takes @sdp. */
void kp_negotiation_apply_answer (KpSession *self, GstSDPMessage *sdp);
/* What we send and receive by the peer's offer; FALSE when the connection failed for it. */
gboolean kp_negotiation_prepare_answer (KpSession *self);

/* kp-session-renegotiation.c: changes of a session that is up */
/* Whether the peer's description @sdp is of the session that is up. */
gboolean kp_renegotiation_is_same_session (KpSession *self, const GstSDPMessage *sdp);
/* Take @task, which may be NULL, and @sdp. */
void kp_renegotiation_process_offer (KpSession *self, GstSDPMessage *sdp, gboolean inserted_mids,
                                     GTask *task);
void kp_renegotiation_generate_offer (KpSession *self, GTask *task);
/* Says no, but the call goes on. Takes @task and @error. */
void kp_renegotiation_refuse (KpSession *self, GTask *task, GError *error);
/* Both descriptions are applied. */
void kp_renegotiation_settle (KpSession *self);
/* A sink pad came or went. */
void kp_renegotiation_note_change (KpSession *self);

/* kp-session-inputs.c */
/* Calls @done when what comes to each sink pad is known, or has been waited for long enough; at once when it is known
 * already. A later wait replaces an earlier one. */
void kp_inputs_wait (KpSession *self, void (*done) (KpSession *self));
void kp_inputs_give_up (KpSession *self);

/* The watch holds a reference of the session. */
void kp_inputs_watch (KpSession *self, GstElement *gate);
void kp_inputs_unwatch (KpSession *self, GstElement *gate);

/* Gathering is complete: a description that waits for it can go. */
void kp_negotiation_gathered (KpSession *self);

/* Our description as it is told: what a peer takes, whatever webrtcbin prefers. Owned. */
gchar *kp_session_dup_local_text (KpSession *self);

/* kp-session-candidates.c */
typedef struct
{
  KpCandidate *candidate; /* owned */
  GTask *task; /* owned; or NULL */
} KpWaitingCandidate;

void kp_waiting_candidate_free (KpWaitingCandidate *self);
void kp_candidates_add_remote (KpSession *self, KpCandidate *candidate, GTask *task);
/* Takes those out of a remote description that may not be used. */
void kp_candidates_drop_described (KpSession *self, GstSDPMessage *sdp);
void kp_candidates_flush_remote (KpSession *self);
/* Gives @candidate to webrtcbin, once the remote description is applied, if it is of use. */
void kp_candidates_use (KpSession *self, const gchar *candidate);
void kp_candidates_add_local (KpSession *self, const gchar *candidate, guint mline_index);
/* Whether there is any, once all have been gathered. */
gboolean kp_candidates_check_gathered (KpSession *self, GError **error);
void kp_candidates_tell_local (KpSession *self);
void kp_candidates_reset (KpSession *self);

/* kp-session-mdns.c */
/* Uses @candidate when its name is resolved; one that is not in time is dropped. */
void kp_mdns_resolve (KpSession *self, const gchar *candidate);
void kp_mdns_give_up (KpSession *self);
/* Those in a remote description, which kp_sdp_parse_remote() leaves out. */
void kp_mdns_take_described (KpSession *self, const gchar *sdp);

/* kp-session-reconnect.c: the signaller has lost its server; it has it again; it is stopped. */
void kp_reconnect_begin (KpSession *self, const GError *cause);
void kp_reconnect_done (KpSession *self);
void kp_reconnect_clear (KpSession *self);
void kp_reconnect_take_wish (KpSession *self, gboolean auto_reconnect);

/* kp-session-bandwidth.c: from the connection's beginning to its end */
void kp_session_begin_bandwidth (KpSession *self);
void kp_session_end_bandwidth (KpSession *self);
/* How all video is to be sent now, and what sends it does so. */
void kp_session_get_budget (KpSession *self, KpBudget *budget);
void kp_session_apply_parameters (KpSession *self);
/* Another property of the element, in bit/s. */
void kp_session_take_start_bitrate (KpSession *self, guint bitrate);
void kp_session_take_bitrate_range (KpSession *self, guint min, guint max);
/* of KpConnectionCallbacks */
void kp_session_packets_reported_cb (KpConnection *connection, GArray *packets, gpointer user_data);
void kp_session_bitrate_reported_cb (KpConnection *connection, guint bitrate, gpointer user_data);

/* kp-session-stats.c */
void kp_stats_ask (KpSession *self, GTask *task); /* takes @task */
void kp_stats_fail (KpSession *self); /* nobody will answer what was asked */
void kp_stats_set_interval (KpSession *self, guint interval);
void kp_stats_restart_timer (KpSession *self); /* when there is a connection; else stops it */
