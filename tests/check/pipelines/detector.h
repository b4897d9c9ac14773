/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call.h"

/* A flash and a beep at the same time, once a second: what a person would notice is the difference of the running times
 * at which the two come out. */
#define MAX_SKEW (40 * GST_MSECOND)

/* What a side that sends both begins with: the sources, and a peer named "p". */
#define FLASH_AND_BEEP(live)                                                                                 \
  "videotestsrc name=s " live " ! video/x-raw,format=GRAY8,width=160,height=120,framerate=30/1 ! p. "        \
  "audiotestsrc " live " wave=ticks freq=1000 sine-periods-per-tick=50 ! audio/x-raw,rate=48000 ! p. "

/* Makes the pictures of the source "s" flash. */
void flash_start (Side *side);

typedef struct
{
  GMutex lock; /* of what follows */
  GstPad *pad; /* owned */
  gulong probe;
  GstSegment segment;
  gboolean was_on;
  GArray *times; /* owned; of GstClockTime; ns, running times at which it went on */
} Detector;

/* @sink gets video/x-raw,format=GRAY8 or audio/x-raw,format=S16LE,rate=48000,channels=1. */
void detector_init (Detector *self, GstElement *sink);
void detector_clear (Detector *self);

guint detector_count (Detector *self);
GstClockTime detector_time (Detector *self, guint index);

/* The last one. */
GstClockTime detector_last (Detector *self);

/* The median of the differences, without what was before @skip. NONE when there are less than two. */
GstClockTime detector_compare (Detector *flash, Detector *beep, GstClockTime skip);
