/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* How loud the sound of @buffer is, RMS, in dB of full scale, never below KP_SPEECH_SILENCE: measured when it is raw; else what its sender
 * says, in the GstAudioLevelMeta of encoded sound, or in the header of RTP. FALSE when that is not known. */
gboolean kp_loudness_measure (const GstCaps *caps, GstBuffer *buffer, gdouble *level);

/* The loudest of what goes through some pads, for who looks at it now and then. Thread safe. */
typedef struct
{
  gint enabled; /* atomic, gboolean; else nothing is measured */
  gint loudest; /* atomic; 0.01 dB, since it was looked at last */
} KpLoudness;

void kp_loudness_init (KpLoudness *self);

/* Adds a pad; nothing flows through it any more when @self ends. */
void kp_loudness_watch (KpLoudness *self, GstPad *pad);

void kp_loudness_set_enabled (KpLoudness *self, gboolean enabled);

/* Since the last call, in dB; KP_SPEECH_SILENCE when nothing was heard. */
gdouble kp_loudness_take (KpLoudness *self);

/* RFC 6464 of what is sent: what goes into @encoder, raw sound, is measured, and written to what @payloader gets of it. Both work in one
 * thread. */
void kp_loudness_tag (GstElement *encoder, GstElement *payloader);
