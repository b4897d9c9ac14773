/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/video/video.h>

static void
watch_buffer (Watch *self, GstBuffer *buffer)
{
  Arrival arrival = {
    .time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer)),
    .now = gst_element_get_current_running_time (self->pipeline),
  };

  g_array_append_val (self->arrivals, arrival);
  gst_buffer_replace (&self->last, buffer);
  self->buffers++;
  self->bytes += gst_buffer_get_size (buffer);
  self->keyframes += !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

static void
watch_event (Watch *self, GstEvent *event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event))
    {
    case GST_EVENT_STREAM_START:
      self->streams++;
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      gst_caps_replace (&self->caps, caps);
      gst_clear_buffer (&self->last); /* it has the former caps */
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      self->segments++;
      break;
    case GST_EVENT_GAP:
      self->gaps++;
      break;
    case GST_EVENT_EOS:
      self->eos++;
      break;
    default:
      break;
    }
}

static GstPadProbeReturn
watch_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watch *self = user_data;

  g_mutex_lock (&self->lock);
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    watch_buffer (self, GST_PAD_PROBE_INFO_BUFFER (info));
  else
    watch_event (self, GST_PAD_PROBE_INFO_EVENT (info));
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

static void
watch_prepare (Watch *self, GstElement *pipeline)
{
  *self = (Watch){ .pipeline = pipeline };
  g_mutex_init (&self->lock);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (Arrival));
}

static void
watch_attach (Watch *self, GstPad *pad)
{
  self->pad = gst_object_ref (pad);
  self->probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                                   watch_cb, self, NULL);
}

void
watch_init_pad (Watch *self, GstElement *pipeline, GstPad *pad)
{
  watch_prepare (self, pipeline);
  watch_attach (self, pad);
}

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, Watch *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  if (self->pad == NULL && pad && factory && g_str_equal (GST_OBJECT_NAME (factory), self->factory))
    watch_attach (self, pad);
}

void
watch_init_inside (Watch *self, Side *side, const gchar *factory)
{
  watch_prepare (self, side->pipeline);
  self->factory = factory;
  g_signal_connect (side->pipeline, "deep-element-added", G_CALLBACK (deep_element_added_cb), self);
}

void
watch_init (Watch *self, Side *side, const gchar *name)
{
  g_autoptr (GstElement) element = side_get (side, name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  watch_init_pad (self, side->pipeline, pad);
}

/* When nothing flows any more. */
void
watch_clear (Watch *self)
{
  if (self->pad)
    gst_pad_remove_probe (self->pad, self->probe);
  gst_clear_object (&self->pad);
  gst_clear_caps (&self->caps);
  gst_clear_buffer (&self->last);
  g_array_unref (self->arrivals);
  g_mutex_clear (&self->lock);
}

static guint
watch_get (Watch *self, const guint *counter)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = *counter;
  g_mutex_unlock (&self->lock);

  return count;
}

guint
watch_buffers (Watch *self)
{
  return watch_get (self, &self->buffers);
}

guint
watch_gaps (Watch *self)
{
  return watch_get (self, &self->gaps);
}

guint
watch_eos (Watch *self)
{
  return watch_get (self, &self->eos);
}

guint
watch_keyframes (Watch *self)
{
  return watch_get (self, &self->keyframes);
}

guint64
watch_bytes (Watch *self)
{
  guint64 bytes;

  g_mutex_lock (&self->lock);
  bytes = self->bytes;
  g_mutex_unlock (&self->lock);

  return bytes;
}

Arrival
watch_arrival (Watch *self, guint index)
{
  Arrival arrival;

  g_mutex_lock (&self->lock);
  fail_unless (index < self->arrivals->len);
  arrival = g_array_index (self->arrivals, Arrival, index);
  g_mutex_unlock (&self->lock);

  return arrival;
}

void
watch_wait (Watch *self, guint more)
{
  guint before = watch_buffers (self);

  wait_until (watch_buffers (self) >= before + more);
}

void
watch_wait_gaps (Watch *self, guint more)
{
  guint before = watch_gaps (self);

  wait_until (watch_gaps (self) >= before + more);
}

static GstBuffer *
watch_dup_last (Watch *self, GstCaps **caps)
{
  GstBuffer *buffer;

  g_mutex_lock (&self->lock);
  buffer = self->last ? gst_buffer_ref (self->last) : NULL;
  *caps = self->caps ? gst_caps_ref (self->caps) : NULL;
  g_mutex_unlock (&self->lock);

  return buffer;
}

guint32
watch_colour (Watch *self)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBuffer) buffer = watch_dup_last (self, &caps);
  GstVideoFrame frame;
  GstVideoInfo info;
  const guint8 *rgb;
  guint32 colour;

  if (buffer == NULL)
    return 0;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_RGB);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  rgb = (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + info.height / 2 * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0) + info.width / 2 * 3;
  colour = rgb[0] << 16 | rgb[1] << 8 | rgb[2];
  gst_video_frame_unmap (&frame);

  return colour;
}

static gboolean
is_about (guint32 colour, guint32 wanted)
{
  gboolean about = TRUE;

  for (guint shift = 0; shift < 24; shift += 8)
    about = about && ABS ((gint)(colour >> shift & 0xff) - (gint)(wanted >> shift & 0xff)) < 40;

  return about;
}

void
watch_wait_colour (Watch *self, guint32 colour)
{
  wait_until (is_about (watch_colour (self), colour));
}

static gboolean
has_size (Watch *self, gint width, gint height)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBuffer) buffer = watch_dup_last (self, &caps);
  GstVideoInfo info;

  return caps && gst_video_info_from_caps (&info, caps) && GST_VIDEO_INFO_WIDTH (&info) == width
         && GST_VIDEO_INFO_HEIGHT (&info) == height;
}

void
watch_wait_size (Watch *self, gint width, gint height)
{
  wait_until (has_size (self, width, height));
}

/* Hz, by the crossings of zero; 0 = no sound. */
static guint
watch_tone (Watch *self)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstBuffer) buffer = watch_dup_last (self, &caps);
  GstMapInfo map;
  guint crossings = 0;
  const gint16 *samples;
  guint n;
  gint peak = 0;

  if (buffer == NULL)
    return 0;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  samples = (const gint16 *)map.data;
  n = map.size / sizeof *samples;
  for (guint i = 1; i < n; i++)
    {
      crossings += (samples[i - 1] < 0) != (samples[i] < 0);
      peak = MAX (peak, ABS (samples[i]));
    }
  gst_buffer_unmap (buffer, &map);

  return peak < 1000 ? 0 : crossings * 8000 / 2 / n;
}

void
watch_wait_tone (Watch *self, guint frequency)
{
  /* a buffer has 20 ms: the count of crossings is off by one */
  wait_until (ABS ((gint)watch_tone (self) - (gint)frequency) <= 50);
}
