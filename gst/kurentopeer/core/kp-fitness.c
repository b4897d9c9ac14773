/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fitness.h"

#include <math.h>
#include <string.h>

#include "gstkurentoerror.h"

#define N_NUMBERS KP_FIRST_WORD_CONSTRAINT

/* What is taken when nothing is asked for. */
static const gdouble defaults[N_NUMBERS] = {
  [KP_CONSTRAINT_WIDTH] = 640,
  [KP_CONSTRAINT_HEIGHT] = 480,
  [KP_CONSTRAINT_ASPECT_RATIO] = 4. / 3,
  [KP_CONSTRAINT_FRAME_RATE] = 30,
  [KP_CONSTRAINT_SAMPLE_RATE] = 48000,
  [KP_CONSTRAINT_CHANNEL_COUNT] = 1,
  [KP_CONSTRAINT_LATENCY] = 0.01,
  [KP_CONSTRAINT_ECHO_CANCELLATION] = TRUE,
  [KP_CONSTRAINT_NOISE_SUPPRESSION] = TRUE,
  [KP_CONSTRAINT_AUTO_GAIN_CONTROL] = TRUE,
};

/* A capability while constraints are laid upon it. */
typedef struct
{
  const KpCapability *capability; /* borrowed */
  KpSpan spans[N_NUMBERS]; /* what is left */
  gboolean is_alive; /* all required constraints so far can be met */
} KpContender;

void
kp_capability_init (KpCapability *self)
{
  *self = (KpCapability){ 0 };
  for (guint i = 0; i < N_NUMBERS; i++)
    self->spans[i] = (KpSpan){ NAN, NAN };
}

void
kp_capability_set (KpCapability *self, KpConstraintId id, gdouble min, gdouble max)
{
  self->spans[id] = (KpSpan){ min, max };
}

static gboolean
is_given (gdouble number)
{
  return !isnan (number);
}

static gboolean
is_one_of (gchar **words, const gchar *word)
{
  return word && g_strv_contains ((const gchar *const *)words, word);
}

static gdouble
get_tolerance (KpConstraintId id)
{
  return id == KP_CONSTRAINT_ASPECT_RATIO || id == KP_CONSTRAINT_FRAME_RATE ? KP_FITNESS_TOLERANCE : 0;
}

/* The same rate in other words is no shorter way. */
static gdouble
get_distance (KpConstraintId id, gdouble actual, gdouble wanted)
{
  gdouble distance = fabs (actual - wanted);
  gdouble greater = MAX (actual, wanted);

  return distance <= greater * get_tolerance (id) ? 0 : distance / greater;
}

static gdouble
clamp (gdouble value, const KpSpan *span)
{
  return CLAMP (value, span->min, span->max);
}

/* The bounds that a constraint requires, made wider by a part of @tolerance. */
static KpSpan
get_required (const KpConstraint *constraint, gdouble tolerance)
{
  const gdouble *numbers = constraint->numbers;
  KpSpan span = { 0, G_MAXDOUBLE };

  if (is_given (numbers[KP_BOUND_MIN]))
    span.min = numbers[KP_BOUND_MIN];
  if (is_given (numbers[KP_BOUND_MAX]))
    span.max = numbers[KP_BOUND_MAX];
  if (is_given (numbers[KP_BOUND_EXACT]))
    span = (KpSpan){ MAX (span.min, numbers[KP_BOUND_EXACT]), MIN (span.max, numbers[KP_BOUND_EXACT]) };
  span.min *= 1 - tolerance;
  if (span.max < G_MAXDOUBLE)
    span.max *= 1 + tolerance;

  return span;
}

static gboolean
intersect (KpSpan *span, const KpSpan *other)
{
  KpSpan both = { MAX (span->min, other->min), MIN (span->max, other->max) };

  if (both.min > both.max)
    return FALSE;
  *span = both;

  return TRUE;
}

static gboolean
is_required (const KpConstraint *constraint)
{
  return is_given (constraint->numbers[KP_BOUND_MIN]) || is_given (constraint->numbers[KP_BOUND_MAX])
         || is_given (constraint->numbers[KP_BOUND_EXACT]) || constraint->words[KP_BOUND_EXACT];
}

/* What the sizes that are left leave of the shape. */
static void
update_shape (KpContender *self)
{
  const KpSpan *width = &self->spans[KP_CONSTRAINT_WIDTH];
  const KpSpan *height = &self->spans[KP_CONSTRAINT_HEIGHT];
  KpSpan *shape = &self->spans[KP_CONSTRAINT_ASPECT_RATIO];
  gdouble min = width->min / height->max;
  gdouble max = width->max / height->min;

  shape->min = is_given (shape->min) ? MAX (shape->min, min) : min;
  shape->max = is_given (shape->max) ? MIN (shape->max, max) : max;
}

