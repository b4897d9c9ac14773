/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Texts that may be shown to others: whatever gives access is replaced by "***". Pure. */

/* A session description: ICE passwords, and keys that stand in SDP. */
gchar *kp_redact_sdp (const gchar *sdp);

/* A graph of elements, as gst_debug_bin_to_dot_data() writes it: the values of fields and properties whose names say that they are
 * keys, certificates with keys, passwords, credentials or tokens. */
gchar *kp_redact_graph (const gchar *dot);
