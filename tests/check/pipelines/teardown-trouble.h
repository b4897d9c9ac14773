/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "teardown-call.h"

/* What befalls a side of a call that is up. */

/* webrtcbin says that it cannot go on. */
void trouble_break_connection (CallSide *side);

/* The data channel that the other side made fails, or is closed. */
void trouble_break_channel (CallSide *side);
void trouble_close_channel (CallSide *side);

/* Nothing that it sends gets out any more. */
void trouble_cut (CallSide *side);

/* A further source; and, after call_stop(), without it, if there is one. */
void trouble_add_source (CallSide *side);
void trouble_remove_source (CallSide *side);
