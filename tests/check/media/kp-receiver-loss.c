/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-receiver.h"

#include "media-link.h"

static gboolean
lose_all (GstBuffer *packet, guint *counter)
{
  return TRUE;
}

/* One at once, and then one in 500 ms, for the time that the machine took since @start. */
static void
assert_requests (guint n, GstClockTime start)
{
  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <=, 1 + (gst_util_get_timestamp () - start) / (500 * GST_MSECOND));
}

/* One lost picture: a request at the next packet, no broken picture, and the picture is back with the keyframe. */
GST_START_TEST (test_loss)
{
  GstClockTime start;
  Link link;

  link_init (&link, __i__);
  for (guint i = 0; i < 10; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  g_assert_cmpuint (link.n_pictures, ==, 10);
  send_next (&link);
  g_assert_cmpuint (carry (&link, lose_all, NULL), >, 0);

  start = gst_util_get_timestamp ();
  send_next (&link);
  carry (&link, NULL, NULL);
  g_assert_cmpuint (link.n_pictures, ==, 10);
  assert_requests (take_requests (&link, TRUE), start);

  for (guint i = 0; i < 2 * TURN_LENGTH; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  g_assert_cmpuint (link.n_pictures, ==, 10 + 2 * TURN_LENGTH);
  g_assert_cmpuint (take_requests (&link, FALSE), ==, 0);
  link_clear (&link);
}
GST_END_TEST;

/* Goes on without loss until @n_pictures were decoded. */
static void
send_until (Link *self, guint n_pictures)
{
  GstClockTime start = gst_util_get_timestamp ();

  while (self->n_pictures < n_pictures && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      take_requests (self, TRUE);
      send_next (self);
      carry (self, NULL, NULL);
    }
  g_assert_cmpuint (self->n_pictures, >=, n_pictures);
}

/* Never a broken picture (take_decoded compares each), never two requests within 500 ms, and never stuck. */
GST_START_TEST (test_heavy_loss)
{
  GstClockTime start = gst_util_get_timestamp ();
  GstClockTime last = 0;
  guint n_requests = 0;
  guint counter = 0;
  Link link;

  link_init (&link, __i__);
  while (n_requests < 3 && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      GstClockTime before = gst_util_get_timestamp ();
      guint n;

      send_next (&link);
      carry (&link, lose_each_tenth, &counter);
      n = take_requests (&link, TRUE);
      if (n == 0)
        continue;
      assert_requests (n, before);
      if (n_requests++ > 0)
        g_assert_cmpuint (gst_util_get_timestamp () - last, >=, 500 * GST_MSECOND);
      last = before;
    }
  g_assert_cmpuint (n_requests, ==, 3);

  send_until (&link, link.n_pictures + 5);
  link_clear (&link);
}
GST_END_TEST;

/* The first packets were lost: asks at once, shows nothing broken, asks again when the request was not answered. At
 * full speed the encoder would come to its own next keyframe, every 2000 pictures, before that. */
GST_START_TEST (test_starts_without_keyframe)
{
  GstClockTime start;
  Link link;

  link_init (&link, __i__);
  send_next (&link);
  carry (&link, lose_all, NULL);
  start = gst_util_get_timestamp ();
  send_next (&link);
  carry (&link, NULL, NULL);
  assert_requests (take_requests (&link, FALSE), start);

  start = gst_util_get_timestamp ();
  while (take_requests (&link, TRUE) == 0 && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
      g_assert_cmpuint (link.n_pictures, ==, 0);
      g_poll (NULL, 0, 1);
    }
  g_assert_cmpuint (gst_util_get_timestamp () - start, <, 20 * GST_SECOND);

  send_next (&link);
  carry (&link, NULL, NULL);
  g_assert_cmpuint (link.n_pictures, ==, 1);
  link_clear (&link);
}
GST_END_TEST;

/* An application's request leaves at once and stops nothing; one inside the window leaves after it. */
GST_START_TEST (test_request)
{
  GstClockTime start;
  guint n = 0;
  Link link;

  link_init (&link, __i__);
  send_next (&link);
  carry (&link, NULL, NULL);

  start = gst_util_get_timestamp ();
  kp_receiver_request_keyframe (link.receiver);
  g_assert_cmpuint (take_requests (&link, TRUE), ==, 1);
  send_next (&link);
  carry (&link, NULL, NULL);
  g_assert_cmpuint (link.n_pictures, ==, 2);

  gst_harness_push_upstream_event (link.receive, media_keyframe_request_new ());
  while (n == 0 && gst_util_get_timestamp () - start < 20 * GST_SECOND)
    {
      guint before = link.n_pictures;

      send_next (&link);
      carry (&link, NULL, NULL);
      g_assert_cmpuint (link.n_pictures, ==, before + 1);
      n = take_requests (&link, FALSE);
    }
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (gst_util_get_timestamp () - start, >=, 500 * GST_MSECOND);
  link_clear (&link);
}
GST_END_TEST;

static void
break_packet (GstBuffer **packet)
{
  GstMapInfo map;

  *packet = gst_buffer_make_writable (*packet);
  fail_unless (gst_buffer_map (*packet, &map, GST_MAP_READWRITE));
  for (gsize i = 12; i < map.size; i++)
    map.data[i] = g_random_int ();
  gst_buffer_unmap (*packet, &map);
}

/* Anything may come from the other side: no error message, no flow error, and then the media again. */
GST_START_TEST (test_garbage)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  GstBuffer *packet;
  Link link;

  link_init (&link, __i__);
  gst_element_set_bus (GST_ELEMENT (link.receiver), bus);
  for (guint i = 0; i < 5; i++)
    {
      send_next (&link);
      carry (&link, NULL, NULL);
    }
  for (guint i = 0; i < 60; i++)
    {
      send_next (&link);
      while ((packet = take_packet (&link)))
        {
          break_packet (&packet);
          fail_unless_equals_int (gst_harness_push (link.receive, packet), GST_FLOW_OK);
        }
      while ((packet = gst_harness_try_pull (link.receive)))
        gst_buffer_unref (packet);
    }
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  fail_unless (message == NULL, "%" GST_PTR_FORMAT, message);

  g_array_set_size (link.samples, 0);
  if (link.kind == KP_MEDIA_AUDIO)
    {
      for (guint i = 0; i < 100; i++)
        {
          send_next (&link);
          carry (&link, NULL, NULL);
        }
      assert_tone (&link, 0.9);
    }
  else
    {
      send_until (&link, link.n_pictures + 5);
    }
  gst_element_set_bus (GST_ELEMENT (link.receiver), NULL);
  link_clear (&link);
}
GST_END_TEST;

/* Lost audio is concealed: its time is filled, the tone goes on. */
GST_START_TEST (test_audio_loss)
{
  guint counter = 0;
  Link link;

  link_init (&link, OPUS);
  for (guint i = 0; i < 100; i++)
    {
      GstBuffer *packet;

      send_next (&link);
      while ((packet = take_packet (&link)))
        {
          if (++counter % 10)
            {
              gst_harness_push (link.receive, packet);
              continue;
            }
          gst_harness_push_event (
              link.receive,
              gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                    gst_structure_new ("GstRTPPacketLost", "seqnum", G_TYPE_UINT, 0,
                                                       "timestamp", G_TYPE_UINT64, GST_BUFFER_PTS (packet),
                                                       "duration", G_TYPE_UINT64, 20 * GST_MSECOND, NULL)));
          gst_buffer_unref (packet);
        }
      take_decoded (&link);
    }
  g_assert_cmpuint (link.samples->len, >=, 2 * 48000 * 94 / 100);
  assert_tone (&link, 0.8);
  link_clear (&link);
}
GST_END_TEST;

static Suite *
kp_receiver_loss_suite (void)
{
  Suite *suite = suite_create ("kp-receiver-loss");
  TCase *tcase = tcase_create ("media");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, NULL, show_elements);
  tcase_add_loop_test (tcase, test_loss, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_heavy_loss, 0, 3);
  tcase_add_loop_test (tcase, test_starts_without_keyframe, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_request, 0, 3);
  tcase_add_loop_test (tcase, test_garbage, 0, G_N_ELEMENTS (codecs));
  tcase_add_test (tcase, test_audio_loss);

  return suite;
}

GST_CHECK_MAIN (kp_receiver_loss)
