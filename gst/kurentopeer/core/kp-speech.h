/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Tells speech from silence as hark does, which kurento-utils exports: the loudness is looked at in regular intervals; it is speech when it
 * is above a threshold in this and two of the last three of them, and silence again when it was in none of the last ones. Pure. */
#define KP_SPEECH_SILENCE -127.0 /* dB; RFC 6464 */
#define KP_SPEECH_MAX_HISTORY 64

typedef struct
{
  guint interval; /* ms; 0 = nothing is detected */
  gdouble threshold; /* dB of full scale */
  guint history; /* intervals */
} KpSpeechConfig;

/* @text: hark's options as JSON, threshold, interval and history, or a file:// URI of them; NULL or "" is off. Errors name @property. On
 * failure @config is as it was. */
gboolean kp_speech_config_parse (const gchar *property, const gchar *text, KpSpeechConfig *config,
                                 GError **error);

typedef struct
{
  KpSpeechConfig config;
  gboolean speaking;
  guint64 past; /* a bit an interval, the last one first: it was loud */
} KpSpeech;

void kp_speech_init (KpSpeech *self, const KpSpeechConfig *config);

/* One more interval, whose loudest was @level dB. TRUE when speaking has changed. */
gboolean kp_speech_take (KpSpeech *self, gdouble level);
