/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate-private.h"

#include "kp-media-debug.h"

#include <gst/video/video.h>

/* What all gates of one pipeline have in common: only compared. */
static gconstpointer
find_pipeline (KpGate *self)
{
  g_autoptr (GstObject) object = gst_object_ref (self);
  GstObject *parent;

  while ((parent = gst_object_get_parent (object)))
    {
      gst_object_unref (object);
      object = parent;
    }

  return object;
}

static void
set_source (KpGate *self, KpKeyframeSource *source)
{
  KpKeyframeSource *former;

  GST_OBJECT_LOCK (self);
  former = self->keyframe_source;
  self->keyframe_source = source;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&former, kp_keyframe_source_unref);
}

void
kp_gate_keyframes_set_stream (KpGate *self, GstEvent *stream_start)
{
  const gchar *stream_id;

  gst_event_parse_stream_start (stream_start, &stream_id);
  set_source (self, kp_keyframe_source_get (find_pipeline (self), stream_id));
}

void
kp_gate_keyframes_clear (KpGate *self)
{
  set_source (self, NULL);
}

void
kp_gate_keyframes_force (KpGate *self)
{
  if (!g_atomic_int_compare_and_exchange (&self->forces_keyframe, TRUE, FALSE) || self->kind != KP_MEDIA_VIDEO
      || g_atomic_int_get (&self->is_coded))
    return;

  gst_pad_push_event (self->srcpad,
                      gst_video_event_new_downstream_force_key_unit (GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE,
                                                                     GST_CLOCK_TIME_NONE, FALSE, 0));
}

/* Owned, or NULL. */
static KpKeyframeSource *
dup_source (KpGate *self)
{
  KpKeyframeSource *source = NULL;

  if (!g_atomic_int_get (&self->is_coded))
    return NULL;

  GST_OBJECT_LOCK (self);
  if (self->keyframe_source)
    source = kp_keyframe_source_ref (self->keyframe_source);
  GST_OBJECT_UNLOCK (self);

  return source;
}

static void
send_request (KpGate *self, KpKeyframeSource *source)
{
  guint count;

  if (!kp_keyframe_source_take (source, gst_util_get_timestamp ()))
    return;

  GST_OBJECT_LOCK (self);
  count = ++self->n_keyframe_requests;
  GST_OBJECT_UNLOCK (self);
  GST_DEBUG_OBJECT (self, "request %u for a keyframe goes up", count);
  gst_pad_push_event (self->sinkpad,
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, count));
}

gboolean
kp_gate_keyframes_check (KpGate *self, GstBuffer *buffer)
{
  g_autoptr (KpKeyframeSource) source = dup_source (self);
  gboolean awaits;

  if (source == NULL)
    return TRUE;

  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    {
      kp_keyframe_source_passed (source, gst_util_get_timestamp ());
      g_atomic_int_set (&self->awaits_keyframe, FALSE);
      return TRUE;
    }

  awaits = g_atomic_int_get (&self->awaits_keyframe);
  if (awaits)
    kp_keyframe_source_require (source);
  send_request (self, source);

  return !awaits;
}

void
kp_gate_keyframes_request (KpGate *self)
{
  g_autoptr (KpKeyframeSource) source = dup_source (self);

  if (source == NULL)
    return;

  kp_keyframe_source_request (source, gst_util_get_timestamp ());
  send_request (self, source);
}

static void
require_keyframe (GstElement *element, gpointer user_data)
{
  KpGate *self = KP_GATE (element);
  g_autoptr (KpKeyframeSource) source = dup_source (self);

  if (source == NULL || !g_atomic_int_get (&self->awaits_keyframe))
    return;

  kp_keyframe_source_require (source);
  send_request (self, source);
}

/* In a thread of its own: who opens must not wait for what is upstream. */
void
kp_gate_keyframes_begin (KpGate *self)
{
  if (self->kind != KP_MEDIA_VIDEO)
    return;

  g_atomic_int_set (&self->awaits_keyframe, TRUE);
  if (g_atomic_int_get (&self->is_coded))
    gst_element_call_async (GST_ELEMENT (self), require_keyframe, NULL, NULL);
}
