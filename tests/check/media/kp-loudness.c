/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-loudness.h"

#include "kp-rtp-uris.h"
#include "kp-speech.h"

#include <gst/app/gstappsink.h>
#include <gst/audio/audio.h>
#include <gst/check/gstcheck.h>
#include <gst/rtp/rtp.h>

/* Two channels, a square: its RMS is its amplitude. */
static GstBuffer *
make_square (const GstAudioInfo *info, gdouble amplitude)
{
  const guint n = 480;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, n * GST_AUDIO_INFO_BPF (info), NULL);
  g_autofree gpointer samples = g_malloc0 (2 * n * sizeof (gdouble));
  GstMapInfo map;

  for (guint i = 0; i < 2 * n; i++)
    {
      gdouble sample = i / 20 % 2 ? amplitude : -amplitude;

      if (info->finfo->unpack_format == GST_AUDIO_FORMAT_F64)
        ((gdouble *)samples)[i] = sample;
      else
        ((gint32 *)samples)[i] = sample * G_MAXINT32;
    }
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  info->finfo->pack_func (info->finfo, 0, samples, map.data, 2 * n);
  gst_buffer_unmap (buffer, &map);
  if (GST_AUDIO_INFO_LAYOUT (info) == GST_AUDIO_LAYOUT_NON_INTERLEAVED)
    gst_buffer_add_audio_meta (buffer, info, n, NULL);

  return buffer;
}

static const struct
{
  const gchar *format;
  const gchar *layout;
  gdouble amplitude;
  gdouble level; /* dB */
} sounds[] = {
  { "S16LE", "interleaved", 1, 0 },         { "S16LE", "interleaved", 0.1, -20 },
  { "S16LE", "interleaved", 0, -127 },      { "S16BE", "interleaved", 0.01, -40 },
  { "U8", "interleaved", 0.1, -20 },        { "S24LE", "interleaved", 0.001, -60 },
  { "S32LE", "interleaved", 0.1, -20 },     { "F32LE", "interleaved", 0.01, -40 },
  { "F64LE", "interleaved", 1e-9, -127 },   { "F32LE", "interleaved", 10, 0 },
  { "F32LE", "non-interleaved", 0.1, -20 }, { "S16LE", "non-interleaved", 0.1, -20 },
};

GST_START_TEST (test_raw)
{
  g_autofree gchar *text
      = g_strdup_printf ("audio/x-raw,format=%s,layout=%s,rate=48000,channels=2,channel-mask=(bitmask)3",
                         sounds[__i__].format, sounds[__i__].layout);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  g_autoptr (GstBuffer) buffer = NULL;
  GstAudioInfo info;
  gdouble level;

  fail_unless (gst_audio_info_from_caps (&info, caps));
  buffer = make_square (&info, sounds[__i__].amplitude);
  fail_unless (kp_loudness_measure (caps, buffer, &level));
  fail_unless (ABS (level - sounds[__i__].level) < 0.5, "%s: %f dB", text, level);
}
GST_END_TEST

#define EXTMAP "extmap-5=(string)\"" KP_LEVEL_URI "\""
#define EXTMAP_LIST "extmap-5=(string)<\"\",\"" KP_LEVEL_URI "\",\"vad=on\">"

static const struct
{
  const gchar *fields;
  guint8 id; /* of what is written; 0 = nothing is */
  guint8 size;
  guint8 byte;
  gboolean known;
  gdouble level;
} headers[] = {
  { EXTMAP, 5, 1, 0, TRUE, 0 },
  { EXTMAP, 5, 1, 30, TRUE, -30 },
  { EXTMAP, 5, 1, 0x80 | 30, TRUE, -30 }, /* with voice activity */
  { EXTMAP_LIST, 5, 1, 127, TRUE, -127 },
  { EXTMAP, 5, 3, 30, TRUE, -30 },
  { EXTMAP, 4, 1, 30, FALSE },
  { EXTMAP, 0, 0, 0, FALSE },
  { "extmap-5=(string)urn:ietf:params:rtp-hdrext:sdes:mid", 5, 1, 30, FALSE },
  { "extmap-x=(string)\"" KP_LEVEL_URI "\"", 5, 1, 30, FALSE },
  { "extmap-5=(int)3", 5, 1, 30, FALSE },
};

/* In headers of one byte, and of two. */
GST_START_TEST (test_rtp)
{
  g_autofree gchar *text = g_strdup_printf ("application/x-rtp,media=audio,%s", headers[__i__].fields);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  fail_unless (caps != NULL, "%s", text);
  for (guint two = 0; two < 2; two++)
    {
      g_autoptr (GstBuffer) buffer = gst_rtp_buffer_new_allocate (20, 0, 0);
      const guint8 data[] = { headers[__i__].byte, 1, 2 };
      GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
      gdouble level;

      gst_rtp_buffer_map (buffer, GST_MAP_READWRITE, &rtp);
      if (headers[__i__].id && two)
        gst_rtp_buffer_add_extension_twobytes_header (&rtp, 0, headers[__i__].id, data, headers[__i__].size);
      else if (headers[__i__].id)
        gst_rtp_buffer_add_extension_onebyte_header (&rtp, headers[__i__].id, data, headers[__i__].size);
      gst_rtp_buffer_unmap (&rtp);
      fail_unless_equals_int (kp_loudness_measure (caps, buffer, &level), headers[__i__].known);
      if (headers[__i__].known)
        fail_unless_equals_float (level, headers[__i__].level);
    }
}
GST_END_TEST

