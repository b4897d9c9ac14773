/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Pure. @data comes from the peer and may be anything. */

/* Whether the payload of an RTP packet begins a picture that can be decoded by itself. @width and @height are 0 when the packet does not
 * tell them. FALSE for codecs that nobody here knows. @codec: the encoding name. */
gboolean kp_rtp_keyframe_parse (const gchar *codec, const guint8 *data, gsize size, guint *width,
                                guint *height);
