/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* What an application without kurentopeer does to its webrtcbin. */

/* NACK and RTX, for all that is sent and received. */
void bare_retransmit (GstElement *webrtcbin);

/* All that comes goes through @launch, a part of a line that ends in a sink; constant. */
void bare_receive (GstElement *webrtcbin, const gchar *launch);
