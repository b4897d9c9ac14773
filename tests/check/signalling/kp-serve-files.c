/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-files.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder to serve, and beside it what must not get out. */
typedef struct
{
  gchar *top; /* owned */
  gchar *root; /* owned */
} Folder;

static void
write_file (const gchar *folder, const gchar *name, const gchar *text)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
make_link (Folder *self, const gchar *name, const gchar *target)
{
  g_autofree gchar *path = g_build_filename (self->root, name, NULL);

  g_assert_cmpint (symlink (target, path), ==, 0);
}

static Folder *
folder_new (void)
{
  Folder *self = g_new0 (Folder, 1);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *pipe = NULL;

  self->top = g_dir_make_tmp ("kurentopeer-XXXXXX", &error);
  g_assert_no_error (error);
  self->root = g_build_filename (self->top, "root", NULL);
  write_file (self->top, "secret.txt", "secret");
  write_file (self->top, "root-2/secret.txt", "secret");
  write_file (self->top, "toor/secret.txt", "secret");
  write_file (self->root, "index.html", "index");
  write_file (self->root, "a b.txt", "blank");
  write_file (self->root, "sub/index.html", "sub index");
  write_file (self->root, "sub/page.js", "script");
  write_file (self->root, "empty/nothing/x", "x");
  write_file (self->root, ".hidden", "hidden");
  write_file (self->root, ".git/config", "hidden");
  make_link (self, "inside.js", "sub/page.js");
  make_link (self, "escape.txt", "../secret.txt");
  make_link (self, "escape", "..");
  make_link (self, "neighbour", "../root-2");
  make_link (self, "like-named", "../toor");
  make_link (self, "unhide.txt", ".hidden");
  make_link (self, "loop", "loop");
  make_link (self, "passwd", "/etc/passwd");
  pipe = g_build_filename (self->root, "pipe", NULL);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  return self;
}

static void
folder_free (Folder *self)
{
  const gchar *argv[] = { "rm", "-r", self->top, NULL };

  g_spawn_sync (NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (self->top);
  g_free (self->root);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Folder, folder_free)

static const struct
{
  const gchar *path;
  const gchar *text; /* NULL: not to be had */
  gint error;
} paths[] = {
  { "/", "index" },
  { "/index.html", "index" },
  { "/a b.txt", "blank" },
  { "/sub/", "sub index" },
  { "/sub/page.js", "script" },
  { "/inside.js", "script" },
  { "/sub", NULL, G_IO_ERROR_IS_DIRECTORY },
  { "/empty/", NULL, G_IO_ERROR_NOT_FOUND },
  { "/missing", NULL, G_IO_ERROR_NOT_FOUND },
  { "/index.html/", NULL, G_IO_ERROR_NOT_FOUND },
  { "", NULL, G_IO_ERROR_NOT_FOUND },
  { "index.html", NULL, G_IO_ERROR_NOT_FOUND },
  { "//index.html", NULL, G_IO_ERROR_NOT_FOUND },
  { "//sub", NULL, G_IO_ERROR_NOT_FOUND },
  { "/../secret.txt", NULL, G_IO_ERROR_NOT_FOUND },
  { "/sub/../../secret.txt", NULL, G_IO_ERROR_NOT_FOUND },
  { "/sub/../index.html", NULL, G_IO_ERROR_NOT_FOUND },
  { "/./index.html", NULL, G_IO_ERROR_NOT_FOUND },
  { "/..", NULL, G_IO_ERROR_NOT_FOUND },
  { "/../", NULL, G_IO_ERROR_NOT_FOUND },
  { "/.hidden", NULL, G_IO_ERROR_NOT_FOUND },
  { "/.git/config", NULL, G_IO_ERROR_NOT_FOUND },
  { "/unhide.txt", NULL, G_IO_ERROR_NOT_FOUND },
  { "/escape.txt", NULL, G_IO_ERROR_NOT_FOUND },
  { "/escape/secret.txt", NULL, G_IO_ERROR_NOT_FOUND },
  { "/escape", NULL, G_IO_ERROR_NOT_FOUND },
  { "/neighbour/secret.txt", NULL, G_IO_ERROR_NOT_FOUND },
  { "/like-named/secret.txt", NULL, G_IO_ERROR_NOT_FOUND },
  { "/passwd", NULL, G_IO_ERROR_NOT_FOUND },
  { "/loop", NULL, G_IO_ERROR_NOT_FOUND },
  { "/pipe", NULL, G_IO_ERROR_NOT_FOUND },
};

GST_START_TEST (test_paths)
{
  g_autoptr (Folder) folder = folder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = kp_serve_files_load (folder->root, paths[__i__].path, &error);

  if (!paths[__i__].text)
    {
      ck_assert_msg (bytes == NULL, "%s is served", paths[__i__].path);
      ck_assert_msg (g_error_matches (error, G_IO_ERROR, paths[__i__].error), "%s: %s", paths[__i__].path,
                     error->message);
      return;
    }

  g_assert_no_error (error);
  ck_assert_uint_eq (g_bytes_get_size (bytes), strlen (paths[__i__].text));
  ck_assert (memcmp (g_bytes_get_data (bytes, NULL), paths[__i__].text, strlen (paths[__i__].text)) == 0);
}
GST_END_TEST;

GST_START_TEST (test_too_large)
{
  g_autoptr (Folder) folder = folder_new ();
  g_autofree gchar *path = g_build_filename (folder->root, "large", NULL);
  g_autoptr (GError) error = NULL;

  write_file (folder->root, "large", "");
  g_assert_cmpint (truncate (path, 16 * 1024 * 1024 + 1), ==, 0);
  ck_assert (!kp_serve_files_load (folder->root, "/large", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
}
GST_END_TEST;

GST_START_TEST (test_page)
{
  g_autoptr (GBytes) index = kp_serve_files_load_page ("/");
  g_autoptr (GBytes) same = kp_serve_files_load_page ("/index.html");

  ck_assert (index && same && g_bytes_equal (index, same));
  ck_assert (!kp_serve_files_load_page ("/missing"));
  ck_assert (!kp_serve_files_load_page ("/../page/index.html"));
  ck_assert (!kp_serve_files_load_page ("/sub/"));
}
GST_END_TEST;

GST_START_TEST (test_mime_types)
{
  ck_assert_str_eq (kp_serve_files_get_mime_type ("/"), "text/html; charset=utf-8");
  ck_assert_str_eq (kp_serve_files_get_mime_type ("/a.JS"), "text/javascript; charset=utf-8");
  ck_assert_str_eq (kp_serve_files_get_mime_type ("/a.css"), "text/css; charset=utf-8");
  ck_assert_str_eq (kp_serve_files_get_mime_type ("/a.svg"), "image/svg+xml");
  ck_assert_str_eq (kp_serve_files_get_mime_type ("/a.unknown"), "application/octet-stream");
  ck_assert_str_eq (kp_serve_files_get_mime_type ("/js"), "application/octet-stream");
}
GST_END_TEST;

static Suite *
kp_serve_files_suite (void)
{
  Suite *suite = suite_create ("kp-serve-files");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_paths, 0, G_N_ELEMENTS (paths));
  tcase_add_test (tcase, test_too_large);
  tcase_add_test (tcase, test_page);
  tcase_add_test (tcase, test_mime_types);

  return suite;
}

GST_CHECK_MAIN (kp_serve_files);
