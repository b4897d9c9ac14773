/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-capture.h"

#include <gst/audio/audio.h>

#include "kp-element.h"
#include "kp-fitness.h"
#include "kp-screen.h"
#include "kp-webcam.h"

/* What the test sources are asked for: no limits of theirs, but of what encoders and the ear take. */
#define MAX_TEST_SIZE 8192 /* pixels */
#define MAX_TEST_RATE 240 /* pictures in a second */
#define MIN_SAMPLE_RATE 8000 /* Hz */
#define MAX_SAMPLE_RATE 192000 /* Hz */
#define MAX_CHANNELS 2
#define MIN_LATENCY 0.0025 /* s */
#define MAX_LATENCY 0.1 /* s */

static void
describe_test_picture (KpCapability *capability)
{
  kp_capability_set (capability, KP_CONSTRAINT_WIDTH, 16, MAX_TEST_SIZE);
  kp_capability_set (capability, KP_CONSTRAINT_HEIGHT, 16, MAX_TEST_SIZE);
  kp_capability_set (capability, KP_CONSTRAINT_FRAME_RATE, 1, MAX_TEST_RATE);
}

static void
describe_test_tone (KpCapability *capability)
{
  kp_capability_set (capability, KP_CONSTRAINT_SAMPLE_RATE, MIN_SAMPLE_RATE, MAX_SAMPLE_RATE);
  kp_capability_set (capability, KP_CONSTRAINT_CHANNEL_COUNT, 1, MAX_CHANNELS);
  kp_capability_set (capability, KP_CONSTRAINT_LATENCY, MIN_LATENCY, MAX_LATENCY);
}

static GstElement *
new_test_picture (const gdouble *numbers, GstCaps **caps, GError **error)
{
  gint rate_n;
  gint rate_d;

  gst_util_double_to_fraction (numbers[KP_CONSTRAINT_FRAME_RATE], &rate_n, &rate_d);
  *caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
                               (gint)numbers[KP_CONSTRAINT_WIDTH], "height", G_TYPE_INT,
                               (gint)numbers[KP_CONSTRAINT_HEIGHT], "framerate", GST_TYPE_FRACTION, rate_n,
                               rate_d, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);

  return kp_element_new ("videotestsrc", "is-live=true pattern=smpte", error);
}

static GstElement *
new_test_tone (const gdouble *numbers, GstCaps **caps, GError **error)
{
  gint rate = numbers[KP_CONSTRAINT_SAMPLE_RATE];
  gint samples = rate * numbers[KP_CONSTRAINT_LATENCY];
  GstElement *source;

  *caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, GST_AUDIO_NE (S16), "layout",
                               G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT,
                               (gint)numbers[KP_CONSTRAINT_CHANNEL_COUNT], NULL);
  source = kp_element_new ("audiotestsrc", "is-live=true wave=sine freq=440 volume=0.1", error);
  if (source)
    g_object_set (source, "samplesperbuffer", samples, NULL);

  return source;
}

static const struct
{
  void (*describe) (KpCapability *capability);
  GstElement *(*make) (const gdouble *numbers, GstCaps **caps, GError **error);
} test_sources[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO] = { describe_test_tone, new_test_tone },
  [KP_MEDIA_VIDEO] = { describe_test_picture, new_test_picture },
};

/* The OVERCONSTRAINED error of the solver, with the name of the property. */
static gboolean
settle_test (KpMediaKind kind, const KpConstraints *constraints, KpSettled *settled, GError **error)
{
  KpCapability capability;

  kp_capability_init (&capability);
  test_sources[kind].describe (&capability);
  if (kp_fitness_choose (constraints, kp_media_kind_to_string (kind), &capability, 1, settled, error))
    return TRUE;
  g_prefix_error (error, "media-constraints: ");

  return FALSE;
}

static gboolean
build_test (GstBin *bin, KpMediaKind kind, const KpConstraints *constraints, GError **error)
{
  g_autoptr (GstCaps) caps = NULL;
  GstElement *last = NULL;
  KpSettled settled;

  if (!settle_test (kind, constraints, &settled, error))
    return FALSE;

  if (!kp_element_append (bin, &last, test_sources[kind].make (settled.numbers, &caps, error), error)
      || !kp_element_append (bin, &last, kp_element_new_capsfilter (caps, error), error))
    {
      g_prefix_error (error, "send-source: ");
      return FALSE;
    }
  kp_element_finish (bin, last);

  return TRUE;
}

GstElement *
kp_capture_new (const KpCaptureOptions *options, KpMediaKind kind, const KpConstraints *constraints,
                GError **error)
{
  GstKurentoSendSource source = options->source;
  gboolean is_display = source == GST_KURENTO_SEND_SOURCE_SCREEN || source == GST_KURENTO_SEND_SOURCE_WINDOW;
  GstElement *bin;

  if (is_display && kind == KP_MEDIA_VIDEO)
    return kp_screen_new (source, constraints, options->window, error);
  if (is_display || source == GST_KURENTO_SEND_SOURCE_WEBCAM)
    return kp_webcam_new (kind, constraints, options->echo);
  if (source != GST_KURENTO_SEND_SOURCE_TEST)
    return NULL;

  bin = gst_bin_new (NULL);
  if (!build_test (GST_BIN (bin), kind, constraints, error))
    {
      gst_object_unref (gst_object_ref_sink (bin));
      return NULL;
    }

  return bin;
}
