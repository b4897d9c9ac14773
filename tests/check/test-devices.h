/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Cameras and microphones that the test says, and no others: a device provider of its own. */
typedef struct
{
  const gchar *id; /* NULL ends a list */
  const gchar *classes; /* "Video/Source" or "Audio/Source" */
  const gchar *caps;
  const gchar *source; /* what makes the element; NULL: it cannot be made */
  gboolean is_default;
} TestDeviceSpec;

#define TEST_CAMERA "Video/Source"
#define TEST_MICROPHONE "Audio/Source"
#define TEST_VIDEO_SOURCE "videotestsrc is-live=true"
#define TEST_JPEG_SOURCE "videotestsrc is-live=true ! jpegenc"
#define TEST_BREAKING_SOURCE "videotestsrc is-live=true ! identity error-after=3"
#define TEST_AUDIO_SOURCE "audiotestsrc is-live=true"
#define TEST_MISSING_FILE "filesrc location=/there/is/no/such.raw"

/* An element that may not open its device. */
#define TEST_FORBIDDEN_SOURCE "testforbiddensrc"

typedef struct
{
  GstDevice parent;
  const TestDeviceSpec *spec;
} TestDevice;
typedef GstDeviceClass TestDeviceClass;
GType test_device_get_type (void);
G_DEFINE_TYPE (TestDevice, test_device, GST_TYPE_DEVICE)

typedef struct
{
  GstDeviceProvider parent;
} TestProvider;
typedef GstDeviceProviderClass TestProviderClass;
GType test_provider_get_type (void);
G_DEFINE_TYPE (TestProvider, test_provider, GST_TYPE_DEVICE_PROVIDER)

typedef GstBin TestForbidden;
typedef GstBinClass TestForbiddenClass;
GType test_forbidden_get_type (void);
G_DEFINE_TYPE (TestForbidden, test_forbidden, GST_TYPE_BIN)

static struct
{
  const TestDeviceSpec *specs;
  GstDeviceProvider *provider; /* borrowed; the one that has started */
  GMutex lock; /* who holds it keeps the provider from starting */
} test_devices;

static GstElement *
test_device_create_element (GstDevice *device, const gchar *name)
{
  const gchar *source = ((TestDevice *)device)->spec->source;

  return source ? gst_parse_bin_from_description (source, TRUE, NULL) : NULL;
}

static void
test_device_class_init (TestDeviceClass *klass)
{
  klass->create_element = test_device_create_element;
}

static void
test_device_init (TestDevice *self)
{
}

static inline GstDevice *
test_device_new (const TestDeviceSpec *spec)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (spec->caps);
  g_autoptr (GstStructure) properties
      = gst_structure_new ("properties", "device.path", G_TYPE_STRING, spec->id, "is-default", G_TYPE_BOOLEAN,
                           spec->is_default, NULL);
  TestDevice *self = g_object_new (test_device_get_type (), "display-name", spec->id, "device-class",
                                   spec->classes, "caps", caps, "properties", properties, NULL);

  self->spec = spec;

  return GST_DEVICE (self);
}

static gboolean
test_provider_start (GstDeviceProvider *provider)
{
  g_mutex_lock (&test_devices.lock);
  test_devices.provider = provider;
  for (const TestDeviceSpec *spec = test_devices.specs; spec->id; spec++)
    gst_device_provider_device_add (provider, test_device_new (spec));
  g_mutex_unlock (&test_devices.lock);

  return TRUE;
}

static void
test_provider_stop (GstDeviceProvider *provider)
{
}

static void
test_provider_class_init (TestProviderClass *klass)
{
  klass->start = test_provider_start;
  klass->stop = test_provider_stop;
  gst_device_provider_class_set_static_metadata (klass, "Test devices", "Source/Video/Audio",
                                                 "Devices of a test", "kurentopeer");
}

static void
test_provider_init (TestProvider *self)
{
}

static GstStateChangeReturn
test_forbidden_change_state (GstElement *element, GstStateChange transition)
{
  if (transition != GST_STATE_CHANGE_NULL_TO_READY)
    return GST_ELEMENT_CLASS (test_forbidden_parent_class)->change_state (element, transition);

  GST_ELEMENT_ERROR (element, RESOURCE, NOT_AUTHORIZED, ("It is not yours"), (NULL));

  return GST_STATE_CHANGE_FAILURE;
}

static void
test_forbidden_class_init (TestForbiddenClass *klass)
{
  GST_ELEMENT_CLASS (klass)->change_state = test_forbidden_change_state;
}

static void
test_forbidden_init (TestForbidden *self)
{
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new_no_target ("src", GST_PAD_SRC));
}

/* Before the first element is made. */
static inline void
test_devices_set (const TestDeviceSpec *specs)
{
  GList *others = gst_registry_get_feature_list (gst_registry_get (), GST_TYPE_DEVICE_PROVIDER_FACTORY);

  for (GList *l = others; l; l = l->next)
    gst_registry_remove_feature (gst_registry_get (), l->data);
  gst_plugin_feature_list_free (others);
  test_devices.specs = specs;
  gst_device_provider_register (NULL, "testdeviceprovider", GST_RANK_PRIMARY, test_provider_get_type ());
  gst_element_register (NULL, "testforbiddensrc", GST_RANK_NONE, test_forbidden_get_type ());
}

static inline void
test_devices_unplug (const gchar *id)
{
  GList *devices = gst_device_provider_get_devices (test_devices.provider);

  for (GList *l = devices; l; l = l->next)
    if (g_str_equal (((TestDevice *)l->data)->spec->id, id))
      gst_device_provider_device_remove (test_devices.provider, l->data);
  g_list_free_full (devices, gst_object_unref);
}

static inline void
test_devices_plug (const gchar *id)
{
  const TestDeviceSpec *spec = test_devices.specs;

  while (!g_str_equal (spec->id, id))
    spec++;
  gst_device_provider_device_add (test_devices.provider, test_device_new (spec));
}
