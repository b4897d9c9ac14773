/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/sdp/sdp.h>

/* Simulcast by restriction identifiers (RFC 8851, RFC 8853). Pure. @verb: "send" or "recv". */

/* The layers in the order of a=simulcast; of alternatives the first one that a=rid describes. Or NULL. */
GStrv kp_sdp_media_dup_rids (const GstSDPMedia *media, const gchar *verb);

/* Writes a=rid and a=simulcast in place of what is there. NULL: nothing of the kind is sent, or received. Streams that are told
 * apart by rids have no a=ssrc. */
void kp_sdp_media_set_rids (GstSDPMedia *media, const gchar *const *send, const gchar *const *recv);
