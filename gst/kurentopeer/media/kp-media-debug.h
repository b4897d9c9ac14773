/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The log category "kurentopeer-media". */
GstDebugCategory *kp_media_debug_get_category (void);

#define GST_CAT_DEFAULT (kp_media_debug_get_category ())
