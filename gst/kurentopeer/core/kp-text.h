/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* For properties that take a text, or "file:///path" that holds it. */
gboolean kp_text_is_file (const gchar *text);

/* The text of the file that @uri names, at most 1 MiB. INVALID_ARGUMENT that says what is wrong with it. */
gchar *kp_text_load (const gchar *uri, GError **error);