/* Leaves of a span what is required. FALSE when that is nothing. */
static gboolean
narrow (KpContender *self, KpConstraintId id, const KpConstraint *constraint)
{
  KpSpan *span;
  KpSpan required;

  if (!is_required (constraint))
    return TRUE;
  if (id >= N_NUMBERS)
    return is_one_of (constraint->words[KP_BOUND_EXACT], self->capability->words[id]);
  if (id == KP_CONSTRAINT_ASPECT_RATIO)
    update_shape (self);
  span = &self->spans[id];
  if (!is_given (span->min))
    return FALSE;

  required = get_required (constraint, 0);
  if (intersect (span, &required))
    return TRUE;
  required = get_required (constraint, get_tolerance (id));

  return intersect (span, &required);
}

/* Lays @set on the contender; in @failures is counted what it fails at, by the constraint. */
static gboolean
require (KpContender *self, const KpConstraintSet *set, guint *failures)
{
  gboolean meets_all = TRUE;

  for (guint i = 0; i < KP_N_CONSTRAINTS; i++)
    if (!narrow (self, i, &set->items[i]))
      {
        meets_all = FALSE;
        if (failures)
          failures[i]++;
      }

  return meets_all;
}

/* An advanced set is met by some, who then are the only ones left, or by nobody and forgotten. */
static void
require_advanced (KpContender *contenders, guint n, const KpConstraintSet *set)
{
  g_autofree KpContender *narrowed = g_memdup2 (contenders, n * sizeof (KpContender));
  gboolean any = FALSE;

  for (guint i = 0; i < n; i++)
    {
      narrowed[i].is_alive = contenders[i].is_alive && require (&narrowed[i], set, NULL);
      any |= narrowed[i].is_alive;
    }
  if (any)
    memcpy (contenders, narrowed, n * sizeof (KpContender));
}

/* A side of the picture that nobody asked for follows the other. */
static void
settle_size (const KpContender *self, const KpConstraintSet *wishes, gdouble *numbers)
{
  const KpSpan *width = &self->spans[KP_CONSTRAINT_WIDTH];
  const KpSpan *height = &self->spans[KP_CONSTRAINT_HEIGHT];
  KpSpan shape = self->spans[KP_CONSTRAINT_ASPECT_RATIO];
  gdouble wanted_width = wishes->items[KP_CONSTRAINT_WIDTH].numbers[KP_BOUND_IDEAL];
  gdouble wanted_height = wishes->items[KP_CONSTRAINT_HEIGHT].numbers[KP_BOUND_IDEAL];
  gdouble wanted_ratio = wishes->items[KP_CONSTRAINT_ASPECT_RATIO].numbers[KP_BOUND_IDEAL];
  gdouble ratio
      = clamp (is_given (wanted_ratio) ? wanted_ratio : defaults[KP_CONSTRAINT_ASPECT_RATIO], &shape);
  gdouble reached;

  if (!is_given (wanted_width) && is_given (wanted_height))
    numbers[KP_CONSTRAINT_WIDTH] = clamp (round (clamp (wanted_height, height) * ratio), width);
  else
    numbers[KP_CONSTRAINT_WIDTH]
        = clamp (is_given (wanted_width) ? wanted_width : defaults[KP_CONSTRAINT_WIDTH], width);

  if (is_given (wanted_height) && is_given (wanted_width))
    ratio = clamp (numbers[KP_CONSTRAINT_WIDTH] / clamp (wanted_height, height), &shape);
  numbers[KP_CONSTRAINT_HEIGHT] = clamp (round (numbers[KP_CONSTRAINT_WIDTH] / ratio), height);
  reached = numbers[KP_CONSTRAINT_WIDTH] / numbers[KP_CONSTRAINT_HEIGHT];
  if (get_distance (KP_CONSTRAINT_ASPECT_RATIO, reached,
                    is_given (wanted_width) ? clamp (reached, &shape) : ratio)
      > 0)
    numbers[KP_CONSTRAINT_WIDTH] = clamp (round (numbers[KP_CONSTRAINT_HEIGHT] * ratio), width);
  numbers[KP_CONSTRAINT_ASPECT_RATIO] = numbers[KP_CONSTRAINT_WIDTH] / numbers[KP_CONSTRAINT_HEIGHT];
}

static void
settle (KpContender *self, const KpConstraintSet *wishes, gdouble *numbers)
{
  for (guint i = 0; i < N_NUMBERS; i++)
    {
      gdouble ideal = wishes->items[i].numbers[KP_BOUND_IDEAL];

      numbers[i] = is_given (self->spans[i].min)
                       ? clamp (is_given (ideal) ? ideal : defaults[i], &self->spans[i])
                       : NAN;
    }

  if (is_given (self->spans[KP_CONSTRAINT_WIDTH].min) && is_given (self->spans[KP_CONSTRAINT_HEIGHT].min))
    {
      update_shape (self);
      settle_size (self, wishes, numbers);
    }
}

