/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Before @webrtcbin stops: tells the peer that the connection ends (close_notify of DTLS), which webrtcbin itself never
 * does. Without it a peer that has no other way of hearing of it waits for ICE to give up, for 30 s and more. Waits a moment
 * for the message to be out; nothing is to be waited for where no connection is up. */
void kp_farewell_send (GstElement *webrtcbin);

/* Whether the peer said so, when the "connection-state" of @dtlsenc changes: for webrtcbin such a connection stays up. */
gboolean kp_farewell_is_received (GstElement *dtlsenc);

/* What comes with it, EOS, goes no further than the transport: the RTP session would pass it on to its own reports, and a
 * data channel would begin to close, which webrtcbin of 1.22.0 then waits for when it goes to NULL. */
void kp_farewell_keep_eos (GstElement *receive_bin);
