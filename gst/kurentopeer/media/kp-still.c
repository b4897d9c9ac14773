/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-still.h"

void
kp_still_init (KpStill *self)
{
  g_mutex_init (&self->lock);
  self->picture = NULL;
}

void
kp_still_clear (KpStill *self)
{
  gst_clear_buffer (&self->picture);
  g_mutex_clear (&self->lock);
}

void
kp_still_keep (KpStill *self, GstBuffer *picture)
{
  GstBuffer *former;

  g_mutex_lock (&self->lock);
  former = self->picture;
  self->picture = picture;
  g_mutex_unlock (&self->lock);
  gst_clear_buffer (&former);
}

GstBuffer *
kp_still_steal (KpStill *self)
{
  GstBuffer *picture;

  g_mutex_lock (&self->lock);
  picture = g_steal_pointer (&self->picture);
  g_mutex_unlock (&self->lock);

  return picture;
}

gboolean
kp_still_has_picture (KpStill *self)
{
  gboolean has_picture;

  g_mutex_lock (&self->lock);
  has_picture = self->picture != NULL;
  g_mutex_unlock (&self->lock);

  return has_picture;
}
