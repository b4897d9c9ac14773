/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-rtp-meter.h"
#include "kp-jitter-count.h"

#include <gst/rtp/gstrtpbuffer.h>

struct _KpRtpMeter
{
  gint mid_id; /* atomic; as are the next two */
  gint rid_id;
  gint repaired_rid_id;
  gint red; /* atomic, as is the next; payload type, -1 = none */
  gint ulpfec;
  GMutex lock; /* guards everything below */
  KpRtpCounts counts;
  KpTransportCounts transport;
  GPtrArray *jitter_buffers; /* of KpJitterBuffer */
  gchar *local_pem; /* owned; or NULL */
  gchar *remote_pem; /* owned; or NULL */
};

/* One jitter buffer, which serves one ssrc. */
typedef struct
{
  GWeakRef element;
  gboolean is_known; /* the next is set */
  guint32 ssrc;
  KpJitterCount count;
} KpJitterBuffer;

/* One pad: what its packets are to us. */
typedef struct _MeterPad MeterPad;
struct _MeterPad
{
  KpRtpMeter *meter; /* owned */
  void (*take) (MeterPad *self, GstPad *pad, GstBuffer *buffer);
  KpRtpSide side;
  KpJitterBuffer *jitter_buffer; /* borrowed, of the meter; or NULL */
  GstSegment segment; /* of what is sent; streaming thread */
};

static void
jitter_buffer_free (gpointer data)
{
  KpJitterBuffer *self = data;

  g_weak_ref_clear (&self->element);
  g_free (self);
}

static void
meter_finalize (gpointer data)
{
  KpRtpMeter *self = data;

  kp_rtp_counts_clear (&self->counts);
  g_ptr_array_unref (self->jitter_buffers);
  g_free (self->local_pem);
  g_free (self->remote_pem);
  g_mutex_clear (&self->lock);
}

KpRtpMeter *
kp_rtp_meter_ref (KpRtpMeter *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_rtp_meter_unref (KpRtpMeter *self)
{
  g_atomic_rc_box_release_full (self, meter_finalize);
}

static void
meter_closure_notify (gpointer data, GClosure *closure)
{
  kp_rtp_meter_unref (data);
}

static void
meter_pad_free (gpointer data)
{
  MeterPad *pad = data;

  kp_rtp_meter_unref (pad->meter);
  g_free (pad);
}

static GstPadProbeReturn
probe_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  MeterPad *self = user_data;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    {
      if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEGMENT)
        gst_event_copy_segment (GST_PAD_PROBE_INFO_EVENT (info), &self->segment);
    }
  else if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    {
      GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);

      for (guint i = 0; i < gst_buffer_list_length (list); i++)
        self->take (self, pad, gst_buffer_list_get (list, i));
    }
  else
    self->take (self, pad, GST_PAD_PROBE_INFO_BUFFER (info));

  return GST_PAD_PROBE_OK;
}

static void
watch_pad (KpRtpMeter *self, GstPad *pad, KpRtpSide side, KpJitterBuffer *jitter_buffer,
           void (*take) (MeterPad *, GstPad *, GstBuffer *))
{
  MeterPad *data = g_new0 (MeterPad, 1);

  data->meter = kp_rtp_meter_ref (self);
  data->take = take;
  data->side = side;
  data->jitter_buffer = jitter_buffer;
  gst_segment_init (&data->segment, GST_FORMAT_UNDEFINED);
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      probe_cb, data, meter_pad_free);
}

/* ---- packets ---- */

/* s; since the picture or sound was captured, whose running time the packet carries; negative when that is not known */
static gdouble
get_delay (MeterPad *self, GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstElement) session = NULL;
  GstClockTime captured, now;

  if (self->side != KP_RTP_SENT || self->segment.format != GST_FORMAT_TIME)
    return -1;

  session = gst_pad_get_parent_element (pad);
  captured = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  now = session ? gst_element_get_current_running_time (session) : GST_CLOCK_TIME_NONE;
  if (!GST_CLOCK_TIME_IS_VALID (captured) || !GST_CLOCK_TIME_IS_VALID (now))
    return -1;

  return now > captured ? (now - captured) / (gdouble)GST_SECOND : 0;
}

