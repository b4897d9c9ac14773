/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-still.h"

#include <gst/video/video.h>

#define PRIMER_AGE (10 * GST_MSECOND)

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

static GstClockTime
get_pts (KpStill *self)
{
  GstClockTime pts = GST_CLOCK_TIME_NONE;

  g_mutex_lock (&self->lock);
  if (self->picture)
    pts = GST_BUFFER_PTS (self->picture);
  g_mutex_unlock (&self->lock);

  return pts;
}

/* The same byte everywhere is some grey in every format. */
GstBuffer *
kp_still_make_primer (KpStill *self, GstCaps *caps)
{
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  GstClockTime pts = get_pts (self);
  GstBuffer *buffer;
  GstVideoInfo info;

  if (!GST_CLOCK_TIME_IS_VALID (pts) || pts < PRIMER_AGE
      || !gst_caps_features_is_equal (features, GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY)
      || !gst_video_info_from_caps (&info, caps))
    return NULL;

  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  gst_buffer_memset (buffer, 0, 0x80, GST_VIDEO_INFO_SIZE (&info));
  GST_BUFFER_PTS (buffer) = pts - PRIMER_AGE;

  return buffer;
}
