/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fec.h"
#include "kp-fec-loss.h"
#include "kp-session-debug.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <string.h>

#define GST_CAT_DEFAULT kp_session_debug

/* bytes */
#define FIXED_HEADER_SIZE 12
#define EXTENSION_HEADER_SIZE 4
#define FEC_HEADER_SIZE 10

/* of a picture that have one of FEC */
#define PROTECTED_PACKETS 3

#define EXTENSION_BIT 0x10 /* of the first byte of a packet */
#define PADDING_BIT 0x20 /* the same, and of the first byte of a FEC header */

struct _KpFec
{
  gint red; /* atomic, as is the next; -1 = none */
  gint ulpfec;
};

/* One packet on its way through an element that takes its header extensions. Streaming thread. */
typedef struct
{
  KpFec *fec; /* owned */
  GByteArray *extension; /* owned; of the latest packet, with its header; empty = none */
  gboolean is_red;
  guint16 seqnum;
  guint n_packets; /* of the picture, so far */
} KpFecPacket;

KpFec *
kp_fec_ref (KpFec *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_fec_unref (KpFec *self)
{
  g_atomic_rc_box_release (self);
}

static void
closure_notify (gpointer data, GClosure *closure)
{
  kp_fec_unref (data);
}

static void
packet_clear (gpointer data)
{
  KpFecPacket *self = data;

  kp_fec_unref (self->fec);
  g_byte_array_unref (self->extension);
}

static void
packet_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, packet_clear);
}

static gboolean
is_agreed (KpFec *self)
{
  return g_atomic_int_get (&self->ulpfec) >= 0;
}

static void
keep_extension (KpFecPacket *self, GstRTPBuffer *rtp)
{
  guint8 *data;
  guint16 bits;
  guint n_words;

  g_byte_array_set_size (self->extension, 0);
  if (gst_rtp_buffer_get_extension_data (rtp, &bits, (gpointer *)&data, &n_words))
    g_byte_array_append (self->extension, data - EXTENSION_HEADER_SIZE, EXTENSION_HEADER_SIZE + 4 * n_words);
}

/* @rtp with @extension (or none) instead of its own, and without padding. Owned. */
static GstBuffer *
rebuild (GstRTPBuffer *rtp, const GByteArray *extension)
{
  gsize size = FIXED_HEADER_SIZE + 4 * gst_rtp_buffer_get_csrc_count (rtp);
  GstBuffer *header = gst_buffer_new_allocate (NULL, size + extension->len, NULL);
  GstMapInfo map;

  gst_buffer_map (header, &map, GST_MAP_WRITE);
  gst_buffer_extract (rtp->buffer, 0, map.data, size);
  map.data[0] &= ~(EXTENSION_BIT | PADDING_BIT);
  if (extension->len > 0)
    {
      map.data[0] |= EXTENSION_BIT;
      memcpy (map.data + size, extension->data, extension->len);
    }
  gst_buffer_unmap (header, &map);
  gst_buffer_copy_into (header, rtp->buffer, GST_BUFFER_COPY_METADATA, 0, -1);

  return gst_buffer_append (header, gst_rtp_buffer_get_payload_buffer (rtp));
}

static void
replace (GstPadProbeInfo *info, GstRTPBuffer *rtp, GstBuffer *buffer)
{
  gst_rtp_buffer_unmap (rtp);
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
}

/* ---- sending: rtpulpfecenc ! rtpredenc ---- */

/* By percentage alone, which adds up over the pictures but protects them one by one, most pictures of few packets would have
 * nothing. What is important has a budget of its own. */
static void
claim_protection (KpFecPacket *self, GstBuffer *packet, gboolean is_last)
{
  if (self->n_packets % PROTECTED_PACKETS == 0)
    GST_BUFFER_FLAG_SET (packet, GST_BUFFER_FLAG_NON_DROPPABLE);
  else
    GST_BUFFER_FLAG_UNSET (packet, GST_BUFFER_FLAG_NON_DROPPABLE);
  self->n_packets = is_last ? 0 : self->n_packets + 1;
}

/* In front of what ULPFEC is computed from. */
static GstPadProbeReturn
protect_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpFecPacket *self = user_data;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gboolean is_last;

  if (!is_agreed (self->fec) || !gst_rtp_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ, &rtp))
    return GST_PAD_PROBE_OK;

  is_last = gst_rtp_buffer_get_marker (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  GST_PAD_PROBE_INFO_DATA (info) = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  claim_protection (self, GST_PAD_PROBE_INFO_BUFFER (info), is_last);

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
wrap_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpFecPacket *self = user_data;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (is_agreed (self->fec) && gst_rtp_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ, &rtp))
    {
      keep_extension (self, &rtp);
      gst_rtp_buffer_unmap (&rtp);
    }

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
wrapped_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpFecPacket *self = user_data;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (!is_agreed (self->fec) || !gst_rtp_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ, &rtp))
    return GST_PAD_PROBE_OK;

  if (gst_rtp_buffer_get_payload_type (&rtp) == g_atomic_int_get (&self->fec->red))
    replace (info, &rtp, rebuild (&rtp, self->extension));
  else
    gst_rtp_buffer_unmap (&rtp);

  return GST_PAD_PROBE_OK;
}

