/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-converter.h"

#include "gstkurentoerror.h"
#include "kp-sender.h"
#include "media-check.h"

static void
set_rank (const gchar *name, guint rank)
{
  g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (gst_registry_get (), name);

  gst_plugin_feature_set_rank (feature, rank);
}

/* What does not exist on every machine is played by what does: an element of another name that works like @model. */
static void
register_like (const gchar *name, const gchar *model, guint rank)
{
  g_autofree gchar *type_name = g_strconcat ("Fake-", name, NULL);
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_element_factory_make (model, NULL));
  GTypeQuery query;
  GType type;

  if (g_type_from_name (type_name))
    {
      set_rank (name, rank);
      return;
    }

  g_type_query (G_OBJECT_TYPE (element), &query);
  type = g_type_register_static_simple (G_OBJECT_TYPE (element), type_name, query.class_size, NULL,
                                        query.instance_size, NULL, 0);
  fail_unless (gst_element_register (NULL, name, rank, type));
}

static const gchar *
choose (const gchar *codec)
{
  const KpEncoder *encoder = kp_codec_find_encoder (kp_codec_find (KP_MEDIA_VIDEO, codec), NULL);

  return encoder ? encoder->factory : NULL;
}

/* The hardware is used when it is all there, and the application can say no. */
GST_START_TEST (test_rank)
{
  fail_unless_equals_string (choose ("H264"), "x264enc");
  register_like ("vah264enc", "x264enc", GST_RANK_PRIMARY);
  fail_unless_equals_string (choose ("H264"), "x264enc");
  register_like ("vapostproc", "videoconvertscale", GST_RANK_NONE);
  fail_unless_equals_string (choose ("H264"), "vah264enc");
  set_rank ("vah264enc", GST_RANK_NONE);
  fail_unless_equals_string (choose ("H264"), "x264enc");
  set_rank ("openh264enc", GST_RANK_PRIMARY + 1);
  fail_unless_equals_string (choose ("H264"), "openh264enc");
  set_rank ("vah264enc", GST_RANK_PRIMARY + 2);
  fail_unless_equals_string (choose ("H264"), "vah264enc");
  fail_unless_equals_string (choose ("VP8"), "vp8enc");
  set_rank ("vp8enc", GST_RANK_NONE);
  fail_unless (choose ("VP8") == NULL);

  set_rank ("vp8enc", GST_RANK_PRIMARY);
  set_rank ("openh264enc", GST_RANK_MARGINAL);
  set_rank ("vah264enc", GST_RANK_NONE);
}
GST_END_TEST

/* Pictures go through a row of the hardware as through any other. */
GST_START_TEST (test_hardware_row)
{
  KpSenderConfig config = {
    .codec = kp_codec_find (KP_MEDIA_VIDEO, "H264"), .payload_type = 102, .ssrc = 1, .bitrate = 700000
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) encoder = NULL;
  GstHarness *harness;
  KpSender *sender;
  guint bitrate;

  register_like ("vah264enc", "x264enc", GST_RANK_PRIMARY);
  register_like ("vapostproc", "videoconvertscale", GST_RANK_NONE);
  sender = kp_sender_new (&config, &error);
  g_assert_no_error (error);
  gst_object_ref_sink (sender);
  encoder = gst_bin_get_by_name (GST_BIN (sender), "fake-vah264enc0");
  fail_unless (encoder != NULL);
  g_object_get (encoder, "bitrate", &bitrate, NULL);
  fail_unless_equals_int (bitrate, 700);
  g_object_set (encoder, "tune", 4, NULL); /* zerolatency: the real one is fast by itself */

  harness = gst_harness_new_with_element (GST_ELEMENT (sender), "sink", "src");
  gst_harness_set_src_caps_str (harness, "video/x-raw,format=I420,width=64,height=48,framerate=30/1");
  for (guint i = 0; i < 3; i++)
    gst_harness_push (harness, media_picture_new (64, 48, 0, i * FRAME_DURATION));
  for (guint i = 0; i < 3; i++)
    gst_buffer_unref (gst_harness_pull (harness));
  gst_harness_teardown (harness);
  gst_object_unref (sender);
}
GST_END_TEST

static const struct
{
  const gchar *encoder;
  const gchar *caps; /* NULL: not known */
  const gchar *factories; /* of what stands in front of the encoder; NULL: an error */
  const gchar *missing; /* in the error */
} chains[] = {
  { "vp8enc", NULL, "videoconvertscale", NULL },
  { "vp8enc", "video/x-raw", "videoconvertscale", NULL },
  { "vp8enc", "video/x-raw(memory:SystemMemory,meta:GstVideoOverlayComposition)", "videoconvertscale", NULL },
  { "vp8enc", "video/x-raw(memory:GLMemory)", "gldownload capsfilter videoconvertscale", NULL },
  { "vp8enc", "video/x-raw(memory:DMABuf)", "vapostproc capsfilter videoconvertscale", NULL },
  { "vah264enc", "video/x-raw", "vapostproc", NULL },
  { "vah264enc", "video/x-raw(memory:VAMemory)", "vapostproc", NULL },
  { "vah264enc", "video/x-raw(memory:DMABuf)", "vapostproc", NULL },
  { "vah264enc", "video/x-raw(memory:GLMemory)", "gldownload capsfilter vapostproc", NULL },
  { "x264enc", "video/x-raw(memory:CUDAMemory)", NULL, "cudadownload" },
  { "x264enc", "video/x-raw(memory:Magic)", NULL, "memory:Magic" },
  { "vaapih264enc", "video/x-raw", NULL, "vaapipostproc" },
};

static void
add_factory (const GValue *item, gpointer user_data)
{
  GString *names = user_data;
  GstElementFactory *factory = gst_element_get_factory (g_value_get_object (item));

  if (names->len)
    g_string_prepend_c (names, ' ');
  g_string_prepend (names, GST_OBJECT_NAME (factory));
}

GST_START_TEST (test_chain)
{
  const KpEncoder *encoder = kp_encoder_find (chains[__i__].encoder);
  g_autoptr (GstCaps) caps = chains[__i__].caps ? gst_caps_from_string (chains[__i__].caps) : NULL;
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  g_autoptr (GstIterator) elements = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GstElement *last = NULL;

  register_like ("vapostproc", "videoconvertscale", GST_RANK_NONE);
  fail_unless (encoder != NULL);
  if (!kp_converter_append (GST_BIN (bin), &last, encoder, caps, &error))
    {
      g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
      fail_unless (chains[__i__].missing && strstr (error->message, chains[__i__].missing), "%s",
                   error->message);
      return;
    }
  g_assert_no_error (error);
  /* the newest element comes first */
  elements = gst_bin_iterate_elements (GST_BIN (bin));
  gst_iterator_foreach (elements, add_factory, names);
  fail_unless_equals_string (names->str, chains[__i__].factories);
}
GST_END_TEST

static Suite *
kp_converter_suite (void)
{
  Suite *suite = suite_create ("kp-converter");
  TCase *tcase = tcase_create ("converter");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_rank);
  tcase_add_test (tcase, test_hardware_row);
  tcase_add_loop_test (tcase, test_chain, 0, G_N_ELEMENTS (chains));

  return suite;
}

GST_CHECK_MAIN (kp_converter)
