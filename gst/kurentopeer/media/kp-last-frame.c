/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-last-frame.h"

void
kp_last_frame_init (KpLastFrame *self)
{
  *self = (KpLastFrame){ .buffer = NULL };
  g_mutex_init (&self->lock);
}

void
kp_last_frame_clear (KpLastFrame *self)
{
  kp_last_frame_forget (self);
  g_mutex_clear (&self->lock);
}

/* Takes both. What was kept is let go of without the lock: it may be the last one of a pool. */
static void
replace (KpLastFrame *self, GstBuffer *buffer, GstCaps *caps)
{
  g_autoptr (GstBuffer) former_buffer = NULL;
  g_autoptr (GstCaps) former_caps = NULL;

  g_mutex_lock (&self->lock);
  former_buffer = self->buffer;
  former_caps = self->caps;
  self->buffer = buffer;
  self->caps = caps;
  g_mutex_unlock (&self->lock);
}

void
kp_last_frame_keep (KpLastFrame *self, GstPad *pad, GstBuffer *buffer)
{
  replace (self, gst_buffer_ref (buffer), gst_pad_get_current_caps (pad));
}

void
kp_last_frame_forget (KpLastFrame *self)
{
  replace (self, NULL, NULL);
}

void
kp_last_frame_reserve (GstQuery *query)
{
  for (guint i = 0; i < gst_query_get_n_allocation_pools (query); i++)
    {
      g_autoptr (GstBufferPool) pool = NULL;
      guint size, min, max;

      gst_query_parse_nth_allocation_pool (query, i, &pool, &size, &min, &max);
      gst_query_set_nth_allocation_pool (query, i, pool, size, min + 1, max > 0 ? max + 1 : 0);
    }
}

static GstPadProbeReturn
watch_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    kp_last_frame_keep (user_data, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_ALLOCATION)
    kp_last_frame_reserve (GST_PAD_PROBE_INFO_QUERY (info));

  return GST_PAD_PROBE_OK;
}

/* PULL: when a query has been answered. */
void
kp_last_frame_watch (KpLastFrame *self, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, watch_cb, self, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PULL, watch_cb, self,
                     NULL);
}

GstSample *
kp_last_frame_dup (KpLastFrame *self)
{
  GstSample *frame = NULL;

  g_mutex_lock (&self->lock);
  if (self->buffer)
    frame = gst_sample_new (self->buffer, self->caps, NULL, NULL);
  g_mutex_unlock (&self->lock);

  return frame;
}
