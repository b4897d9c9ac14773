/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

static GstElement *
parse (const gchar *line)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  g_assert_no_error (error);

  return gst_object_ref_sink (element);
}

/* As gst-launch-1.0 sets them: the pads come later. */
GST_START_TEST (test_child_proxy)
{
  g_autoptr (GstElement) pipeline
      = parse ("kurentopeer name=p video_sink_0::max-framerate=7.5 video_sink_1::scale-resolution-down-by=2 "
               "audio_sink_0::active=false video_sink_0::max-bitrate=300000 "
               "videotestsrc ! p. videotestsrc ! p. audiotestsrc ! p.");
  g_autoptr (GstElement) peer = gst_bin_get_by_name (GST_BIN (pipeline), "p");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (peer, "video_sink_0");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GObject) child = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (peer), "video_sink_0");
  gdouble framerate, scale;
  guint bitrate;
  gboolean active;

  fail_unless (child == G_OBJECT (pad));
  gst_child_proxy_get (GST_CHILD_PROXY (peer), "video_sink_0::max-framerate", &framerate,
                       "video_sink_0::max-bitrate", &bitrate, "video_sink_1::scale-resolution-down-by",
                       &scale, "audio_sink_0::active", &active, NULL);
  fail_unless (framerate == 7.5 && scale == 2.0);
  fail_unless_equals_int (bitrate, 300000);
  fail_if (active);
  fail_unless (gst_bus_peek (bus) == NULL);
}
GST_END_TEST

static void
count_cb (GstChildProxy *proxy, GObject *child, const gchar *name, gint *n)
{
  if (GST_IS_PAD (child) && g_str_equal (name, "video_sink_0"))
    ++*n;
}

GST_START_TEST (test_comes_and_goes)
{
  g_autoptr (GstElement) peer = gst_object_ref_sink (gst_element_factory_make ("kurentopeer", NULL));
  GstPad *pad;
  gint n_added = 0;
  gint n_removed = 0;

  g_signal_connect (peer, "child-added", G_CALLBACK (count_cb), &n_added);
  g_signal_connect (peer, "child-removed", G_CALLBACK (count_cb), &n_removed);
  fail_unless (gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (peer), "video_sink_0") == NULL);
  pad = gst_element_request_pad_simple (peer, "video_sink_0");
  fail_unless_equals_int (n_added, 1);
  gst_element_release_request_pad (peer, pad);
  fail_unless_equals_int (n_removed, 1);
  fail_unless (gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (peer), "video_sink_0") == NULL);
  gst_object_unref (pad);
}
GST_END_TEST

static const struct
{
  const gchar *pad;
  const gchar *property;
  gboolean is_there;
} properties[] = {
  { "video_sink_%u", "max-bitrate", TRUE },
  { "video_sink_%u", "active", TRUE },
  { "video_sink_%u", "msid", TRUE },
  { "video_sink_%u", "max-framerate", TRUE },
  { "video_sink_%u", "scale-resolution-down-by", TRUE },
  { "audio_sink_%u", "max-bitrate", TRUE },
  { "audio_sink_%u", "active", TRUE },
  { "audio_sink_%u", "msid", TRUE },
  { "audio_sink_%u", "max-framerate", FALSE },
  { "audio_sink_%u", "scale-resolution-down-by", FALSE },
};

/* The templates tell them, so gst-inspect-1.0 shows them; they may change in every state. */
GST_START_TEST (test_templates)
{
  g_autoptr (GstElement) peer = gst_object_ref_sink (gst_element_factory_make ("kurentopeer", NULL));
  GstPadTemplate *template = gst_element_get_pad_template (peer, properties[__i__].pad);
  g_autoptr (GTypeClass) klass = g_type_class_ref (GST_PAD_TEMPLATE_GTYPE (template));
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_CLASS (klass), properties[__i__].property);

  fail_unless ((spec != NULL) == properties[__i__].is_there);
  if (spec)
    {
      fail_unless (spec->flags & GST_PARAM_MUTABLE_PLAYING);
      fail_unless (strstr (g_param_spec_get_blurb (spec), "RTCRtpSender") != NULL);
    }
}
GST_END_TEST

static const struct
{
  const gchar *text;
  gboolean is_taken;
} msids[] = {
  { "camera", TRUE },
  { "camera {5fe8-1}", TRUE },
  { "-", TRUE },
  { "camera  stage", FALSE },
  { " ", FALSE },
  { "a,b", FALSE },
  { "a\r\na=inactive", FALSE },
  { "a12345678901234567890123456789012345678901234567890123456789012345", FALSE },
};

/* What would break a description does not get into one. */
GST_START_TEST (test_msid)
{
  g_autoptr (GstElement) peer = gst_object_ref_sink (gst_element_factory_make ("kurentopeer", NULL));
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (peer, "audio_sink_%u");
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) warning = NULL;
  g_autofree gchar *msid = NULL;

  gst_element_set_bus (peer, bus);
  g_object_set (pad, "msid", "before", NULL);
  g_object_set (pad, "msid", msids[__i__].text, NULL);
  warning = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  fail_unless ((warning == NULL) == msids[__i__].is_taken);
  g_object_get (pad, "msid", &msid, NULL);
  fail_unless_equals_string (msid, msids[__i__].is_taken ? msids[__i__].text : "before");

  g_object_set (pad, "msid", "", NULL);
  g_clear_pointer (&msid, g_free);
  g_object_get (pad, "msid", &msid, NULL);
  fail_unless (msid == NULL);
  gst_element_release_request_pad (peer, pad);
  gst_element_set_bus (peer, NULL);
}
GST_END_TEST

static Suite *
kurentopeer_sinkpad_suite (void)
{
  Suite *suite = suite_create ("kurentopeer-sinkpad");
  TCase *tcase = tcase_create ("sinkpad");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_child_proxy);
  tcase_add_test (tcase, test_comes_and_goes);
  tcase_add_loop_test (tcase, test_templates, 0, G_N_ELEMENTS (properties));
  tcase_add_loop_test (tcase, test_msid, 0, G_N_ELEMENTS (msids));

  return suite;
}

GST_CHECK_MAIN (kurentopeer_sinkpad)
