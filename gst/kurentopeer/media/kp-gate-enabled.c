/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a disabled gate sends: black or silence, at the rate of what comes; nothing of what comes encoded. */
#include "kp-gate-private.h"

#include "kp-media-debug.h"

void
kp_gate_set_enabled (KpGate *self, gboolean enabled)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->enabled != enabled;
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;

  GST_DEBUG_OBJECT (self, "%s", enabled ? "enabled" : "disabled");
  if (enabled)
    kp_gate_keyframes_begin (self); /* nothing but a keyframe is the first to pass */
  GST_OBJECT_LOCK (self);
  self->enabled = enabled;
  GST_OBJECT_UNLOCK (self);
  if (!enabled)
    kp_still_keep (&self->still, NULL);
}

static gboolean
is_enabled (KpGate *self)
{
  gboolean enabled;

  GST_OBJECT_LOCK (self);
  enabled = self->enabled;
  GST_OBJECT_UNLOCK (self);

  return enabled;
}

static void
set_caps (KpGate *self, const GstCaps *caps)
{
  g_autoptr (GstCaps) current = gst_pad_get_current_caps (self->srcpad);

  if (current == NULL || !gst_caps_is_equal (current, caps))
    gst_pad_push_event (self->srcpad, gst_event_new_caps ((GstCaps *)caps));
}

static GstBuffer *
blank (KpGate *self, GstBuffer *buffer)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->sinkpad);
  g_autoptr (GstCaps) blank_caps = caps ? kp_blank_get_caps (caps) : NULL;

  if (blank_caps == NULL)
    {
      gst_buffer_unref (buffer);
      return NULL;
    }

  self->is_blank = TRUE;
  set_caps (self, blank_caps);

  return kp_blank_make (&self->blank, caps, buffer);
}

/* The media is back: an encoder begins with a keyframe. */
static void
end_blank (KpGate *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->sinkpad);

  self->is_blank = FALSE;
  kp_blank_clear (&self->blank);
  if (caps)
    set_caps (self, caps);
  g_atomic_int_set (&self->forces_keyframe, TRUE);
}

GstBuffer *
kp_gate_enabled_filter (KpGate *self, GstBuffer *buffer)
{
  if (is_enabled (self))
    {
      if (self->is_blank)
        end_blank (self);
      return buffer;
    }

  if (self->input.form == KP_INPUT_RAW)
    return blank (self, buffer);

  kp_gate_flow_drop (self, buffer);

  return NULL;
}
