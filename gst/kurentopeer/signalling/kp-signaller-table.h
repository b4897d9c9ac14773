/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentosignaller.h"

/* The signaller for a signaller-uri (interface.md section 7): one row a scheme. To be called with the context that the
 * signaller is to live in as the thread default. Transfer full. INVALID_ARGUMENT names what is wrong with the URI. */
GstKurentoSignaller *kp_signaller_new_for_uri (const gchar *uri, GError **error);
