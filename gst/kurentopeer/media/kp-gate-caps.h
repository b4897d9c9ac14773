/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"

#include <gst/gst.h>

/* What a gate takes, whatever is behind it. */

/* The caps that it answers with: all raw media, what senders like best first. Owned. */
GstCaps *kp_gate_caps_new (KpMediaKind kind);

/* "sink" or "src". Floating. */
GstPad *kp_gate_caps_make_pad (KpMediaKind kind, GstPadDirection direction);

void kp_gate_caps_answer (GstCaps *caps, GstQuery *query);
void kp_gate_caps_answer_accept (GstCaps *caps, GstQuery *query);
