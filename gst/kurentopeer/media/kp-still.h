/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The last picture of a live source behind a closed gate: a viewer should not have to wait for the camera's next one when
 * the gate opens. Thread safe. */
typedef struct
{
  GMutex lock;
  GstBuffer *picture; /* owned; or NULL */
} KpStill;

void kp_still_init (KpStill *self);
void kp_still_clear (KpStill *self);

/* Takes @picture, which may be NULL, in the place of the former one. */
void kp_still_keep (KpStill *self, GstBuffer *picture);

/* Owned, or NULL. */
GstBuffer *kp_still_steal (KpStill *self);
gboolean kp_still_has_picture (KpStill *self);
