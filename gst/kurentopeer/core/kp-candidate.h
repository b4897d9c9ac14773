/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* ICE candidates (RFC 8839) as text. Pure. */
typedef struct
{
  gchar *candidate; /* owned; "candidate:..." without "a=", or "" for the end */
  guint sdp_mline_index;
  gchar *sdp_mid; /* owned; or NULL */
} KpCandidate;

/* Drops "a=" and blanks at the end; "candidate:" alone becomes "". */
KpCandidate *kp_candidate_new (const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid);
void kp_candidate_free (KpCandidate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpCandidate, kp_candidate_free)

typedef enum
{
  KP_CANDIDATE_USABLE,
  KP_CANDIDATE_END, /* "" or "candidate:" : no more will come */
  KP_CANDIDATE_MDNS, /* a .local name */
  KP_CANDIDATE_IGNORABLE, /* well formed, but of no use here: TCP active with port 9, component 2, link-local IPv6, unspecified
                            or multicast address, any other host name, unknown type */
} KpCandidateUse;

/* Accepts "candidate:..." and "a=candidate:...", checks every field of the grammar (length at most 1024, port, priority, component,
 * foundation, transport udp or tcp any case, address an IP or host name, typ). INVALID_ARGUMENT says which field. */
gboolean kp_candidate_classify (const gchar *candidate, KpCandidateUse *use, GError **error);

/* {candidate, sdpMid, sdpMLineIndex}; further members are allowed; sdpMid or sdpMLineIndex may be missing or null, not both
 * (unless the candidate is ""). A missing sdpMLineIndex reads as 0. The candidate itself is not checked. */
KpCandidate *kp_candidate_from_json (JsonNode *node, GError **error);
JsonNode *kp_candidate_to_json (const KpCandidate *self);

/* Of the text of a candidate: whether it is an address of the machine itself; the address, or NULL; the same with another one. */
gboolean kp_candidate_is_host (const gchar *candidate);
gchar *kp_candidate_dup_address (const gchar *candidate);
gchar *kp_candidate_replace_address (const gchar *candidate, const gchar *address);

/* Whether both have the same transport, address, port and type. */
gboolean kp_candidate_leads_to_same (const gchar *a, const gchar *b);
