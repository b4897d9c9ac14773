/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-codec.h"

#include "gstkurentoerror.h"
#include "kp-codec-encoder.h"
#include "kp-element.h"

#include <gst/check/gstcheck.h>

static const struct
{
  KpMediaKind kind;
  const gchar *name;
  const gchar *rtp_caps;
  const gchar *decoder_settings;
} codecs[] = {
  { KP_MEDIA_VIDEO, "VP8", "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=99",
    "threads=1" },
  { KP_MEDIA_VIDEO, "VP9",
    "application/x-rtp,media=video,encoding-name=VP9,clock-rate=90000,payload=99,profile-id=(string)0" },
  { KP_MEDIA_VIDEO, "H264",
    "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=99,"
    "packetization-mode=(string)1,profile-level-id=(string)42e01f,level-asymmetry-allowed=(string)1",
    "thread-type=slice output-corrupt=false" },
  { KP_MEDIA_AUDIO, "OPUS",
    "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=99,"
    "encoding-params=(string)2,minptime=(string)10,useinbandfec=(string)1",
    "plc=true use-inband-fec=false" },
  { KP_MEDIA_AUDIO, "PCMU", "application/x-rtp,media=audio,encoding-name=PCMU,clock-rate=8000,payload=99" },
  { KP_MEDIA_AUDIO, "PCMA", "application/x-rtp,media=audio,encoding-name=PCMA,clock-rate=8000,payload=99" },
};

/* Reads each "name=value" of @settings back from @element. */
static void
assert_settings (GstElement *element, const gchar *settings)
{
  g_auto (GStrv) pairs = g_strsplit (settings ? settings : "", " ", -1);

  for (guint i = 0; pairs[i]; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);
      g_auto (GValue) expected = G_VALUE_INIT;
      g_auto (GValue) value = G_VALUE_INIT;
      GParamSpec *pspec;

      if (*pairs[i] == '\0')
        continue;
      pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), pair[0]);
      fail_unless (pspec != NULL, "%s has no %s", GST_OBJECT_NAME (element), pair[0]);
      g_value_init (&expected, pspec->value_type);
      g_value_init (&value, pspec->value_type);
      fail_unless (gst_value_deserialize_with_pspec (&expected, pair[1], pspec), "%s: %s",
                   GST_OBJECT_NAME (element), pairs[i]);
      g_object_get_property (G_OBJECT (element), pair[0], &value);
      fail_unless (g_param_values_cmp (pspec, &expected, &value) == 0, "%s: %s", GST_OBJECT_NAME (element),
                   pairs[i]);
    }
}

GST_START_TEST (test_find)
{
  const KpCodec *codec = kp_codec_find (codecs[__i__].kind, codecs[__i__].name);
  g_autofree gchar *lower = g_ascii_strdown (codecs[__i__].name, -1);
  g_autoptr (GstCaps) expected = gst_caps_from_string (codecs[__i__].rtp_caps);
  g_autoptr (GstCaps) caps = NULL;

  fail_unless (codec != NULL);
  fail_unless (kp_codec_find (codecs[__i__].kind, lower) == codec);
  fail_unless (kp_codec_find (1 - codecs[__i__].kind, codecs[__i__].name) == NULL);

  caps = kp_codec_get_rtp_caps (codec, 99);
  fail_unless (gst_caps_is_strictly_equal (caps, expected), "%" GST_PTR_FORMAT, caps);
}
GST_END_TEST;

GST_START_TEST (test_elements)
{
  const KpCodec *codec = kp_codec_find (codecs[__i__].kind, codecs[__i__].name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) payloader = NULL;
  g_autoptr (GstElement) decoder = NULL;

  fail_unless (kp_codec_can (codec, KP_CODEC_ENCODE));
  fail_unless (kp_codec_can (codec, KP_CODEC_DECODE | KP_CODEC_PARSE));

  decoder = gst_object_ref_sink (kp_codec_make_decoder (codec, &error));
  g_assert_no_error (error);
  payloader = gst_object_ref_sink (kp_element_new (codec->payloader, codec->payloader_properties, &error));
  g_assert_no_error (error);
  assert_settings (payloader, codec->payloader_properties);
  assert_settings (decoder, codecs[__i__].decoder_settings);
  assert_settings (decoder, "max-errors=-1");
}
GST_END_TEST;

static void
assert_bitrate (const KpEncoder *row, GstElement *encoder, guint asked)
{
  guint expected
      = row->usual_bitrate && (asked == 0 || asked > row->usual_bitrate) ? row->usual_bitrate : asked;
  g_autofree gchar *text = g_strdup_printf ("%s=%u", row->bitrate_property, expected / row->bitrate_unit);

  assert_settings (encoder, text);
}

/* Every row of the encoder table, not only the first of each codec. */
GST_START_TEST (test_encoder_settings)
{
  const KpCodec *codec = kp_codec_find (codecs[__i__].kind, codecs[__i__].name);

  for (guint i = 0; codec->encoders[i]; i++)
    {
      const KpEncoder *row = kp_encoder_find (codec->encoders[i]);
      g_autoptr (GstElement) encoder = NULL;
      g_autoptr (GError) error = NULL;

      fail_unless (row != NULL, "no row for %s", codec->encoders[i]);
      if (!kp_element_is_installed (row->factory))
        continue;
      encoder = gst_object_ref_sink (kp_element_new (row->factory, NULL, &error));
      g_assert_no_error (error);
      kp_encoder_configure (row, encoder, 700000);
      assert_settings (encoder, row->settings);
      if (row->bitrate_property == NULL)
        continue;

      assert_bitrate (row, encoder, 700000);
      kp_encoder_set_bitrate (row, encoder, 1300000);
      assert_bitrate (row, encoder, 1300000);
      kp_encoder_set_bitrate (row, encoder, 30000);
      assert_bitrate (row, encoder, 30000);
      kp_encoder_set_bitrate (row, encoder, 0);
      if (row->usual_bitrate)
        assert_bitrate (row, encoder, 0);
      kp_encoder_set_bitrate (row, encoder, G_MAXUINT);
    }
}
GST_END_TEST;

