/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoenums.h"
#include "kp-constraints.h"
#include "kp-late-source.h"

/* What the screen of an X server, or a window of it, shows. It may be of another size at any time. */
#define KP_TYPE_SCREEN (kp_screen_get_type ())
G_DECLARE_FINAL_TYPE (KpScreen, kp_screen, KP, SCREEN, KpLateSource)

/* @source is SCREEN or WINDOW; @window is an XID or a title, or NULL. On Wayland it is a KpCast. Floating. OVERCONSTRAINED and INVALID_ARGUMENT name the property and
 * the constraint. */
GstElement *kp_screen_new (GstKurentoSendSource source, const KpConstraints *constraints, const gchar *window,
                           GError **error);
