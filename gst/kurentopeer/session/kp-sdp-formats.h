/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/sdp/sdp.h>

/* Leaves only formats that webrtcbin can make caps of: a payload type that is not one of RTCP's, once, with an rtpmap (those of
 * RFC 3551's audio that browsers have are added), rtx only together with what it repairs. FALSE when none is left. */
gboolean kp_sdp_media_clean_formats (GstSDPMedia *media);

/* With all that is said of it. */
void kp_sdp_media_remove_format (GstSDPMedia *media, const gchar *format);

/* Leaves one format, of which nothing is known: for a rejected section, which webrtcbin would otherwise give a transceiver. */
void kp_sdp_media_forget_formats (GstSDPMedia *media);
