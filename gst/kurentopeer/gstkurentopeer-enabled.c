/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether one can be heard and seen. */
#include "gstkurentopeer-private.h"

void
gst_kurento_peer_set_enabled (GstKurentoPeer *self, KpMediaKind kind, gboolean enabled)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GPtrArray) gates = NULL;

  GST_OBJECT_LOCK (self);
  priv->settings.disabled[kind] = !enabled;
  GST_OBJECT_UNLOCK (self);

  gates = gst_kurento_peer_list_gates (self, kind);
  for (guint i = 0; i < gates->len; i++)
    kp_gate_set_enabled (g_ptr_array_index (gates, i), enabled);
}

/* Of enabled, audio-enabled and video-enabled. */
void
gst_kurento_peer_make_enabled_specs (GParamSpec **specs, GParamFlags flags)
{
  specs[0] = g_param_spec_boolean (
      "enabled", "Enabled",
      "Whether the sound and the pictures that are sent are those of the sources; sets audio-enabled and "
      "video-enabled, and is TRUE when both are (kurento-utils: enabled)",
      TRUE, flags);
  specs[1]
      = g_param_spec_boolean ("audio-enabled", "Audio enabled",
                              "Whether the sound that is sent is that of the sources; FALSE: silence, and "
                              "nothing of what comes encoded (kurento-utils: audioEnabled)",
                              TRUE, flags);
  specs[2]
      = g_param_spec_boolean ("video-enabled", "Video enabled",
                              "Whether the pictures that are sent are those of the sources; FALSE: black "
                              "ones, and nothing of what comes encoded (kurento-utils: videoEnabled)",
                              TRUE, flags);
}