static gboolean
read_name (GstRTPBuffer *rtp, gint *id, gchar name[KP_RID_SIZE])
{
  guint present = g_atomic_int_get (id);
  gpointer data;
  guint size;

  if (present == 0 || !gst_rtp_buffer_get_extension_onebyte_header (rtp, present, 0, &data, &size)
      || size >= KP_RID_SIZE || !g_utf8_validate (data, size, NULL))
    return FALSE;

  memcpy (name, data, size);

  return TRUE;
}

/* What is in RED is what counts, but for its own header. */
static void
read_payload_type (KpRtpMeter *self, GstRTPBuffer *rtp, KpRtpPacket *packet)
{
  const guint8 *payload = gst_rtp_buffer_get_payload (rtp);
  gboolean repeats = packet->payload_size > 0 && payload[0] & 0x80; /* more than the one packet */

  if (packet->payload_type == g_atomic_int_get (&self->red) && packet->payload_size > 0 && !repeats)
    packet->payload_type = payload[0];
  packet->is_fec = packet->payload_type == g_atomic_int_get (&self->ulpfec);
}

static void
take_rtp (MeterPad *self, GstPad *pad, GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  KpRtpPacket packet;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return;

  packet = (KpRtpPacket){
    .ssrc = gst_rtp_buffer_get_ssrc (&rtp),
    .seqnum = gst_rtp_buffer_get_seq (&rtp),
    .payload_type = gst_rtp_buffer_get_payload_type (&rtp),
    .marker = gst_rtp_buffer_get_marker (&rtp),
    .payload_size = gst_rtp_buffer_get_payload_len (&rtp),
    .delay = get_delay (self, pad, buffer),
  };
  read_payload_type (self->meter, &rtp, &packet);
  read_name (&rtp, &self->meter->mid_id, packet.mid);
  packet.repairs = read_name (&rtp, &self->meter->repaired_rid_id, packet.rid);
  if (!packet.repairs)
    read_name (&rtp, &self->meter->rid_id, packet.rid);
  packet.header_size = gst_rtp_buffer_get_packet_len (&rtp) - packet.payload_size;
  gst_rtp_buffer_unmap (&rtp);

  g_mutex_lock (&self->meter->lock);
  kp_rtp_counts_add_packet (&self->meter->counts, self->side, &packet, g_get_monotonic_time ());
  g_mutex_unlock (&self->meter->lock);
}

static void
take_rtcp (MeterPad *self, GstPad *pad, GstBuffer *buffer)
{
  g_mutex_lock (&self->meter->lock);
  kp_rtp_counts_add_rtcp (&self->meter->counts, self->side, buffer, g_get_monotonic_time ());
  g_mutex_unlock (&self->meter->lock);
}

/* On its way into a jitter buffer ("received"), or out of it. */
static void
take_buffered (MeterPad *self, GstPad *pad, GstBuffer *buffer)
{
  KpJitterBuffer *jitter_buffer = self->jitter_buffer;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gint64 now = g_get_monotonic_time ();
  gboolean marker;
  guint32 rtptime, ssrc;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return;

  rtptime = gst_rtp_buffer_get_timestamp (&rtp);
  marker = gst_rtp_buffer_get_marker (&rtp);
  ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  gst_rtp_buffer_unmap (&rtp);

  g_mutex_lock (&self->meter->lock);
  jitter_buffer->is_known = TRUE;
  jitter_buffer->ssrc = ssrc;
  if (self->side == KP_RTP_RECEIVED)
    kp_jitter_count_arrive (&jitter_buffer->count, rtptime, now);
  else
    kp_jitter_count_leave (&jitter_buffer->count, rtptime, marker, now);
  g_mutex_unlock (&self->meter->lock);
}

static void
take_transport (MeterPad *self, GstPad *pad, GstBuffer *buffer)
{
  KpTransportCounts *transport = &self->meter->transport;

  g_mutex_lock (&self->meter->lock);
  if (self->side == KP_RTP_SENT)
    {
      transport->packets_sent++;
      transport->bytes_sent += gst_buffer_get_size (buffer);
    }
  else
    {
      transport->packets_received++;
      transport->bytes_received += gst_buffer_get_size (buffer);
    }
  g_mutex_unlock (&self->meter->lock);
}

