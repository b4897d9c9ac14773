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

#define NAMES(...) ((const gchar *const[]){ __VA_ARGS__, NULL })

#define RAW(formats) "video/x-raw,format=(string)" formats "," VIDEO_SHAPE
#define RAW_IN(memory, formats) "video/x-raw(" memory "),format=(string)" formats "," VIDEO_SHAPE

/* Encoders of the hardware. libva: */
#define VA(name)                                                                                             \
  {                                                                                                          \
    .factory = name, .raw_caps = RAW_IN ("memory:VAMemory", "NV12") ";" RAW ("NV12"),                        \
    .converters = NAMES ("vapostproc"), .memories = NAMES ("memory:VAMemory", "memory:DMABuf"),              \
    .settings = "key-int-max=256 rate-control=cbr", .bitrate_property = "bitrate", .bitrate_unit = 1000,     \
  }
/* its former plugin: */
#define VAAPI(name)                                                                                          \
  {                                                                                                          \
    .factory = name, .raw_caps = RAW_IN ("memory:VASurface", "NV12") ";" RAW ("NV12"),                       \
    .converters = NAMES ("vaapipostproc"), .memories = NAMES ("memory:VASurface", "memory:DMABuf"),          \
    .settings = "keyframe-period=2560 rate-control=cbr", .bitrate_property = "bitrate",                      \
    .bitrate_unit = 1000,                                                                                    \
  }
/* the boards of Nvidia: */
#define NVV4L2(name, more)                                                                                   \
  {                                                                                                          \
    .factory = name, .raw_caps = RAW_IN ("memory:NVMM", "{I420,NV12}"), .converters = NAMES ("nvvidconv"),   \
    .memories = NAMES ("memory:NVMM"),                                                                       \
    .settings = "preset-level=UltraFastPreset maxperf-enable=true idrinterval=256 "                          \
                "control-rate=constant_bitrate" more,                                                        \
    .keyframe_action = "force-IDR", .bitrate_property = "bitrate", .bitrate_unit = 1,                        \
  }

