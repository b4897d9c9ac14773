/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

/**
 * GST_KURENTO_API: (skip)
 *
 * Marks the symbols that the library exports; everything else is hidden.
 */
#define GST_KURENTO_API extern __attribute__ ((visibility ("default")))
