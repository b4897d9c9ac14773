/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-files.h"

#include "kp-page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESOURCE_PREFIX "/org/freedesktop/gstreamer/kurentopeer/page"
#define MAX_SIZE (16 * 1024 * 1024) /* bytes; a file is read as a whole */

static const struct
{
  const gchar *suffix;
  const gchar *mime_type;
} mime_types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".htm", "text/html; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".mjs", "text/javascript; charset=utf-8" },
  { ".json", "application/json" },
  { ".map", "application/json" },
  { ".txt", "text/plain; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".png", "image/png" },
  { ".jpg", "image/jpeg" },
  { ".jpeg", "image/jpeg" },
  { ".gif", "image/gif" },
  { ".webp", "image/webp" },
  { ".ico", "image/vnd.microsoft.icon" },
  { ".woff", "font/woff" },
  { ".woff2", "font/woff2" },
  { ".ttf", "font/ttf" },
  { ".wasm", "application/wasm" },
  { ".mp4", "video/mp4" },
  { ".webm", "video/webm" },
  { ".mp3", "audio/mpeg" },
  { ".ogg", "audio/ogg" },
};

const gchar *
kp_serve_files_get_mime_type (const gchar *path)
{
  g_autofree gchar *lower = g_ascii_strdown (path, -1);

  if (g_str_has_suffix (lower, "/"))
    return "text/html; charset=utf-8";

  for (gsize i = 0; i < G_N_ELEMENTS (mime_types); i++)
    if (g_str_has_suffix (lower, mime_types[i].suffix))
      return mime_types[i].mime_type;

  return "application/octet-stream";
}

static gchar *
dup_file_path (const gchar *path)
{
  return g_str_has_suffix (path, "/") ? g_strconcat (path, "index.html", NULL) : g_strdup (path);
}

/* A part that begins with a dot is hidden, or leads up; "//" would name another server in a redirect. */
static gboolean
is_plain_path (const gchar *path)
{
  return *path == '/' && !strstr (path, "/.") && !strstr (path, "//");
}

GBytes *
kp_serve_files_load_page (const gchar *path)
{
  g_autofree gchar *file_path = dup_file_path (path);
  g_autofree gchar *resource_path = g_strconcat (RESOURCE_PREFIX, file_path, NULL);

  if (!is_plain_path (path))
    return NULL;

  return g_resource_lookup_data (kp_page_get_resource (), resource_path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static void
set_not_found (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no such file");
}

/* The file behind @path once all links are followed, if it is still below @root and not hidden there. */
static gchar *
resolve (const gchar *root, const gchar *path)
{
  g_autofree gchar *file_path = g_build_filename (root, path, NULL);
  g_autofree gchar *real_root = NULL;
  g_autofree gchar *real_path = NULL;
  char root_buffer[PATH_MAX] = { 0 };
  char path_buffer[PATH_MAX] = { 0 };

  if (!realpath (root, root_buffer) || !realpath (file_path, path_buffer))
    return NULL;

  real_root
      = g_str_has_suffix (root_buffer, "/") ? g_strdup (root_buffer) : g_strconcat (root_buffer, "/", NULL);
  real_path = g_strdup (path_buffer);
  if (!g_str_has_prefix (real_path, real_root) || !is_plain_path (real_path + strlen (real_root) - 1))
    return NULL;

  return g_steal_pointer (&real_path);
}

static GBytes *
read_all (int fd, gsize size, GError **error)
{
  g_autofree guint8 *data = g_malloc (size + 1);
  gsize done = 0;

  while (done < size)
    {
      gssize got = read (fd, data + done, size - done);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
          return NULL;
        }
      if (got == 0)
        break;
      done += got;
    }

  return g_bytes_new_take (g_steal_pointer (&data), done);
}

static GBytes *
read_file (int fd, GError **error)
{
  struct stat status = { 0 };

  if (fstat (fd, &status) != 0 || (!S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode)))
    set_not_found (error);
  else if (S_ISDIR (status.st_mode))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "It is a folder");
  else if (status.st_size > MAX_SIZE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "The file is too large");
  else
    return read_all (fd, status.st_size, error);

  return NULL;
}

GBytes *
kp_serve_files_load (const gchar *root, const gchar *path, GError **error)
{
  g_autofree gchar *file_path = dup_file_path (path);
  g_autofree gchar *real_path = is_plain_path (path) ? resolve (root, file_path) : NULL;
  GBytes *bytes;
  int fd;

  if (!real_path)
    {
      set_not_found (error);
      return NULL;
    }

  /* O_NONBLOCK: opening a pipe must not wait for its writer */
  fd = open (real_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    {
      set_not_found (error);
      return NULL;
    }

  bytes = read_file (fd, error);
  close (fd);

  return bytes;
}
