/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoprelude.h"

G_BEGIN_DECLS

GST_KURENTO_API
gchar *gst_kurento_enumerate_devices (const gchar *media_constraints, GError **error);

G_END_DECLS
