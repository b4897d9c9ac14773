/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-feedback.h"

/* bytes; of RTP */
#define HEADER_SIZE 12

/* bytes; name, number of ssrcs, and bit rate */
#define REMB_SIZE 8

static gboolean
read_packet (const GstStructure *structure, KpPacketFeedback *packet)
{
  guint64 sent, received;
  guint seqnum, size;
  guchar payload_type;
  gboolean lost;

  if (!gst_structure_get (structure, "seqnum", G_TYPE_UINT, &seqnum, "local-ts", G_TYPE_UINT64, &sent,
                          "remote-ts", G_TYPE_UINT64, &received, "payload-type", G_TYPE_UCHAR, &payload_type,
                          "size", G_TYPE_UINT, &size, "lost", G_TYPE_BOOLEAN, &lost, NULL))
    return FALSE;
  /* it was not sent, or so long ago that it is forgotten; or it came before the peer's clock began */
  if (sent > G_MAXINT64 || (!lost && received > G_MAXINT64))
    return FALSE;

  *packet = (KpPacketFeedback){
    .report = {
      .seqnum = seqnum,
      .sent = sent / GST_USECOND,
      .received = lost ? -1 : (gint64)(received / GST_USECOND),
      .size = size + HEADER_SIZE,
    },
    .payload_type = payload_type,
  };

  return TRUE;
}

/* GStreamer has its packets in an array that GLib has deprecated. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static void
append_packets (GArray *packets, const GValueArray *values)
{
  for (guint i = 0; values && i < values->n_values; i++)
    {
      const GValue *value = &values->values[i];
      KpPacketFeedback packet;

      if (GST_VALUE_HOLDS_STRUCTURE (value) && read_packet (gst_value_get_structure (value), &packet))
        g_array_append_val (packets, packet);
    }
}

GArray *
kp_feedback_read_packets (const GstStructure *structure)
{
  const GValue *value = gst_structure_has_name (structure, "RTPTWCCPackets")
                            ? gst_structure_get_value (structure, "packets")
                            : NULL;
  GArray *packets;

  if (value == NULL || !G_VALUE_HOLDS (value, g_value_array_get_type ()))
    return NULL;

  packets = g_array_new (FALSE, FALSE, sizeof (KpPacketFeedback));
  append_packets (packets, g_value_get_boxed (value));
  if (packets->len == 0)
    g_clear_pointer (&packets, g_array_unref);

  return packets;
}
G_GNUC_END_IGNORE_DEPRECATIONS

/* "REMB", 8 bits of the number of ssrcs that follow, 6 of an exponent, 18 of a mantissa */
gboolean
kp_feedback_read_remb (GstBuffer *fci, guint64 *bitrate)
{
  guint8 bytes[REMB_SIZE];
  guint64 mantissa;
  guint exponent;

  if (gst_buffer_extract (fci, 0, bytes, REMB_SIZE) != REMB_SIZE || memcmp (bytes, "REMB", 4) != 0
      || gst_buffer_get_size (fci) < REMB_SIZE + 4 * (gsize)bytes[4])
    return FALSE;

  exponent = bytes[5] >> 2;
  mantissa = GST_READ_UINT24_BE (bytes + 5) & 0x3ffff;
  if (mantissa > G_MAXUINT64 >> exponent)
    return FALSE;
  *bitrate = mantissa << exponent;

  return TRUE;
}
