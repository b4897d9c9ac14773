/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* What the element gives to be played, for a microphone that hears it again: a webrtcechoprobe, which a webrtcdsp finds by its name. It stands
 * beside the stream and holds nothing up. Any thread. */
typedef struct _KpEcho KpEcho;

/* NULL when it is not installed. */
KpEcho *kp_echo_new (void);
KpEcho *kp_echo_ref (KpEcho *self);
void kp_echo_unref (KpEcho *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpEcho, kp_echo_unref)

/* Of the probe; no other has it. Constant. */
const gchar *kp_echo_get_name (KpEcho *self);

/* That of the microphone, in Hz: 8000, 16000, 32000 or 48000. Before its webrtcdsp has caps. */
void kp_echo_set_rate (KpEcho *self, gint rate);

/* Raw audio that goes through @pad is played. */
void kp_echo_watch (KpEcho *self, GstPad *pad);
