/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-connection.h"
#include "kp-degradation.h"
#include "kp-extensions.h"
#include "kp-gate.h"
#include "kp-sdp.h"
#include "kp-sender.h"

/* A media sink pad of the element. */
typedef struct
{
  KpMediaKind kind;
  GstElement *gate; /* owned; KpGate */
} KpTrack;

KpTrack *kp_track_new (KpMediaKind kind, GstElement *gate);
void kp_track_free (KpTrack *self);

/* One audio or video section of the descriptions, as our side sees it. */
typedef struct
{
  guint mline_index;
  KpMediaKind kind;
  guint index; /* of the source pad that its streams go to, or of the first one */
  KpDirection direction; /* ours */
  KpDirection settled; /* ours, as webrtcbin has it for good */
  gboolean is_settled; /* both descriptions with it have been applied */
  gboolean receives; /* by the descriptions */
  gboolean received; /* before the present ones */
  const KpCodec *received_codec; /* what came last; static, or NULL */
  guint came; /* of which of its source pads a stream was told, bit by bit */
  gboolean ended; /* the streams were told to have ended */
  gboolean open; /* the gate is */
  KpTrack *track; /* owned; what is sent, or NULL */
  GstPad *sink_pad; /* owned; of webrtcbin, or NULL */
  KpInput input; /* of the track */
  GstCaps *input_caps; /* owned; of what comes encoded, when they are known, or NULL */
  GstWebRTCRTPTransceiver *transceiver; /* owned */
  const KpCodec *codec; /* what is sent; NULL until it is known */
  guint payload_type;
  guint32 ssrc;
  KpExtensions extensions;
  KpLadder *ladder; /* owned; the layers that are sent as simulcast, their ssrcs follow each other; or NULL */
  GStrv received_layers; /* owned; the layers that the peer may send, or NULL */
  gboolean layer_pads; /* each of these has a source pad of its own, one after the other */
  gboolean is_protected; /* by FEC, both ways */
  GstElement *part; /* owned; what sends: a sender, or those of the layers in a bin; or NULL */
  GPtrArray *senders; /* of KpSender; inside of it, or itself */
  KpDegradation degradation; /* of raw video in one size */
} KpSection;

/* How all video is to be sent at present. */
typedef struct
{
  guint bitrate; /* bit/s; what it shares */
  guint start_bitrate; /* bit/s; the one that the application has chosen */
  GstKurentoDegradationPreference preference;
  gint64 now; /* us, monotonic */
} KpBudget;

/* Of KpSection. */
GPtrArray *kp_sections_new (void);

/* All take @sections, a GPtrArray of KpSection, and @tracks, one of KpTrack. Peer loop. */

/* The sections of an offer: one for each track, then the kinds that are only received. Call it with an empty list. */
gboolean kp_sections_prepare_offer (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
                                    GPtrArray *tracks, GError **error);

/* What an offer adds to a session that is up: a section that only sends for each track without one, numbered as @local and
 * @remote are. */
gboolean kp_sections_prepare_further (GPtrArray *sections, KpConnection *connection,
                                      const KpSettings *settings, GPtrArray *tracks,
                                      const GstSDPMessage *local, const GstSDPMessage *remote,
                                      GError **error);

/* The sections of the answer to @offer, which has been applied, that are not there yet. A section without a common codec is inactive, and @missing
 * is set to the reason, unless it was the last one: then that is the @error. */
gboolean kp_sections_prepare_answer (GPtrArray *sections, KpConnection *connection,
                                     const KpSettings *settings, GPtrArray *tracks,
                                     const GstSDPMessage *offer, GError **missing, GError **error);

/* Before it is applied: our offer was answered. Which codecs are sent, and whether at all; which layers come. @missing is set when the peer rejects what comes
 * encoded. */
gboolean kp_sections_take_answer (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
                                  const GstSDPMessage *answer, GError **missing, GError **error);

/* Whether what comes is still what the sections describe; else NEGOTIATION. */
gboolean kp_sections_check_inputs (GPtrArray *sections, GError **error);

/* Both descriptions are applied: makes the senders and links them between gates and webrtcbin. The gates stay closed.
 * @setup may drop the connection: then nothing more is done. */
gboolean kp_sections_attach (GPtrArray *sections, KpConnection *connection, const KpBudget *budget,
                             KpSenderSetup setup, gpointer setup_data, GError **error);

/* Opens the gates of what is sent, and closes those of what is not any more. @running_time: of the element, now. */
void kp_sections_open (GPtrArray *sections, GstClockTime running_time);
void kp_sections_close (GPtrArray *sections);

