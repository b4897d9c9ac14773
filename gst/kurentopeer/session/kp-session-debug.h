/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The log categories of this floor, "kurentopeer-session" and "kurentopeer-bandwidth"; made with the first session. */
GST_DEBUG_CATEGORY_EXTERN (kp_session_debug);
GST_DEBUG_CATEGORY_EXTERN (kp_bandwidth_debug);

void kp_session_debug_init (void);
