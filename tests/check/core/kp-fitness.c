/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fitness.h"

#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "gstkurentoerror.h"
#include "kp-json.h"

#define MAX_CAPABILITIES 128

/* A size and its rates, as "v4l2-ctl --list-formats-ext" prints them. */
typedef struct
{
  const gchar *name; /* the format, or the device */
  guint width;
  guint height;
  gdouble rates[9];
} KpMode;

/* Logitech HD Pro Webcam C920, YUYV before MJPG. */
static const KpMode c920[] = {
  { "YUYV", 640, 480, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 160, 90, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 176, 144, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 320, 180, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 320, 240, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 432, 240, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 640, 360, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 800, 600, { 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 864, 480, { 24, 20, 15, 10, 7.5, 5 } },
  { "YUYV", 1280, 720, { 10, 7.5, 5 } },
  { "YUYV", 1920, 1080, { 5 } },
  { "MJPG", 640, 480, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "MJPG", 1280, 720, { 30, 24, 20, 15, 10, 7.5, 5 } },
  { "MJPG", 1920, 1080, { 30, 24, 20, 15, 10, 7.5, 5 } },
};

/* The camera of a laptop (Chicony), which has one rate only, in the NTSC manner for the largest. */
static const KpMode laptop[] = {
  { "MJPG", 1280, 720, { 30000. / 1001 } },
  { "MJPG", 640, 480, { 30 } },
  { "MJPG", 640, 360, { 30 } },
  { "YUYV", 1280, 720, { 10 } },
  { "YUYV", 640, 480, { 30 } },
};

/* Two cameras of a telephone. */
static const KpMode telephone[] = {
  { "user", 640, 480, { 30, 15 } },      { "user", 1280, 960, { 30, 15 } },
  { "environment", 640, 480, { 30 } },   { "environment", 1920, 1080, { 60, 30 } },
  { "environment", 3840, 2160, { 30 } },
};

static guint
add_mode (const KpMode *mode, KpCapability *capabilities, guint n)
{
  for (guint i = 0; i < G_N_ELEMENTS (mode->rates) && mode->rates[i] > 0; i++)
    {
      KpCapability *capability = &capabilities[n++];

      fail_unless (n <= MAX_CAPABILITIES);
      kp_capability_init (capability);
      kp_capability_set (capability, KP_CONSTRAINT_WIDTH, mode->width, mode->width);
      kp_capability_set (capability, KP_CONSTRAINT_HEIGHT, mode->height, mode->height);
      kp_capability_set (capability, KP_CONSTRAINT_FRAME_RATE, mode->rates[i], mode->rates[i]);
      capability->words[KP_CONSTRAINT_FACING_MODE] = mode->name;
    }

  return n;
}

/* Single quotes stand for double ones, for the reader's sake. */
static KpConstraints *
read_text (const gchar *text)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (JsonNode) node = kp_json_parse (json, -1, NULL);
  KpConstraints *constraints = kp_constraints_read (node, "video", NULL);

  fail_unless (constraints, "%s", text);

  return constraints;
}

static gchar *
choose_mode (const KpMode *modes, guint n_modes, const gchar *text)
{
  g_autofree KpCapability *capabilities = g_new (KpCapability, MAX_CAPABILITIES);
  g_autoptr (KpConstraints) constraints = read_text (text);
  g_autoptr (GError) error = NULL;
  KpSettled settled;
  guint n = 0;

  for (guint i = 0; i < n_modes; i++)
    n = add_mode (&modes[i], capabilities, n);
  if (!kp_fitness_choose (constraints, "video", capabilities, n, &settled, &error))
    {
      fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_OVERCONSTRAINED));
      return g_strdup (error->message);
    }

  return g_strdup_printf ("%s %gx%g@%.4g", capabilities[settled.index].words[KP_CONSTRAINT_FACING_MODE],
                          settled.numbers[KP_CONSTRAINT_WIDTH], settled.numbers[KP_CONSTRAINT_HEIGHT],
                          settled.numbers[KP_CONSTRAINT_FRAME_RATE]);
}

#define CAMERA(modes) modes, G_N_ELEMENTS (modes)
#define NOTHING(place, what) "video." place ": nothing here gives " what

