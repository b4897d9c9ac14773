/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-display.h"

#include <math.h>

#include "gstkurentoerror.h"

#define DEFAULT_RATE 30 /* pictures in a second */
#define MAX_RATE 120 /* pictures in a second */
#define MIN_SIDE 2 /* pixels */

static gboolean
is_required (const KpConstraint *constraint)
{
  return !isnan (constraint->numbers[KP_BOUND_MIN]) || !isnan (constraint->numbers[KP_BOUND_EXACT])
         || constraint->words[KP_BOUND_EXACT];
}

static gboolean
fail (GstKurentoError code, const gchar *path, const gchar *name, const gchar *reason, GError **error)
{
  g_set_error (error, GST_KURENTO_ERROR, code, "%s.%s: %s", path, name, reason);

  return FALSE;
}

gboolean
kp_display_check (const KpConstraints *constraints, const gchar *path, GError **error)
{
  static const KpConstraintId limited[]
      = { KP_CONSTRAINT_WIDTH, KP_CONSTRAINT_HEIGHT, KP_CONSTRAINT_FRAME_RATE };

  for (guint i = 0; i < KP_N_CONSTRAINTS; i++)
    if (is_required (&constraints->basic.items[i]))
      return fail (GST_KURENTO_ERROR_INVALID_ARGUMENT, path, kp_constraint_get_name (i),
                   "of a screen or a window nothing can be required but a max", error);
  if (constraints->advanced->len > 0)
    return fail (GST_KURENTO_ERROR_INVALID_ARGUMENT, path, "advanced", "not for a screen or a window", error);

  for (guint i = 0; i < G_N_ELEMENTS (limited); i++)
    {
      gdouble max = constraints->basic.items[limited[i]].numbers[KP_BOUND_MAX];

      if (max < (limited[i] == KP_CONSTRAINT_FRAME_RATE ? G_MINDOUBLE : MIN_SIDE))
        return fail (GST_KURENTO_ERROR_OVERCONSTRAINED, path, kp_constraint_get_name (limited[i]),
                     "nothing here gives that little", error);
    }

  return TRUE;
}

gdouble
kp_display_get_rate (const KpConstraints *constraints)
{
  const gdouble *numbers = constraints->basic.items[KP_CONSTRAINT_FRAME_RATE].numbers;
  gdouble ideal = numbers[KP_BOUND_IDEAL];

  return fmin (ideal > 0 ? fmin (ideal, MAX_RATE) : DEFAULT_RATE, numbers[KP_BOUND_MAX]);
}

KpSurfaces
kp_display_get_surfaces (const KpConstraints *constraints, KpSurfaces fallback)
{
  gchar **words = constraints->basic.items[KP_CONSTRAINT_DISPLAY_SURFACE].words[KP_BOUND_IDEAL];
  KpSurfaces surfaces = 0;

  if (words && g_strv_contains ((const gchar *const *)words, "monitor"))
    surfaces |= KP_SURFACE_MONITOR;
  if (words && g_strv_contains ((const gchar *const *)words, "window"))
    surfaces |= KP_SURFACE_WINDOW;

  return surfaces ? surfaces : fallback;
}

gboolean
kp_display_shows_cursor (const KpConstraints *constraints)
{
  gchar **words = constraints->basic.items[KP_CONSTRAINT_CURSOR].words[KP_BOUND_IDEAL];

  return !words || g_strcmp0 (words[0], "never") != 0;
}

/* How much smaller a side that is @size long has to be. */
static gdouble
get_scale (const KpConstraint *constraint, gint size)
{
  gdouble limit = fmin (constraint->numbers[KP_BOUND_IDEAL], constraint->numbers[KP_BOUND_MAX]);

  return isnan (limit) ? 1 : fmin (limit / size, 1);
}

/* Encoders like sizes that are even. The least bit more is for what rounding has lost. */
static gint
scale_side (gint size, gdouble scale)
{
  return MAX ((gint)(size * scale / MIN_SIDE + 1e-6) * MIN_SIDE, MIN_SIDE);
}

void
kp_display_fit (const KpConstraints *constraints, gint *width, gint *height)
{
  const KpConstraint *items = constraints->basic.items;
  gdouble scale = MIN (get_scale (&items[KP_CONSTRAINT_WIDTH], *width),
                       get_scale (&items[KP_CONSTRAINT_HEIGHT], *height));

  if (scale == 1)
    return;

  *width = scale_side (*width, scale);
  *height = scale_side (*height, scale);
}
