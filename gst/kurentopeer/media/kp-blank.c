/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-blank.h"

#include "kp-media-debug.h"

#include <gst/audio/audio.h>
#include <gst/video/video.h>

void
kp_blank_clear (KpBlank *self)
{
  gst_clear_caps (&self->caps);
  gst_clear_buffer (&self->picture);
}

GstCaps *
kp_blank_get_caps (const GstCaps *caps)
{
  GstCaps *blank = gst_caps_copy (caps);

  for (guint i = 0; i < gst_caps_get_size (blank); i++)
    gst_caps_set_features (blank, i, NULL);

  return blank;
}

/* A converter knows what black is in every format. */
static gboolean
paint (const GstVideoInfo *info, GstVideoFrame *frame)
{
  GstVideoConverter *converter;
  GstVideoInfo black_info;
  GstBuffer *black;
  GstVideoFrame black_frame;

  gst_video_info_set_format (&black_info, GST_VIDEO_FORMAT_BGRx, GST_VIDEO_INFO_WIDTH (info),
                             GST_VIDEO_INFO_HEIGHT (info));
  GST_VIDEO_INFO_FPS_N (&black_info) = GST_VIDEO_INFO_FPS_N (info);
  GST_VIDEO_INFO_FPS_D (&black_info) = GST_VIDEO_INFO_FPS_D (info);
  converter = gst_video_converter_new (&black_info, info, NULL);
  if (converter == NULL)
    return FALSE;

  black = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&black_info), NULL);
  gst_buffer_memset (black, 0, 0, GST_VIDEO_INFO_SIZE (&black_info));
  if (gst_video_frame_map (&black_frame, &black_info, black, GST_MAP_READ))
    {
      gst_video_converter_frame (converter, &black_frame, frame);
      gst_video_frame_unmap (&black_frame);
    }
  gst_buffer_unref (black);
  gst_video_converter_free (converter);

  return TRUE;
}

static GstBuffer *
make_picture (const GstCaps *caps)
{
  GstBuffer *picture;
  GstVideoFrame frame;
  GstVideoInfo info;
  gboolean painted;

  if (!gst_video_info_from_caps (&info, caps))
    return NULL;

  picture = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  if (!gst_video_frame_map (&frame, &info, picture, GST_MAP_WRITE))
    {
      gst_buffer_unref (picture);
      return NULL;
    }
  painted = paint (&info, &frame);
  gst_video_frame_unmap (&frame);
  if (!painted)
    gst_clear_buffer (&picture);

  return picture;
}

static GstBuffer *
make_black (KpBlank *self, const GstCaps *caps, GstBuffer *buffer)
{
  GstBuffer *black = NULL;

  if (self->caps == NULL || !gst_caps_is_equal (self->caps, caps))
    {
      g_autoptr (GstCaps) blank = kp_blank_get_caps (caps);

      kp_blank_clear (self);
      self->caps = gst_caps_copy (caps);
      self->picture = make_picture (blank);
      if (self->picture == NULL)
        GST_WARNING ("there is no black of %" GST_PTR_FORMAT ": nothing is sent", caps);
    }
  if (self->picture)
    {
      black = gst_buffer_copy (self->picture);
      gst_buffer_copy_into (black, buffer, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
    }
  gst_buffer_unref (buffer);

  return black;
}

static GstBuffer *
make_silence (const GstCaps *caps, GstBuffer *buffer)
{
  GstAudioInfo info;
  GstMapInfo map;

  buffer = gst_buffer_make_writable (buffer);
  if (!gst_audio_info_from_caps (&info, caps) || !gst_buffer_map (buffer, &map, GST_MAP_WRITE))
    {
      gst_buffer_unref (buffer);
      return NULL;
    }
  gst_audio_format_info_fill_silence (info.finfo, map.data, map.size);
  gst_buffer_unmap (buffer, &map);

  return buffer;
}

GstBuffer *
kp_blank_make (KpBlank *self, const GstCaps *caps, GstBuffer *buffer)
{
  if (g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/"))
    return make_silence (caps, buffer);

  return make_black (self, caps, buffer);
}
