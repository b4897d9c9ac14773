/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/sdp/sdp.h>

/* Which feedback a description says that we take. Pure. */

/* Has the receivers of our video tell what they could receive (REMB): a=rtcp-fb:<format> goog-remb for each codec of video,
 * which webrtcbin has no words for. @offer: what @sdp answers, of which only those remain that have it there; or NULL. */
void kp_sdp_add_remb (GstSDPMessage *sdp, const GstSDPMessage *offer);