/* ---- what is listened to ---- */

static void
session_pad_added_cb (GstElement *session, GstPad *pad, gpointer user_data)
{
  static const struct
  {
    const gchar *name;
    KpRtpSide side;
    void (*take) (MeterPad *self, GstPad *pad, GstBuffer *buffer);
  } pads[] = {
    { "send_rtp_src", KP_RTP_SENT, take_rtp },
    { "recv_rtp_src", KP_RTP_RECEIVED, take_rtp },
    { "send_rtcp_src", KP_RTP_SENT, take_rtcp },
    { "recv_rtcp_sink", KP_RTP_RECEIVED, take_rtcp },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pads); i++)
    if (g_str_equal (GST_OBJECT_NAME (pad), pads[i].name))
      watch_pad (user_data, pad, pads[i].side, NULL, pads[i].take);
}

static void
watch_static_pad (KpRtpMeter *self, GstElement *element, const gchar *name, KpRtpSide side,
                  KpJitterBuffer *jitter_buffer, void (*take) (MeterPad *, GstPad *, GstBuffer *))
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  if (pad)
    watch_pad (self, pad, side, jitter_buffer, take);
}

static void
watch_jitter_buffer (KpRtpMeter *self, GstElement *element)
{
  KpJitterBuffer *jitter_buffer = g_new0 (KpJitterBuffer, 1);

  g_weak_ref_init (&jitter_buffer->element, element);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->jitter_buffers, jitter_buffer);
  g_mutex_unlock (&self->lock);
  watch_static_pad (self, element, "sink", KP_RTP_RECEIVED, jitter_buffer, take_buffered);
  watch_static_pad (self, element, "src", KP_RTP_SENT, jitter_buffer, take_buffered);
}

/* Runs inside the handshake: reads and returns. */
static void
peer_pem_cb (GObject *dtlsdec, GParamSpec *pspec, gpointer user_data)
{
  KpRtpMeter *self = user_data;
  g_autofree gchar *local = NULL;
  g_autofree gchar *remote = NULL;

  g_object_get (dtlsdec, "pem", &local, "peer-pem", &remote, NULL);

  g_mutex_lock (&self->lock);
  g_free (self->local_pem);
  self->local_pem = g_steal_pointer (&local);
  g_free (self->remote_pem);
  self->remote_pem = g_steal_pointer (&remote);
  g_mutex_unlock (&self->lock);
}

static void
deep_element_added_cb (GstBin *webrtcbin, GstBin *bin, GstElement *element, gpointer user_data)
{
  KpRtpMeter *self = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *type = factory ? GST_OBJECT_NAME (factory) : "";

  if (g_str_equal (type, "rtpsession"))
    g_signal_connect_data (element, "pad-added", G_CALLBACK (session_pad_added_cb), kp_rtp_meter_ref (self),
                           meter_closure_notify, 0);
  else if (g_str_equal (type, "rtpjitterbuffer"))
    watch_jitter_buffer (self, element);
  else if (g_str_equal (type, "nicesink"))
    watch_static_pad (self, element, "sink", KP_RTP_SENT, NULL, take_transport);
  else if (g_str_equal (type, "nicesrc"))
    watch_static_pad (self, element, "src", KP_RTP_RECEIVED, NULL, take_transport);
  else if (g_str_equal (type, "dtlsdec"))
    g_signal_connect_data (element, "notify::peer-pem", G_CALLBACK (peer_pem_cb), kp_rtp_meter_ref (self),
                           meter_closure_notify, 0);
}

KpRtpMeter *
kp_rtp_meter_new (GstElement *webrtcbin)
{
  KpRtpMeter *self = g_atomic_rc_box_new0 (KpRtpMeter);

  g_mutex_init (&self->lock);
  kp_rtp_counts_init (&self->counts);
  self->red = self->ulpfec = -1;
  self->jitter_buffers = g_ptr_array_new_with_free_func (jitter_buffer_free);
  g_signal_connect_data (webrtcbin, "deep-element-added", G_CALLBACK (deep_element_added_cb),
                         kp_rtp_meter_ref (self), meter_closure_notify, 0);

  return self;
}