static gchar *
list_to_string (GPtrArray *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (text, "%s%s", i ? "," : "", ((const KpCodec *)list->pdata[i])->name);

  return g_string_free (text, FALSE);
}

static const struct
{
  KpMediaKind kind;
  const gchar *preference;
  const gchar *names; /* NULL: the error */
  GstKurentoError error;
} lists[] = {
  { KP_MEDIA_VIDEO, NULL, "VP8,H264,VP9" },
  { KP_MEDIA_AUDIO, NULL, "OPUS,PCMU,PCMA" },
  { KP_MEDIA_VIDEO, "H264, vp8", "H264,VP8" },
  { KP_MEDIA_AUDIO, "pcma", "PCMA" },
  { KP_MEDIA_AUDIO, "OPUS,opus", "OPUS" },
  { KP_MEDIA_VIDEO, "VP8,THEORA", NULL, GST_KURENTO_ERROR_INVALID_ARGUMENT },
  { KP_MEDIA_VIDEO, "OPUS", NULL, GST_KURENTO_ERROR_INVALID_ARGUMENT },
  { KP_MEDIA_VIDEO, "VP8,,H264", NULL, GST_KURENTO_ERROR_INVALID_ARGUMENT },
};

GST_START_TEST (test_list)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list
      = kp_codec_list (lists[__i__].kind, lists[__i__].preference, KP_CODEC_ENCODE | KP_CODEC_DECODE, &error);
  g_autofree gchar *names = NULL;

  if (lists[__i__].names == NULL)
    {
      g_assert_error (error, GST_KURENTO_ERROR, lists[__i__].error);
      return;
    }
  g_assert_no_error (error);
  names = list_to_string (list);
  g_assert_cmpstr (names, ==, lists[__i__].names);
}
GST_END_TEST;

static void
hide_element (const gchar *factory)
{
  g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (gst_registry_get (), factory);

  gst_registry_remove_feature (gst_registry_get (), feature);
}

/* check runs each test in a process of its own: the registry is whole again afterwards. */
GST_START_TEST (test_missing_elements)
{
  const KpCodec *h264 = kp_codec_find (KP_MEDIA_VIDEO, "H264");
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;

  hide_element ("x264enc");
  g_assert_cmpstr (kp_codec_find_encoder (h264, NULL)->factory, ==, "openh264enc");

  hide_element ("openh264enc");
  fail_if (kp_codec_can (h264, KP_CODEC_ENCODE));
  fail_unless (kp_codec_can (h264, KP_CODEC_DECODE));
  fail_unless (kp_codec_find_encoder (h264, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);

  fail_unless (kp_codec_list (KP_MEDIA_VIDEO, "H264", KP_CODEC_ENCODE, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  fail_unless (strstr (error->message, "x264enc or openh264enc") != NULL, "%s", error->message);
  g_clear_error (&error);

  list = kp_codec_list (KP_MEDIA_VIDEO, NULL, KP_CODEC_ENCODE | KP_CODEC_DECODE, &error);
  g_assert_cmpuint (list->len, ==, 2);
  g_clear_pointer (&list, g_ptr_array_unref);

  list = kp_codec_list (KP_MEDIA_VIDEO, NULL, KP_CODEC_DECODE, &error);
  g_assert_cmpuint (list->len, ==, 3);
}
GST_END_TEST;

/* Encoded media needs no decoder, RTP needs nothing. */
GST_START_TEST (test_missing_decoder)
{
  const KpCodec *h264 = kp_codec_find (KP_MEDIA_VIDEO, "H264");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; h264->decoders[i]; i++)
    {
      if (gst_registry_check_feature_version (gst_registry_get (), h264->decoders[i], 0, 0, 0))
        hide_element (h264->decoders[i]);
    }
  fail_if (kp_codec_can (h264, kp_codec_use_for_output (GST_KURENTO_OUTPUT_RAW)));
  fail_unless (kp_codec_can (h264, kp_codec_use_for_output (GST_KURENTO_OUTPUT_ENCODED)));
  fail_unless (kp_codec_can (h264, KP_CODEC_PAYLOAD));

  hide_element ("h264parse");
  fail_if (kp_codec_can (h264, kp_codec_use_for_output (GST_KURENTO_OUTPUT_ENCODED)));
  fail_unless (kp_codec_can (h264, kp_codec_use_for_output (GST_KURENTO_OUTPUT_RTP)));
  fail_unless (kp_codec_list_one (h264, KP_CODEC_PARSE, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  fail_unless (strstr (error->message, "h264parse") != NULL, "%s", error->message);
}
GST_END_TEST;

static Suite *
kp_codec_suite (void)
{
  Suite *suite = suite_create ("kp-codec");
  TCase *tcase = tcase_create ("table");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_find, 0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tcase, test_elements, 0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tcase, test_encoder_settings, 0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tcase, test_list, 0, G_N_ELEMENTS (lists));
  tcase_add_test (tcase, test_missing_elements);
  tcase_add_test (tcase, test_missing_decoder);

  return suite;
}

GST_CHECK_MAIN (kp_codec)
