/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"
#include "kp-late-source.h"

/* What a person at a desktop of Wayland shows: a screen or a window that the portal lets them choose, as pictures of PipeWire. */
#define KP_TYPE_CAST (kp_cast_get_type ())
G_DECLARE_FINAL_TYPE (KpCast, kp_cast, KP, CAST, KpLateSource)

/* A @window that is named is NOT_SUPPORTED. Floating. */
GstElement *kp_cast_new (gboolean is_window, const KpConstraints *constraints, const gchar *window);
