/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-webcam.h"

#include <math.h>

#include "kp-devices.h"
#include "kp-element.h"
#include "kp-media-debug.h"

/* The mutable fields are guarded by the OBJECT_LOCK. */
struct _KpWebcam
{
  KpLateSource parent;

  KpConstraints *constraints; /* owned; constant */
  KpEcho *echo; /* owned; or NULL; constant */
  GPtrArray *providers; /* owned; of GstDeviceProvider, started; while there was a device */
  GstDevice *device; /* owned; the one in use, or the last one that was, or NULL */
};

G_DEFINE_FINAL_TYPE (KpWebcam, kp_webcam, KP_TYPE_LATE_SOURCE)

/* In a thread of the provider. */
static void
removed_cb (GstDevice *device, KpWebcam *self)
{
  gboolean is_ours;

  GST_OBJECT_LOCK (self);
  is_ours = device == self->device;
  GST_OBJECT_UNLOCK (self);
  if (!is_ours)
    return;

  GST_INFO_OBJECT (self, "%" GST_PTR_FORMAT " is gone", device);
  kp_late_source_lose (KP_LATE_SOURCE (self));
}

static gboolean
fill_source (KpWebcam *self, GstBin *bin, const KpDeviceChoice *choice, GstElement *device, GError **error)
{
  const gchar *decoder
      = gst_structure_has_name (gst_caps_get_structure (choice->caps, 0), "image/jpeg") ? "jpegdec" : NULL;
  GstElement *last = NULL;
  gint rate = 0;

  gst_structure_get_int (gst_caps_get_structure (choice->caps, 0), "rate", &rate);
  if (!isnan (choice->latency) && g_object_class_find_property (G_OBJECT_GET_CLASS (device), "latency-time"))
    g_object_set (device, "latency-time", (gint64)(choice->latency * G_USEC_PER_SEC), NULL);
  if (!kp_element_append (bin, &last, device, error)
      || !kp_element_append (bin, &last, kp_element_new_capsfilter (choice->caps, error), error)
      || (decoder && !kp_element_append (bin, &last, kp_element_new (decoder, NULL, error), error))
      || !kp_voice_append (&choice->voice, bin, &last, self->echo, rate, error))
    {
      g_prefix_error (error, "send-source: ");
      return FALSE;
    }
  kp_element_finish (bin, last);

  return TRUE;
}

/* Instead of what was in use before; NULL ends it. What a former round finds comes too late. */
static void
remember (KpWebcam *self, GCancellable *round, GstDevice *device)
{
  g_autoptr (GstDevice) former = NULL;
  gboolean is_present;

  GST_OBJECT_LOCK (self);
  is_present = !g_cancellable_is_cancelled (round);
  if (is_present)
    {
      former = g_steal_pointer (&self->device);
      self->device = device ? gst_object_ref (device) : NULL;
    }
  GST_OBJECT_UNLOCK (self);
  if (former)
    g_signal_handlers_disconnect_by_data (former, self);
  if (is_present && device)
    g_signal_connect_object (device, "removed", G_CALLBACK (removed_cb), self, 0);
}

static gboolean
use_device (KpWebcam *self, GCancellable *round, const KpDeviceChoice *choice, GError **error)
{
  g_autofree gchar *name = gst_device_get_display_name (choice->device);
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  GstElement *device = gst_device_create_element (choice->device, NULL);

  if (!device)
    return kp_late_source_fail (KP_LATE_SOURCE (self), name, error);
  if (!fill_source (self, GST_BIN (bin), choice, device, error))
    return FALSE;

  remember (self, round, choice->device);
  if (kp_late_source_use (KP_LATE_SOURCE (self), round, bin, name, error))
    return TRUE;
  remember (self, round, NULL);

  return FALSE;
}

/* As long as they run, they tell of a device that is removed. */
static void
keep_providers (KpWebcam *self, GCancellable *round, GPtrArray *providers)
{
  GST_OBJECT_LOCK (self);
  if (!g_cancellable_is_cancelled (round))
    {
      GPtrArray *former = self->providers;

      self->providers = providers;
      providers = former;
    }
  GST_OBJECT_UNLOCK (self);
  if (providers)
    kp_devices_stop (providers);
}

static gboolean
kp_webcam_open (KpLateSource *source, GCancellable *round, GError **error)
{
  KpWebcam *self = KP_WEBCAM (source);
  KpMediaKind kind = kp_late_source_get_kind (source);
  GPtrArray *providers = kp_devices_start (kind);
  GList *devices = kp_devices_list (providers, kind);
  g_auto (KpDeviceChoice) choice = { 0 };
  gboolean opened = kp_devices_choose (devices, kind, self->constraints, &choice, error)
                    && use_device (self, round, &choice, error);

  g_list_free_full (devices, gst_object_unref);
  if (opened)
    keep_providers (self, round, providers);
  else
    kp_devices_stop (providers);

  return opened;
}

static void
kp_webcam_close (KpLateSource *source)
{
  KpWebcam *self = KP_WEBCAM (source);
  g_autoptr (GstDevice) device = NULL;
  GPtrArray *providers;

  GST_OBJECT_LOCK (self);
  providers = g_steal_pointer (&self->providers);
  device = g_steal_pointer (&self->device);
  GST_OBJECT_UNLOCK (self);
  if (device)
    g_signal_handlers_disconnect_by_data (device, self);
  if (providers)
    kp_devices_stop (providers);
}

static void
kp_webcam_finalize (GObject *object)
{
  KpWebcam *self = KP_WEBCAM (object);

  kp_constraints_unref (self->constraints);
  g_clear_pointer (&self->echo, kp_echo_unref);

  G_OBJECT_CLASS (kp_webcam_parent_class)->finalize (object);
}

static void
kp_webcam_class_init (KpWebcamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_webcam_finalize;
  KP_LATE_SOURCE_CLASS (klass)->open = kp_webcam_open;
  KP_LATE_SOURCE_CLASS (klass)->close = kp_webcam_close;
}

static void
kp_webcam_init (KpWebcam *self)
{
}

GstElement *
kp_webcam_new (KpMediaKind kind, const KpConstraints *constraints, KpEcho *echo)
{
  KpWebcam *self = g_object_new (KP_TYPE_WEBCAM, NULL);

  kp_late_source_set_kind (KP_LATE_SOURCE (self), kind);
  self->constraints = kp_constraints_ref ((KpConstraints *)constraints);
  self->echo = echo ? kp_echo_ref (echo) : NULL;

  return GST_ELEMENT (self);
}
