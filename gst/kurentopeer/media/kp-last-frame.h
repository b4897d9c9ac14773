/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The last picture that went through a pad, for who asks for it. As a sink that has a last-sample does, it keeps the buffer and
 * copies nothing: that buffer cannot be written to in place, and a pool needs one more. Thread safe. */
typedef struct
{
  GMutex lock;
  GstBuffer *buffer; /* owned; or NULL */
  GstCaps *caps; /* owned; of the buffer, or NULL */
} KpLastFrame;

void kp_last_frame_init (KpLastFrame *self);
void kp_last_frame_clear (KpLastFrame *self);

/* @buffer goes through @pad, whose caps it has. */
void kp_last_frame_keep (KpLastFrame *self, GstPad *pad, GstBuffer *buffer);
void kp_last_frame_forget (KpLastFrame *self);

/* Keeps what goes out of @pad, a source pad that nothing flows through any more when @self is cleared. */
void kp_last_frame_watch (KpLastFrame *self, GstPad *pad);

/* To the answer of an ALLOCATION query: one buffer more in each pool. */
void kp_last_frame_reserve (GstQuery *query);

/* Owned; NULL when there has been none. */
GstSample *kp_last_frame_dup (KpLastFrame *self);
