/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* By how much the sources of one connection that are not live run later than they say: the same for all of them, so
 * that they stay in step. All thread safe. */
typedef struct _KpPace KpPace;

/* @offset: ns; GST_CLOCK_STIME_NONE = what comes first is due at once. */
KpPace *kp_pace_new (GstClockTimeDiff offset);
KpPace *kp_pace_ref (KpPace *self);
void kp_pace_unref (KpPace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpPace, kp_pace_unref)

/* Running time of data. What has no time, or lies before the segment, belongs to the start of the segment. */
GstClockTime kp_pace_get_time (const GstSegment *segment, GstClockTime timestamp);

/* For data of @time, at @now (both ns, running time). */
GstClockTimeDiff kp_pace_get_offset (KpPace *self, GstClockTime time, GstClockTime now);

/* For what begins, or begins anew, while others go on: it is due at once, unless it is so by the common offset, with no more
 * than @tolerance (ns). What belongs together has the same @key, and so the same offset. */
GstClockTimeDiff kp_pace_join (KpPace *self, guint64 key, GstClockTime time, GstClockTime now,
                               GstClockTime tolerance);
