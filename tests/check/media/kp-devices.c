/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-devices.h"

#include <gst/check/gstcheck.h>

#include <math.h>

#include "../test-devices.h"
#include "gstkurentoerror.h"

#define MJPG "image/jpeg,width=(int)"
#define YUYV "video/x-raw,format=(string)YUY2,width=(int)"
#define RATES ",framerate=(fraction){30/1,24/1,15/1}"

/* As v4l2deviceprovider and pulsedeviceprovider tell of them. */
static const TestDeviceSpec cameras[] = {
  { "/dev/video0", TEST_CAMERA,
    YUYV "640,height=(int)480" RATES ";" YUYV "1280,height=(int)720,framerate=(fraction){10/1,15/2};" MJPG
         "1280,height=(int)720" RATES ";" MJPG "1920,height=(int)1080,framerate=(fraction)30000/1001" },
  { "/dev/video2", TEST_CAMERA,
    "video/x-raw(memory:DMABuf),format=(string){NV12,YUY2},width=(int)[32,4096,2],height=(int)[32,4096,2],"
    "framerate=(fraction)[0/1,60/1]" },
  { "/dev/video4", TEST_CAMERA, "video/x-h264,width=(int)3840,height=(int)2160" RATES },
  { NULL },
};

static const TestDeviceSpec microphones[] = {
  { "hw:1", TEST_MICROPHONE, "audio/x-raw,format=(string)S16LE,rate=(int){44100,48000},channels=(int)1" },
  { "pulse", TEST_MICROPHONE,
    "audio/x-raw,format=(string){S16LE,F32LE},rate=(int)[1,384000],channels=(int)[1,32]", NULL, TRUE },
  { NULL },
};

static const TestDeviceSpec nothing[] = {
  { NULL },
};

static GList *
make_devices (const TestDeviceSpec *specs)
{
  GList *devices = NULL;

  for (; specs->id; specs++)
    devices = g_list_append (devices, gst_object_ref_sink (test_device_new (specs)));

  return devices;
}

static gboolean
choose (const TestDeviceSpec *specs, KpMediaKind kind, const gchar *text, KpDeviceChoice *choice,
        GError **error)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  g_autoptr (KpConstraints) constraints = kp_constraints_read (node, kp_media_kind_to_string (kind), NULL);
  GList *devices = make_devices (specs);
  gboolean chosen = kp_devices_choose (devices, kind, constraints, choice, error);

  g_list_free_full (devices, gst_object_unref);

  return chosen;
}

