/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-receiver.h"

#include "gstkurentoerror.h"
#include "media-link.h"

/* Every picture comes out when its packets went in, and is the one that was sent. */
GST_START_TEST (test_decodes)
{
  Link link;
  guint n = codecs[__i__].kind == KP_MEDIA_VIDEO ? 3 * TURN_LENGTH : 100;

  link_init (&link, __i__);
  for (guint i = 1; i <= n; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
      if (link.kind == KP_MEDIA_VIDEO)
        g_assert_cmpuint (link.n_pictures, ==, i);
    }
  if (link.kind == KP_MEDIA_AUDIO)
    assert_tone (&link, 0.9);
  else
    g_assert_cmpuint (link.turn, ==, 2);
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 0);
  link_clear (&link);
}
GST_END_TEST;

/* Not wanted: nothing is decoded and nothing asked for. Wanted again: with a keyframe. */
GST_START_TEST (test_not_wanted)
{
  guint index = __i__ ? OPUS : 0;
  guint counter = 0;
  guint n_before;
  Link link;

  link_init (&link, index);
  for (guint i = 0; i < 10; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  n_before = link.kind == KP_MEDIA_VIDEO ? link.n_pictures : link.samples->len;
  g_assert_cmpuint (n_before, >, 0);

  kp_outlet_set_exposed (link.outlet);
  fail_if (kp_outlet_is_wanted (link.outlet));
  for (guint i = 0; i < 50; i++)
    {
      send_next (&link);
      carry (&link, lose_each_tenth, &counter);
    }
  g_assert_cmpuint (link.kind == KP_MEDIA_VIDEO ? link.n_pictures : link.samples->len, ==, n_before);
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 0);

  fail_unless (gst_element_link (GST_ELEMENT (link.outlet), link.sink));
  fail_unless (kp_outlet_is_wanted (link.outlet));
  send_next (&link);
  send_next (&link);
  carry (&link, NULL, NULL);
  if (link.kind == KP_MEDIA_VIDEO)
    {
      g_assert_cmpuint (link.n_pictures, ==, n_before);
      g_assert_cmpuint (take_requests (&link, TRUE), ==, 1);
      send_next (&link);
      carry (&link, NULL, NULL);
      g_assert_cmpuint (link.n_pictures, ==, n_before + 1);
    }
  else
    {
      g_assert_cmpuint (link.samples->len, >, n_before);
    }
  link_clear (&link);
}
GST_END_TEST;

/* Downstream may ask for any raw caps. */
GST_START_TEST (test_raw_caps)
{
  static const struct
  {
    guint codec;
    const gchar *caps;
  } wishes[] = {
    { 0, "video/x-raw,format=BGRx,width=160,height=120" },
    { 2, "video/x-raw,format=NV12" },
    { OPUS, "audio/x-raw,format=F32LE,layout=interleaved,rate=16000,channels=1" },
    { PCMU, "audio/x-raw,format=S16LE,layout=interleaved,rate=44100,channels=2" },
  };
  g_autoptr (GstCaps) wish = gst_caps_from_string (wishes[__i__].caps);
  g_autoptr (GstCaps) caps = NULL;
  Link link;

  link_init (&link, wishes[__i__].codec);
  gst_harness_set_sink_caps (link.receive, gst_caps_ref (wish));
  for (guint i = 0; i < 10; i++)
    {
      GstBuffer *packet;

      send_next (&link);
      while ((packet = take_packet (&link)))
        fail_unless_equals_int (gst_harness_push (link.receive, packet), GST_FLOW_OK);
    }
  g_assert_cmpuint (gst_harness_buffers_received (link.receive), >=, 4);
  caps = gst_pad_get_current_caps (link.receive->sinkpad);
  fail_unless (gst_caps_is_subset (caps, wish), "%" GST_PTR_FORMAT, caps);
  link_clear (&link);
}
GST_END_TEST;

/* The sender's caps change in the middle: the receiver follows. */
GST_START_TEST (test_size_change)
{
  g_autoptr (GstCaps) caps = NULL;
  Link link;
  gint width;

  link_init (&link, __i__);
  send_next (&link);
  carry (&link, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree gchar *text
          = g_strdup_printf ("video/x-raw,format=I420,width=%u,height=120,framerate=30/1", 161 - i);

      gst_harness_set_src_caps_str (link.send, text);
      for (guint j = 0; j < 3; j++)
        {
          GstBuffer *picture
              = media_picture_new (161 - i, 120, link.position / FRAME_DURATION / TURN_LENGTH, link.position);

          link.position += FRAME_DURATION;
          gst_harness_push (link.send, picture);
          carry (&link, NULL, NULL);
        }
    }
  g_assert_cmpuint (link.n_pictures, ==, 7);
  caps = gst_pad_get_current_caps (link.receive->sinkpad);
  gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width);
  g_assert_cmpint (width, ==, 160);
  link_clear (&link);
}
GST_END_TEST;

static const gchar *const bad_caps[] = {
  "application/x-rtp,media=video,encoding-name=THEORA,clock-rate=90000,payload=96",
  "application/x-rtp,media=video,encoding-name=OPUS,clock-rate=90000,payload=96",
  "application/x-rtp,media=audio,clock-rate=8000,payload=96",
};

GST_START_TEST (test_bad_caps)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (bad_caps[__i__]);
  g_autoptr (GError) error = NULL;
  KpOutlet *outlet
      = KP_OUTLET (gst_object_ref_sink (kp_outlet_new (KP_MEDIA_VIDEO, GST_KURENTO_OUTPUT_RAW, 0)));

  fail_unless (kp_receiver_new (caps, outlet, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  g_assert_finalize_object (outlet);
}
GST_END_TEST;

GST_START_TEST (test_missing_decoder)
{
  const KpCodec *codec = kp_codec_find (KP_MEDIA_VIDEO, "H264");
  g_autoptr (GstCaps) caps = kp_codec_get_rtp_caps (codec, 96);
  g_autoptr (GError) error = NULL;
  KpOutlet *outlet
      = KP_OUTLET (gst_object_ref_sink (kp_outlet_new (KP_MEDIA_VIDEO, GST_KURENTO_OUTPUT_RAW, 0)));

  hide_element ("avdec_h264");
  hide_element ("openh264dec");
  fail_unless (kp_receiver_new (caps, outlet, &error) == NULL);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  fail_unless (strstr (error->message, "openh264dec") != NULL, "%s", error->message);
  g_assert_finalize_object (outlet);
}
GST_END_TEST;

static Suite *
kp_receiver_suite (void)
{
  Suite *suite = suite_create ("kp-receiver");
  TCase *tcase = tcase_create ("media");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, NULL, show_elements);
  tcase_add_loop_test (tcase, test_decodes, 0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tcase, test_not_wanted, 0, 2);
  tcase_add_loop_test (tcase, test_raw_caps, 0, 4);
  tcase_add_loop_test (tcase, test_size_change, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_bad_caps, 0, G_N_ELEMENTS (bad_caps));
  tcase_add_test (tcase, test_missing_decoder);

  return suite;
}

GST_CHECK_MAIN (kp_receiver)
