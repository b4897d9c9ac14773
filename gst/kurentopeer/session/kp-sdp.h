/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"

#include <gst/sdp/sdp.h>

/* Pure functions on session descriptions: what comes in is made safe for webrtcbin, what goes out complete. */

/* Parses and checks a remote description, and makes it one that no webrtcbin since 1.22.0 asserts or fails on:
 * - SDP that is not SDP, without m-lines, without ice-ufrag/ice-pwd: INVALID_ARGUMENT that names the line or section;
 * - no fingerprint for an m-section that is not rejected (neither its own nor at session level): SECURITY;
 * - mids are inserted where missing ("kp<index>", unless taken), duplicate or empty mids: NEGOTIATION;
 * - session-level setup and fingerprint are copied into each m-section that has none and removed from the session;
 * - one fingerprint a section: the strongest of sha-512, sha-384, sha-256 (else the first), algorithm lower case,
 *   hex upper case, syntax checked; several sections of a BUNDLE with different fingerprints: NEGOTIATION;
 * - BUNDLE: every mid named exists, is not rejected, none twice; else the entry is removed; without a valid group and with more
 *   than one section in use: NEGOTIATION;
 * - a=candidate lines with .local names are removed.
 * @inserted_mids is set when mids were invented: strip them on the way out with kp_sdp_strip_mids(). */
GstSDPMessage *kp_sdp_parse_remote (const gchar *text, gboolean *inserted_mids, GError **error);

/* Checks @answer against our @offer: as many sections, same kinds, same mids, in order: else NEGOTIATION. Also used for
 * a further offer of the same session against the former remote one. */
gboolean kp_sdp_check_same_sections (const GstSDPMessage *former, const GstSDPMessage *now, GError **error);

/* Removes a=mid and the BUNDLE group from an answer to an offer that had none. */
void kp_sdp_strip_mids (GstSDPMessage *sdp);

/* Completes what webrtcbin made, before set-local-description: */
/* rtx for every codec of an m-line that has it for the first only (new payload types from the free dynamic ones) */
void kp_sdp_add_rtx_for_all (GstSDPMessage *offer);
/* each a=ssrc and ssrc-group line once */
void kp_sdp_dedupe_ssrcs (GstSDPMessage *sdp);
/* a=msid:<stream> <track> on media sections that send; @stream_id for all, track id "<stream_id>-<mid>" */
void kp_sdp_set_msid (GstSDPMessage *sdp, const gchar *stream_id);
/* a=max-message-size on m=application */
void kp_sdp_set_max_message_size (GstSDPMessage *sdp, guint64 size);

/* Only in the copy that is sent: port 0 -> 9 and no bundle-only on sections that are in the BUNDLE group (some take port 0 as
 * rejected). */
void kp_sdp_unreject_bundled (GstSDPMessage *sdp);

/* Adds a=candidate lines (and a=end-of-candidates) to a section of a description that is shown to applications. */
void kp_sdp_add_candidate (GstSDPMessage *sdp, guint mline_index, const gchar *candidate);

/* Looking things up. */
typedef enum
{
  KP_DIRECTION_INACTIVE = 0,
  KP_DIRECTION_SEND = 1,
  KP_DIRECTION_RECV = 2,
  KP_DIRECTION_SENDRECV = 3,
} KpDirection;

KpDirection kp_sdp_media_get_direction (const GstSDPMedia *media);
gboolean kp_sdp_media_is_rejected (const GstSDPMessage *sdp, guint index); /* port 0 and not bundle-only */
gboolean kp_sdp_media_get_kind (const GstSDPMedia *media, KpMediaKind *kind);
gboolean kp_sdp_media_is_data_channel (const GstSDPMedia *media);
const gchar *kp_sdp_media_get_mid (const GstSDPMedia *media);
/* id of a header extension by URI, 0 when it is not there */
guint kp_sdp_media_get_extmap_id (const GstSDPMedia *media, const gchar *uri);
/* application/x-rtp caps of one format, with its fmtp and rtcp-fb, without ssrc-* and a-* fields; NULL when unknown */
GstCaps *kp_sdp_media_get_format_caps (const GstSDPMedia *media, gint payload_type);
/* the section that carries the BUNDLE, else the first one in use */
guint kp_sdp_get_transport_index (const GstSDPMessage *sdp);
gchar *kp_sdp_get_session_id (const GstSDPMessage *sdp); /* o= username, id and address */
