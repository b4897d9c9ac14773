/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef enum
{
  KP_MEDIA_AUDIO,
  KP_MEDIA_VIDEO,
} KpMediaKind;

#define KP_N_MEDIA_KINDS 2

static inline const gchar *
kp_media_kind_to_string (KpMediaKind kind)
{
  return kind == KP_MEDIA_AUDIO ? "audio" : "video";
}
