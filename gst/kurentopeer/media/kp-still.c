/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-still.h"

void
kp_still_init (KpStill *self)
{
  g_mutex_init (&self->lock);
  self->picture = NULL;
  self->on_its_way = FALSE;
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
  former = self->on_its_way ? picture : self->picture;
  self->picture = self->on_its_way ? NULL : picture;
  g_mutex_unlock (&self->lock);
  gst_clear_buffer (&former);
}

GstBuffer *
kp_still_steal (KpStill *self)
{
  GstBuffer *picture;

  g_mutex_lock (&self->lock);
  picture = g_steal_pointer (&self->picture);
  self->on_its_way |= picture != NULL;
  g_mutex_unlock (&self->lock);

  return picture;
}

void
kp_still_done (KpStill *self)
{
  g_mutex_lock (&self->lock);
  self->on_its_way = FALSE;
  g_mutex_unlock (&self->lock);
}

gboolean
kp_still_is_on_its_way (KpStill *self)
{
  gboolean on_its_way;

  g_mutex_lock (&self->lock);
  on_its_way = self->on_its_way;
  g_mutex_unlock (&self->lock);

  return on_its_way;
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
