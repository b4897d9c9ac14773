/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Who makes the keyframes of a stream that comes encoded: one for all gates that get it, as they do behind a tee. An
 * encoder answers every single request, one frame after the other, so the requests of all peers are merged here before they
 * go up. All thread safe; times are ns, of a clock that does not go back. */
typedef struct _KpKeyframeSource KpKeyframeSource;

/* The one of @stream_id in @pipeline, which only names it. Owned. */
KpKeyframeSource *kp_keyframe_source_get (gconstpointer pipeline, const gchar *stream_id);
KpKeyframeSource *kp_keyframe_source_ref (KpKeyframeSource *self);
void kp_keyframe_source_unref (KpKeyframeSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpKeyframeSource, kp_keyframe_source_unref)

/* A peer has lost something. When a keyframe has just gone by, that is the answer: who has lost it, too, asks again. */
void kp_keyframe_source_request (KpKeyframeSource *self, GstClockTime now);

/* A peer is new: only a keyframe that is still to come will do. */
void kp_keyframe_source_require (KpKeyframeSource *self);

/* A keyframe went by: whoever waited has it. */
void kp_keyframe_source_passed (KpKeyframeSource *self, GstClockTime now);

/* Whether a request is to go up now. */
gboolean kp_keyframe_source_take (KpKeyframeSource *self, GstClockTime now);
