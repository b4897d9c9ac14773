/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/codecparsers/gsth264parser.h>
#include <gst/gst.h>

/* Reads the headers in depayloaded H.264 (stream-format=avc, alignment=au), because depayloader and decoder take
 * whatever there is, and show something grey without a word. What is broken behind good headers it does not see. Not
 * thread safe. */
typedef struct
{
  GstH264NalParser *parser; /* owned */
  guint length_size; /* bytes before each NAL unit; 0 = there are no parameter sets yet */
} KpH264Check;

void kp_h264_check_init (KpH264Check *self);
void kp_h264_check_clear (KpH264Check *self);

/* Takes the parameter sets of @caps in place of the former. */
void kp_h264_check_set_caps (KpH264Check *self, GstCaps *caps);

/* FALSE when no encoder made this access unit. One without a slice is good. */
gboolean kp_h264_check_is_good (KpH264Check *self, GstBuffer *buffer);
