/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-settings.h"

void
kp_ice_config_clear (KpIceConfig *self)
{
  g_clear_pointer (&self->stun_server, g_free);
  g_clear_pointer (&self->turn_servers, g_ptr_array_unref);
}

static void
ice_config_copy (KpIceConfig *self, const KpIceConfig *from)
{
  self->stun_server = g_strdup (from->stun_server);
  if (from->turn_servers)
    self->turn_servers = g_ptr_array_ref (from->turn_servers);
  self->relay_only = from->relay_only;
}

KpSettings *
kp_settings_new (void)
{
  KpSettings *self = g_new0 (KpSettings, 1);

  self->id = g_uuid_string_random ();
  self->mode = GST_KURENTO_PEER_MODE_SENDRECV;
  self->audio = TRUE;
  self->video = TRUE;
  self->min_bitrate = 100000;
  self->start_bitrate = 600000;
  self->max_bitrate = 2500000;
  self->latency = 60;
  self->retransmission = TRUE;

  return self;
}

KpSettings *
kp_settings_copy (const KpSettings *self)
{
  KpSettings *copy = g_new0 (KpSettings, 1);

  *copy = *self;
  copy->id = g_strdup (self->id);
  copy->audio_codecs = g_strdup (self->audio_codecs);
  copy->video_codecs = g_strdup (self->video_codecs);
  if (self->data_channel)
    copy->data_channel = kp_data_config_copy (self->data_channel);
  if (self->ladder)
    kp_ladder_ref (self->ladder);
  for (guint i = 0; i < KP_N_MEDIA_KINDS; i++)
    if (self->constraints[i])
      kp_constraints_ref (self->constraints[i]);
  ice_config_copy (&copy->ice, &self->ice);
  kp_network_config_copy (&self->network, &copy->network);
  copy->certificate = g_strdup (self->certificate);

  return copy;
}

void
kp_settings_free (KpSettings *self)
{
  g_free (self->id);
  g_free (self->audio_codecs);
  g_free (self->video_codecs);
  g_clear_pointer (&self->data_channel, kp_data_config_free);
  g_clear_pointer (&self->ladder, kp_ladder_unref);
  for (guint i = 0; i < KP_N_MEDIA_KINDS; i++)
    g_clear_pointer (&self->constraints[i], kp_constraints_unref);
  kp_ice_config_clear (&self->ice);
  kp_network_config_clear (&self->network);
  g_free (self->certificate);
  g_free (self);
}

gboolean
kp_settings_sends (const KpSettings *self)
{
  return self->mode != GST_KURENTO_PEER_MODE_RECVONLY;
}

gboolean
kp_settings_receives (const KpSettings *self, KpMediaKind kind)
{
  return self->mode != GST_KURENTO_PEER_MODE_SENDONLY && (kind == KP_MEDIA_AUDIO ? self->audio : self->video);
}

gboolean
kp_settings_takes_remb (const KpSettings *self)
{
  return self->congestion_control == GST_KURENTO_CONGESTION_CONTROL_AUTO
         || self->congestion_control == GST_KURENTO_CONGESTION_CONTROL_REMB;
}

gboolean
kp_settings_takes_packet_reports (const KpSettings *self)
{
  return self->congestion_control == GST_KURENTO_CONGESTION_CONTROL_AUTO
         || self->congestion_control == GST_KURENTO_CONGESTION_CONTROL_GCC;
}
