/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../test-devices.h"

#include <gst/check/gstcheck.h>
#include <gst/kurentopeer/kurentopeer.h>

static const TestDeviceSpec devices[] = {
  { "small", TEST_CAMERA, "video/x-raw,width=(int)320,height=(int)240,framerate=(fraction)30/1",
    TEST_VIDEO_SOURCE },
  { "large", TEST_CAMERA, "video/x-raw,width=(int)1280,height=(int)720,framerate=(fraction)15/2",
    TEST_VIDEO_SOURCE },
  { "microphone", TEST_MICROPHONE, "audio/x-raw,rate=(int)48000,channels=(int)6", TEST_AUDIO_SOURCE },
  { NULL },
};

#define CAMERA(id, rest)                                                                                     \
  "{\"kind\":\"videoinput\",\"deviceId\":\"" id "\",\"groupId\":\"\",\"label\":\"" id "\"," rest "}"
#define SMALL "\"settings\":{\"width\":320,\"height\":240,\"frameRate\":30.0}"
#define LARGE "\"settings\":{\"width\":1280,\"height\":720,\"frameRate\":7.5}"
#define TOO_SMALL "\"error\":\"media-constraints: video.width: nothing here gives at least "

GST_START_TEST (test_list)
{
  static const struct
  {
    const gchar *constraints;
    const gchar *list;
  } rows[] = {
    { "{\"video\":{\"width\":320}}",
      "[" CAMERA ("small", "\"chosen\":true,\"fitnessDistance\":0.0," SMALL) "," CAMERA (
          "large", "\"chosen\":false,\"fitnessDistance\":0.75," LARGE) "]" },
    { "{\"video\":{\"width\":{\"min\":1000}}}",
      "[" CAMERA ("small", "\"chosen\":false," TOO_SMALL "1000\"") "," CAMERA (
          "large", "\"chosen\":true,\"fitnessDistance\":0.0," LARGE) "]" },
    { "{\"video\":{\"width\":{\"min\":2000}}}",
      "[" CAMERA ("small", "\"chosen\":false," TOO_SMALL
                           "2000\"") "," CAMERA ("large", "\"chosen\":false," TOO_SMALL "2000\"") "]" },
    { "{\"audio\":true}",
      "[{\"kind\":\"audioinput\",\"deviceId\":\"microphone\",\"groupId\":\"\",\"label\":\"microphone\","
      "\"chosen\":true,\"fitnessDistance\":0.0,\"settings\":{\"sampleRate\":48000,\"channelCount\":6,"
      "\"echoCancellation\":false,\"noiseSuppression\":false,\"autoGainControl\":false}}]" },
    { "{\"audio\":false,\"video\":false}", "[]" },
  };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *list = NULL;

  test_devices_set (devices);
  list = gst_kurento_enumerate_devices (rows[__i__].constraints, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (list, ==, rows[__i__].list);
}
GST_END_TEST

GST_START_TEST (test_default)
{
  g_autofree gchar *list = NULL;

  test_devices_set (devices);
  list = gst_kurento_enumerate_devices (NULL, NULL);
  fail_unless (list && strstr (list, "\"videoinput\"") && strstr (list, "\"audioinput\""), "%s", list);
}
GST_END_TEST

GST_START_TEST (test_malformed)
{
  g_autoptr (GError) error = NULL;

  fail_if (gst_kurento_enumerate_devices ("{\"video\":1}", &error));
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT);
}
GST_END_TEST

static Suite *
gstkurentodevices_suite (void)
{
  Suite *suite = suite_create ("gstkurentodevices");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_list, 0, 5);
  tcase_add_test (tcase, test_default);
  tcase_add_test (tcase, test_malformed);

  return suite;
}

GST_CHECK_MAIN (gstkurentodevices)
