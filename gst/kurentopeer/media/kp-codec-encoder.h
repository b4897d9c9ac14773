/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* One row of the encoder table. */
typedef struct
{
  const gchar *factory;
  const gchar *raw_caps; /* what it is fed with */
  const gchar *const *converters; /* factories, in front of it; NULL: those of the CPU */
  const gchar *const *memories; /* caps features that the first of these takes, or NULL: system memory only */
  const gchar *encoded_caps; /* what it has to make, or NULL: those of the codec */
  const gchar *settings; /* "name=value name=value": live, one frame in, one frame out */
  const gchar *keyframe_action; /* a signal that asks for a keyframe, or NULL: the event does */
  const gchar *bitrate_property; /* NULL when the bitrate is in the settings */
  const gchar *bitrate_field; /* of that property, which is a structure; or NULL */
  guint bitrate_unit; /* bit/s of one step of that property */
  guint usual_bitrate; /* bit/s; what it gets at most, and when nothing is said; 0: it is always told */
  const gchar *threads_property; /* NULL when it has none or finds the number itself */
} KpEncoder;

/* NULL when the table has no such factory. */
const KpEncoder *kp_encoder_find (const gchar *factory);

/* Of @factories, those that are installed with their converters: that of the highest rank, of equal ones the first. Rank NONE
 * means that it is not to be used. NULL when there is none. */
const KpEncoder *kp_encoder_choose (const gchar *const *factories);

/* Sets a new element up for a live call at @bitrate (bit/s; 0: the usual one). */
void kp_encoder_configure (const KpEncoder *self, GstElement *element, guint bitrate);

void kp_encoder_set_bitrate (const KpEncoder *self, GstElement *element, guint bitrate);
