/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Does, once a process and in threads of its own, what the first connection would wait for: loads the elements of
 * webrtcbin, and lets GStreamer make its DTLS key (RSA with 2048 bits before 1.28: 50 to 360 ms). Does not block. */
void kp_prewarm_start (void);

/* Waits until that is done, at most @timeout_us: a process should not exit in the middle of it. */
void kp_prewarm_wait (gint64 timeout_us);
