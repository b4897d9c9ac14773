/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sender that is held while there is no connection. */
#include "kp-sender.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/rtp/gstrtpbuffer.h>

#define N_PIXELS (320 * 240)

static GstHarness *
make_harness (const gchar *codec)
{
  KpSenderConfig config
      = { .codec = kp_codec_find (KP_MEDIA_VIDEO, codec), .payload_type = 96, .ssrc = 1, .bitrate = 600000 };
  g_autoptr (GError) error = NULL;
  KpSender *sender = kp_sender_new (&config, &error);
  GstHarness *harness;

  g_assert_no_error (error);
  gst_object_ref_sink (sender);
  harness = gst_harness_new_with_element (GST_ELEMENT (sender), "sink", "src");
  gst_object_unref (sender);
  gst_harness_set_src_caps_str (harness, "video/x-raw,format=I420,width=320,height=240,framerate=30/1");

  return harness;
}

static void
push_picture (GstHarness *harness, guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, N_PIXELS * 3 / 2, NULL);

  gst_buffer_memset (buffer, 0, 0x40, -1);
  GST_BUFFER_PTS (buffer) = GST_SECOND + n * GST_SECOND / 30;
  fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
}

/* The first payload byte of VP8 behind its descriptor: bit 0 is 0 for a keyframe (RFC 6386). */
static gboolean
is_vp8_keyframe (GstBuffer *packet)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  const guint8 *payload;
  gboolean key;

  fail_unless (gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp));
  payload = gst_rtp_buffer_get_payload (&rtp);
  /* X, then I with a 15 bit picture id: 4 bytes in all */
  fail_unless (payload[0] & 0x80 && payload[1] & 0x80 && payload[2] & 0x80);
  key = !(payload[4] & 1);
  gst_rtp_buffer_unmap (&rtp);

  return key;
}

static gpointer
push_thread (gpointer data)
{
  push_picture (data, 0);

  return NULL;
}

/* The picture that came before the connection goes out with it, a keyframe, without another picture. */
GST_START_TEST (test_release)
{
  GstHarness *harness = make_harness ("VP8");
  KpSender *sender = KP_SENDER (harness->element);
  g_autoptr (GstBuffer) packet = NULL;
  GThread *thread;

  kp_sender_hold (sender);
  thread = g_thread_new ("push", push_thread, harness);
  fail_unless (gst_harness_try_pull (harness) == NULL);
  kp_sender_release (sender);
  packet = gst_harness_pull (harness);
  fail_unless (packet && is_vp8_keyframe (packet));
  g_thread_join (thread);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The connection takes long: the picture is given up, nothing leaves, and it goes on with a keyframe. */
GST_START_TEST (test_given_up)
{
  GstHarness *harness = make_harness ("VP8");
  KpSender *sender = KP_SENDER (harness->element);
  g_autoptr (GstBuffer) packet = NULL;

  kp_sender_hold (sender);
  for (guint i = 0; i < 3; i++)
    push_picture (harness, i);
  fail_unless_equals_int (gst_harness_buffers_in_queue (harness), 0);

  kp_sender_release (sender);
  push_picture (harness, 3);
  packet = gst_harness_pull (harness);
  fail_unless (packet && is_vp8_keyframe (packet));
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The connection goes before it came: who waits goes on at once, and nothing leaves any more. */
GST_START_TEST (test_drop)
{
  GstHarness *harness = make_harness ("VP8");
  KpSender *sender = KP_SENDER (harness->element);
  GThread *thread;

  kp_sender_hold (sender);
  thread = g_thread_new ("push", push_thread, harness);
  kp_sender_drop (sender);
  g_thread_join (thread);
  kp_sender_release (sender);
  push_picture (harness, 1);
  fail_unless_equals_int (gst_harness_buffers_in_queue (harness), 0);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* One that was never held does not ask for a keyframe. */
GST_START_TEST (test_release_alone)
{
  GstHarness *harness = make_harness ("VP8");
  KpSender *sender = KP_SENDER (harness->element);
  g_autoptr (GstBuffer) first = NULL;
  g_autoptr (GstBuffer) second = NULL;

  push_picture (harness, 0);
  first = gst_harness_pull (harness);
  fail_unless (is_vp8_keyframe (first));
  while (gst_harness_buffers_in_queue (harness))
    gst_buffer_unref (gst_harness_pull (harness));
  kp_sender_release (sender);
  push_picture (harness, 1);
  second = gst_harness_pull (harness);
  fail_if (is_vp8_keyframe (second));
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
kp_sender_hold_suite (void)
{
  Suite *suite = suite_create ("kp-sender-hold");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_release);
  tcase_add_test (tcase, test_given_up);
  tcase_add_test (tcase, test_drop);
  tcase_add_test (tcase, test_release_alone);

  return suite;
}

GST_CHECK_MAIN (kp_sender_hold);
