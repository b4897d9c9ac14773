/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-text.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "gstkurentoerror.h"

#define MAX_FILE_SIZE (1024 * 1024)

static gchar *folder;

static gchar *
dup_uri (const gchar *name, gsize size)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *text = g_strnfill (size, 'x');

  fail_unless (g_file_set_contents (path, text, size, NULL));

  return g_filename_to_uri (path, NULL, NULL);
}

static void
remove_file (const gchar *uri)
{
  g_autofree gchar *path = g_filename_from_uri (uri, NULL, NULL);

  g_unlink (path);
}

GST_START_TEST (test_is_file)
{
  fail_unless (kp_text_is_file ("file:///x"));
  fail_unless (kp_text_is_file ("file:x"));
  fail_if (kp_text_is_file ("{\"file:\":1}"));
  fail_if (kp_text_is_file (""));
}
GST_END_TEST

GST_START_TEST (test_load)
{
  static const gsize sizes[] = { 0, 5, MAX_FILE_SIZE };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree gchar *uri = dup_uri ("with a blank", sizes[i]);
      g_autofree gchar *text = kp_text_load (uri, NULL);

      fail_unless_equals_int (strlen (text), (gint)sizes[i]);
      remove_file (uri);
    }
}
GST_END_TEST

static void
assert_refused (const gchar *uri, const gchar *reason)
{
  g_autoptr (GError) error = NULL;

  fail_unless (kp_text_load (uri, &error) == NULL);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
  fail_unless (g_str_has_prefix (error->message, uri) && strstr (error->message, reason), "%s",
               error->message);
}

GST_START_TEST (test_refused)
{
  g_autofree gchar *large = dup_uri ("large", MAX_FILE_SIZE + 1);
  g_autofree gchar *directory = g_filename_to_uri (folder, NULL, NULL);

  assert_refused (large, "at most 1048576 bytes");
  remove_file (large);
  assert_refused (large, "cannot read the file");
  assert_refused (directory, "cannot read the file");
  assert_refused ("file:relative", "expected a URI like file:///");
}
GST_END_TEST

static void
make_folder (void)
{
  folder = g_dir_make_tmp (NULL, NULL);
}

static void
remove_folder (void)
{
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

static Suite *
kp_text_suite (void)
{
  Suite *suite = suite_create ("kp-text");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, make_folder, remove_folder);
  tcase_add_test (tcase, test_is_file);
  tcase_add_test (tcase, test_load);
  tcase_add_test (tcase, test_refused);

  return suite;
}

GST_CHECK_MAIN (kp_text);
