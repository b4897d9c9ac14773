/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoenums.h"
#include "kp-constraints.h"
#include "kp-media-kind.h"

#include <gst/gst.h>

/* A live source of the element's own for @kind, a bin with the pad "src" (raw media), as near to @constraints as it can be. Floating.
 * What takes its time to open (kp-late-source.h) tells later whether it works. @window is which one, for WINDOW, or NULL. NULL without an error when @source captures nothing. OVERCONSTRAINED names the property and the constraint. */
GstElement *kp_capture_new (GstKurentoSendSource source, KpMediaKind kind, const KpConstraints *constraints,
                            const gchar *window, GError **error);
