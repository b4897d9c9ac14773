/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call.h"

/* A side that does not get all RTP packets. */
typedef struct
{
  GRand *random; /* owned */
  gint percentage;
  gint distance; /* how many packets come at least between two that do not */
  gint since; /* how many have; of the streaming thread */
  gint dropped; /* atomic */
  gboolean attached; /* of the streaming thread */
} Loss;

/* Packets to @side get lost on their way, the same ones each time. Before it plays. */
void loss_init (Loss *self, Side *side, guint percentage, guint seed);
/* Fails when none got lost. */
void loss_clear (Loss *self);
