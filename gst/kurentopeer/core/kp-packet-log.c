/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-packet-log.h"

gboolean
kp_packet_log_add (KpPacketLog *self, guint16 seqnum, gboolean is_lost)
{
  KpPacketState state = is_lost ? KP_PACKET_LOST : KP_PACKET_RECEIVED;
  guint8 *known = &self->states[seqnum % KP_PACKET_LOG_SIZE];
  gint distance;

  if (!self->has_begun)
    self->last = seqnum;
  self->has_begun = TRUE;

  /* any number is the nearest one to the last */
  distance = (gint16)(guint16)(seqnum - self->last);
  if (distance <= -KP_PACKET_LOG_SIZE)
    return FALSE;
  for (; distance > 0; distance--)
    self->states[++self->last % KP_PACKET_LOG_SIZE] = KP_PACKET_UNKNOWN;
  if (*known >= state)
    return FALSE;

  if (*known == KP_PACKET_UNKNOWN)
    self->n_reported++;
  self->n_lost += is_lost ? 1 : *known == KP_PACKET_LOST ? -1 : 0;
  *known = state;

  return TRUE;
}

gdouble
kp_packet_log_take_loss (KpPacketLog *self)
{
  gdouble loss = self->n_reported ? (gdouble)MAX (self->n_lost, 0) / self->n_reported : 0;

  self->n_reported = 0;
  self->n_lost = 0;

  return MIN (loss, 1);
}
