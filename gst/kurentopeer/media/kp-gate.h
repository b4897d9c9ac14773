/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-input.h"
#include "kp-pace.h"
#include "kp-parameters.h"
#include "kp-view.h"

#include <gst/gst.h>

/* The stable inlet of one media sink pad: sits between the element's ghost pad and the sender of the present
 * connection, which is linked to its "src" pad by the session, and replaced while data flows.
 *
 * Closed, it drops what live sources send but for the last picture, which goes out when it opens, and makes sources
 * that are not live (LATENCY query) wait. Open, it passes data on. It swallows every flow return from downstream: the source never stops because a connection
 * went. EOS is taken here, never forwarded. Upstream RECONFIGURE and QoS do not pass.
 *
 * What comes encoded or in RTP is parsed here, once for all connections. When it opens it goes on with a keyframe, which is
 * asked for at once; requests of senders go up merged with those of other gates that get the same stream. A change of the
 * codec is an error of the pipeline. */
#define KP_TYPE_GATE (kp_gate_get_type ())
G_DECLARE_FINAL_TYPE (KpGate, kp_gate, KP, GATE, GstBin)

/* Floating. Pads "sink" and "src". */
GstElement *kp_gate_new (KpMediaKind kind);

/* Called in the streaming thread, with no lock held, when EOS comes. */
typedef void (*KpGateEosFunc) (KpGate *self, gpointer user_data);
void kp_gate_set_eos_func (KpGate *self, KpGateEosFunc func, gpointer user_data);

/* All thread safe, none blocks. */
void kp_gate_open (KpGate *self);
void kp_gate_close (KpGate *self);
/* Before it opens: lets the sender that is linked encode the last picture, in a thread of its own. The sender has to hold
 * what comes of it. */
void kp_gate_prime (KpGate *self);
gboolean kp_gate_is_eos (KpGate *self);

/* @view, or NULL, gets what goes through the gate, and what a live source sends while it is closed. */
void kp_gate_set_view (KpGate *self, KpView *view);

/* The last raw picture that went through the gate or, of a live source, came to it while it was closed: what a view would show.
 * Owned; or NULL. */
GstSample *kp_gate_dup_frame (KpGate *self);

/* Disabled, it sends black or silence, as long as what comes, and nothing of what comes encoded. Enabled again, it goes on with
 * a keyframe. */
void kp_gate_set_enabled (KpGate *self, gboolean enabled);

/* How it is sent, for the senders of all connections. Inactive, nothing passes but to the view; active again, it goes on with a
 * keyframe. */
void kp_gate_set_parameters (KpGate *self, const KpParameters *parameters);
void kp_gate_get_parameters (KpGate *self, KpParameters *parameters);

/* One warning of the pipeline for each parameter that cannot apply to what comes; nothing while that is not known. */
void kp_gate_check_parameters (KpGate *self);

/* The streams that it is described as part of, separated by spaces; NULL: those of the session. The latter owned. */
void kp_gate_set_msid (KpGate *self, const gchar *msid);
gchar *kp_gate_dup_msid (KpGate *self);

/* What comes, for who has to describe it, and the caps of it as parsed. FALSE when that is not known yet: then @input is the
 * best guess, and @caps NULL. The pad "src" notifies of its caps when it is known. */
gboolean kp_gate_get_input (KpGate *self, KpInput *input, GstCaps **caps);

/* Of a source that is not live: the running time of the buffer that waits at the gate, or GST_CLOCK_TIME_NONE. */
GstClockTime kp_gate_get_waiting_time (KpGate *self);

/* The session opens all gates with one pace, so that sources that are not live go on at their own rate from now. A live
 * source keeps its own time. */
void kp_gate_set_pace (KpGate *self, KpPace *pace);
