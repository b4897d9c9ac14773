/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The log category of this floor, "kurentopeer-session"; made with the first session. */
GST_DEBUG_CATEGORY_EXTERN (kp_session_debug);

void kp_session_debug_init (void);