GST_START_TEST (test_cameras)
{
  static const struct
  {
    const KpMode *modes;
    guint n_modes;
    const gchar *constraints;
    const gchar *chosen;
  } rows[] = {
    { CAMERA (c920), "true", "YUYV 640x480@30" },
    { CAMERA (c920), "{'width':640,'framerate':15}", "YUYV 640x480@15" },
    { CAMERA (c920), "{'width':640,'height':360}", "YUYV 640x360@30" },
    { CAMERA (c920), "{'width':1280,'height':720}", "MJPG 1280x720@30" },
    { CAMERA (c920), "{'width':{'exact':1280},'frameRate':{'max':10}}", "YUYV 1280x720@10" },
    { CAMERA (c920), "{'width':4000,'height':3000}", "MJPG 1920x1080@30" },
    { CAMERA (c920), "{'width':{'min':1000}}", "MJPG 1280x720@30" },
    { CAMERA (c920), "{'width':{'min':700,'max':900}}", "YUYV 800x600@24" },
    { CAMERA (c920), "{'width':800,'frameRate':{'min':25}}", "YUYV 640x480@30" },
    { CAMERA (c920), "{'height':1}", "YUYV 160x90@30" },
    { CAMERA (c920), "{'frameRate':8}", "YUYV 640x480@7.5" },
    { CAMERA (c920), "{'aspectRatio':1.78}", "YUYV 640x360@30" },
    { CAMERA (c920), "{'aspectRatio':{'exact':1.7777777778},'height':{'min':400}}", "MJPG 1280x720@30" },
    { CAMERA (c920), "{'width':{'exact':641}}", NOTHING ("width", "exactly 641") },
    { CAMERA (c920), "{'width':{'min':1920},'frameRate':{'min':60}}", NOTHING ("frameRate", "at least 60") },
    { CAMERA (c920), "{'height':{'min':500,'max':550}}", NOTHING ("height", "at least 500 and at most 550") },
    { CAMERA (c920), "{'width':{'min':5,'max':4}}", NOTHING ("width", "at least 5 and at most 4") },
    { CAMERA (c920), "{'aspectRatio':{'max':1}}", NOTHING ("aspectRatio", "at most 1") },
    { CAMERA (c920), "{'sampleRate':{'min':1}}", NOTHING ("sampleRate", "at least 1") },
    { CAMERA (c920), "{'echoCancellation':{'exact':true}}", NOTHING ("echoCancellation", "true") },
    { CAMERA (c920), "{'cursor':{'exact':['never','motion']}}",
      NOTHING ("cursor", "\"never\" or \"motion\"") },
    { CAMERA (c920), "{'sampleRate':44100,'echoCancellation':true,'cursor':'never'}", "YUYV 640x480@30" },
    { CAMERA (laptop), "{'width':640,'framerate':15}", "MJPG 640x480@30" },
    { CAMERA (laptop), "{'width':1280,'frameRate':{'exact':30}}", "MJPG 1280x720@29.97" },
    { CAMERA (laptop), "{'width':{'exact':1280},'framerate':15}", "YUYV 1280x720@10" },
    { CAMERA (laptop), "{'width':{'exact':1280},'frameRate':{'min':15}}", "MJPG 1280x720@29.97" },
    { CAMERA (telephone), "true", "user 640x480@30" },
    { CAMERA (telephone), "{'facingMode':'environment'}", "environment 640x480@30" },
    { CAMERA (telephone), "{'facingMode':{'exact':'environment'},'width':1280}", "environment 1920x1080@30" },
    { CAMERA (telephone), "{'facingMode':['left','user'],'width':3840}", "user 1280x960@30" },
    { CAMERA (telephone), "{'facingMode':{'exact':'left'}}", NOTHING ("facingMode", "\"left\"") },
    { CAMERA (telephone), "{'facingMode':{'exact':'user'},'frameRate':{'min':50}}",
      NOTHING ("frameRate", "at least 50") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *chosen = choose_mode (rows[i].modes, rows[i].n_modes, rows[i].constraints);

      fail_unless (g_str_equal (chosen, rows[i].chosen), "%s: %s, not %s", rows[i].constraints, chosen,
                   rows[i].chosen);
    }
}
GST_END_TEST;

/* A set that nobody meets is forgotten, one that some meet leaves only those. */
GST_START_TEST (test_advanced)
{
  static const gchar *const rows[][2] = {
    { "{'advanced':[{'width':9999}]}", "YUYV 640x480@30" },
    { "{'width':640,'advanced':[{'width':1920}]}", "MJPG 1920x1080@30" },
    { "{'advanced':[{'width':1920,'frameRate':30},{'width':1280}]}", "MJPG 1920x1080@30" },
    { "{'advanced':[{'width':1920,'frameRate':60},{'width':1280,'frameRate':{'min':20}}]}",
      "MJPG 1280x720@30" },
    { "{'width':{'max':640},'advanced':[{'width':1280},{'aspectRatio':1.78}]}", "YUYV 640x360@30" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *chosen = choose_mode (c920, G_N_ELEMENTS (c920), rows[i][0]);

      fail_unless (g_str_equal (chosen, rows[i][1]), "%s: %s", rows[i][0], chosen);
    }
}
GST_END_TEST;

/* What can take any size, like a test picture or a scaler. */
GST_START_TEST (test_any_size)
{
  static const struct
  {
    const gchar *constraints;
    guint width;
    guint height;
    gdouble rate;
  } rows[] = {
    { "true", 640, 480, 30 },
    { "{'width':640,'framerate':15}", 640, 480, 15 },
    { "{'width':320}", 320, 240, 30 },
    { "{'height':720}", 960, 720, 30 },
    { "{'height':720,'aspectRatio':1.7777777778}", 1280, 720, 30 },
    { "{'width':1280,'aspectRatio':{'exact':1.7777777778}}", 1280, 720, 30 },
    { "{'aspectRatio':2}", 640, 320, 30 },
    { "{'width':100,'height':400}", 100, 400, 30 },
    { "{'width':{'min':1000}}", 1000, 750, 30 },
    { "{'height':{'min':1000},'aspectRatio':{'min':1.5}}", 1500, 1000, 30 },
    { "{'height':{'max':120}}", 160, 120, 30 },
    { "{'width':9999}", 4096, 3072, 30 },
    { "{'width':640,'height':480,'aspectRatio':{'exact':2}}", 640, 320, 30 },
    { "{'frameRate':{'max':24}}", 640, 480, 24 },
    { "{'advanced':[{'aspectRatio':2},{'height':500}]}", 1000, 500, 30 },
  };
  KpCapability capability;

  kp_capability_init (&capability);
  kp_capability_set (&capability, KP_CONSTRAINT_WIDTH, 16, 4096);
  kp_capability_set (&capability, KP_CONSTRAINT_HEIGHT, 16, 4096);
  kp_capability_set (&capability, KP_CONSTRAINT_FRAME_RATE, 1, 120);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KpConstraints) constraints = read_text (rows[i].constraints);
      KpSettled settled;

      fail_unless (kp_fitness_choose (constraints, "video", &capability, 1, &settled, NULL));
      fail_unless (settled.numbers[KP_CONSTRAINT_WIDTH] == rows[i].width
                       && settled.numbers[KP_CONSTRAINT_HEIGHT] == rows[i].height
                       && settled.numbers[KP_CONSTRAINT_FRAME_RATE] == rows[i].rate,
                   "%s: %gx%g@%g", rows[i].constraints, settled.numbers[KP_CONSTRAINT_WIDTH],
                   settled.numbers[KP_CONSTRAINT_HEIGHT], settled.numbers[KP_CONSTRAINT_FRAME_RATE]);
    }
}
GST_END_TEST;