/* Of the layer that @ssrc names, or, when it is nobody's, of everything. */
void kp_sections_request_keyframe (GPtrArray *sections, guint32 ssrc);

/* Writes the layers that are offered, or accepted, into a description of ours. */
void kp_sections_write_layers (GPtrArray *sections, GstSDPMessage *local);

/* ---- FEC, when the settings want it; kp-sections-repair.c ---- */

/* Written into an offer of ours, and into our answer to @offer, from section @first on. @remote: or NULL. */
void kp_sections_offer_fec (GPtrArray *sections, const KpSettings *settings, GstSDPMessage *offer,
                            guint first, const GstSDPMessage *remote);
void kp_sections_answer_fec (GPtrArray *sections, const KpSettings *settings, GstSDPMessage *answer,
                             guint first, const GstSDPMessage *offer);

/* Before @answer, of either side, is applied. */
void kp_sections_agree_fec (GPtrArray *sections, KpConnection *connection, const GstSDPMessage *answer);

/* ---- how it is sent; kp-sections-parameters.c ---- */

/* In bit/s. Of video its share of @bitrate, of audio its limit, 0 = none. */
guint kp_sections_get_bitrate (GPtrArray *sections, const KpSection *section, guint bitrate);

/* The senders follow what the gates say, and the budget. */
void kp_sections_apply_parameters (GPtrArray *sections, const KpBudget *budget);

/* The section of @kind that sends @ssrc, or, when that is 0, the first one that sends; borrowed, or NULL. */
const KpSection *kp_sections_find_sent (GPtrArray *sections, KpMediaKind kind, guint32 ssrc);
gboolean kp_sections_sends_payload_type (GPtrArray *sections, KpMediaKind kind, guint payload_type);

/* By m-line: the streams that what is sent is part of, separated by spaces; NULL: those of the session. Owned. */
GPtrArray *kp_sections_list_msids (GPtrArray *sections);

/* ---- changes of a session that is up; kp-sections-changes.c ---- */

/* The section that is m-line @mline_index, borrowed; or NULL. */
KpSection *kp_sections_find (GPtrArray *sections, guint mline_index);

/* The section that receives for a source pad, borrowed; or NULL. */
KpSection *kp_sections_find_receiving (GPtrArray *sections, KpMediaKind kind, guint index);

/* Whether any section receives for one of the source pads that @section has. */
gboolean kp_sections_has_pads_of (GPtrArray *sections, const KpSection *section);

/* How many source pads its streams go to. */
guint kp_section_count_pads (const KpSection *self);

/* The layer that the source pad @index shows, when it shows only that one; or NULL. */
const gchar *kp_section_get_rid (const KpSection *self, guint index);

gboolean kp_sections_has_track (GPtrArray *sections, GstElement *gate);

/* The pad is gone: nothing is sent any more. FALSE when it was in no section. */
gboolean kp_sections_remove_track (GPtrArray *sections, KpConnection *connection, GstElement *gate);

/* Whether the engine can take a further offer of the peer; else NEGOTIATION. */
gboolean kp_sections_check_offer (GPtrArray *sections, const KpSettings *settings, GPtrArray *tracks,
                                  const GstSDPMessage *local, const GstSDPMessage *offer, GError **error);

/* Whether it can make one, with @local as the former description; else NEGOTIATION. */
gboolean kp_sections_check_offering (GPtrArray *sections, KpConnection *connection,
                                     const GstSDPMessage *local, GError **error);

/* Whether webrtcbin made all the sections of a further offer; else NEGOTIATION. */
gboolean kp_sections_check_made (GPtrArray *sections, const GstSDPMessage *made, GError **error);

/* What is settled follows a further offer or answer of the peer. */
void kp_sections_follow (GPtrArray *sections, const KpSettings *settings, const GstSDPMessage *remote);

/* What is settled goes back to all that it can do: for a further offer of ours. */
void kp_sections_widen (GPtrArray *sections, const KpSettings *settings);

/* Before a further description is made: webrtcbin shall not look at what is beyond our parts. */
void kp_sections_calm (GPtrArray *sections);

/* Writes the directions into a description that is told, and into one that webrtcbin gets, for which nothing that is settled
 * ever changes: it could not. @remote: it is the peer's. */
void kp_sections_write_told (GPtrArray *sections, GstSDPMessage *local);
void kp_sections_write_settled (GPtrArray *sections, GstSDPMessage *sdp, gboolean remote);

/* Both descriptions are applied. */
void kp_sections_settle (GPtrArray *sections, const GstSDPMessage *local, const GstSDPMessage *remote);
