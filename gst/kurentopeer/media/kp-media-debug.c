/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-media-debug.h"

GstDebugCategory *
kp_media_debug_get_category (void)
{
  static GstDebugCategory *category = NULL;

  if (g_once_init_enter (&category))
    g_once_init_leave (&category, _gst_debug_category_new ("kurentopeer-media", 0, "kurentopeer media"));

  return category;
}
