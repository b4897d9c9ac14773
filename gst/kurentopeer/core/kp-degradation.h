/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "gstkurentoenums.h"

/* How the pictures of one track become less when the bit rate does. Pure; @now is monotonic, in us.
 *
 * A picture of a quarter of the pixels needs a third of the bits, and half as many pictures need seven tenths of them: pixels^0.75 *
 * rate^0.5, which is 900 kbit/s for 1280x720 at 30 pictures a second, where Chromium starts to send it whole. But at start-bitrate the
 * user has taken what it looks like: as long as that is there, pictures stay as they are. So a source needs the lower one of these two, and
 * each step down needs its part of it.
 *
 * It goes down after 1 s with less than four fifths of what the present step needs, and up after 5 s with all that a
 * better one does: neither the ups and downs of an estimate nor a short rise make it flap. Both may go over several steps. */
typedef struct
{
  GstKurentoDegradationPreference preference;
  guint step; /* 0: the pictures are as they came */
  gboolean is_fresh; /* the next update does not wait */
  gint64 low_since; /* us; there is too little for this step; 0 = there is not */
  gint64 high_since; /* us; there is enough for a better one; 0 = there is not */
  gdouble scale; /* width and height are to be divided by it; at least 1 */
  gdouble framerate; /* pictures a second at most; 0 = all of them */
} KpDegradation;

/* What comes, and what there is for it. */
typedef struct
{
  guint width; /* 0 = not known: nothing changes */
  guint height;
  gdouble framerate; /* pictures a second; 0 = not known, or it changes */
  guint bitrate; /* bit/s; the track's share of the estimate */
  guint start_bitrate; /* bit/s; its share of start-bitrate */
} KpDegradationInput;

void kp_degradation_init (KpDegradation *self, GstKurentoDegradationPreference preference);

/* Another preference takes effect at once, with the next update. */
void kp_degradation_set_preference (KpDegradation *self, GstKurentoDegradationPreference preference);

/* Also needed when nothing has changed, at least each second: time alone may change it. TRUE when scale or framerate are others now. */
gboolean kp_degradation_update (KpDegradation *self, const KpDegradationInput *input, gint64 now);
