/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a track is sent: kept here for all connections. The gate itself sees only to whether anything is. */
#include "kp-gate-private.h"

#include "kp-media-debug.h"

/* What no sender can do to media that comes encoded. */
enum
{
  WARNED_BITRATE = 1 << 0,
  WARNED_FRAMERATE = 1 << 1,
  WARNED_SCALE = 1 << 2,
};

void
kp_gate_set_parameters (KpGate *self, const KpParameters *parameters)
{
  gboolean was_active;

  GST_OBJECT_LOCK (self);
  was_active = self->parameters.active;
  GST_OBJECT_UNLOCK (self);

  if (parameters->active && !was_active)
    {
      kp_gate_keyframes_begin (self); /* of what comes encoded */
      g_atomic_int_set (&self->forces_keyframe, TRUE);
    }
  GST_OBJECT_LOCK (self);
  self->parameters = *parameters;
  GST_OBJECT_UNLOCK (self);
  if (!parameters->active)
    kp_still_keep (&self->still, NULL);
}

void
kp_gate_get_parameters (KpGate *self, KpParameters *parameters)
{
  GST_OBJECT_LOCK (self);
  *parameters = self->parameters;
  GST_OBJECT_UNLOCK (self);
}

gboolean
kp_gate_parameters_is_active (KpGate *self)
{
  KpParameters parameters;

  kp_gate_get_parameters (self, &parameters);

  return parameters.active;
}

void
kp_gate_set_msid (KpGate *self, const gchar *msid)
{
  GST_OBJECT_LOCK (self);
  g_free (self->msid);
  self->msid = g_strdup (msid);
  GST_OBJECT_UNLOCK (self);
}

gchar *
kp_gate_dup_msid (KpGate *self)
{
  gchar *msid;

  GST_OBJECT_LOCK (self);
  msid = g_strdup (self->msid);
  GST_OBJECT_UNLOCK (self);

  return msid;
}

/* Those that have not been warned of yet. */
static guint
take_warnings (KpGate *self)
{
  guint wanted = 0;

  GST_OBJECT_LOCK (self);
  if (self->parameters.max_bitrate > 0)
    wanted |= WARNED_BITRATE;
  if (self->parameters.max_framerate > 0)
    wanted |= WARNED_FRAMERATE;
  if (self->parameters.scale_down_by > 1)
    wanted |= WARNED_SCALE;
  wanted &= ~self->warned;
  self->warned |= wanted;
  GST_OBJECT_UNLOCK (self);

  return wanted;
}

void
kp_gate_check_parameters (KpGate *self)
{
  static const gchar *const names[] = { "max-bitrate", "max-framerate", "scale-resolution-down-by" };
  g_autofree gchar *what = NULL;
  g_autoptr (GstCaps) caps = NULL;
  KpInput input;
  guint warnings;

  if (!kp_gate_get_input (self, &input, &caps) || input.codec == NULL)
    return;

  what = kp_input_describe (&input, self->kind);
  warnings = take_warnings (self);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (warnings & 1 << i)
      GST_ELEMENT_WARNING (
          self, RESOURCE, SETTINGS,
          ("%s of %s has no effect: %s is sent as it comes.", names[i], GST_OBJECT_NAME (self), what),
          (NULL));
}
