/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-muxable.h"

/* The resolution of Matroska. */
#define MIN_STEP GST_MSECOND

void
kp_muxable_init (KpMuxable *self, KpMediaKind kind)
{
  *self = (KpMuxable){ .kind = kind, .last = GST_CLOCK_TIME_NONE, .end = GST_CLOCK_TIME_NONE };
}

static gboolean
is_same_form (const GstStructure *a, const GstStructure *b)
{
  return gst_structure_has_name (a, gst_structure_get_name (b))
         && g_strcmp0 (gst_structure_get_string (a, "stream-format"),
                       gst_structure_get_string (b, "stream-format"))
                == 0
         && g_strcmp0 (gst_structure_get_string (a, "alignment"), gst_structure_get_string (b, "alignment"))
                == 0;
}

GstCaps *
kp_muxable_fix_caps (KpMuxable *self, GstCaps *current, GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);

  self->is_opus = gst_structure_has_name (structure, "audio/x-opus");
  if (current && is_same_form (gst_caps_get_structure (current, 0), structure))
    return gst_caps_ref (current);

  caps = gst_caps_copy (caps);
  /* each packet may be stereo, whatever the description says (RFC 7587) */
  if (self->is_opus)
    gst_caps_set_simple (caps, "rate", G_TYPE_INT, 48000, "channels", G_TYPE_INT, 2, NULL);

  return caps;
}

/* RFC 6716, 3.1. NONE when it is no packet. */
static GstClockTime
get_opus_duration (GstBuffer *buffer)
{
  static const guint silk[] = { 10, 20, 40, 60 }; /* ms */
  guint8 data[2] = { 0 };
  gsize size = gst_buffer_extract (buffer, 0, data, sizeof data);
  guint config = data[0] >> 3;
  guint count = (data[0] & 3) == 0 ? 1 : 2;
  GstClockTime frame;

  if (size == 0)
    return GST_CLOCK_TIME_NONE;
  if ((data[0] & 3) == 3)
    count = data[1] & 0x3f;

  if (config < 12)
    frame = silk[config & 3] * GST_MSECOND;
  else if (config < 16)
    frame = silk[config & 1] * GST_MSECOND;
  else
    frame = (2500 << (config & 3)) * GST_USECOND;

  return count * frame;
}

static GstClockTime
get_duration (KpMuxable *self, GstBuffer *buffer)
{
  /* a guess of the parser's */
  if (self->kind == KP_MEDIA_VIDEO)
    return GST_CLOCK_TIME_NONE;

  return self->is_opus ? get_opus_duration (buffer) : GST_BUFFER_DURATION (buffer);
}

static gboolean
is_over (KpMuxable *self, GstClockTime end)
{
  return self->kind == KP_MEDIA_AUDIO && GST_CLOCK_TIME_IS_VALID (self->end) && end <= self->end;
}

GstBuffer *
kp_muxable_fix_buffer (KpMuxable *self, GstBuffer *buffer)
{
  GstClockTime time = GST_BUFFER_PTS (buffer);
  GstClockTime duration = get_duration (self, buffer);
  GstClockTime end;

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return buffer;
  end = GST_CLOCK_TIME_IS_VALID (duration) ? time + duration : time;
  if (is_over (self, end))
    {
      gst_buffer_unref (buffer);
      return NULL;
    }
  if (GST_CLOCK_TIME_IS_VALID (self->last))
    time = MAX (time, self->last + MIN_STEP);
  self->last = time;
  self->end = end;

  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = time;
  GST_BUFFER_DURATION (buffer) = duration;

  return buffer;
}
