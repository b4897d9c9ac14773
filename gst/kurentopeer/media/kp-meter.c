/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-meter.h"

/* Pictures that were received and are not decoded yet; more than a decoder keeps. */
#define MAX_PENDING 64
/* Timestamps of one picture differ by less, those of two by more. */
#define SAME_PICTURE (2 * GST_MSECOND)

struct _KpMeter
{
  gboolean sends;
  GMutex lock; /* guards everything below */
  KpMeterCounts counts;
  gboolean is_video;
  gboolean has_keyframe; /* the decoder was given one, which has not come out yet */
  GstClockTime pending[MAX_PENDING]; /* ns; PTS, oldest first */
  guint n_pending;
};

typedef void (*MeterFunc) (KpMeter *self, GstBuffer *buffer);
typedef void (*MeterCapsFunc) (KpMeter *self, const GstStructure *caps);

/* What one pad tells. */
typedef struct
{
  KpMeter *meter; /* owned */
  MeterFunc take_buffer; /* or NULL: it is not called for buffers; with the lock held */
  MeterCapsFunc take_caps; /* or NULL; with the lock held */
} MeterPad;

static void
meter_finalize (gpointer data)
{
  KpMeter *self = data;

  g_mutex_clear (&self->lock);
}

KpMeter *
kp_meter_ref (KpMeter *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_meter_unref (KpMeter *self)
{
  g_atomic_rc_box_release_full (self, meter_finalize);
}

static void
meter_closure_notify (gpointer data, GClosure *closure)
{
  kp_meter_unref (data);
}

static void
meter_pad_free (gpointer data)
{
  MeterPad *pad = data;

  kp_meter_unref (pad->meter);
  g_free (pad);
}

static void
meter_pad_take (MeterPad *self, GstPadProbeInfo *info)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    {
      GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
      GstCaps *caps;

      if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS || self->take_caps == NULL)
        return;
      gst_event_parse_caps (event, &caps);
      self->take_caps (self->meter, gst_caps_get_structure (caps, 0));
    }
  else if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    {
      GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);

      for (guint i = 0; i < gst_buffer_list_length (list); i++)
        self->take_buffer (self->meter, gst_buffer_list_get (list, i));
    }
  else
    self->take_buffer (self->meter, GST_PAD_PROBE_INFO_BUFFER (info));
}

static GstPadProbeReturn
probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  MeterPad *self = user_data;

  g_mutex_lock (&self->meter->lock);
  meter_pad_take (self, info);
  g_mutex_unlock (&self->meter->lock);

  return GST_PAD_PROBE_OK;
}

static void
watch_pad (KpMeter *self, GstElement *element, const gchar *name, MeterFunc take_buffer,
           MeterCapsFunc take_caps)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);
  GstPadProbeType mask = GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  MeterPad *data;

  if (pad == NULL)
    return;
  if (take_buffer)
    mask |= GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;

  data = g_new0 (MeterPad, 1);
  data->meter = kp_meter_ref (self);
  data->take_buffer = take_buffer;
  data->take_caps = take_caps;
  gst_pad_add_probe (pad, mask, probe_cb, data, meter_pad_free);
}

/* ---- what the pads tell ---- */

static void
take_size (const GstStructure *caps, guint *width, guint *height)
{
  gint w, h;

  if (gst_structure_get_int (caps, "width", &w) && gst_structure_get_int (caps, "height", &h) && w > 0
      && h > 0)
    {
      *width = w;
      *height = h;
    }
}

static void
take_source_caps (KpMeter *self, const GstStructure *caps)
{
  self->is_video = g_str_has_prefix (gst_structure_get_name (caps), "video/");
  take_size (caps, &self->counts.source_width, &self->counts.source_height);
}

static void
take_source_buffer (KpMeter *self, GstBuffer *buffer)
{
  if (!self->is_video)
    return;

  self->counts.source_frames++;
  kp_rate_add (&self->counts.source_rate, g_get_monotonic_time ());
}

static void
take_rtp_caps (KpMeter *self, const GstStructure *caps)
{
  if (g_strcmp0 (gst_structure_get_string (caps, "media"), "video") == 0)
    self->is_video = TRUE;
  gst_structure_get_uint (caps, "ssrc", &self->counts.ssrc);
}

static void
forget_pending (KpMeter *self, guint n)
{
  self->n_pending -= n;
  memmove (self->pending, self->pending + n, self->n_pending * sizeof self->pending[0]);
}

