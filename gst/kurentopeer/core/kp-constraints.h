/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* The constrainable properties of Media Capture and Streams, and of Screen Capture, that mean something here: first those that have a
 * number, then those that are true or false, then those that have a word. */
typedef enum
{
  KP_CONSTRAINT_WIDTH, /* pixels */
  KP_CONSTRAINT_HEIGHT, /* pixels */
  KP_CONSTRAINT_ASPECT_RATIO, /* width by height */
  KP_CONSTRAINT_FRAME_RATE, /* 1/s */
  KP_CONSTRAINT_SAMPLE_RATE, /* Hz */
  KP_CONSTRAINT_CHANNEL_COUNT,
  KP_CONSTRAINT_LATENCY, /* s */
  KP_CONSTRAINT_ECHO_CANCELLATION,
  KP_CONSTRAINT_NOISE_SUPPRESSION,
  KP_CONSTRAINT_AUTO_GAIN_CONTROL,
  KP_CONSTRAINT_DEVICE_ID,
  KP_CONSTRAINT_GROUP_ID,
  KP_CONSTRAINT_FACING_MODE,
  KP_CONSTRAINT_DISPLAY_SURFACE,
  KP_CONSTRAINT_CURSOR,
  KP_N_CONSTRAINTS,
  KP_FIRST_BOOLEAN_CONSTRAINT = KP_CONSTRAINT_ECHO_CANCELLATION,
  KP_FIRST_WORD_CONSTRAINT = KP_CONSTRAINT_DEVICE_ID,
} KpConstraintId;

typedef enum
{
  KP_BOUND_MIN, /* of numbers only */
  KP_BOUND_MAX, /* of numbers only */
  KP_BOUND_EXACT,
  KP_BOUND_IDEAL, /* the only one that need not be met */
  KP_N_BOUNDS,
} KpBound;

/* What is asked of one property. */
typedef struct
{
  gdouble numbers[KP_N_BOUNDS]; /* NAN: not given; false is 0, true is 1 */
  gchar **words[KP_N_BOUNDS]; /* owned; any of them will do; NULL: not given */
} KpConstraint;

typedef struct
{
  KpConstraint items[KP_N_CONSTRAINTS];
} KpConstraintSet;

/* MediaTrackConstraints: what is asked of one track. Shared, and never changed. */
typedef struct
{
  KpConstraintSet basic;
  GPtrArray *
      advanced; /* owned; of KpConstraintSet, the most important first: each is met as a whole or not at all */
} KpConstraints;

/* Reads true (nothing is asked) or an object; @path, like "video", stands before the place in an error. Unknown constraints are
 * logged and ignored, as the specification says. NULL with INVALID_ARGUMENT. */
KpConstraints *kp_constraints_read (JsonNode *node, const gchar *path, GError **error);
KpConstraints *kp_constraints_ref (KpConstraints *self);
void kp_constraints_unref (KpConstraints *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpConstraints, kp_constraints_unref)

/* The name in the specification, like "frameRate". */
const gchar *kp_constraint_get_name (KpConstraintId id);
