/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-codec-encoder.h"
#include "kp-element.h"

#define MAX_THREADS 4 /* of one encoder */
#define MAX_BITRATE 1000000000 /* bit/s; every encoder takes it */

/* Video sizes are even, because 4:2:0 H.264 needs it, and pixels are square, because RTP does not tell their shape. */
#define VIDEO_SHAPE "width=(int)[2,16384,2],height=(int)[2,16384,2],pixel-aspect-ratio=(fraction)1/1"

/* The libvpx settings of both codecs: constant bitrate with a buffer of 150 ms, keyframes only when asked for. */
#define VPX_SETTINGS                                                                                         \
  "deadline=1 lag-in-frames=0 end-usage=cbr error-resilient=default keyframe-mode=disabled "                 \
  "keyframe-max-dist=2000 "                                                                                  \
  "buffer-initial-size=100 buffer-optimal-size=120 buffer-size=150 max-intra-bitrate=250 undershoot=95 "     \
  "overshoot=15 "

static const KpEncoder encoders[] = {
  {
      .factory = "vp8enc",
      .raw_caps = "video/x-raw,format=(string)I420," VIDEO_SHAPE,
      .settings = VPX_SETTINGS "cpu-used=-8 token-partitions=4",
      .bitrate_property = "target-bitrate",
      .bitrate_unit = 1,
      .threads_property = "threads",
  },
  {
      .factory = "vp9enc",
      .raw_caps = "video/x-raw,format=(string)I420," VIDEO_SHAPE,
      .settings = VPX_SETTINGS "cpu-used=8 row-mt=true tile-columns=2 aq-mode=cyclic-refresh "
                               "frame-parallel-decoding=false",
      .bitrate_property = "target-bitrate",
      .bitrate_unit = 1,
      .threads_property = "threads",
  },
  {
      .factory = "x264enc",
      .raw_caps = "video/x-raw,format=(string){I420,NV12}," VIDEO_SHAPE,
      .settings
      = "tune=zerolatency speed-preset=ultrafast key-int-max=2560 b-adapt=false vbv-buf-capacity=120 "
        "byte-stream=true aud=false",
      .bitrate_property = "bitrate",
      .bitrate_unit = 1000,
      .threads_property = "threads",
  },
  {
      .factory = "openh264enc",
      .raw_caps = "video/x-raw,format=(string)I420," VIDEO_SHAPE,
      .settings = "gop-size=2560 rate-control=bitrate complexity=low background-detection=false "
                  "scene-change-detection=false",
      .bitrate_property = "bitrate",
      .bitrate_unit = 1,
  },
  {
      .factory = "opusenc",
      .raw_caps = "audio/x-raw,rate=(int)48000,channels=(int)[1,2]",
      .settings = "bitrate=64000 bitrate-type=constrained-vbr complexity=5 frame-size=20 inband-fec=true "
                  "packet-loss-percentage=5 perfect-timestamp=true",
  },
  {
      .factory = "mulawenc",
      .raw_caps = "audio/x-raw,rate=(int)8000,channels=(int)1",
      .settings = "perfect-timestamp=true",
  },
  {
      .factory = "alawenc",
      .raw_caps = "audio/x-raw,rate=(int)8000,channels=(int)1",
      .settings = "perfect-timestamp=true",
  },
};

const KpEncoder *
kp_encoder_find (const gchar *factory)
{
  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++)
    {
      if (g_str_equal (encoders[i].factory, factory))
        return &encoders[i];
    }

  return NULL;
}

GstElement *
kp_encoder_make (const KpEncoder *self, guint bitrate, GError **error)
{
  GstElement *element = kp_element_new (self->factory, self->settings, error);

  if (element == NULL)
    return NULL;

  if (self->threads_property)
    {
      /* half of the cores: libvpx' threads spin while they wait for each other, which is slower than one alone as
       * soon as anything else wants the core */
      guint n_threads = CLAMP (g_get_num_processors () / 2, 1, MAX_THREADS);
      g_autofree gchar *value = g_strdup_printf ("%u", n_threads);

      gst_util_set_object_arg (G_OBJECT (element), self->threads_property, value);
    }
  kp_encoder_set_bitrate (self, element, bitrate);

  return element;
}

void
kp_encoder_set_bitrate (const KpEncoder *self, GstElement *element, guint bitrate)
{
  g_autofree gchar *value = NULL;

  if (self->bitrate_property == NULL)
    return;

  value = g_strdup_printf ("%u", MAX (1, MIN (bitrate, MAX_BITRATE) / self->bitrate_unit));
  gst_util_set_object_arg (G_OBJECT (element), self->bitrate_property, value);
}
