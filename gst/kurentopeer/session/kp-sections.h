/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-connection.h"
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
  KpDirection direction; /* ours */
  KpTrack *track; /* owned; what is sent, or NULL */
  GstPad *sink_pad; /* owned; of webrtcbin, or NULL */
  KpInput input; /* of the track */
  GstCaps *input_caps; /* owned; of what comes encoded, when they are known, or NULL */
  GstWebRTCRTPTransceiver *transceiver; /* owned */
  const KpCodec *codec; /* what is sent; NULL until it is known */
  guint payload_type;
  guint32 ssrc;
  guint twcc_id;
  KpSender *sender; /* owned; or NULL */
} KpSection;

/* Of KpSection. */
GPtrArray *kp_sections_new (void);

/* All take @sections, a GPtrArray of KpSection, and @tracks, one of KpTrack. Peer loop. */

/* The sections of an offer: one for each track, then the kinds that are only received. Call it with an empty list. */
gboolean kp_sections_prepare_offer (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
                                    GPtrArray *tracks, GError **error);

/* The sections of the answer to @offer, which has been applied. A section without a common codec is inactive, and @missing
 * is set to the reason, unless it was the last one: then that is the @error. */
gboolean kp_sections_prepare_answer (GPtrArray *sections, KpConnection *connection,
                                     const KpSettings *settings, GPtrArray *tracks,
                                     const GstSDPMessage *offer, GError **missing, GError **error);

/* Our offer was answered: which codecs are sent, and whether at all. @missing is set when the peer rejects what comes
 * encoded. */
gboolean kp_sections_take_answer (GPtrArray *sections, const KpSettings *settings,
                                  const GstSDPMessage *answer, GError **missing, GError **error);

/* Whether what comes is still what the sections describe; else NEGOTIATION. */
gboolean kp_sections_check_inputs (GPtrArray *sections, GError **error);

/* Both descriptions are applied: makes the senders and links them between gates and webrtcbin. The gates stay closed.
 * @setup may drop the connection: then nothing more is done. */
gboolean kp_sections_attach (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
                             KpSenderSetup setup, gpointer setup_data, GError **error);

/* Opens the gates of what is sent. @running_time: of the element, now. */
void kp_sections_open (GPtrArray *sections, GstClockTime running_time);
void kp_sections_close (GPtrArray *sections);

void kp_sections_request_keyframe (GPtrArray *sections);
