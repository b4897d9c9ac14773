/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-h264-check.h"

void
kp_h264_check_init (KpH264Check *self)
{
  self->parser = gst_h264_nal_parser_new ();
  self->length_size = 0;
}

void
kp_h264_check_clear (KpH264Check *self)
{
  g_clear_pointer (&self->parser, gst_h264_nal_parser_free);
}

/* The parser keeps what it could read; the slices miss the rest. */
static void
take_parameter_sets (KpH264Check *self, const GstH264DecoderConfigRecord *record)
{
  for (guint i = 0; i < record->sps->len; i++)
    {
      GstH264SPS sps;

      if (gst_h264_parser_parse_sps (self->parser, &g_array_index (record->sps, GstH264NalUnit, i), &sps)
          == GST_H264_PARSER_OK)
        gst_h264_sps_clear (&sps);
    }
  for (guint i = 0; i < record->pps->len; i++)
    {
      GstH264PPS pps;

      if (gst_h264_parser_parse_pps (self->parser, &g_array_index (record->pps, GstH264NalUnit, i), &pps)
          == GST_H264_PARSER_OK)
        gst_h264_pps_clear (&pps);
    }
  self->length_size = record->length_size_minus_one + 1;
}

void
kp_h264_check_set_caps (KpH264Check *self, GstCaps *caps)
{
  const GValue *value = gst_structure_get_value (gst_caps_get_structure (caps, 0), "codec_data");
  GstBuffer *codec_data = value ? gst_value_get_buffer (value) : NULL;
  GstH264DecoderConfigRecord *record = NULL;
  GstMapInfo map;

  /* a parser forgets nothing */
  kp_h264_check_clear (self);
  kp_h264_check_init (self);

  if (codec_data == NULL || !gst_buffer_map (codec_data, &map, GST_MAP_READ))
    return;

  if (gst_h264_parser_parse_decoder_config_record (self->parser, map.data, map.size, &record)
      == GST_H264_PARSER_OK)
    {
      take_parameter_sets (self, record);
      gst_h264_decoder_config_record_free (record);
    }
  gst_buffer_unmap (codec_data, &map);
}

static gboolean
is_good_slice (KpH264Check *self, GstH264NalUnit *nal)
{
  GstH264SliceHdr slice;

  if (gst_h264_parser_parse_slice_hdr (self->parser, nal, &slice, TRUE, TRUE) != GST_H264_PARSER_OK)
    return FALSE;

  return !nal->idr_pic_flag || (GST_H264_IS_I_SLICE (&slice) && slice.frame_num == 0);
}

/* Neither types without a meaning nor data partitions, which no profile of WebRTC has. */
static gboolean
is_good_nal (KpH264Check *self, GstH264NalUnit *nal)
{
  gboolean forbidden_bit = nal->data[nal->offset] >> 7;

  if (forbidden_bit)
    return FALSE;
  if (nal->type == GST_H264_NAL_SLICE || nal->type == GST_H264_NAL_SLICE_IDR)
    return is_good_slice (self, nal);

  return (nal->type >= GST_H264_NAL_SEI && nal->type <= GST_H264_NAL_SUBSET_SPS)
         || (nal->type >= GST_H264_NAL_SLICE_AUX && nal->type <= GST_H264_NAL_SLICE_DEPTH);
}

static gboolean
is_good_data (KpH264Check *self, const guint8 *data, gsize size)
{
  gsize offset = 0;

  while (offset < size)
    {
      GstH264NalUnit nal;

      if (gst_h264_parser_identify_nalu_avc (self->parser, data, offset, size, self->length_size, &nal)
              != GST_H264_PARSER_OK
          || !is_good_nal (self, &nal))
        return FALSE;
      offset = nal.offset + nal.size;
    }

  return TRUE;
}

gboolean
kp_h264_check_is_good (KpH264Check *self, GstBuffer *buffer)
{
  GstMapInfo map;
  gboolean good;

  if (self->length_size == 0 || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;

  good = is_good_data (self, map.data, map.size);
  gst_buffer_unmap (buffer, &map);

  return good;
}
