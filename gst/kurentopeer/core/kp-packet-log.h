/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A part of all the numbers there are, so that they wrap together. */
#define KP_PACKET_LOG_SIZE 1024

typedef enum
{
  KP_PACKET_UNKNOWN,
  KP_PACKET_LOST,
  KP_PACKET_RECEIVED,
} KpPacketState;

/* What was reported of the last packets, and the loss among them. Pure. */
typedef struct
{
  guint8 states[KP_PACKET_LOG_SIZE]; /* a ring of KpPacketState */
  guint16 last; /* number */
  gboolean has_begun;
  guint n_reported; /* since the loss was asked for */
  gint n_lost; /* of them; less than 0: more of the earlier ones arrived */
} KpPacketLog;

/* Zeroed is ready for use. TRUE when it is news: packets may be reported again, and lost ones may still arrive. */
gboolean kp_packet_log_add (KpPacketLog *self, guint16 seqnum, gboolean is_lost);

/* The part of the packets that was lost since the last time, 0 to 1; and begins anew. */
gdouble kp_packet_log_take_loss (KpPacketLog *self);
