/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* What is sent in the place of raw media that is disabled: black, or silence. Streaming thread. */
typedef struct
{
  GstCaps *caps; /* owned; of the picture, or NULL */
  GstBuffer *picture; /* owned; or NULL */
} KpBlank;

void kp_blank_clear (KpBlank *self);

/* The caps of what is made of media with @caps: black lies in the memory of the system, whatever the source has. Owned. */
GstCaps *kp_blank_get_caps (const GstCaps *caps);

/* As long as @buffer (taken), which has @caps, at its time. NULL when that is a format that nobody can make. */
GstBuffer *kp_blank_make (KpBlank *self, const GstCaps *caps, GstBuffer *buffer);