/* What is no RTP, and no sound. */
GST_START_TEST (test_garbage)
{
  g_autoptr (GstCaps) rtp = gst_caps_from_string ("application/x-rtp,media=audio," EXTMAP);
  g_autoptr (GstCaps) raw = gst_caps_from_string ("audio/x-raw,format=S16LE");
  g_autoptr (GstCaps) opus = gst_caps_from_string ("audio/x-opus");
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped (g_strdup ("garbage"), 8);
  gdouble level;

  fail_if (kp_loudness_measure (rtp, buffer, &level));
  fail_if (kp_loudness_measure (raw, buffer, &level));
  fail_if (kp_loudness_measure (opus, buffer, &level));
  gst_buffer_add_audio_level_meta (buffer, 200, TRUE);
  fail_unless (kp_loudness_measure (opus, buffer, &level));
  fail_unless_equals_float (level, KP_SPEECH_SILENCE);
}
GST_END_TEST

static void
push (GstPad *pad, const GstAudioInfo *info, gdouble amplitude)
{
  fail_unless_equals_int (gst_pad_push (pad, make_square (info, amplitude)), GST_FLOW_NOT_LINKED);
}

/* The loudest since the last look, when anybody wants to know. */
GST_START_TEST (test_watch)
{
  g_autoptr (GstCaps) caps
      = gst_caps_from_string ("audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2,"
                              "channel-mask=(bitmask)3");
  g_autoptr (GstPad) pad = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  KpLoudness loudness;
  GstAudioInfo info;
  GstSegment segment;

  kp_loudness_init (&loudness);
  kp_loudness_watch (&loudness, pad);
  gst_audio_info_from_caps (&info, caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_set_active (pad, TRUE);
  gst_pad_push_event (pad, gst_event_new_stream_start ("stream"));
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
  push (pad, &info, 1);
  fail_unless_equals_float (kp_loudness_take (&loudness), KP_SPEECH_SILENCE);
  kp_loudness_set_enabled (&loudness, TRUE);
  push (pad, &info, 0.01);
  push (pad, &info, 0.1);
  push (pad, &info, 0.001);
  fail_unless (ABS (kp_loudness_take (&loudness) + 20) < 0.5);
  fail_unless_equals_float (kp_loudness_take (&loudness), KP_SPEECH_SILENCE);
}
GST_END_TEST

static const struct
{
  const gchar *encoder;
  const gchar *payloader;
} encoders[] = { { "opusenc", "rtpopuspay" }, { "mulawenc", "rtppcmupay" } };

/* What is sent says how loud it is: -20 dB, and silence. */
GST_START_TEST (test_tag)
{
  static const gdouble levels[] = { -20, -127 };
  g_autofree gchar *line = g_strdup_printf (
      "audiotestsrc name=s wave=square volume=0.1 num-buffers=20 ! audio/x-raw,rate=%u,channels=1 ! "
      "%s name=e ! %s name=p auto-header-extension=false ! appsink name=a sync=false",
      __i__ % 2 ? 8000 : 48000, encoders[__i__ % 2].encoder, encoders[__i__ % 2].payloader);
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, NULL);
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_autoptr (GstElement) encoder = gst_bin_get_by_name (GST_BIN (pipeline), "e");
  g_autoptr (GstElement) payloader = gst_bin_get_by_name (GST_BIN (pipeline), "p");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "a");
  g_autoptr (GstRTPHeaderExtension) extension = gst_rtp_header_extension_create_from_uri (KP_LEVEL_URI);
  GstSample *sample;
  guint n = 0;

  gst_rtp_header_extension_set_id (extension, 5);
  g_signal_emit_by_name (payloader, "add-extension", extension);
  if (__i__ >= 2)
    g_object_set (source, "volume", 0.0, NULL);
  kp_loudness_tag (encoder, payloader);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))))
    {
      gdouble level = 1;

      fail_unless (
          kp_loudness_measure (gst_sample_get_caps (sample), gst_sample_get_buffer (sample), &level));
      fail_unless (ABS (level - levels[__i__ / 2]) <= 1, "%f dB", level);
      gst_sample_unref (sample);
      n++;
    }
  fail_unless (n > 10, "%u packets", n);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}
GST_END_TEST

static Suite *
loudness_suite (void)
{
  Suite *suite = suite_create ("loudness");
  TCase *tcase = tcase_create ("loudness");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_raw, 0, G_N_ELEMENTS (sounds));
  tcase_add_loop_test (tcase, test_rtp, 0, G_N_ELEMENTS (headers));
  tcase_add_test (tcase, test_garbage);
  tcase_add_test (tcase, test_watch);
  tcase_add_loop_test (tcase, test_tag, 0, 2 * G_N_ELEMENTS (encoders));

  return suite;
}

GST_CHECK_MAIN (loudness)
