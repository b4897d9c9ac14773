/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#define DEADLINE (5 * GST_SECOND)

static const gchar *const lines[] = {
  "kurentopeerrecvonly name=p  p.video_src_0 ! fakesink  p.audio_src_0 ! fakesink",
  "kurentopeerrecvonly name=p  p.video_src_0 ! fakesink",
  "kurentopeer name=p send-source=test  p.video_src_0 ! compositor ! fakesink",
  "videotestsrc is-live=true ! kurentopeer name=p  p.audio_src_0 ! audiomixer ! fakesink",
  "videotestsrc is-live=true ! kurentopeersendonly",
};

/* EOS before any peer came, as gst-launch-1.0 -e sends it: the pads come, so that what waits for them ends too. */
GST_START_TEST (test_eos_without_a_peer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (lines[__i__], &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  fail_if (gst_element_set_state (pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
  gst_element_send_event (pipeline, gst_event_new_eos ());
  message = gst_bus_timed_pop_filtered (bus, DEADLINE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

GST_END_TEST;

static Suite *
kurentopeer_eos_suite (void)
{
  Suite *suite = suite_create ("kurentopeer-eos");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_eos_without_a_peer, 0, G_N_ELEMENTS (lines));

  return suite;
}

GST_CHECK_MAIN (kurentopeer_eos);
