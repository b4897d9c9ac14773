/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"
#include "kp-media-kind.h"

#include <gst/gst.h>

/* A camera or a microphone: a bin with the pad "src", raw media. To look for devices may block, so that it is done by a thread
 * of its own, which begins when the bin goes to PAUSED. The bin tells of it by element messages, from any thread:
 * once one of the first two, and later perhaps the third. Errors of the source never leave the bin. */
#define KP_WEBCAM_READY "kp-webcam-ready" /* the device is open */
#define KP_WEBCAM_FAILED                                                                                     \
  "kp-webcam-failed" /* "error", GError: NOT_FOUND, NOT_ALLOWED, OVERCONSTRAINED, NOT_SUPPORTED */
#define KP_WEBCAM_ENDED "kp-webcam-ended" /* the device is gone, or broken */

#define KP_TYPE_WEBCAM (kp_webcam_get_type ())
G_DECLARE_FINAL_TYPE (KpWebcam, kp_webcam, KP, WEBCAM, GstBin)

/* Once it is in NULL: waits for the thread that looked for devices, at most @timeout us. It uses GStreamer, which the application may
 * be about to end. */
void kp_webcam_wait (KpWebcam *self, gint64 timeout);

KpMediaKind kp_webcam_get_kind (KpWebcam *self);

/* Floating. */
GstElement *kp_webcam_new (KpMediaKind kind, const KpConstraints *constraints);