/* PulseAudio gives any rate up to 384 kHz; an ALSA device in hardware has what it has. */
GST_START_TEST (test_microphones)
{
  static const struct
  {
    const gchar *constraints;
    guint index;
    gdouble rate;
    gdouble channels;
    gdouble echo_cancellation;
  } rows[] = {
    { "true", 0, 48000, 1, 1 },
    { "{'sampleRate':44100}", 0, 44100, 1, 1 },
    { "{'channelCount':2}", 0, 48000, 2, 1 },
    { "{'channelCount':{'min':4}}", 0, 48000, 4, 1 },
    { "{'deviceId':'hw:1','sampleRate':48000}", 1, 44100, 1, 0 },
    { "{'deviceId':{'exact':['hw:1','hw:2']},'channelCount':{'ideal':2}}", 2, 16000, 2, 0 },
    { "{'echoCancellation':true}", 0, 48000, 1, 1 },
    { "{'echoCancellation':false}", 0, 48000, 1, 0 },
    { "{'echoCancellation':{'exact':false},'groupId':{'exact':'usb'}}", 1, 44100, 1, 0 },
  };
  KpCapability capabilities[3];

  for (guint i = 0; i < G_N_ELEMENTS (capabilities); i++)
    kp_capability_init (&capabilities[i]);
  kp_capability_set (&capabilities[0], KP_CONSTRAINT_SAMPLE_RATE, 1, 384000);
  kp_capability_set (&capabilities[0], KP_CONSTRAINT_CHANNEL_COUNT, 1, 32);
  kp_capability_set (&capabilities[0], KP_CONSTRAINT_ECHO_CANCELLATION, 0, 1);
  capabilities[0].words[KP_CONSTRAINT_DEVICE_ID] = "default";
  kp_capability_set (&capabilities[1], KP_CONSTRAINT_SAMPLE_RATE, 44100, 44100);
  kp_capability_set (&capabilities[1], KP_CONSTRAINT_CHANNEL_COUNT, 1, 1);
  kp_capability_set (&capabilities[1], KP_CONSTRAINT_ECHO_CANCELLATION, 0, 0);
  capabilities[1].words[KP_CONSTRAINT_DEVICE_ID] = "hw:1";
  capabilities[1].words[KP_CONSTRAINT_GROUP_ID] = "usb";
  kp_capability_set (&capabilities[2], KP_CONSTRAINT_SAMPLE_RATE, 8000, 16000);
  kp_capability_set (&capabilities[2], KP_CONSTRAINT_CHANNEL_COUNT, 2, 2);
  capabilities[2].words[KP_CONSTRAINT_DEVICE_ID] = "hw:2";

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KpConstraints) constraints = read_text (rows[i].constraints);
      KpSettled settled;

      fail_unless (kp_fitness_choose (constraints, "audio", capabilities, G_N_ELEMENTS (capabilities),
                                      &settled, NULL));
      fail_unless (settled.index == rows[i].index
                       && settled.numbers[KP_CONSTRAINT_SAMPLE_RATE] == rows[i].rate
                       && settled.numbers[KP_CONSTRAINT_CHANNEL_COUNT] == rows[i].channels,
                   "%s: %u, %g Hz, %g channels", rows[i].constraints, settled.index,
                   settled.numbers[KP_CONSTRAINT_SAMPLE_RATE], settled.numbers[KP_CONSTRAINT_CHANNEL_COUNT]);
      fail_unless (settled.index == 2
                   || settled.numbers[KP_CONSTRAINT_ECHO_CANCELLATION] == rows[i].echo_cancellation);
    }
}
GST_END_TEST;

