/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"

/* Constraints on what a screen or a window shows, as getDisplayMedia() of Screen Capture takes them: they say how it is sent, and
 * displaySurface what a person is asked for where there is one to ask. Pictures keep their shape, and are never cropped or made larger. */

/* INVALID_ARGUMENT for min, exact and advanced, OVERCONSTRAINED for a max that leaves nothing; @path, like "video", stands before the
 * constraint. */
gboolean kp_display_check (const KpConstraints *constraints, const gchar *path, GError **error);

/* Pictures in a second. */
gdouble kp_display_get_rate (const KpConstraints *constraints);

/* What a desktop can be asked for; the numbers are those of its portal. */
typedef enum
{
  KP_SURFACE_MONITOR = 1 << 0,
  KP_SURFACE_WINDOW = 1 << 1,
} KpSurfaces;

/* What displaySurface wishes for, @fallback when that is none of them. */
KpSurfaces kp_display_get_surfaces (const KpConstraints *constraints, KpSurfaces fallback);

gboolean kp_display_shows_cursor (const KpConstraints *constraints);

/* The size, in pixels, in which what is *@width x *@height is sent. */
void kp_display_fit (const KpConstraints *constraints, gint *width, gint *height);
