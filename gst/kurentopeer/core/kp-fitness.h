/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"

/* How near two rates or ratios have to be to count as the same: 1.78 is 16:9, and 30000/1001 is 30. */
#define KP_FITNESS_TOLERANCE 0.005

/* min == max is one value. NAN: the device does not say, or has no such property. */
typedef struct
{
  gdouble min;
  gdouble max;
} KpSpan;

/* One way in which a device can work: each number anywhere in its span. What has a list of values is several of these. The
 * span of the aspect ratio is not read: it follows from the size. */
typedef struct
{
  KpSpan spans[KP_FIRST_WORD_CONSTRAINT];
  const gchar *
      words[KP_N_CONSTRAINTS]; /* borrowed; from KP_FIRST_WORD_CONSTRAINT on; NULL: the device does not say */
} KpCapability;

/* What was chosen. */
typedef struct
{
  guint index; /* of the capability */
  gdouble distance; /* the fitness distance: 0 is what was asked for */
  gdouble numbers[KP_FIRST_WORD_CONSTRAINT]; /* NAN: the device does not say */
} KpSettled;

void kp_capability_init (KpCapability *self);
void kp_capability_set (KpCapability *self, KpConstraintId id, gdouble min, gdouble max);

/* The SelectSettings algorithm of Media Capture and Streams. What the constraints leave open comes near to what browsers
 * do by themselves: 640x480, 30 pictures in a second, 48000 Hz, one channel, its sound processed; a size of which one side is asked for
 * keeps that shape where it can. Among equals the first is taken. There has to be at least one capability. @path, like "video", stands
 * before the constraint in the OVERCONSTRAINED error. */
gboolean kp_fitness_choose (const KpConstraints *constraints, const gchar *path,
                            const KpCapability *capabilities, guint n_capabilities, KpSettled *settled,
                            GError **error);