/* The marker is on the last packet of a picture. */
static void
take_received_packet (KpMeter *self, GstBuffer *buffer)
{
  guint8 header[2];

  if (!self->is_video || gst_buffer_extract (buffer, 0, header, sizeof header) != sizeof header
      || !(header[1] & 0x80))
    return;

  self->counts.received++;
  if (!self->counts.codes || !GST_BUFFER_PTS_IS_VALID (buffer))
    return;

  if (self->n_pending == MAX_PENDING)
    {
      self->counts.dropped++;
      forget_pending (self, 1);
    }
  self->pending[self->n_pending++] = GST_BUFFER_PTS (buffer);
}

static void
take_coded_caps (KpMeter *self, const GstStructure *caps)
{
  take_size (caps, &self->counts.width, &self->counts.height);
}

static void
count_coded (KpMeter *self)
{
  self->counts.frames++;
  kp_rate_add (&self->counts.rate, g_get_monotonic_time ());
}

static void
take_encoded_frame (KpMeter *self, GstBuffer *buffer)
{
  if (!self->is_video)
    return;

  count_coded (self);
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    self->counts.keyframes++;
}

static void
take_frame_to_decode (KpMeter *self, GstBuffer *buffer)
{
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    self->has_keyframe = TRUE;
}

/* There are no B-frames in a call: what is older than the picture that comes out was dropped. */
static void
take_decoded_frame (KpMeter *self, GstBuffer *buffer)
{
  guint n = 0;

  if (!self->is_video)
    return;

  count_coded (self);
  if (self->has_keyframe)
    self->counts.keyframes++;
  self->has_keyframe = FALSE;

  while (n < self->n_pending && GST_BUFFER_PTS_IS_VALID (buffer)
         && self->pending[n] <= GST_BUFFER_PTS (buffer) + SAME_PICTURE)
    n++;
  if (n > 0 && self->pending[n - 1] + SAME_PICTURE >= GST_BUFFER_PTS (buffer))
    self->counts.dropped += n - 1;
  else
    self->counts.dropped += n;
  forget_pending (self, n);
}

/* ---- what is listened to ---- */

static void
watch_coder (KpMeter *self, GstElement *element)
{
  g_mutex_lock (&self->lock);
  self->counts.codes = TRUE;
  g_mutex_unlock (&self->lock);

  if (self->sends)
    watch_pad (self, element, "src", take_encoded_frame, take_coded_caps);
  else
    {
      watch_pad (self, element, "sink", take_frame_to_decode, NULL);
      watch_pad (self, element, "src", take_decoded_frame, take_coded_caps);
    }
}

static void
watch_element (KpMeter *self, GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory == NULL)
    return;

  if (gst_element_factory_list_is_type (factory, self->sends ? GST_ELEMENT_FACTORY_TYPE_ENCODER
                                                             : GST_ELEMENT_FACTORY_TYPE_DECODER))
    watch_coder (self, element);
  else if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_PARSER))
    watch_pad (self, element, "src", NULL, take_coded_caps);
}

static void
watch_element_cb (const GValue *item, gpointer user_data)
{
  watch_element (user_data, g_value_get_object (item));
}

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer user_data)
{
  watch_element (user_data, element);
}

static KpMeter *
meter_new (GstBin *bin, gboolean sends)
{
  KpMeter *self = g_atomic_rc_box_new0 (KpMeter);
  g_autoptr (GstIterator) elements = gst_bin_iterate_recurse (bin);

  self->sends = self->counts.sends = sends;
  g_mutex_init (&self->lock);
  gst_iterator_foreach (elements, watch_element_cb, self);
  g_signal_connect_data (bin, "deep-element-added", G_CALLBACK (deep_element_added_cb), kp_meter_ref (self),
                         meter_closure_notify, 0);

  return self;
}

KpMeter *
kp_meter_new_for_sender (GstBin *sender)
{
  KpMeter *self = meter_new (sender, TRUE);

  watch_pad (self, GST_ELEMENT (sender), "sink", take_source_buffer, take_source_caps);
  watch_pad (self, GST_ELEMENT (sender), "src", NULL, take_rtp_caps);

  return self;
}

KpMeter *
kp_meter_new_for_receiver (GstBin *receiver)
{
  KpMeter *self = meter_new (receiver, FALSE);

  watch_pad (self, GST_ELEMENT (receiver), "sink", take_received_packet, take_rtp_caps);

  return self;
}

void
kp_meter_read (KpMeter *self, KpMeterCounts *counts)
{
  g_mutex_lock (&self->lock);
  *counts = self->counts;
  g_mutex_unlock (&self->lock);
}
