/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-echo.h"

#include <gst/audio/audio.h>

#include "kp-element.h"
#include "kp-media-debug.h"

/* The lock may be held while the probe works, as it is nobody else's. */
struct _KpEcho
{
  GstElement *probe; /* owned; in no bin; constant */
  GstPad *sink; /* owned; of the probe; constant */
  GstPad *end; /* owned; takes what comes out of the probe; constant */
  GMutex lock; /* of everything below */
  gint rate; /* Hz; 0: of no microphone yet */
  GstCaps *caps; /* owned; of what is played, or NULL */
  GstAudioInfo info; /* of what is played */
  GstAudioConverter *converter; /* owned; or NULL */
};

static GstFlowReturn
discard_cb (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);

  return GST_FLOW_OK;
}

KpEcho *
kp_echo_new (void)
{
  static gint n_made;
  g_autofree gchar *name = g_strdup_printf ("kp-echo%d", g_atomic_int_add (&n_made, 1));
  GstElement *probe = gst_element_factory_make ("webrtcechoprobe", name);
  g_autoptr (GstPad) src = NULL;
  KpEcho *self;

  if (!probe)
    return NULL;

  self = g_atomic_rc_box_new0 (KpEcho);
  g_mutex_init (&self->lock);
  self->probe = gst_object_ref_sink (probe);
  self->sink = gst_element_get_static_pad (probe, "sink");
  self->end = gst_object_ref_sink (gst_pad_new (NULL, GST_PAD_SINK));
  gst_pad_set_chain_function (self->end, discard_cb);
  gst_pad_set_active (self->end, TRUE);
  src = gst_element_get_static_pad (probe, "src");
  gst_pad_link (src, self->end);
  gst_element_set_state (probe, GST_STATE_PAUSED);
  gst_pad_send_event (self->sink, gst_event_new_stream_start (name));
  /* it gives nothing before it has heard of a latency, which then does not matter */
  gst_pad_send_event (src, gst_event_new_latency (0));

  return self;
}

KpEcho *
kp_echo_ref (KpEcho *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
echo_clear (gpointer data)
{
  KpEcho *self = data;

  gst_element_set_state (self->probe, GST_STATE_NULL);
  gst_pad_set_active (self->end, FALSE);
  gst_object_unref (self->sink);
  gst_object_unref (self->end);
  gst_object_unref (self->probe);
  gst_clear_caps (&self->caps);
  g_clear_pointer (&self->converter, gst_audio_converter_free);
  g_mutex_clear (&self->lock);
}

void
kp_echo_unref (KpEcho *self)
{
  g_atomic_rc_box_release_full (self, echo_clear);
}

const gchar *
kp_echo_get_name (KpEcho *self)
{
  return GST_OBJECT_NAME (self->probe);
}

static void
init_info (GstAudioInfo *info, gint rate)
{
  gst_audio_info_init (info);
  gst_audio_info_set_format (info, GST_AUDIO_FORMAT_S16LE, rate, 1, NULL);
}

void
kp_echo_set_rate (KpEcho *self, gint rate)
{
  g_autoptr (GstCaps) caps = NULL;
  GstAudioInfo info;
  GstSegment segment;

  init_info (&info, rate);
  caps = gst_audio_info_to_caps (&info);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_mutex_lock (&self->lock);
  self->rate = rate;
  gst_clear_caps (&self->caps);
  gst_pad_send_event (self->sink, gst_event_new_caps (caps));
  gst_pad_send_event (self->sink, gst_event_new_segment (&segment));
  g_mutex_unlock (&self->lock);
}

/* FALSE: it is nothing that one could hear. */
static gboolean
update_converter_locked (KpEcho *self, GstCaps *caps)
{
  GstAudioInfo info;

  if (self->caps && gst_caps_is_equal (self->caps, caps))
    return self->converter != NULL;

  gst_caps_replace (&self->caps, caps);
  g_clear_pointer (&self->converter, gst_audio_converter_free);
  init_info (&info, self->rate);
  if (gst_audio_info_from_caps (&self->info, caps))
    self->converter = gst_audio_converter_new (GST_AUDIO_CONVERTER_FLAG_NONE, &self->info, &info, NULL);

  return self->converter != NULL;
}

static GstBuffer *
convert_locked (KpEcho *self, GstBuffer *buffer)
{
  GstAudioBuffer played;
  GstBuffer *converted;
  GstMapInfo map;
  gpointer samples[1];
  gsize n;

  if (!gst_audio_buffer_map (&played, &self->info, buffer, GST_MAP_READ))
    return NULL;

  n = gst_audio_converter_get_out_frames (self->converter, played.n_samples);
  converted = gst_buffer_new_allocate (NULL, n * sizeof (gint16), NULL);
  gst_buffer_map (converted, &map, GST_MAP_WRITE);
  samples[0] = map.data;
  gst_audio_converter_samples (self->converter, GST_AUDIO_CONVERTER_FLAG_NONE, played.planes,
                               played.n_samples, samples, n);
  gst_buffer_unmap (converted, &map);
  gst_audio_buffer_unmap (&played);

  return converted;
}

static GstPadProbeReturn
buffer_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpEcho *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstBuffer *converted = NULL;

  g_mutex_lock (&self->lock);
  if (caps && self->rate > 0 && update_converter_locked (self, caps))
    converted = convert_locked (self, GST_PAD_PROBE_INFO_BUFFER (info));
  if (converted)
    gst_pad_chain (self->sink, converted);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

void
kp_echo_watch (KpEcho *self, GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, buffer_cb, kp_echo_ref (self),
                     (GDestroyNotify)kp_echo_unref);
}
