/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoenums.h"
#include "kp-media-kind.h"
#include "kp-view.h"

#include <gst/gst.h>

/* The stable outlet of one source pad: the receiver of the present connection is linked to its "sink" pad, the
 * element's ghost pad shows its "src" pad.
 *
 * It starts the stream once, swallows NOT_LINKED and every other error from downstream (an unlinked source pad never
 * stops the others; FLUSHING and EOS only end its own data), drops EOS and stream-start from upstream, sends a new
 * segment (time, running time = what webrtcbin stamps) and the caps when another receiver is linked, and, once it has
 * had caps and while no buffer comes, sends GAP about every 100 ms from a thread of its own. Answers LATENCY:
 * live, and at least @latency ms; with more when the receiver says more. Encoded media it makes fit for a muxer. */
#define KP_TYPE_OUTLET (kp_outlet_get_type ())
G_DECLARE_FINAL_TYPE (KpOutlet, kp_outlet, KP, OUTLET, GstElement)

/* Floating. @latency in ms. */
GstElement *kp_outlet_new (KpMediaKind kind, GstKurentoOutput output, guint latency);

/* @view gets the same as the source pad, linked or not. Before data flows. */
void kp_outlet_set_view (KpOutlet *self, KpView *view);

/* What receivers have to bring. Constant. */
GstKurentoOutput kp_outlet_get_output (KpOutlet *self);

/* The ghost pad has been added and applications had their chance to link it. */
void kp_outlet_set_exposed (KpOutlet *self);

/* FALSE when nobody would see the data: not linked, and no view. Raw media is decoded until the pad is exposed, for its caps. Thread
 * safe. */
gboolean kp_outlet_is_wanted (KpOutlet *self);

/* Called, with no lock held, when an exposed outlet that was not linked is linked. */
typedef void (*KpOutletLinkedFunc) (KpOutlet *self, gpointer user_data);
void kp_outlet_set_linked_func (KpOutlet *self, KpOutletLinkedFunc func, gpointer user_data);

/* Sends EOS out of the source pad; nothing follows it until the next READY->PAUSED. */
void kp_outlet_push_eos (KpOutlet *self);
