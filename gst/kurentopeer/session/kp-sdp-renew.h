/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-sdp.h"

/* Further descriptions of a session that is up. Pure. */

/* Checks @now, a further description of the peer, against its @former one: the former sections are there, in order, with the same
 * formats under the same numbers, no ICE restart, the same certificate and transport, and not @setup, which is our side of the
 * DTLS handshake. Further sections may follow. Else NEGOTIATION that says what. */
gboolean kp_sdp_check_renewed (const GstSDPMessage *former, const GstSDPMessage *now, const gchar *setup,
                               GError **error);

/* Which side of the DTLS handshake wrote @local, both being applied: "active" or "passive". */
const gchar *kp_sdp_get_setup (const GstSDPMessage *local, const GstSDPMessage *remote);

/* Our next description: @former, with a higher version and @setup in each section, followed by the sections that only @made
 * has, which is what webrtcbin made. Owned. */
GstSDPMessage *kp_sdp_renew (const GstSDPMessage *former, const GstSDPMessage *made, const gchar *setup);

/* What @answer may not have that @offer has not: formats, and sections that @offer rejects. */
void kp_sdp_fit_answer (GstSDPMessage *answer, const GstSDPMessage *offer);

void kp_sdp_media_set_direction (GstSDPMedia *media, KpDirection direction);
/* The other side's view. */
KpDirection kp_direction_swap (KpDirection direction);