/* ---- receiving: rtpreddec, rtpstorage, rtpulpfecdec ---- */

static GstPadProbeReturn
unwrap_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpFecPacket *self = user_data;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  self->is_red = FALSE;
  if (!is_agreed (self->fec) || !gst_rtp_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ, &rtp))
    return GST_PAD_PROBE_OK;

  self->is_red = gst_rtp_buffer_get_payload_type (&rtp) == g_atomic_int_get (&self->fec->red);
  self->seqnum = gst_rtp_buffer_get_seq (&rtp);
  keep_extension (self, &rtp);
  gst_rtp_buffer_unmap (&rtp);

  return GST_PAD_PROBE_OK;
}

/* Nobody protects padding. But a packet that is recovered may seem to have some, more than there is room for, which rtpulpfecdec does
 * not expect. When neither what is protected nor what protects it has the bit, what is recovered has not. */
static gboolean
recovers_padding (KpFec *self, GstRTPBuffer *rtp)
{
  const guint8 *payload = gst_rtp_buffer_get_payload (rtp);

  return gst_rtp_buffer_get_payload_type (rtp) == g_atomic_int_get (&self->ulpfec)
         && (gst_rtp_buffer_get_payload_len (rtp) < FEC_HEADER_SIZE || payload[0] & PADDING_BIT);
}

static GstPadProbeReturn
unwrapped_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  KpFecPacket *self = user_data;
  g_autoptr (GByteArray) own = g_byte_array_new ();
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gboolean is_unwrapped;

  if (!is_agreed (self->fec))
    return GST_PAD_PROBE_OK;
  if (!gst_rtp_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ, &rtp))
    return GST_PAD_PROBE_DROP;

  if (recovers_padding (self->fec, &rtp))
    {
      GST_DEBUG_OBJECT (pad, "this is no FEC packet");
      gst_rtp_buffer_unmap (&rtp);
      return GST_PAD_PROBE_DROP;
    }

  /* what a RED packet repeats of former ones is not this one */
  is_unwrapped = self->is_red && gst_rtp_buffer_get_seq (&rtp) == self->seqnum;
  if (is_unwrapped)
    replace (info, &rtp, rebuild (&rtp, self->extension));
  else if (gst_rtp_buffer_get_padding (&rtp))
    {
      KpFecPacket padded = { .extension = own };

      keep_extension (&padded, &rtp);
      replace (info, &rtp, rebuild (&rtp, own));
    }
  else
    gst_rtp_buffer_unmap (&rtp);

  return GST_PAD_PROBE_OK;
}

/* ---- what is listened to ---- */

static void
add_probe (GstElement *element, const gchar *name, GstPadProbeCallback callback, gpointer data,
           GDestroyNotify notify)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, data, notify);
}

/* @after: or NULL. */
static void
follow_packets (KpFec *self, GstElement *element, GstPadProbeCallback before, GstPadProbeCallback after)
{
  KpFecPacket *packet = g_atomic_rc_box_new0 (KpFecPacket);

  packet->fec = kp_fec_ref (self);
  packet->extension = g_byte_array_new ();
  add_probe (element, "sink", before, packet, packet_unref);
  if (after)
    add_probe (element, "src", after, g_atomic_rc_box_acquire (packet), packet_unref);
}

static void
deep_element_added_cb (GstBin *webrtcbin, GstBin *bin, GstElement *element, gpointer user_data)
{
  KpFec *self = user_data;
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *type = factory ? GST_OBJECT_NAME (factory) : "";

  if (g_str_equal (type, "rtpulpfecenc"))
    {
      g_object_set (element, "percentage-important", 100, NULL);
      follow_packets (self, element, protect_cb, NULL);
    }
  else if (g_str_equal (type, "rtpredenc"))
    follow_packets (self, element, wrap_cb, wrapped_cb);
  else if (g_str_equal (type, "rtpreddec"))
    follow_packets (self, element, unwrap_cb, unwrapped_cb);
}

KpFec *
kp_fec_new (GstElement *webrtcbin)
{
  KpFec *self = g_atomic_rc_box_new0 (KpFec);

  self->red = self->ulpfec = -1;
  g_signal_connect_data (webrtcbin, "deep-element-added", G_CALLBACK (deep_element_added_cb),
                         kp_fec_ref (self), closure_notify, 0);

  return self;
}

void
kp_fec_set_formats (KpFec *self, const KpFecFormats *formats)
{
  g_atomic_int_set (&self->red, formats->red);
  g_atomic_int_set (&self->ulpfec, formats->ulpfec);
}

void
kp_fec_set_up_decoder (KpFec *self, GstElement *decoder, KpMediaKind kind, const gchar *codec)
{
  gint ulpfec = kind == KP_MEDIA_VIDEO ? g_atomic_int_get (&self->ulpfec) : -1;

  g_autoptr (GstPad) src = gst_element_get_static_pad (decoder, "src");

  g_object_set (decoder, "passthrough", ulpfec < 0, "pt", MAX (ulpfec, 0), NULL);
  if (ulpfec >= 0)
    kp_fec_loss_watch (src, codec);
}
