/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fec-loss.h"

#include <gst/rtp/gstrtpbuffer.h>

#define LONG_ID 0x80 /* it has 15 bits, not 7 */

/* What the payload says of its picture. */
typedef struct
{
  gint picture_id; /* -1 = nothing */
  gint id_bits;
  gboolean begins; /* the first packet of it */
} PictureMark;

static void
read_id (PictureMark *mark, const guint8 *bytes, guint size)
{
  if (size >= 1 && !(bytes[0] & LONG_ID))
    *mark = (PictureMark){ bytes[0], 7, mark->begins };
  else if (size >= 2)
    *mark = (PictureMark){ (bytes[0] & ~LONG_ID) << 8 | bytes[1], 15, mark->begins };
}

/* RFC 7741, 4.2 */
static void
read_vp8 (PictureMark *mark, const guint8 *payload, guint size)
{
  if (size < 3 || !(payload[0] & 0x80) || !(payload[1] & 0x80))
    return;

  mark->begins = (payload[0] & 0x10) && (payload[0] & 0x07) == 0;
  read_id (mark, payload + 2, size - 2);
}

/* RFC 9628, 4.2 */
static void
read_vp9 (PictureMark *mark, const guint8 *payload, guint size)
{
  if (size < 2 || !(payload[0] & 0x80))
    return;

  mark->begins = (payload[0] & 0x08) != 0;
  read_id (mark, payload + 1, size - 1);
}

gboolean
kp_fec_loss_init (KpFecLoss *self, const gchar *codec)
{
  *self = (KpFecLoss){ .is_vp9 = g_strcmp0 (codec, "VP9") == 0, .picture_id = -1 };

  return self->is_vp9 || g_strcmp0 (codec, "VP8") == 0;
}

static gboolean
is_next (const KpFecLoss *self, const PictureMark *mark)
{
  return self->is_complete && mark->begins && self->picture_id >= 0 && mark->picture_id >= 0
         && self->id_bits == mark->id_bits
         && mark->picture_id == ((self->picture_id + 1) & ((1 << mark->id_bits) - 1));
}

gboolean
kp_fec_loss_follow (KpFecLoss *self, GstBuffer *packet)
{
  PictureMark mark = { .picture_id = -1 };
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gboolean next;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp))
    return FALSE;

  (self->is_vp9 ? read_vp9 : read_vp8) (&mark, gst_rtp_buffer_get_payload (&rtp),
                                        gst_rtp_buffer_get_payload_len (&rtp));
  next = is_next (self, &mark);
  self->picture_id = mark.picture_id;
  self->id_bits = mark.id_bits;
  self->is_complete = gst_rtp_buffer_get_marker (&rtp);
  gst_rtp_buffer_unmap (&rtp);

  return next;
}

static GstPadProbeReturn
packet_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *packet = GST_PAD_PROBE_INFO_BUFFER (info);

  if (kp_fec_loss_follow (user_data, packet) && GST_BUFFER_IS_DISCONT (packet))
    {
      packet = gst_buffer_make_writable (packet);
      GST_BUFFER_FLAG_UNSET (packet, GST_BUFFER_FLAG_DISCONT);
      GST_PAD_PROBE_INFO_DATA (info) = packet;
    }

  return GST_PAD_PROBE_OK;
}

void
kp_fec_loss_watch (GstPad *src, const gchar *codec)
{
  KpFecLoss loss;

  if (kp_fec_loss_init (&loss, codec))
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, packet_cb, g_memdup2 (&loss, sizeof loss), g_free);
}