GST_START_TEST (test_choices)
{
  static const struct
  {
    const TestDeviceSpec *devices;
    const gchar *constraints;
    const gchar *id;
    const gchar *caps; /* that of the source have to be in these */
  } rows[] = {
    { cameras, "true", "/dev/video0", YUYV "640,height=(int)480,framerate=(fraction)30/1" },
    { cameras, "{'width':640,'framerate':15}", "/dev/video0",
      YUYV "640,height=(int)480,framerate=(fraction)15/1" },
    { cameras, "{'width':{'exact':1280},'deviceId':{'exact':'/dev/video0'}}", "/dev/video0",
      MJPG "1280,height=(int)720,framerate=(fraction)30/1" },
    { cameras, "{'width':1280,'height':720,'frameRate':{'exact':7.5},'deviceId':'/dev/video0'}",
      "/dev/video0", YUYV "1280,height=(int)720,framerate=(fraction)15/2" },
    { cameras, "{'height':1080,'frameRate':{'min':30},'deviceId':'/dev/video0'}", "/dev/video0",
      MJPG "1920,height=(int)1080,framerate=(fraction)30000/1001" },
    { cameras, "{'width':{'min':2000},'frameRate':60}", "/dev/video2",
      "video/x-raw(memory:DMABuf),width=(int)2000,height=(int)1500,framerate=(fraction)60/1" },
    { microphones, "true", "pulse", "audio/x-raw,rate=(int)48000,channels=(int)1" },
    { microphones, "{'channelCount':2,'sampleRate':16000}", "pulse",
      "audio/x-raw,rate=(int)16000,channels=(int)2" },
    { microphones, "{'deviceId':['hw:0','hw:1'],'sampleRate':44000}", "hw:1",
      "audio/x-raw,rate=(int)44100,channels=(int)1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      KpMediaKind kind = rows[i].devices == cameras ? KP_MEDIA_VIDEO : KP_MEDIA_AUDIO;
      g_autoptr (GstCaps) expected = gst_caps_from_string (rows[i].caps);
      g_auto (KpDeviceChoice) choice = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree gchar *id = NULL;

      choose (rows[i].devices, kind, rows[i].constraints, &choice, &error);
      g_assert_no_error (error);
      id = kp_device_dup_id (choice.device);
      fail_unless_equals_string (id, rows[i].id);
      fail_unless (gst_caps_is_subset (choice.caps, expected), "row %u: %s", i,
                   gst_caps_to_string (choice.caps));
      fail_unless_equals_int (isnan (choice.latency), kind == KP_MEDIA_VIDEO);
    }
}
GST_END_TEST;

GST_START_TEST (test_errors)
{
  static const struct
  {
    const TestDeviceSpec *devices;
    KpMediaKind kind;
    const gchar *constraints;
    GstKurentoError code;
    const gchar *message_part;
  } rows[] = {
    { nothing, KP_MEDIA_AUDIO, "true", GST_KURENTO_ERROR_NOT_FOUND, "microphone" },
    { &cameras[2], KP_MEDIA_VIDEO, "true", GST_KURENTO_ERROR_NOT_FOUND, "camera" },
    { cameras, KP_MEDIA_VIDEO, "{'width':{'min':5000}}", GST_KURENTO_ERROR_OVERCONSTRAINED, "video.width" },
    { cameras, KP_MEDIA_VIDEO, "{'deviceId':{'exact':'x'}}", GST_KURENTO_ERROR_OVERCONSTRAINED,
      "video.deviceId" },
    { microphones, KP_MEDIA_AUDIO, "{'latency':{'max':0.0001}}", GST_KURENTO_ERROR_OVERCONSTRAINED,
      "audio.latency" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (KpDeviceChoice) choice = { 0 };
      g_autoptr (GError) error = NULL;

      fail_if (choose (rows[i].devices, rows[i].kind, rows[i].constraints, &choice, &error));
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, rows[i].code)
                       || (rows[i].code == GST_KURENTO_ERROR_NOT_FOUND
                           && g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_ALLOWED)),
                   "row %u: %s", i, error->message);
      fail_unless (strstr (error->message, rows[i].message_part), "row %u: %s", i, error->message);
      fail_if (choice.device || choice.caps);
    }
}
GST_END_TEST;

/* Sound is processed as far as it can be, and is wished for. */
GST_START_TEST (test_voice)
{
  static const struct
  {
    const gchar *constraints;
    gint voice[3]; /* echoCancellation, noiseSuppression, autoGainControl; -1: OVERCONSTRAINED */
    gint without[3]; /* the same when webrtcdsp is not installed */
  } rows[] = {
    { "true", { 1, 1, 1 }, { 0, 0, 0 } },
    { "{'echoCancellation':false}", { 0, 1, 1 }, { 0, 0, 0 } },
    { "{'noiseSuppression':{'exact':false},'autoGainControl':true}", { 1, 0, 1 }, { 0, 0, 0 } },
    { "{'autoGainControl':{'exact':true}}", { 1, 1, 1 }, { -1 } },
    { "{'channelCount':6}", { 0, 0, 0 }, { 0, 0, 0 } },
  };
  g_autoptr (GstPluginFeature) dsp = gst_registry_lookup_feature (gst_registry_get (), "webrtcdsp");

  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      guint row = i % G_N_ELEMENTS (rows);
      const gint *expected = i < G_N_ELEMENTS (rows) ? rows[row].voice : rows[row].without;
      g_auto (KpDeviceChoice) choice = { 0 };
      g_autoptr (GError) error = NULL;

      if (i == G_N_ELEMENTS (rows))
        gst_registry_remove_feature (gst_registry_get (), dsp);
      if (!choose (microphones, KP_MEDIA_AUDIO, rows[row].constraints, &choice, &error))
        {
          g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_OVERCONSTRAINED);
          fail_unless (expected[0] == -1 && strstr (error->message, "audio.autoGainControl"), "%s",
                       error->message);
          continue;
        }
      fail_unless (choice.voice.echo_cancellation == expected[0]
                       && choice.voice.noise_suppression == expected[1]
                       && choice.voice.auto_gain_control == expected[2],
                   "%u: %s", i, rows[row].constraints);
    }
}
GST_END_TEST;

static Suite *
kp_devices_suite (void)
{
  Suite *suite = suite_create ("kp-devices");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_choices);
  tcase_add_test (tcase, test_errors);
  tcase_add_test (tcase, test_voice);

  return suite;
}

GST_CHECK_MAIN (kp_devices)
