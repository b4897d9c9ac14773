/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"

#include <gst/gst.h>

/* What a gate takes, whatever is behind it. */
#define KP_GATE_AUDIO_CAPS                                                                                   \
  "audio/x-raw; audio/x-opus; audio/x-mulaw, rate=(int)8000, channels=(int)1; "                              \
  "audio/x-alaw, rate=(int)8000, channels=(int)1; application/x-rtp, media=(string)audio"
#define KP_GATE_VIDEO_CAPS                                                                                   \
  "video/x-raw(ANY); video/x-vp8; video/x-vp9; video/x-h264; video/x-av1; "                                  \
  "application/x-rtp, media=(string)video"

/* The caps that it answers with: what senders like best first. Owned. */
GstCaps *kp_gate_caps_new (KpMediaKind kind);

/* "sink" or "src". Floating. */
GstPad *kp_gate_caps_make_pad (KpMediaKind kind, GstPadDirection direction);

void kp_gate_caps_answer (GstCaps *caps, GstQuery *query);
void kp_gate_caps_answer_accept (GstCaps *caps, GstQuery *query);
