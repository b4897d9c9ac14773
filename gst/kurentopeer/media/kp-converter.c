/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-converter.h"

#include "gstkurentoerror.h"
#include "kp-element.h"

/* Cheap conversion: what dithering and chroma filters add does not survive the encoder. Sizes that are rounded get no
 * borders. */
#define CPU_SETTINGS "dither=none chroma-mode=none add-borders=false n-threads=2"

/* What makes system memory of another one. */
static const struct
{
  const gchar *memory; /* a caps feature */
  const gchar *factory;
} downloads[] = {
  { "memory:GLMemory", "gldownload" },     { "memory:VAMemory", "vapostproc" },
  { "memory:VASurface", "vaapipostproc" }, { "memory:CUDAMemory", "cudadownload" },
  { "memory:NVMM", "nvvidconv" },          { "memory:DMABuf", "vapostproc" },
};

/* The caps feature of what comes; NULL: system memory, which includes what CPUs reach in one piece. */
static const gchar *
get_memory (const GstCaps *caps)
{
  const GstCapsFeatures *features;

  if (caps == NULL || gst_caps_get_size (caps) == 0)
    return NULL;

  features = gst_caps_get_features (caps, 0);
  for (guint i = 0; i < gst_caps_features_get_size (features); i++)
    {
      const gchar *feature = gst_caps_features_get_nth (features, i);

      if (g_str_has_prefix (feature, "memory:")
          && !g_str_equal (feature, GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY))
        return feature;
    }

  return NULL;
}

static gboolean
append_download (GstBin *bin, GstElement **last, const gchar *memory, GError **error)
{
  g_autoptr (GstCaps) system = gst_caps_new_empty_simple ("video/x-raw");

  for (guint i = 0; i < G_N_ELEMENTS (downloads); i++)
    {
      if (g_str_equal (downloads[i].memory, memory))
        return kp_element_append (bin, last, kp_element_new (downloads[i].factory, NULL, error), error)
               && kp_element_append (bin, last, kp_element_new_capsfilter (system, error), error);
    }

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
               "nothing is known that reads pictures in %s", memory);
  return FALSE;
}

gboolean
kp_converter_append (GstBin *bin, GstElement **last, const KpEncoder *encoder, const GstCaps *caps,
                     GError **error)
{
  const gchar *memory = get_memory (caps);

  if (memory && !(encoder->memories && g_strv_contains (encoder->memories, memory))
      && !append_download (bin, last, memory, error))
    return FALSE;
  if (encoder->converters == NULL)
    return kp_element_append (bin, last, kp_element_new ("videoconvertscale", CPU_SETTINGS, error), error);

  for (const gchar *const *factory = encoder->converters; *factory; factory++)
    {
      if (!kp_element_append (bin, last, kp_element_new (*factory, NULL, error), error))
        return FALSE;
    }

  return TRUE;
}
