/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-degradation.h"

#include <math.h>

/* What 1280x720 at 30 pictures a second needs. */
#define USUAL_BITRATE 900000.0 /* bit/s */
#define USUAL_PIXELS (1280.0 * 720.0)
#define USUAL_FRAMERATE 30.0

/* Less is no picture, and no motion, any more. */
#define MIN_PIXELS (160 * 90)
#define MIN_FRAMERATE 3.0

#define ENOUGH_TO_STAY 0.8

#define LOW_TIME G_USEC_PER_SEC
#define HIGH_TIME (5 * G_USEC_PER_SEC)

typedef struct
{
  gdouble scale; /* width and height are divided by it */
  gdouble rate; /* the framerate is divided by it */
} Step;

/* Encoders work in blocks of 16 pixels, which these divide well in the usual sizes; what leaves out pictures does so evenly, or one of three. */
static const Step balanced[] = {
  { 1, 1 }, { 4 / 3.0, 1 }, { 1.5, 1 }, { 1.5, 1.5 }, { 2, 1.5 }, { 2, 2 }, { 3, 2 }, { 3, 3 }, { 4, 3 },
};

static const Step smaller[] = {
  { 1, 1 }, { 4 / 3.0, 1 }, { 1.5, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 }, { 6, 1 },
};

static const Step fewer[] = {
  { 1, 1 }, { 1, 1.5 }, { 1, 2 }, { 1, 3 }, { 1, 4 }, { 1, 6 }, { 1, 10 },
};

static const Step same[] = {
  { 1, 1 },
};

static const struct
{
  const Step *steps;
  guint n;
} ladders[] = {
  [GST_KURENTO_DEGRADATION_PREFERENCE_BALANCED] = { balanced, G_N_ELEMENTS (balanced) },
  [GST_KURENTO_DEGRADATION_PREFERENCE_MAINTAIN_FRAMERATE] = { smaller, G_N_ELEMENTS (smaller) },
  [GST_KURENTO_DEGRADATION_PREFERENCE_MAINTAIN_RESOLUTION] = { fewer, G_N_ELEMENTS (fewer) },
  [GST_KURENTO_DEGRADATION_PREFERENCE_DISABLED] = { same, G_N_ELEMENTS (same) },
};

void
kp_degradation_init (KpDegradation *self, GstKurentoDegradationPreference preference)
{
  *self = (KpDegradation){ .preference = preference, .scale = 1, .is_fresh = TRUE };
}

void
kp_degradation_set_preference (KpDegradation *self, GstKurentoDegradationPreference preference)
{
  self->is_fresh |= self->preference != preference;
  self->preference = preference;
}

static gdouble
get_framerate (const KpDegradationInput *input)
{
  return input->framerate > 0 ? input->framerate : USUAL_FRAMERATE;
}

/* bit/s */
static gdouble
get_need (const KpDegradationInput *input, const Step *step)
{
  gdouble pixels = (gdouble)input->width * input->height;
  gdouble usual
      = USUAL_BITRATE * pow (pixels / USUAL_PIXELS, 0.75) * sqrt (get_framerate (input) / USUAL_FRAMERATE);

  return MIN (usual, input->start_bitrate) * pow (step->scale, -1.5) / sqrt (step->rate);
}

/* A small picture cannot go down far; it may be that it was larger when this step was taken. */
static gboolean
is_possible (const KpDegradationInput *input, const Step *step)
{
  gdouble pixels = (gdouble)input->width * input->height / (step->scale * step->scale);

  return (step->scale == 1 || pixels >= MIN_PIXELS)
         && (step->rate == 1 || get_framerate (input) / step->rate >= MIN_FRAMERATE);
}

/* The first step that @bitrate is enough for, or the last one that is possible. */
static guint
find_step (const KpDegradation *self, const KpDegradationInput *input, gdouble bitrate)
{
  const Step *steps = ladders[self->preference].steps;
  guint last = 0;

  for (guint i = 0; i < ladders[self->preference].n; i++)
    {
      if (!is_possible (input, &steps[i]))
        continue;
      last = i;
      if (get_need (input, &steps[i]) <= bitrate)
        break;
    }

  return last;
}

/* Whether something has been so for @time. */
static gboolean
has_lasted (gboolean is_so, gint64 *since, gint64 time, gint64 now)
{
  if (!is_so)
    *since = 0;
  else if (*since == 0)
    *since = now;

  return is_so && now - *since >= time;
}

static void
choose_step (KpDegradation *self, const KpDegradationInput *input, gint64 now)
{
  guint best = find_step (self, input, input->bitrate);
  guint lowest = find_step (self, input, input->bitrate / ENOUGH_TO_STAY);
  gboolean falls = has_lasted (lowest > self->step, &self->low_since, LOW_TIME, now);
  gboolean rises = has_lasted (best < self->step, &self->high_since, HIGH_TIME, now);

  if (!falls && !rises && !self->is_fresh)
    return;

  self->step = best;
  self->low_since = self->high_since = 0;
  self->is_fresh = FALSE;
}

gboolean
kp_degradation_update (KpDegradation *self, const KpDegradationInput *input, gint64 now)
{
  gdouble scale = self->scale;
  gdouble framerate = self->framerate;
  const Step *step;

  if (input->width == 0 || input->height == 0)
    return FALSE;

  choose_step (self, input, now);
  step = &ladders[self->preference].steps[self->step];
  self->scale = step->scale;
  self->framerate = step->rate > 1 ? get_framerate (input) / step->rate : 0;

  return self->scale != scale || self->framerate != framerate;
}
