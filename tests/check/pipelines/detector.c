/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "detector.h"

#define FLASH (100 * GST_MSECOND)

static void
detector_take (Detector *self, gboolean on, GstClockTime time)
{
  /* a beep crosses zero */
  gboolean again = self->times->len > 0
                   && time < g_array_index (self->times, GstClockTime, self->times->len - 1) + GST_SECOND / 2;

  if (on && !self->was_on && !again)
    g_array_append_val (self->times, time);
  self->was_on = on;
}

static void
look (Detector *self, GstBuffer *buffer, GstClockTime time)
{
  guint8 pixel[1];

  gst_buffer_extract (buffer, gst_buffer_get_size (buffer) / 2, pixel, 1);
  detector_take (self, pixel[0] > 128, time);
}

static void
listen_to (Detector *self, GstBuffer *buffer, GstClockTime time)
{
  GstMapInfo map;
  const gint16 *samples;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  samples = (const gint16 *)map.data;
  for (guint i = 0; i < map.size / sizeof *samples; i++)
    detector_take (self, ABS (samples[i]) > 6000, time + gst_util_uint64_scale (i, GST_SECOND, 48000));
  gst_buffer_unmap (buffer, &map);
}

static GstPadProbeReturn
detect_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Detector *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstBuffer *buffer;
  GstClockTime time;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    {
      if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEGMENT)
        gst_event_copy_segment (GST_PAD_PROBE_INFO_EVENT (info), &self->segment);
      return GST_PAD_PROBE_OK;
    }
  buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  g_mutex_lock (&self->lock);
  if (gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw"))
    look (self, buffer, time);
  else
    listen_to (self, buffer, time);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

void
detector_init (Detector *self, GstElement *sink)
{
  *self = (Detector){ .pad = gst_element_get_static_pad (sink, "sink") };
  g_mutex_init (&self->lock);
  self->times = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
  self->probe = gst_pad_add_probe (self->pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                                   detect_cb, self, NULL);
}

void
detector_clear (Detector *self)
{
  gst_pad_remove_probe (self->pad, self->probe);
  gst_object_unref (self->pad);
  g_array_unref (self->times);
  g_mutex_clear (&self->lock);
}

guint
detector_count (Detector *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->times->len;
  g_mutex_unlock (&self->lock);

  return count;
}

GstClockTime
detector_time (Detector *self, guint index)
{
  GstClockTime time;

  g_mutex_lock (&self->lock);
  fail_unless (index < self->times->len);
  time = g_array_index (self->times, GstClockTime, index);
  g_mutex_unlock (&self->lock);

  return time;
}

GstClockTime
detector_last (Detector *self)
{
  return detector_time (self, detector_count (self) - 1);
}

/* The one of @self that is nearest to @time. */
static GstClockTimeDiff
nearest (Detector *self, GstClockTime time)
{
  GstClockTimeDiff best = G_MAXINT64;

  for (guint i = 0; i < detector_count (self); i++)
    {
      GstClockTimeDiff diff = GST_CLOCK_DIFF (time, detector_time (self, i));

      if (ABS (diff) < ABS (best))
        best = diff;
    }

  return best;
}

static gint
compare_diffs (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a;
  gint64 y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

GstClockTime
detector_compare (Detector *flash, Detector *beep, GstClockTime skip)
{
  g_autoptr (GArray) skews = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < detector_count (flash); i++)
    {
      GstClockTime time = detector_time (flash, i);
      gint64 skew = nearest (beep, time);

      if (time >= skip && ABS (skew) < GST_SECOND / 2)
        g_array_append_val (skews, skew);
    }
  if (skews->len < 2)
    return GST_CLOCK_TIME_NONE;

  g_array_sort (skews, compare_diffs);

  return ABS (g_array_index (skews, gint64, skews->len / 2));
}

/* White at the beginning of each second, else black. */
static GstPadProbeReturn
flash_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  gboolean on = GST_BUFFER_PTS (buffer) % GST_SECOND < FLASH;

  gst_buffer_memset (buffer, 0, on ? 235 : 16, gst_buffer_get_size (buffer));
  GST_PAD_PROBE_INFO_DATA (info) = buffer;

  return GST_PAD_PROBE_OK;
}

void
flash_start (Side *side)
{
  g_autoptr (GstElement) source = side_get (side, "s");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, flash_cb, NULL, NULL);
}
