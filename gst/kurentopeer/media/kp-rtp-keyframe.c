/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-rtp-keyframe.h"

/* Inline they read numbers where they happen to be, which not every processor does. */
#define GST_BYTE_READER_DISABLE_INLINES
#include <gst/base/gstbytereader.h>
#include <gst/codecparsers/gsth264parser.h>

#define H264_STAP_A 24
#define H264_TYPE_MASK 0x1f

/* Of one or two bytes. */
static gboolean
skip_picture_id (GstByteReader *reader)
{
  guint8 byte;

  return gst_byte_reader_get_uint8 (reader, &byte) && (!(byte & 0x80) || gst_byte_reader_skip (reader, 1));
}

/* RFC 7741, 4.2 */
static gboolean
skip_vp8_descriptor (GstByteReader *reader)
{
  guint8 first, extension;

  if (!gst_byte_reader_get_uint8 (reader, &first) || !(first & 0x10) || first & 0x07)
    return FALSE;
  if (!(first & 0x80))
    return TRUE;

  return gst_byte_reader_get_uint8 (reader, &extension) && (!(extension & 0x80) || skip_picture_id (reader))
         && (!(extension & 0x40) || gst_byte_reader_skip (reader, 1))
         && (!(extension & 0x30) || gst_byte_reader_skip (reader, 1));
}

/* RFC 6386, 9.1 */
static gboolean
parse_vp8 (GstByteReader *reader, guint *width, guint *height)
{
  guint32 start_code;
  guint16 w, h;
  guint8 tag;

  if (!skip_vp8_descriptor (reader) || !gst_byte_reader_get_uint8 (reader, &tag) || tag & 0x01
      || !gst_byte_reader_skip (reader, 2) || !gst_byte_reader_get_uint24_be (reader, &start_code)
      || start_code != 0x9d012a || !gst_byte_reader_get_uint16_le (reader, &w)
      || !gst_byte_reader_get_uint16_le (reader, &h))
    return FALSE;

  *width = w & 0x3fff;
  *height = h & 0x3fff;

  return TRUE;
}

/* RFC 9628, 4.2.1: of several spatial layers the last one is the largest. */
static void
parse_vp9_structure (GstByteReader *reader, guint *width, guint *height)
{
  guint8 structure;
  guint16 w, h;

  if (!gst_byte_reader_get_uint8 (reader, &structure) || !(structure & 0x10))
    return;

  for (guint i = 0; i <= structure >> 5; i++)
    {
      if (!gst_byte_reader_get_uint16_be (reader, &w) || !gst_byte_reader_get_uint16_be (reader, &h))
        return;
      *width = w;
      *height = h;
    }
}

/* RFC 9628, 4.2: the first packet of a picture that refers to no other. */
static gboolean
parse_vp9 (GstByteReader *reader, guint *width, guint *height)
{
  guint8 first, layer;

  if (!gst_byte_reader_get_uint8 (reader, &first) || first & 0x40 || !(first & 0x08))
    return FALSE;
  if (first & 0x80 && !skip_picture_id (reader))
    return FALSE;
  if (first & 0x20
      && (!gst_byte_reader_get_uint8 (reader, &layer) || layer & 0x0e
          || (!(first & 0x10) && !gst_byte_reader_skip (reader, 1))))
    return FALSE;
  if (first & 0x02)
    parse_vp9_structure (reader, width, height);

  return TRUE;
}

static void
parse_sps (const guint8 *data, gsize size, guint *width, guint *height)
{
  GstH264NalParser *parser = gst_h264_nal_parser_new ();
  g_autofree guint8 *unit = g_malloc (size + 2);
  GstH264NalUnit nalu;
  GstH264SPS sps = { 0 };

  GST_WRITE_UINT16_BE (unit, size);
  memcpy (unit + 2, data, size);
  if (gst_h264_parser_identify_nalu_avc (parser, unit, 0, size + 2, 2, &nalu) == GST_H264_PARSER_OK
      && gst_h264_parse_sps (&nalu, &sps) == GST_H264_PARSER_OK)
    {
      *width = MAX (sps.width, 0);
      *height = MAX (sps.height, 0);
      gst_h264_sps_clear (&sps);
    }
  gst_h264_nal_parser_free (parser);
}

static gboolean
parse_h264_unit (const guint8 *data, gsize size, guint *width, guint *height)
{
  if (size == 0 || (data[0] & H264_TYPE_MASK) != GST_H264_NAL_SPS || size > G_MAXUINT16)
    return FALSE;

  parse_sps (data, size, width, height);

  return TRUE;
}

/* RFC 6184: the parameter sets come before the picture, alone or as the first of several units. */
static gboolean
parse_h264 (GstByteReader *reader, guint *width, guint *height)
{
  gsize size = gst_byte_reader_get_remaining (reader);
  const guint8 *data = NULL;
  guint16 unit_size;
  guint8 first;

  if (!gst_byte_reader_peek_uint8 (reader, &first))
    return FALSE;
  if ((first & H264_TYPE_MASK) != H264_STAP_A)
    return gst_byte_reader_get_data (reader, size, &data) && parse_h264_unit (data, size, width, height);

  gst_byte_reader_skip (reader, 1);
  while (gst_byte_reader_get_uint16_be (reader, &unit_size)
         && gst_byte_reader_get_data (reader, unit_size, &data))
    if (parse_h264_unit (data, unit_size, width, height))
      return TRUE;

  return FALSE;
}

/* AV1 RTP, 4.4: the first packet of a coded video sequence. */
static gboolean
parse_av1 (GstByteReader *reader, guint *width, guint *height)
{
  guint8 aggregation;

  return gst_byte_reader_get_uint8 (reader, &aggregation) && (aggregation & 0x88) == 0x08;
}

gboolean
kp_rtp_keyframe_parse (const gchar *codec, const guint8 *data, gsize size, guint *width, guint *height)
{
  static const struct
  {
    const gchar *codec;
    gboolean (*parse) (GstByteReader *reader, guint *width, guint *height);
  } parsers[] = { { "VP8", parse_vp8 }, { "VP9", parse_vp9 }, { "H264", parse_h264 }, { "AV1", parse_av1 } };
  GstByteReader reader = GST_BYTE_READER_INIT (data, size);

  *width = *height = 0;
  for (guint i = 0; i < G_N_ELEMENTS (parsers); i++)
    if (g_ascii_strcasecmp (parsers[i].codec, codec) == 0)
      return parsers[i].parse (&reader, width, height);

  return FALSE;
}
