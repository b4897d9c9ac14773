/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"
#include "kp-media-kind.h"
#include "kp-voice.h"

#include <gst/gst.h>

/* A camera or microphone, and how it shall work. */
typedef struct
{
  GstDevice *device; /* owned */
  GstCaps *caps; /* owned; of the source, with what was chosen */
  gdouble latency; /* s, of a buffer; NAN: of no meaning */
  KpVoice voice; /* of microphones */
  gdouble distance; /* from what was asked for: the fitness distance */
} KpDeviceChoice;

void kp_device_choice_clear (KpDeviceChoice *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpDeviceChoice, kp_device_choice_clear)

/* The providers of cameras or microphones, started, so that GstDevice::removed is emitted. Not a GstDeviceMonitor: in 1.22 a provider tells
 * only the newest monitor of the process, which has to be the application's. Each may block. */
GPtrArray *kp_devices_start (KpMediaKind kind);
GList *kp_devices_list (GPtrArray *providers, KpMediaKind kind);
void kp_devices_stop (GPtrArray *providers);

/* The choice among @devices (of GstDevice) by the constraints' fitness distance. NOT_FOUND or NOT_ALLOWED names the kind, OVERCONSTRAINED
 * the constraint. */
gboolean kp_devices_choose (GList *devices, KpMediaKind kind, const KpConstraints *constraints,
                            KpDeviceChoice *choice, GError **error);

/* What deviceId and groupId are compared with; the latter may be NULL. */
gchar *kp_device_dup_id (GstDevice *device);
gchar *kp_device_dup_group_id (GstDevice *device);
