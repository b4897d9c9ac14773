/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "teardown-call.h"

/* Takes a side of a call down, as soon as something happens to it, in one of several ways. */
typedef struct _Trap Trap;

guint trap_get_n_ways (void);

/* Of the ways, in the order of trap_get_n_ways(). Hooks itself to the call. */
Trap *trap_new (Call *call, guint way);
void trap_free (Trap *self);

/* Who takes down, in words. */
const gchar *trap_get_way (Trap *self);

/* Before the names of what the way can see: it sees only the messages of the peer, or everything. */
const gchar *trap_get_prefix (Trap *self);

/* The next time that @name (borrowed until trap_wait()) is noted at @side, @what goes to NULL: the pipeline of that side,
 * or its peer. */
void trap_arm (Trap *self, CallSide *side, const gchar *name, GstElement *what);

/* For its end, after it was noted: fails unless it took as long as it may, and had the result that it should have. */
void trap_wait (Trap *self);
