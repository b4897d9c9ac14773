/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include "../test-devices.h"

#include <gst/base/gstbasetransform.h>
#include <gst/kurentopeer/kurentopeer.h>

#define ONLY_AUDIO "media-constraints={\"audio\":%s} send-source=webcam "
#define SPEAKER "p.audio_src_0 ! fakesink async=false "

static const TestDeviceSpec microphone[] = {
  { "microphone", TEST_MICROPHONE, "audio/x-raw,format=(string)S16LE,rate=(int)48000,channels=(int)1",
    TEST_AUDIO_SOURCE },
  { NULL },
};

/* In place of a webrtcdsp, and of a webrtcechoprobe: they take sound as it is, and say how much. */
typedef struct
{
  GstBaseTransform parent;
  gchar *probe; /* owned */
} FakeVoice;
typedef GstBaseTransformClass FakeVoiceClass;
GType fake_voice_get_type (void);
G_DEFINE_TYPE (FakeVoice, fake_voice, GST_TYPE_BASE_TRANSFORM)

typedef FakeVoice FakeProbe;
typedef FakeVoiceClass FakeProbeClass;
GType fake_probe_get_type (void);
G_DEFINE_TYPE (FakeProbe, fake_probe, fake_voice_get_type ())

static gint n_played;
static gchar *probe_name; /* of the last one that was made */

static void
fake_voice_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FakeVoice *self = (FakeVoice *)object;

  g_free (self->probe);
  self->probe = g_value_dup_string (value);
}

static void
fake_voice_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, ((FakeVoice *)object)->probe);
}

static void
fake_voice_finalize (GObject *object)
{
  g_free (((FakeVoice *)object)->probe);
  G_OBJECT_CLASS (fake_voice_parent_class)->finalize (object);
}

static void
fake_voice_class_init (FakeVoiceClass *klass)
{
  static GstStaticPadTemplate sink
      = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw"));
  static GstStaticPadTemplate src
      = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw"));
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = fake_voice_set_property;
  object_class->get_property = fake_voice_get_property;
  object_class->finalize = fake_voice_finalize;
  g_object_class_install_property (object_class, 1,
                                   g_param_spec_string ("probe", NULL, NULL, NULL, G_PARAM_READWRITE));
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &sink);
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &src);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Fake", "Filter/Audio", "Of a test",
                                         "kurentopeer");
}

static void
fake_voice_init (FakeVoice *self)
{
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
}

static GstFlowReturn
fake_probe_transform_ip (GstBaseTransform *transform, GstBuffer *buffer)
{
  g_atomic_int_inc (&n_played);

  return GST_FLOW_OK;
}

static GstStateChangeReturn
fake_probe_change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    {
      g_free (probe_name);
      probe_name = gst_element_get_name (element);
    }

  return GST_ELEMENT_CLASS (fake_probe_parent_class)->change_state (element, transition);
}

static void
fake_probe_class_init (FakeProbeClass *klass)
{
  klass->transform_ip = fake_probe_transform_ip;
  GST_ELEMENT_CLASS (klass)->change_state = fake_probe_change_state;
}

static void
fake_probe_init (FakeProbe *self)
{
}

/* Once in the process. */
static void
replace_elements (void)
{
  static const gchar *const names[] = { "webrtcdsp", "webrtcechoprobe" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GstPluginFeature) former = gst_registry_lookup_feature (gst_registry_get (), names[i]);

      if (former)
        gst_registry_remove_feature (gst_registry_get (), former);
    }
  gst_element_register (NULL, names[0], GST_RANK_NONE, fake_voice_get_type ());
  gst_element_register (NULL, names[1], GST_RANK_NONE, fake_probe_get_type ());
}

/* What a peer plays is what its microphone may hear again. */
GST_START_TEST (test_call)
{
  static const struct
  {
    const gchar *element;
    const gchar *constraints;
    gboolean is_processed;
    gboolean has_probe;
  } rows[] = {
    { "kurentopeer", "true", TRUE, TRUE },
    { "kurentopeersendonly", "true", TRUE, FALSE },
    { "kurentopeer output=encoded", "true", TRUE, FALSE },
    { "kurentopeer", "{\"echoCancellation\":false}", TRUE, FALSE },
    { "kurentopeer", "{\"echoCancellation\":false,\"noiseSuppression\":false,\"autoGainControl\":false}",
      FALSE, FALSE },
  };
  g_autofree gchar *line
      = g_strdup_printf ("%s name=p " ONLY_AUDIO "%s", rows[__i__].element, rows[__i__].constraints,
                         g_str_equal (rows[__i__].element, "kurentopeersendonly") ? "" : SPEAKER);
  g_autoptr (GstElement) voice = NULL;
  g_autofree gchar *probe = NULL;
  Side a;
  Side b;

  test_devices_set (microphone);
  side_init (&a, line);
  side_init (&b, "audiotestsrc is-live=true ! kurentopeer name=p media-constraints={\"audio\":true}");
  call (&a, &b);
  voice = side_find_inside (&a, "webrtcdsp");
  fail_unless_equals_int (voice != NULL, rows[__i__].is_processed);
  if (voice)
    g_object_get (voice, "probe", &probe, NULL);
  fail_unless_equals_int (probe != NULL, rows[__i__].has_probe);
  if (probe)
    {
      g_assert_cmpstr (probe, ==, probe_name);
      wait_until (g_atomic_int_get (&n_played) > 10);
    }
  fail_unless_equals_int (a.n_errors + a.n_warnings, 0);
  g_clear_object (&voice);
  side_clear (&a);
  side_clear (&b);
  g_clear_pointer (&probe_name, g_free);
}
GST_END_TEST

static Suite *
echo_suite (void)
{
  Suite *suite = suite_create ("echo");
  TCase *tcase = tcase_create ("general");

  warm_up ();
  replace_elements ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_call, 0, 5);

  return suite;
}

GST_CHECK_MAIN (echo)
