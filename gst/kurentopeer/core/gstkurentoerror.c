/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentoerror.h"

/**
 * gst_kurento_error_quark:
 *
 * The quark behind %GST_KURENTO_ERROR.
 *
 * Returns: the error domain
 *
 * Since: 0.1
 */
/* clang-format would take the name for a subtraction */
/* clang-format off */
G_DEFINE_QUARK (gst-kurento-error-quark, gst_kurento_error)
/* clang-format on */