/* The specification's formulas. */
GST_START_TEST (test_distance)
{
  static const struct
  {
    const gchar *constraints;
    gdouble distance;
  } rows[] = {
    { "true", 0 },
    { "{'width':{'min':1,'max':4000}}", 0 },
    { "{'width':800}", 0 },
    { "{'width':1000}", 0.2 },
    { "{'width':400}", 0.5 },
    { "{'width':400,'height':1200}", 1 },
    { "{'latency':1}", 1 },
    { "{'deviceId':['a','b']}", 0 },
    { "{'deviceId':'b'}", 1 },
    { "{'groupId':'b'}", 1 },
    { "{'echoCancellation':false}", 0 },
    { "{'echoCancellation':true}", 1 },
  };
  KpCapability capability;

  kp_capability_init (&capability);
  kp_capability_set (&capability, KP_CONSTRAINT_WIDTH, 800, 800);
  kp_capability_set (&capability, KP_CONSTRAINT_HEIGHT, 600, 600);
  kp_capability_set (&capability, KP_CONSTRAINT_ECHO_CANCELLATION, 0, 0);
  capability.words[KP_CONSTRAINT_DEVICE_ID] = "a";
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KpConstraints) constraints = read_text (rows[i].constraints);
      KpSettled settled;

      fail_unless (kp_fitness_choose (constraints, "video", &capability, 1, &settled, NULL));
      fail_unless (fabs (settled.distance - rows[i].distance) < 1e-9, "%s: %g", rows[i].constraints,
                   settled.distance);
      fail_unless (isnan (settled.numbers[KP_CONSTRAINT_LATENCY]));
    }
}
GST_END_TEST;

static Suite *
kp_fitness_suite (void)
{
  Suite *suite = suite_create ("kp-fitness");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_cameras);
  tcase_add_test (tcase, test_advanced);
  tcase_add_test (tcase, test_any_size);
  tcase_add_test (tcase, test_microphones);
  tcase_add_test (tcase, test_distance);

  return suite;
}

GST_CHECK_MAIN (kp_fitness)
