/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoenums.h"
#include "kp-constraints.h"
#include "kp-echo.h"
#include "kp-media-kind.h"

#include <gst/gst.h>

/* Where from. */
typedef struct
{
  GstKurentoSendSource source;
  gchar *window; /* which one, for WINDOW, or NULL */
  KpEcho *echo; /* what a microphone may hear again, or NULL */
} KpCaptureOptions;

/* A live source of the element's own for @kind, a bin with the pad "src" (raw media), as near to @constraints as it can be. Floating.
 * What takes its time to open (kp-late-source.h) tells later whether it works. NULL without an error when nothing is captured.
 * OVERCONSTRAINED names the property and the constraint. */
GstElement *kp_capture_new (const KpCaptureOptions *options, KpMediaKind kind,
                            const KpConstraints *constraints, GError **error);