void
kp_rtp_meter_set_extensions (KpRtpMeter *self, const KpExtensions *extensions)
{
  g_atomic_int_set (&self->mid_id, extensions->mid);
  g_atomic_int_set (&self->rid_id, extensions->rid);
  g_atomic_int_set (&self->repaired_rid_id, extensions->repaired_rid);
}

void
kp_rtp_meter_set_fec (KpRtpMeter *self, const KpFecFormats *formats)
{
  g_atomic_int_set (&self->red, formats->red);
  g_atomic_int_set (&self->ulpfec, formats->ulpfec);
}

void
kp_rtp_meter_get_names (KpRtpMeter *self, guint32 ssrc, gchar mid[KP_RID_SIZE], gchar rid[KP_RID_SIZE])
{
  const KpRtpCount *row;

  g_mutex_lock (&self->lock);
  row = kp_rtp_counts_find (&self->counts, KP_RTP_RECEIVED, ssrc);
  g_strlcpy (mid, row ? row->mid : "", KP_RID_SIZE);
  g_strlcpy (rid, row ? row->rid : "", KP_RID_SIZE);
  g_mutex_unlock (&self->lock);
}

/* ---- reading ---- */

static KpRtpCount *
find_received (GArray *list, guint32 ssrc)
{
  for (guint i = 0; i < list->len; i++)
    {
      KpRtpCount *row = &g_array_index (list, KpRtpCount, i);

      if (row->side == KP_RTP_RECEIVED && row->ssrc == ssrc)
        return row;
    }

  return NULL;
}

/* The element is asked later, with no lock held. */
static GPtrArray *
take_jitter_counts_locked (KpRtpMeter *self, GArray *list)
{
  GPtrArray *elements = g_ptr_array_new ();

  g_ptr_array_set_size (elements, list->len);
  for (guint i = 0; i < self->jitter_buffers->len; i++)
    {
      KpJitterBuffer *jitter_buffer = g_ptr_array_index (self->jitter_buffers, i);
      KpRtpCount *row = jitter_buffer->is_known ? find_received (list, jitter_buffer->ssrc) : NULL;

      if (row == NULL || row->buffered)
        continue;
      row->buffered = TRUE;
      row->picture_delay = jitter_buffer->count.picture_delay;
      row->pictures = jitter_buffer->count.pictures;
      row->sample_delay = jitter_buffer->count.sample_delay;
      row->samples = jitter_buffer->count.samples;
      elements->pdata[row - (KpRtpCount *)list->data] = g_weak_ref_get (&jitter_buffer->element);
    }

  return elements;
}

GArray *
kp_rtp_meter_list (KpRtpMeter *self)
{
  g_autoptr (GPtrArray) elements = NULL;
  GArray *list;

  g_mutex_lock (&self->lock);
  list = kp_rtp_counts_list (&self->counts);
  elements = take_jitter_counts_locked (self, list);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < list->len; i++)
    {
      g_autoptr (GObject) element = g_ptr_array_index (elements, i);
      g_autoptr (GstStructure) stats = NULL;

      if (element)
        g_object_get (element, "stats", &stats, NULL);
      if (stats)
        gst_structure_get_uint64 (stats, "num-late", &g_array_index (list, KpRtpCount, i).late);
    }

  return list;
}

GArray *
kp_rtp_meter_list_counts (KpRtpMeter *self)
{
  GArray *list;

  g_mutex_lock (&self->lock);
  list = kp_rtp_counts_list (&self->counts);
  g_mutex_unlock (&self->lock);

  return list;
}

void
kp_rtp_meter_get_transport (KpRtpMeter *self, KpTransportCounts *counts)
{
  g_mutex_lock (&self->lock);
  *counts = self->transport;
  g_mutex_unlock (&self->lock);
}

void
kp_rtp_meter_dup_certificates (KpRtpMeter *self, gchar **local, gchar **remote)
{
  g_mutex_lock (&self->lock);
  *local = g_strdup (self->local_pem);
  *remote = g_strdup (self->remote_pem);
  g_mutex_unlock (&self->lock);
}
