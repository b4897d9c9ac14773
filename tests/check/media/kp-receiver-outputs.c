/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-receiver.h"

#include "media-link.h"

#define H264 2
#define N_ENCODED 3

static void
carry_all (Link *self)
{
  GstBuffer *packet;

  while ((packet = take_packet (self)))
    fail_unless_equals_int (gst_harness_push (self->receive, packet), GST_FLOW_OK);
}

static void
drop_all (Link *self)
{
  GstBuffer *packet;

  while ((packet = take_packet (self)))
    gst_buffer_unref (packet);
}

/* Sends a picture; TRUE when something came out, and whether that was a keyframe. */
static gboolean
send_one (Link *self, gboolean *keyframe)
{
  g_autoptr (GstBuffer) buffer = NULL;

  send_next (self);
  carry_all (self);
  buffer = gst_harness_try_pull (self->receive);
  if (buffer)
    *keyframe = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  g_assert_cmpuint (gst_harness_buffers_in_queue (self->receive), ==, 0);

  return buffer != NULL;
}

static void
want (Link *self)
{
  fail_unless (gst_element_link (GST_ELEMENT (self->outlet), self->sink));
}

/* A keyframe is asked for as soon as somebody is there, and is the first that he gets. */
GST_START_TEST (encoded_begins_with_a_keyframe)
{
  gboolean keyframe = FALSE;
  Link link;

  link_init_output (&link, __i__, GST_KURENTO_OUTPUT_ENCODED);
  fail_if (kp_outlet_is_wanted (link.outlet));
  for (guint i = 0; i < 3; i++)
    fail_if (send_one (&link, &keyframe));
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 0);

  want (&link);
  fail_if (send_one (&link, &keyframe));
  g_assert_cmpuint (take_requests (&link, TRUE), ==, 1);
  fail_unless (send_one (&link, &keyframe));
  fail_unless (keyframe);
  for (guint i = 0; i < 5; i++)
    {
      fail_unless (send_one (&link, &keyframe));
      fail_if (keyframe);
    }
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 0);
  link_clear (&link);
}
GST_END_TEST;

/* What refers to something lost does not come out. */
GST_START_TEST (encoded_goes_on_with_a_keyframe)
{
  gboolean keyframe = FALSE;
  Link link;

  link_init_output (&link, __i__, GST_KURENTO_OUTPUT_ENCODED);
  want (&link);
  for (guint i = 0; i < 3; i++)
    fail_unless (send_one (&link, &keyframe));
  send_next (&link);
  drop_all (&link);
  fail_if (send_one (&link, &keyframe));
  g_assert_cmpuint (take_requests (&link, TRUE), ==, 1);
  fail_unless (send_one (&link, &keyframe));
  fail_unless (keyframe);
  link_clear (&link);
}
GST_END_TEST;

static const struct
{
  guint codec;
  const gchar *wish; /* or NULL */
  const gchar *caps;
} forms[] = {
  { 0, NULL, "video/x-vp8,width=320,height=240" },
  { 1, NULL, "video/x-vp9,width=320,height=240,alignment=super-frame" },
  { H264, NULL, "video/x-h264,width=320,height=240,stream-format=byte-stream,alignment=au" },
  { H264, "video/x-h264,stream-format=avc,alignment=au",
    "video/x-h264,width=320,height=240,stream-format=avc,alignment=au" },
  { OPUS, NULL, "audio/x-opus" },
  { PCMU, NULL, "audio/x-mulaw,rate=8000,channels=1" },
};

/* In the form that downstream likes, by who is linked when the first picture comes. */
GST_START_TEST (encoded_has_the_form_that_is_wanted)
{
  g_autoptr (GstCaps) expected = gst_caps_from_string (forms[__i__].caps);
  g_autoptr (GstCaps) caps = NULL;
  gboolean keyframe = FALSE;
  Link link;

  link_init_output (&link, forms[__i__].codec, GST_KURENTO_OUTPUT_ENCODED);
  send_one (&link, &keyframe);
  if (forms[__i__].wish)
    gst_harness_set_sink_caps_str (link.receive, forms[__i__].wish);
  want (&link);
  send_one (&link, &keyframe);
  take_requests (&link, TRUE);
  /* a packet of sound may take two */
  fail_unless (send_one (&link, &keyframe) || send_one (&link, &keyframe));
  caps = gst_pad_get_current_caps (link.receive->sinkpad);
  fail_unless (gst_caps_is_subset (caps, expected), "%" GST_PTR_FORMAT, caps);
  g_assert_cmpint (gst_structure_has_field (gst_caps_get_structure (caps, 0), "codec_data"), ==,
                   forms[__i__].wish != NULL);
  link_clear (&link);
}
GST_END_TEST;

static void
assert_same_packet (GstBuffer *received, GstBuffer *sent)
{
  GstMapInfo map;

  fail_unless (received != NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (received), GST_BUFFER_PTS (sent));
  fail_unless (gst_buffer_map (sent, &map, GST_MAP_READ));
  fail_unless_equals_int (gst_buffer_memcmp (received, 0, map.data, map.size), 0);
  g_assert_cmpuint (gst_buffer_get_size (received), ==, map.size);
  gst_buffer_unmap (sent, &map);
}

/* Every packet as it came, and requests of who unpacks them. */
GST_START_TEST (rtp_passes)
{
  g_autoptr (GstCaps) caps = NULL;
  GstBuffer *packet;
  gint payload = 0;
  Link link;

  link_init_output (&link, __i__, GST_KURENTO_OUTPUT_RTP);
  send_next (&link);
  carry_all (&link);
  g_assert_cmpuint (gst_harness_buffers_in_queue (link.receive), ==, 0);

  want (&link);
  for (guint i = 0; i < 10; i++)
    {
      send_next (&link);
      while ((packet = take_packet (&link)))
        {
          g_autoptr (GstBuffer) sent = gst_buffer_ref (packet);
          g_autoptr (GstBuffer) received = NULL;

          fail_unless_equals_int (gst_harness_push (link.receive, packet), GST_FLOW_OK);
          received = gst_harness_try_pull (link.receive);
          assert_same_packet (received, sent);
        }
    }
  caps = gst_pad_get_current_caps (link.receive->sinkpad);
  fail_unless (gst_structure_get_int (gst_caps_get_structure (caps, 0), "payload", &payload));
  g_assert_cmpint (payload, ==, PAYLOAD_TYPE);
  if (link.kind == KP_MEDIA_VIDEO)
    g_assert_cmpuint (take_requests (&link, FALSE), ==, 1);
  link_clear (&link);
}
GST_END_TEST;

static Suite *
kp_receiver_outputs_suite (void)
{
  Suite *suite = suite_create ("kp-receiver-outputs");
  TCase *tcase = tcase_create ("media");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, NULL, show_elements);
  tcase_add_loop_test (tcase, encoded_begins_with_a_keyframe, 0, N_ENCODED);
  tcase_add_loop_test (tcase, encoded_goes_on_with_a_keyframe, 0, N_ENCODED);
  tcase_add_loop_test (tcase, encoded_has_the_form_that_is_wanted, 0, G_N_ELEMENTS (forms));
  tcase_add_loop_test (tcase, rtp_passes, 0, G_N_ELEMENTS (codecs));

  return suite;
}

GST_CHECK_MAIN (kp_receiver_outputs)
