/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentoerror.h"

G_DEFINE_QUARK (gst - kurento - error - quark, gst_kurento_error)
