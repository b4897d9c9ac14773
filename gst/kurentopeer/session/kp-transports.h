/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Before @webrtcbin goes to NULL: keeps its transports from being leaked, and from being used after they are freed. The state
 * of ICE that changes on the way down would make a receiving transport block itself again, with a reference that nobody
 * drops (fixed in GStreamer 1.28.3), and call a sending one that never disconnects its handler. Takes webrtcbin's lock: not
 * in one of its callbacks. */
void kp_transports_silence (GstElement *webrtcbin);

/* After @webrtcbin went to NULL: its thread outlives the state of its children, and a description that it was just setting
 * makes a receiving transport block itself once more. */
void kp_transports_release (GstElement *webrtcbin);

/* Begins to gather candidates, unless it has begun. FALSE when nothing can be bound: webrtcbin of 1.22 does not tell, and would
 * gather for ever. Once the local description is applied. */
gboolean kp_transports_gather (GstElement *webrtcbin);

/* Marks all that is sent, by the field of the IP header (RFC 2474). Once the descriptions are applied. */
void kp_transports_set_dscp (GstElement *webrtcbin, guint dscp);
