/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Makes one stream of the layers of a simulcast, RTP in and RTP out: the largest one that flows. A larger one that comes up, and, when a
 * layer dries up, the largest that is left, is asked for a keyframe, with which it begins. Sequence numbers, timestamps and ssrc
 * out of the pad "src" are those of one stream. Requests for keyframes go to the layer that is shown. */
#define KP_TYPE_LAYER_SWITCH (kp_layer_switch_get_type ())
G_DECLARE_FINAL_TYPE (KpLayerSwitch, kp_layer_switch, KP, LAYER_SWITCH, GstElement)

/* Floating. */
KpLayerSwitch *kp_layer_switch_new (void);

/* A pad for one more layer; borrowed. Any thread. */
GstPad *kp_layer_switch_add_layer (KpLayerSwitch *self);
