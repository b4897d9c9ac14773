/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* RTP header extensions. */
#define KP_TWCC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define KP_LEVEL_URI "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define KP_MID_URI "urn:ietf:params:rtp-hdrext:sdes:mid"
#define KP_RID_URI "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
#define KP_REPAIRED_RID_URI "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
