/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Before @webrtcbin goes to NULL: keeps its transports from being leaked. The state of ICE that changes on the way down would
 * make a receiving transport block itself again, with a reference that nobody drops (fixed in GStreamer 1.28.3). Takes
 * webrtcbin's lock: not in one of its callbacks. */
void kp_transports_silence (GstElement *webrtcbin);
