/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define PACKAGE "kurentopeer"

/* latencystamp draws the time into the first lines of a picture, latencyread reads it and says on standard output how long ago
 * that was: "latency MICROSECONDS", or "garbled". The pages read and draw the same: see stamp.mjs. */

#include <gst/video/gstvideofilter.h>
#include <gst/video/video.h>

#define BLOCK 16 /* pixels; one bit, white or black */
#define TIME_BITS 32 /* us of the wall clock, the most significant bit first */
#define BITS (TIME_BITS + 8) /* and the sum of the bytes of that */
#define WHITE 235
#define BLACK 16

typedef struct
{
  GstVideoFilter parent;
} LatencyElement;

typedef struct
{
  GstVideoFilterClass parent_class;
} LatencyElementClass;

typedef LatencyElement LatencyStamp;
typedef LatencyElementClass LatencyStampClass;
typedef LatencyElement LatencyRead;
typedef LatencyElementClass LatencyReadClass;

GType latency_stamp_get_type (void);
GType latency_read_get_type (void);
G_DEFINE_TYPE (LatencyStamp, latency_stamp, GST_TYPE_VIDEO_FILTER)
G_DEFINE_TYPE (LatencyRead, latency_read, GST_TYPE_VIDEO_FILTER)

static guint64
with_checksum (guint32 time)
{
  guint8 sum = (time >> 24) + (time >> 16) + (time >> 8) + time;

  return (guint64)time << 8 | sum;
}

static GstFlowReturn
stamp_frame (GstVideoFilter *filter, GstVideoFrame *frame)
{
  guint64 bits = with_checksum (g_get_real_time ());
  guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);

  for (guint y = 0; y < BLOCK; y++)
    for (guint i = 0; i < BITS; i++)
      memset (luma + y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0) + i * BLOCK,
              bits >> (BITS - 1 - i) & 1 ? WHITE : BLACK, BLOCK);
  return GST_FLOW_OK;
}

static GstFlowReturn
read_frame (GstVideoFilter *filter, GstVideoFrame *frame)
{
  const guint8 *middle = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  guint32 now = g_get_real_time ();
  guint64 bits = 0;

  middle += BLOCK / 2 * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0) + BLOCK / 2;
  for (guint i = 0; i < BITS; i++)
    bits = bits << 1 | (middle[i * BLOCK] > (WHITE + BLACK) / 2);

  if (bits == with_checksum (bits >> 8))
    g_print ("latency %u\n", now - (guint32)(bits >> 8));
  else
    g_print ("garbled\n");
  return GST_FLOW_OK;
}

static void
class_setup (GstElementClass *klass, const gchar *name)
{
  static const GstPadDirection directions[] = { GST_PAD_SINK, GST_PAD_SRC };
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw,format=I420,width=[640,16384]");

  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    gst_element_class_add_pad_template (
        klass, gst_pad_template_new (i ? "src" : "sink", directions[i], GST_PAD_ALWAYS, caps));
  gst_element_class_set_static_metadata (klass, name, "Filter/Video", "Of the latency benchmark",
                                         "The kurentopeer authors");
}

static void
latency_stamp_class_init (LatencyStampClass *klass)
{
  class_setup (GST_ELEMENT_CLASS (klass), "Latency stamp");
  GST_VIDEO_FILTER_CLASS (klass)->transform_frame_ip = stamp_frame;
}

static void
latency_stamp_init (LatencyStamp *self)
{
}

static void
latency_read_class_init (LatencyReadClass *klass)
{
  class_setup (GST_ELEMENT_CLASS (klass), "Latency reader");
  GST_VIDEO_FILTER_CLASS (klass)->transform_frame_ip = read_frame;
}

static void
latency_read_init (LatencyRead *self)
{
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), FALSE);
}

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_element_register (plugin, "latencystamp", GST_RANK_NONE, latency_stamp_get_type ())
         && gst_element_register (plugin, "latencyread", GST_RANK_NONE, latency_read_get_type ());
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, benchmarklatency, "The latency benchmark",
                   plugin_init, PACKAGE_VERSION, "LGPL", "kurentopeer", "https://gstreamer.freedesktop.org")
