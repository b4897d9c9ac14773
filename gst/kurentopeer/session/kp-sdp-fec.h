/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/sdp/sdp.h>

/* Forward error correction of video in descriptions: ULPFEC (RFC 5109) inside of RED (RFC 2198). Pure. */

/* Payload types; -1 = there is none. */
typedef struct
{
  gint red;
  gint ulpfec;
} KpFecFormats;

/* Those of @media. FALSE when one is missing. */
gboolean kp_sdp_media_get_fec (const GstSDPMedia *media, KpFecFormats *formats);

/* Adds them to section @index of an offer of ours, which has its other formats; with an rtx of red when it has any. The numbers are
 * those of the sections before it and of @remote (or NULL), or free ones. Without enough of these it adds nothing. */
void kp_sdp_offer_fec (GstSDPMessage *offer, guint index, const GstSDPMessage *remote);

/* Adds those that @offer has to section @index of our answer; unless what is retransmitted otherwise would not be any more, since
 * the offer has no rtx of red. */
void kp_sdp_answer_fec (GstSDPMessage *answer, guint index, const GstSDPMessage *offer);

/* Removes red, ulpfec and rtx from @answer, the peer's, that are not in @offer, ours, and ulpfec without red: webrtcbin would
 * send them all the same. */
void kp_sdp_remove_foreign_repairs (GstSDPMessage *answer, const GstSDPMessage *offer);
