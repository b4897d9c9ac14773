/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The last picture of a live source behind a closed gate: a viewer should not have to wait for the camera's next one when
 * the gate opens. Thread safe. */
typedef struct
{
  GMutex lock;
  GstBuffer *picture; /* owned; or NULL */
  gboolean on_its_way; /* one that was taken is still held downstream */
} KpStill;

void kp_still_init (KpStill *self);
void kp_still_clear (KpStill *self);

/* Takes @picture, which may be NULL, in the place of the former one. While one is on its way no other is kept. */
void kp_still_keep (KpStill *self, GstBuffer *picture);

/* Owned, or NULL; on its way until kp_still_done(). */
GstBuffer *kp_still_steal (KpStill *self);
void kp_still_done (KpStill *self);
gboolean kp_still_is_on_its_way (KpStill *self);
gboolean kp_still_has_picture (KpStill *self);
