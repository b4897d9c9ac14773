/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-echo.h"

/* What is done to the sound of a microphone, by webrtcdsp. */
typedef struct
{
  gboolean echo_cancellation;
  gboolean noise_suppression;
  gboolean auto_gain_control;
} KpVoice;

/* Whether it can be done here. */
gboolean kp_voice_is_here (void);

/* Appends it, or nothing when nothing is to be done. @echo is what the microphone may hear again; NULL: nothing is played. What comes out
 * has the @rate, in Hz; 0: any. */
gboolean kp_voice_append (const KpVoice *self, GstBin *bin, GstElement **last, KpEcho *echo, gint rate,
                          GError **error);
