/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentoerror.h"

/* clang-format would take the name for a subtraction */
/* clang-format off */
G_DEFINE_QUARK (gst-kurento-error-quark, gst_kurento_error)
/* clang-format on */