/* As the specification says. What is required has been met. */
static gdouble
get_fitness_distance (const KpContender *self, const KpConstraintSet *wishes, const gdouble *numbers)
{
  gdouble sum = 0;

  for (guint i = 0; i < KP_N_CONSTRAINTS; i++)
    {
      const KpConstraint *wish = &wishes->items[i];

      if (wish->words[KP_BOUND_IDEAL])
        sum += !is_one_of (wish->words[KP_BOUND_IDEAL], self->capability->words[i]);
      else if (is_given (wish->numbers[KP_BOUND_IDEAL]))
        sum += is_given (numbers[i]) ? get_distance (i, numbers[i], wish->numbers[KP_BOUND_IDEAL]) : 1;
    }

  return sum;
}

/* The specification leaves open which of the equally good ones is taken. */
static gdouble
get_default_distance (const KpConstraintSet *wishes, const gdouble *numbers)
{
  gdouble sum = 0;

  for (guint i = 0; i < N_NUMBERS; i++)
    if (is_given (numbers[i]) && !is_given (wishes->items[i].numbers[KP_BOUND_IDEAL]))
      sum += get_distance (i, numbers[i], defaults[i]);

  return sum;
}

static void
describe_number (const KpConstraint *constraint, GString *text)
{
  static const gchar *const words[] = { "at least ", "at most ", "exactly " };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (is_given (constraint->numbers[i]))
      g_string_append_printf (text, "%s%s%.6g", text->len > 0 ? " and " : "", words[i],
                              constraint->numbers[i]);
}

/* What is required, for an error. */
static gchar *
describe (const KpConstraint *constraint, KpConstraintId id)
{
  GString *text = g_string_new (NULL);

  if (id >= N_NUMBERS)
    {
      g_autofree gchar *joined = g_strjoinv ("\" or \"", constraint->words[KP_BOUND_EXACT]);

      g_string_append_printf (text, "\"%s\"", joined);
    }
  else if (id >= KP_FIRST_BOOLEAN_CONSTRAINT)
    g_string_append (text, constraint->numbers[KP_BOUND_EXACT] > 0 ? "true" : "false");
  else
    describe_number (constraint, text);

  return g_string_free (text, FALSE);
}

/* The constraint that most devices fail at is the one that is named. */
static gboolean
fail_overconstrained (const KpConstraintSet *set, const gchar *path, const guint *failures, GError **error)
{
  g_autofree gchar *required = NULL;
  guint worst = 0;

  for (guint i = 0; i < KP_N_CONSTRAINTS; i++)
    if (failures[i] > failures[worst])
      worst = i;
  required = describe (&set->items[worst], worst);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_OVERCONSTRAINED, "%s.%s: nothing here gives %s",
               path, kp_constraint_get_name (worst), required);

  return FALSE;
}

static gboolean
choose (KpContender *contenders, guint n, const KpConstraintSet *wishes, KpSettled *best)
{
  gdouble best_default_distance = INFINITY;

  best->distance = INFINITY;
  for (guint i = 0; i < n; i++)
    {
      KpSettled settled = { .index = i };
      gdouble default_distance;

      if (!contenders[i].is_alive)
        continue;

      settle (&contenders[i], wishes, settled.numbers);
      settled.distance = get_fitness_distance (&contenders[i], wishes, settled.numbers);
      default_distance = get_default_distance (wishes, settled.numbers);
      if (settled.distance < best->distance
          || (settled.distance == best->distance && default_distance < best_default_distance))
        {
          *best = settled;
          best_default_distance = default_distance;
        }
    }

  return isfinite (best->distance);
}

gboolean
kp_fitness_choose (const KpConstraints *constraints, const gchar *path, const KpCapability *capabilities,
                   guint n, KpSettled *settled, GError **error)
{
  g_autofree KpContender *contenders = g_new0 (KpContender, n);
  guint failures[KP_N_CONSTRAINTS] = { 0 };

  for (guint i = 0; i < n; i++)
    {
      contenders[i].capability = &capabilities[i];
      memcpy (contenders[i].spans, capabilities[i].spans, sizeof contenders[i].spans);
      contenders[i].is_alive = require (&contenders[i], &constraints->basic, failures);
    }
  for (guint i = 0; i < constraints->advanced->len; i++)
    require_advanced (contenders, n, g_ptr_array_index (constraints->advanced, i));

  return choose (contenders, n, &constraints->basic, settled)
         || fail_overconstrained (&constraints->basic, path, failures, error);
}
