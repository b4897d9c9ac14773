/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoenums.h"
#include "kp-media-kind.h"

#include <gst/gst.h>

#define KP_ENCODED_AUDIO_CAPS "audio/x-opus; audio/x-mulaw; audio/x-alaw"
#define KP_ENCODED_VIDEO_CAPS "video/x-vp8; video/x-vp9; video/x-h264; video/x-av1"

/* What an outlet may give, whatever its output. */
#define KP_OUTLET_AUDIO_CAPS "audio/x-raw; " KP_ENCODED_AUDIO_CAPS "; application/x-rtp, media=(string)audio"
#define KP_OUTLET_VIDEO_CAPS "video/x-raw; " KP_ENCODED_VIDEO_CAPS "; application/x-rtp, media=(string)video"

/* "sink" or "src". Floating. */
GstPad *kp_outlet_pad_new (KpMediaKind kind, GstKurentoOutput output, GstPadDirection direction);

/* A source pad may be linked to the inside of a ghost pad, and that may be ghosted again: what counts is whether the
 * outermost one is linked. */
gboolean kp_outlet_pad_is_linked (GstPad *pad);

/* Links the sink pad to @source instead of what it is linked to. Streams begin in threads of their own, several at a time: whoever
 * comes last has it. Any thread. */
gboolean kp_outlet_pad_take_over (GstPad *self, GstPad *source);
