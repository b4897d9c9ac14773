/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Has @payloader write the header extension @uri as @id, and adds it to @caps, which are writable. @property, or NULL: what it is
 * to write. An @id of 0 means that it was not negotiated: nothing is done. NOT_SUPPORTED when it is not installed. */
gboolean kp_header_extension_add (GstElement *payloader, GstCaps *caps, const gchar *uri, guint id,
                                  const gchar *property, const gchar *value, GError **error);
