/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Largest description that is read, in bytes; a browser's has 5 to 20 KiB. */
#define KP_SDP_MAX_SIZE (256 * 1024)
/* Most m-lines, and most lines between two of them. */
#define KP_SDP_MAX_SECTIONS 64
#define KP_SDP_MAX_LINES 512
/* Most a=ssrc lines of a section that are kept: each leaves the name of a caps field in memory for ever. */
#define KP_SDP_MAX_SSRCS 32

/* The first of two looks at a remote description, at its lines one by one. What is no SDP at all is INVALID_ARGUMENT that
 * names the line. The text that is returned holds only what this side understands: other attributes are left out, and so
 * are lines that are malformed in themselves, because webrtcbin makes caps fields of whatever it finds. */
gchar *kp_sdp_filter_lines (const gchar *text, GError **error);
