/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lossy.h"

/* SRTP, neither SRTCP nor what ICE and DTLS send. */
static gboolean
is_rtp (GstBuffer *buffer)
{
  guint8 bytes[2];

  return gst_buffer_extract (buffer, 0, bytes, 2) == 2 && bytes[0] >> 6 == 2
         && !(bytes[1] >= 192 && bytes[1] <= 223);
}

static GstPadProbeReturn
lose_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Loss *self = user_data;

  if (!is_rtp (GST_PAD_PROBE_INFO_BUFFER (info)) || self->since++ < self->distance
      || g_rand_int_range (self->random, 0, 100) >= self->percentage)
    return GST_PAD_PROBE_OK;

  self->since = 0;
  g_atomic_int_inc (&self->dropped);

  return GST_PAD_PROBE_DROP;
}

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, Loss *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  if (factory == NULL || !g_str_equal (GST_OBJECT_NAME (factory), "nicesrc") || self->attached)
    return;

  self->attached = TRUE;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, lose_cb, self, NULL);
}

void
loss_init (Loss *self, Side *side, guint percentage, guint seed)
{
  *self = (Loss){ .random = g_rand_new_with_seed (seed), .percentage = percentage };
  g_signal_connect (side->pipeline, "deep-element-added", G_CALLBACK (deep_element_added_cb), self);
}

void
loss_clear (Loss *self)
{
  fail_unless (self->attached && g_atomic_int_get (&self->dropped) > 0);
  g_rand_free (self->random);
}
