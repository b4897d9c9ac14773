/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The files that the embedded server hands out, by the decoded path of the request. */

const gchar *kp_serve_files_get_mime_type (const gchar *path);

/* The built-in page: NULL when it has no such file. */
GBytes *kp_serve_files_load_page (const gchar *path);

/* From the folder @root. G_IO_ERROR_NOT_FOUND for what is not there, is hidden, or leads out of the folder, all the same
 * to the client; G_IO_ERROR_IS_DIRECTORY for a folder when @path does not end with a slash (with one: its
 * index.html); G_IO_ERROR_MESSAGE_TOO_LARGE beyond 16 MiB. */
GBytes *kp_serve_files_load (const gchar *root, const gchar *path, GError **error);
