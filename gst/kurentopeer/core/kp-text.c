/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-text.h"

#include <gio/gio.h>

#include "gstkurentoerror.h"

#define MAX_FILE_SIZE (1024 * 1024)
#define FILE_PREFIX "file:"

gboolean
kp_text_is_file (const gchar *text)
{
  return g_str_has_prefix (text, FILE_PREFIX);
}

/* NULL with @error of GIO, or G_IO_ERROR_MESSAGE_TOO_LARGE. */
static gchar *
read_file (const gchar *path, GError **error)
{
  g_autofree gchar *text = g_malloc (MAX_FILE_SIZE + 2);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  gsize size = 0;

  if (!stream
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, MAX_FILE_SIZE + 1, &size, NULL, error))
    return NULL;

  text[size] = '\0';
  if (size > MAX_FILE_SIZE)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "");
      return NULL;
    }

  return g_steal_pointer (&text);
}

gchar *
kp_text_load (const gchar *uri, GError **error)
{
  g_autofree gchar *path = g_filename_from_uri (uri, NULL, NULL);
  g_autoptr (GError) reason = NULL;
  gchar *text = path ? read_file (path, &reason) : NULL;

  if (!path)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                 "%s: expected a URI like file:///path/to/file.json", uri);
  else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE))
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                 "%s: expected a file of at most %d bytes", uri, MAX_FILE_SIZE);
  else if (reason)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "%s: cannot read the file: %s",
                 uri, reason->message);

  return text;
}
