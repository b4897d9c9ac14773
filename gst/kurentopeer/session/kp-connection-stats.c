/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection counts itself. */
#include "kp-connection-private.h"

static GArray *
read_meters (KpConnection *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (KpMeterCounts));

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->meters->len; i++)
    {
      KpMeterCounts counts;

      kp_meter_read (g_ptr_array_index (self->meters, i), &counts);
      g_array_append_val (list, counts);
    }
  g_mutex_unlock (&self->lock);

  return list;
}

void
kp_connection_measure (KpConnection *self, KpStatsInput *input)
{
  gchar *local, *remote;

  kp_loop_assert_current (self->loop);

  input->timestamp = g_get_real_time () / 1000.0;
  input->now = g_get_monotonic_time ();
  input->rtp = kp_rtp_meter_list (self->rtp_meter);
  input->meters = read_meters (self);
  input->channels = kp_channels_list (self->channels, &input->channels_opened, &input->channels_closed);
  kp_rtp_meter_get_transport (self->rtp_meter, &input->transport);
  kp_rtp_meter_dup_certificates (self->rtp_meter, &local, &remote);
  input->local_certificate = local;
  input->remote_certificate = remote;
}

void
kp_connection_measured_clear (KpStatsInput *input)
{
  g_clear_pointer (&input->rtp, g_array_unref);
  g_clear_pointer (&input->meters, g_array_unref);
  g_clear_pointer (&input->channels, g_ptr_array_unref);
  g_free ((gchar *)input->local_certificate);
  g_free ((gchar *)input->remote_certificate);
}
