/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* One row of the encoder table. */
typedef struct
{
  const gchar *factory;
  const gchar *raw_caps; /* what it is fed with */
  const gchar *settings; /* "name=value name=value": live, one frame in, one frame out */
  const gchar *bitrate_property; /* NULL when the bitrate is in the settings */
  guint bitrate_unit; /* bit/s of one step of that property */
  const gchar *threads_property; /* NULL when it has none or finds the number itself */
} KpEncoder;

/* NULL when the table has no such factory. */
const KpEncoder *kp_encoder_find (const gchar *factory);

/* Floating. NOT_SUPPORTED when it is not installed. */
GstElement *kp_encoder_make (const KpEncoder *self, guint bitrate, GError **error);

void kp_encoder_set_bitrate (const KpEncoder *self, GstElement *element, guint bitrate);
