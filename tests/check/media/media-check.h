/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <math.h>

#define FRAME_DURATION (GST_SECOND / 30)
#define TONE_FREQUENCY 440.0 /* Hz */

/* Y, U, V of the four quarters of the picture; @turn says which comes first. */
static const guint8 media_colours[4][3] = {
  { 81, 90, 240 }, /* red */
  { 145, 54, 34 }, /* green */
  { 41, 240, 110 }, /* blue */
  { 200, 128, 128 }, /* light grey */
};

static inline guint
media_quarter (guint x, guint y, guint width, guint height)
{
  return (x >= width / 2 ? 1 : 0) + (y >= height / 2 ? 2 : 0);
}

static inline GstBuffer *
media_picture_new (guint width, guint height, guint turn, GstClockTime pts)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  GstBuffer *buffer;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, width, height);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE));
  for (guint c = 0; c < 3; c++)
    {
      guint w = GST_VIDEO_FRAME_COMP_WIDTH (&frame, c);
      guint h = GST_VIDEO_FRAME_COMP_HEIGHT (&frame, c);

      for (guint y = 0; y < h; y++)
        {
          guint8 *line
              = (guint8 *)GST_VIDEO_FRAME_COMP_DATA (&frame, c) + y * GST_VIDEO_FRAME_COMP_STRIDE (&frame, c);

          for (guint x = 0; x < w; x++)
            line[x] = media_colours[(media_quarter (x, y, w, h) + turn) % 4][c];
        }
    }
  gst_video_frame_unmap (&frame);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = FRAME_DURATION;

  return buffer;
}

/* How far the middle of the worst quarter is from what it should be. */
static inline guint
media_picture_error (GstBuffer *buffer, GstCaps *caps, guint turn)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  guint worst = 0;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_I420);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (guint quarter = 0; quarter < 4; quarter++)
    {
      for (guint c = 0; c < 3; c++)
        {
          guint x = GST_VIDEO_FRAME_COMP_WIDTH (&frame, c) * (quarter % 2 * 2 + 1) / 4;
          guint y = GST_VIDEO_FRAME_COMP_HEIGHT (&frame, c) * (quarter / 2 * 2 + 1) / 4;
          guint8 *data = GST_VIDEO_FRAME_COMP_DATA (&frame, c);
          gint is = data[y * GST_VIDEO_FRAME_COMP_STRIDE (&frame, c) + x];

          worst = MAX (worst, (guint)ABS (is - media_colours[(quarter + turn) % 4][c]));
        }
    }
  gst_video_frame_unmap (&frame);

  return worst;
}

/* 10 ms of a sine, S16, that goes on from @position (samples). */
static inline GstBuffer *
media_tone_new (guint rate, guint channels, guint64 position)
{
  guint n = rate / 100;
  gint16 *samples = g_new (gint16, n * channels);
  GstBuffer *buffer;

  for (guint i = 0; i < n * channels; i++)
    samples[i] = 10000 * sin (2 * G_PI * TONE_FREQUENCY * (position + i / channels) / rate);
  buffer = gst_buffer_new_wrapped (samples, n * channels * sizeof (gint16));
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (position, GST_SECOND, rate);
  GST_BUFFER_DURATION (buffer) = 10 * GST_MSECOND;

  return buffer;
}

/* The part of the power that is at @frequency (Goertzel), 0 to 1. */
static inline gdouble
media_tone_purity (const gint16 *samples, guint n, guint channels, guint rate, gdouble frequency)
{
  gdouble coefficient = 2 * cos (2 * G_PI * frequency / rate);
  gdouble s1 = 0, s2 = 0, total = 0;

  for (guint i = 0; i < n; i++)
    {
      gdouble sample = samples[i * channels];
      gdouble s0 = sample + coefficient * s1 - s2;

      s2 = s1;
      s1 = s0;
      total += sample * sample;
    }

  return total == 0 ? 0 : 2 * (s1 * s1 + s2 * s2 - coefficient * s1 * s2) / (n * total);
}

static inline GstEvent *
media_keyframe_request_new (void)
{
  return gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0);
}

static GSList *media_hidden; /* owned features */

static inline void
hide_element (const gchar *factory)
{
  GstPluginFeature *feature = factory ? gst_registry_lookup_feature (gst_registry_get (), factory) : NULL;

  if (feature == NULL)
    return;

  gst_registry_remove_feature (gst_registry_get (), feature);
  media_hidden = g_slist_prepend (media_hidden, feature);
}

/* The teardown of each test that hides: the next one may run in the same process. */
static inline void
show_elements (void)
{
  while (media_hidden)
    {
      gst_registry_add_feature (gst_registry_get (), media_hidden->data);
      gst_object_unref (media_hidden->data);
      media_hidden = g_slist_delete_link (media_hidden, media_hidden);
    }
}