static const KpEncoder encoders[] = {
  NVV4L2 ("nvv4l2vp8enc", ""),
  NVV4L2 ("nvv4l2vp9enc", ""),
  NVV4L2 ("nvv4l2h264enc", " insert-vui=true insert-sps-pps=true insert-aud=true"),
  VA ("vavp8enc"),
  VA ("vavp9enc"),
  VA ("vavp9lpenc"),
  VA ("vah264enc"),
  VA ("vah264lpenc"),
  VAAPI ("vaapivp8enc"),
  VAAPI ("vaapivp9enc"),
  VAAPI ("vaapih264enc"),
  {
      .factory = "nvh264enc",
      .raw_caps = RAW ("{NV12,I420}"),
      .settings = "gop-size=2560 rc-mode=cbr-ld-hq zerolatency=true",
      .bitrate_property = "bitrate",
      .bitrate_unit = 1000,
  },
  {
      .factory = "qsvh264enc",
      .raw_caps = RAW ("NV12"),
      .settings = "gop-size=2560 low-latency=true disable-hrd-conformance=true rate-control=cbr",
      .bitrate_property = "bitrate",
      .bitrate_unit = 1000,
  },
  {
      .factory = "v4l2h264enc",
      .raw_caps = RAW ("{NV12,I420}"),
      .converters = NAMES ("v4l2convert"),
      .memories = NAMES ("memory:DMABuf"),
      /* without a level the driver takes one that is too low */
      .encoded_caps = "video/x-h264,profile=(string)constrained-baseline,level=(string)4,"
                      "stream-format=(string)byte-stream,alignment=(string)au",
      .settings = "extra-controls=controls,video_gop_size=2560,repeat_sequence_header=1",
      .bitrate_property = "extra-controls",
      .bitrate_field = "video_bitrate",
      .bitrate_unit = 1,
  },
  {
      .factory = "vp8enc",
      .raw_caps = RAW ("I420"),
      .settings = VPX_SETTINGS "cpu-used=-8 token-partitions=4",
      .bitrate_property = "target-bitrate",
      .bitrate_unit = 1,
      .threads_property = "threads",
  },
  {
      .factory = "vp9enc",
      .raw_caps = RAW ("I420"),
      .settings = VPX_SETTINGS "cpu-used=8 row-mt=true tile-columns=2 aq-mode=cyclic-refresh "
                               "frame-parallel-decoding=false",
      .bitrate_property = "target-bitrate",
      .bitrate_unit = 1,
      .threads_property = "threads",
  },
  {
      .factory = "x264enc",
      .raw_caps = RAW ("{I420,NV12}"),
      .settings
      = "tune=zerolatency speed-preset=ultrafast key-int-max=2560 b-adapt=false vbv-buf-capacity=120 "
        "byte-stream=true aud=false",
      .bitrate_property = "bitrate",
      .bitrate_unit = 1000,
      .threads_property = "threads",
  },
  {
      .factory = "openh264enc",
      .raw_caps = RAW ("I420"),
      .settings = "gop-size=2560 rate-control=bitrate complexity=low background-detection=false "
                  "scene-change-detection=false",
      .bitrate_property = "bitrate",
      .bitrate_unit = 1,
  },
  {
      .factory = "opusenc",
      .raw_caps = "audio/x-raw,rate=(int)48000,channels=(int)[1,2]",
      .settings = "bitrate-type=constrained-vbr complexity=5 frame-size=20 inband-fec=true "
                  "packet-loss-percentage=5 perfect-timestamp=true",
      .bitrate_property = "bitrate",
      .bitrate_unit = 1,
      .usual_bitrate = 64000,
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

static gboolean
are_installed (const gchar *const *factories)
{
  for (; factories && *factories; factories++)
    {
      if (!kp_element_is_installed (*factories))
        return FALSE;
    }

  return TRUE;
}

/* GST_RANK_NONE when it cannot be used. */
static guint
get_rank (const KpEncoder *self)
{
  g_autoptr (GstElementFactory) factory = self ? gst_element_factory_find (self->factory) : NULL;

  return factory && are_installed (self->converters)
             ? gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE (factory))
             : GST_RANK_NONE;
}

const KpEncoder *
kp_encoder_choose (const gchar *const *factories)
{
  const KpEncoder *best = NULL;
  guint best_rank = GST_RANK_NONE;

  for (; *factories; factories++)
    {
      const KpEncoder *encoder = kp_encoder_find (*factories);
      guint rank = get_rank (encoder);

      if (rank > best_rank)
        {
          best = encoder;
          best_rank = rank;
        }
    }

  return best;
}

/* Half of the cores: libvpx' threads spin while they wait for each other, which is slower than one alone as soon as
 * anything else wants the core. */
static void
set_threads (const KpEncoder *self, GstElement *element)
{
  guint n_threads = CLAMP (g_get_num_processors () / 2, 1, MAX_THREADS);
  g_autofree gchar *value = g_strdup_printf ("%u", n_threads);

  if (self->threads_property)
    gst_util_set_object_arg (G_OBJECT (element), self->threads_property, value);
}

void
kp_encoder_configure (const KpEncoder *self, GstElement *element, guint bitrate)
{
  kp_element_configure (element, self->settings);
  set_threads (self, element);
  kp_encoder_set_bitrate (self, element, bitrate);
}

/* Into a structure that has more than the bitrate. */
static void
set_bitrate_field (const KpEncoder *self, GstElement *element, guint value)
{
  g_autoptr (GstStructure) structure = NULL;

  g_object_get (element, self->bitrate_property, &structure, NULL);
  if (structure == NULL)
    structure = gst_structure_new_empty ("controls");
  gst_structure_set (structure, self->bitrate_field, G_TYPE_INT, value, NULL);
  g_object_set (element, self->bitrate_property, structure, NULL);
}

void
kp_encoder_set_bitrate (const KpEncoder *self, GstElement *element, guint bitrate)
{
  g_autofree gchar *text = NULL;
  guint value;

  if (self->bitrate_property == NULL)
    return;

  if (self->usual_bitrate && (bitrate == 0 || bitrate > self->usual_bitrate))
    bitrate = self->usual_bitrate;
  value = MAX (1, MIN (bitrate, MAX_BITRATE) / self->bitrate_unit);
  text = g_strdup_printf ("%u", value);
  if (self->bitrate_field)
    set_bitrate_field (self, element, value);
  else
    gst_util_set_object_arg (G_OBJECT (element), self->bitrate_property, text);
}
