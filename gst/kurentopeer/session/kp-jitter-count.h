/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define KP_JITTER_COUNT_SIZE 256

/* How long a jitter buffer keeps what it gets: jitterBufferDelay and jitterBufferEmittedCount of the W3C. Pictures count when
 * their last packet leaves, from the arrival of their first; sound counts by samples. It does not know which of the two it
 * has, and counts both. Pure; times are monotonic, in us. Zeroed is ready for use. */
typedef struct
{
  struct
  {
    guint32 rtptime;
    gint64 time; /* us; when the first packet came; 0 = none */
  } arrivals[KP_JITTER_COUNT_SIZE]; /* a ring */
  guint newest;
  gboolean has_left; /* @last_rtptime is set */
  guint32 last_rtptime; /* of what left last */
  guint32 step; /* from the one before to it; 0 = not known */

  gdouble picture_delay; /* s; all together */
  guint64 pictures;
  gdouble sample_delay; /* s; all together */
  guint64 samples;
} KpJitterCount;

void kp_jitter_count_arrive (KpJitterCount *self, guint32 rtptime, gint64 now);
void kp_jitter_count_leave (KpJitterCount *self, guint32 rtptime, gboolean marker, gint64 now);
