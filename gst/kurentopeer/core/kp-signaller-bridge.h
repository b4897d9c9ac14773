/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentosignaller.h"
#include "kp-loop.h"

/* A signaller of the peer loop that stands for one of the application's, which lives in a main context of its own: what the
 * session asks for goes to that context, and what the signaller tells comes to the peer loop, in order. It is for one session: after
 * gst_kurento_signaller_stop() nothing comes any more, and it cannot be started again. */
#define KP_TYPE_SIGNALLER_BRIDGE (kp_signaller_bridge_get_type ())
G_DECLARE_FINAL_TYPE (KpSignallerBridge, kp_signaller_bridge, KP, SIGNALLER_BRIDGE, GObject)

GstKurentoSignaller *kp_signaller_bridge_new (GstKurentoSignaller *inner, GMainContext *context,
                                              KpLoop *loop);

/* Whether @signaller passes offers of ours on, and can so be asked to change a call. */
gboolean kp_signaller_can_offer (GstKurentoSignaller *signaller);
