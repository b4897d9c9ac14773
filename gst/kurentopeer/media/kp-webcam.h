/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"
#include "kp-echo.h"
#include "kp-late-source.h"

/* A camera or a microphone, chosen among those that are there. Devices may come and go: what replaces one that is lost meets the
 * constraints, too. */
#define KP_TYPE_WEBCAM (kp_webcam_get_type ())
G_DECLARE_FINAL_TYPE (KpWebcam, kp_webcam, KP, WEBCAM, KpLateSource)

/* @echo is what a microphone may hear again, or NULL. Floating. */
GstElement *kp_webcam_new (KpMediaKind kind, const KpConstraints *constraints, KpEcho *echo);
