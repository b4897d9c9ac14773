/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"

#include <gst/sdp/sdp.h>

GstSDPMessage *kp_sdp_copy (const GstSDPMessage *sdp);

/* Pure functions on session descriptions: what comes in is made safe for webrtcbin, what goes out complete. */

/* Parses and checks a remote description, and makes it one that no webrtcbin since 1.22.0 asserts or fails on:
 * - SDP that is not SDP, without m-lines, without ice-ufrag/ice-pwd: INVALID_ARGUMENT that names the line or section;
 * - control characters, other encodings than UTF-8, more than 256 KiB, 64 sections or 512 lines in one: INVALID_ARGUMENT;
 * - lines and attributes that this side does not know, or that are malformed in themselves, are left out;
 * - sections that webrtcbin cannot take (other media, no known format, a second data channel section) become rejected ones;
 *   when none is left in use: NEGOTIATION;
 * - no fingerprint for the section that carries the transport (neither its own nor at session level): SECURITY;
 * - mids are inserted where missing ("kp<index>", unless taken), duplicate or empty mids: NEGOTIATION;
 * - ice-ufrag, ice-pwd, setup and fingerprint of the section that carries the transport, or of the session, are written into
 *   every section, the rejected ones included, and removed from the session (RFC 8829 lets the other sections do without);
 * - each section has one direction, its own or the session's;
 * - one fingerprint a section: the strongest of sha-512, sha-384, sha-256 (else the first), algorithm lower case,
 *   hex upper case, syntax checked; several sections of a BUNDLE with different fingerprints: NEGOTIATION;
 * - BUNDLE: every mid named exists, is not rejected, none twice; else the entry is removed; without a valid group and with more
 *   than one section in use: NEGOTIATION, so also with a section outside of the group, and with a data channel section that
 *   carries the transport of media (webrtcbin crashes at RTP of unknown source then). Bundled sections get a port that is not 0;
 * - a=candidate lines with .local names are removed.
 * @inserted_mids is set when mids were invented: strip them on the way out with kp_sdp_strip_mids(). */
GstSDPMessage *kp_sdp_parse_remote (const gchar *text, gboolean *inserted_mids, GError **error);

/* Checks @now, an answer against our offer @former: as many sections, same kinds, same mids, in order, the transport in the
 * same section: else NEGOTIATION. Also used for our answer. */
gboolean kp_sdp_check_same_sections (const GstSDPMessage *former, const GstSDPMessage *now, GError **error);
/* The same for the first sections of a further description, which may have more. */
gboolean kp_sdp_check_first_sections (const GstSDPMessage *former, const GstSDPMessage *now, GError **error);

/* Removes a=mid and the BUNDLE group from an answer to an offer that had none. */
void kp_sdp_strip_mids (GstSDPMessage *sdp);

/* Completes what webrtcbin made, before set-local-description: */
/* Rejects what @offer rejects, which webrtcbin does not, and cleans what webrtcbin rejects, which is a copy of the peer's section with
 * the peer's fingerprint. Afterwards kp_sdp_check_same_sections() tells whether the transport is still where webrtcbin has it. */
void kp_sdp_match_answer (GstSDPMessage *answer, const GstSDPMessage *offer);
/* rtx for every codec of an m-line that has it for the first only (new payload types from the free dynamic ones) */
void kp_sdp_add_rtx_for_all (GstSDPMessage *offer);
/* the BUNDLE group: every section that is not rejected */
void kp_sdp_bundle_used (GstSDPMessage *sdp);
/* each a=ssrc and ssrc-group line once */
void kp_sdp_dedupe_ssrcs (GstSDPMessage *sdp);
/* the one of a certificate of the application's: webrtcbin hashes its key along with it */
void kp_sdp_set_fingerprint (GstSDPMessage *sdp, const gchar *fingerprint);
/* a=msid:<stream> <track> on media sections that send, for each stream; track id "<stream_id>-<mid>". @msids: the streams of a
 * section, separated by spaces, by index; without, or when it is NULL, that is @stream_id */
void kp_sdp_set_msid (GstSDPMessage *sdp, const gchar *stream_id, const GPtrArray *msids);
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
gboolean kp_sdp_media_has_extmap_id (const GstSDPMedia *media, guint id);
/* application/x-rtp caps of one format, with its fmtp and rtcp-fb, without ssrc-* and a-* fields; NULL when unknown */
GstCaps *kp_sdp_media_get_format_caps (const GstSDPMedia *media, gint payload_type);
/* the section that carries the BUNDLE, else the first one in use */
guint kp_sdp_get_transport_index (const GstSDPMessage *sdp);
gchar *kp_sdp_get_session_id (const GstSDPMessage *sdp); /* o= username, id and address */
