/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-loudness.h"

#include "kp-rtp-uris.h"
#include "kp-speech.h"

#include <gst/audio/audio.h>
#include <gst/rtp/rtp.h>
#include <math.h>

/* Of the header of RTP. */
#define LEVEL_MASK 0x7f

#define SILENCE ((gint)(KP_SPEECH_SILENCE * 100))

/* The samples of one plane, as GStreamer unpacks them: S32 or F64. */
static gdouble
sum_squares (const GstAudioFormatInfo *format, gpointer data, guint n)
{
  gboolean is_float = format->unpack_format == GST_AUDIO_FORMAT_F64;
  g_autofree gpointer samples = g_malloc (n * sizeof (gdouble));
  gdouble sum = 0;

  format->unpack_func (format, GST_AUDIO_PACK_FLAG_TRUNCATE_RANGE, samples, data, n);
  for (guint i = 0; i < n; i++)
    {
      gdouble sample = is_float ? ((const gdouble *)samples)[i] : ((const gint32 *)samples)[i] / 2147483648.0;

      sum += sample * sample;
    }

  return sum;
}

static gboolean
measure_raw (const GstCaps *caps, GstBuffer *buffer, gdouble *level)
{
  GstAudioBuffer audio;
  GstAudioInfo info;
  gdouble sum = 0;
  guint n;

  if (!gst_audio_info_from_caps (&info, caps) || !gst_audio_buffer_map (&audio, &info, buffer, GST_MAP_READ))
    return FALSE;

  n = GST_AUDIO_BUFFER_N_SAMPLES (&audio) * GST_AUDIO_INFO_CHANNELS (&info)
      / GST_AUDIO_BUFFER_N_PLANES (&audio);
  for (gint i = 0; i < GST_AUDIO_BUFFER_N_PLANES (&audio); i++)
    sum += sum_squares (info.finfo, GST_AUDIO_BUFFER_PLANE_DATA (&audio, i), n);
  n *= GST_AUDIO_BUFFER_N_PLANES (&audio);
  gst_audio_buffer_unmap (&audio);

  *level = sum > 0 ? 10 * log10 (sum / n) : KP_SPEECH_SILENCE;

  return TRUE;
}

/* The id of the extension, 0 when there is none: "extmap-3"="urn:..." or an array of direction, URI and attributes. */
static guint
find_extension (const GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);

  for (gint i = 0; i < gst_structure_n_fields (structure); i++)
    {
      const gchar *name = gst_structure_nth_field_name (structure, i);
      const GValue *value = gst_structure_get_value (structure, name);

      if (GST_VALUE_HOLDS_ARRAY (value) && gst_value_array_get_size (value) > 1)
        value = gst_value_array_get_value (value, 1);
      if (g_str_has_prefix (name, "extmap-") && G_VALUE_HOLDS_STRING (value)
          && g_strcmp0 (g_value_get_string (value), KP_LEVEL_URI) == 0)
        return strtoul (name + strlen ("extmap-"), NULL, 10);
    }

  return 0;
}

static gboolean
read_header (const GstCaps *caps, GstBuffer *buffer, gdouble *level)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint id = find_extension (caps);
  gpointer data;
  guint size;
  gboolean found;

  if (id == 0 || !gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return FALSE;

  found = gst_rtp_buffer_get_extension_onebyte_header (&rtp, id, 0, &data, &size)
          || gst_rtp_buffer_get_extension_twobytes_header (&rtp, NULL, id, 0, &data, &size);
  if (found && size > 0)
    *level = -(*(const guint8 *)data & LEVEL_MASK);
  gst_rtp_buffer_unmap (&rtp);

  return found && size > 0;
}

static gboolean
read_meta (GstBuffer *buffer, gdouble *level)
{
  const GstAudioLevelMeta *meta = gst_buffer_get_audio_level_meta (buffer);

  if (meta)
    *level = -(gdouble)meta->level;

  return meta != NULL;
}

gboolean
kp_loudness_measure (const GstCaps *caps, GstBuffer *buffer, gdouble *level)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  gboolean known;

  if (gst_structure_has_name (structure, "audio/x-raw"))
    known = measure_raw (caps, buffer, level);
  else if (gst_structure_has_name (structure, "application/x-rtp"))
    known = read_header (caps, buffer, level);
  else
    known = read_meta (buffer, level);
  if (known)
    *level = CLAMP (*level, KP_SPEECH_SILENCE, 0);

  return known;
}

void
kp_loudness_init (KpLoudness *self)
{
  *self = (KpLoudness){ .loudest = SILENCE };
}

static void
add_level (KpLoudness *self, gint level)
{
  gint former = g_atomic_int_get (&self->loudest);

  while (level > former && !g_atomic_int_compare_and_exchange_full (&self->loudest, former, level, &former))
    ;
}

static GstPadProbeReturn
watch_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpLoudness *self = user_data;
  g_autoptr (GstCaps) caps = NULL;
  gdouble level;

  if (!g_atomic_int_get (&self->enabled))
    return GST_PAD_PROBE_OK;

  caps = gst_pad_get_current_caps (pad);
  if (caps && kp_loudness_measure (caps, GST_PAD_PROBE_INFO_BUFFER (info), &level))
    add_level (self, level * 100);

  return GST_PAD_PROBE_OK;
}

void
kp_loudness_watch (KpLoudness *self, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, watch_cb, self, NULL);
}

void
kp_loudness_set_enabled (KpLoudness *self, gboolean enabled)
{
  g_atomic_int_set (&self->enabled, enabled);
}

gdouble
kp_loudness_take (KpLoudness *self)
{
  return g_atomic_int_exchange (&self->loudest, SILENCE) / 100.0;
}

/* ---- of what is sent ---- */

/* Of one encoder, in its streaming thread. */
typedef struct
{
  gboolean known;
  gdouble level; /* dB; of what it got last */
} KpTag;

static GstPadProbeReturn
raw_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpTag *tag = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  tag->known = caps && kp_loudness_measure (caps, GST_PAD_PROBE_INFO_BUFFER (info), &tag->level);

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
encoded_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  const KpTag *tag = user_data;
  GstBuffer *buffer;

  if (!tag->known)
    return GST_PAD_PROBE_OK;

  buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  gst_buffer_add_audio_level_meta (buffer, (guint8)-tag->level, FALSE);

  return GST_PAD_PROBE_OK;
}

void
kp_loudness_tag (GstElement *encoder, GstElement *payloader)
{
  g_autoptr (GstPad) raw = gst_element_get_static_pad (encoder, "sink");
  g_autoptr (GstPad) encoded = gst_element_get_static_pad (payloader, "sink");
  KpTag *tag = g_atomic_rc_box_new0 (KpTag);

  gst_pad_add_probe (raw, GST_PAD_PROBE_TYPE_BUFFER, raw_cb, g_atomic_rc_box_acquire (tag),
                     g_atomic_rc_box_release);
  gst_pad_add_probe (encoded, GST_PAD_PROBE_TYPE_BUFFER, encoded_cb, tag, g_atomic_rc_box_release);
}
