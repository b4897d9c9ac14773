/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of save-debug-bundle: they are all there, they are right, and nothing in them gives access to anything. */
#include "../make-certificate.h"
#include "call.h"

#include <gst/kurentopeer/kurentopeer.h>

#include <glib/gstdio.h>

static const gchar *const files[] = { "local-description.sdp",
                                      "remote-description.sdp",
                                      "local-candidates.json",
                                      "stats.json",
                                      "graph.dot",
                                      "properties.txt",
                                      "versions.txt" };

static gchar *
read_file (const gchar *folder, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  gchar *text = NULL;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL), "%s", path);

  return text;
}

static void
fail_unless_has (const gchar *folder, const gchar *name, const gchar *part)
{
  g_autofree gchar *text = read_file (folder, name);

  fail_unless (strstr (text, part) != NULL, "%s has no %s:\n%s", name, part, text);
}

/* In no file. */
static void
fail_if_any_has (const gchar *folder, const gchar *secret)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *text = read_file (folder, files[i]);

      fail_if (strstr (text, secret) != NULL, "%s has %s", files[i], secret);
    }
}

static void
remove_folder (const gchar *folder)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *path = g_build_filename (folder, files[i], NULL);

      g_unlink (path);
    }
  fail_unless_equals_int (g_rmdir (folder), 0);
}

/* The values of a=ice-pwd of the description. */
static void
fail_if_any_has_password (Side *side, const gchar *folder, const gchar *property)
{
  g_autofree gchar *sdp = side_dup_string (side, property);
  g_auto (GStrv) parts = g_strsplit (sdp, "a=ice-pwd:", -1);

  fail_unless (g_strv_length (parts) > 1);
  for (guint i = 1; parts[i]; i++)
    {
      g_autofree gchar *password = g_strndup (parts[i], strcspn (parts[i], "\r\n"));

      fail_unless (strlen (password) >= 22);
      fail_if_any_has (folder, password);
    }
}

/* The first bytes of the keys in the caps of what is sent. */
static void
fail_if_any_has_srtp_key (Side *side, const gchar *folder)
{
  g_autoptr (GstElement) srtpenc = side_find_inside (side, "srtpenc");
  g_autoptr (GstBuffer) key = NULL;
  GString *hex = g_string_new (NULL);
  GstMapInfo map;

  fail_unless (srtpenc != NULL);
  g_object_get (srtpenc, "key", &key, NULL);
  fail_unless (key != NULL && gst_buffer_map (key, &map, GST_MAP_READ));
  for (guint i = 0; i < 8; i++)
    g_string_append_printf (hex, "%02x", map.data[i]);
  gst_buffer_unmap (key, &map);
  fail_if_any_has (folder, hex->str);
  g_string_free (hex, TRUE);
}

/* The graph has the caps of the encrypted stream, so that the last test can fail. */
static void
assert_graph (const gchar *folder)
{
  fail_unless_has (folder, "graph.dot", "digraph pipeline {");
  fail_unless_has (folder, "graph.dot", "GstWebRTCBin");
  fail_unless_has (folder, "graph.dot", "application/x-srtp");
  fail_unless_has (folder, "graph.dot", "srtp-key: ***");
}

GST_START_TEST (test_bundle)
{
  g_autofree gchar *certificate = make_certificate ("P-256");
  g_autofree gchar *parent = g_dir_make_tmp (NULL, NULL);
  g_autofree gchar *folder = g_build_filename (parent, "of", NULL);
  g_autofree gchar *inner = g_build_filename (folder, "a call", NULL);
  GstStructure *answer;
  GStatBuf info;
  Side a, b;
  Watch watch;

  side_init (&a, "kurentopeer name=p turn-server=turn://me:turnsecret@127.0.0.1:9 " RED "p.video_sink_0");
  g_object_set (
      a.peer, "certificate", certificate, "configuration",
      "{\"iceServers\":[{\"urls\":\"turn:127.0.0.1:9\",\"username\":\"u\",\"credential\":\"icesecret\"}]}",
      NULL);
  side_init (&b, "kurentopeer name=p " GREEN "p.video_sink_0 p.video_src_0 ! " VIDEO_SINK ("sink"));
  watch_init (&watch, &b, "sink");
  call (&a, &b);
  watch_wait (&watch, 5);

  /* twice: files are replaced */
  for (guint i = 0; i < 2; i++)
    {
      answer = side_ask (&a, "save-debug-bundle", inner);
      fail_if (gst_structure_has_field (answer, "error"));
      gst_structure_free (answer);
    }
  fail_unless_equals_int (g_stat (inner, &info), 0);
  fail_unless_equals_int (info.st_mode & 0777, 0700);

  fail_unless_has (inner, "local-description.sdp", "a=ice-pwd:***\r\n");
  fail_unless_has (inner, "local-description.sdp", "m=video ");
  fail_unless_has (inner, "remote-description.sdp", "m=video ");
  fail_unless_has (inner, "local-candidates.json", "candidate:");
  fail_unless_has (inner, "stats.json", "\"outbound-rtp\"");
  fail_unless_has (inner, "properties.txt", "connection-state: connected\n");
  fail_unless_has (inner, "properties.txt", "configuration: ***\n");
  fail_unless_has (inner, "properties.txt", "signaller-uri: NULL\n");
  fail_unless_has (inner, "versions.txt", "kurentopeer ");
  fail_unless_has (inner, "versions.txt", "plugin nice 0");
  assert_graph (inner);

  fail_if_any_has (inner, "turnsecret");
  fail_if_any_has (inner, "icesecret");
  fail_if_any_has (inner, "PRIVATE KEY");
  fail_if_any_has_password (&a, inner, "local-description");
  fail_if_any_has_password (&a, inner, "remote-description");
  fail_if_any_has_srtp_key (&a, inner);

  side_stop (&a);
  side_stop (&b);
  watch_clear (&watch);
  side_clear (&a);
  side_clear (&b);
  remove_folder (inner);
  g_rmdir (folder);
  g_rmdir (parent);
}
GST_END_TEST

/* Without a connection there are no statistics, and that is said. */
GST_START_TEST (test_no_connection)
{
  g_autofree gchar *folder = g_dir_make_tmp (NULL, NULL);
  GstStructure *answer;
  Side side;

  side_init (&side, "kurentopeer name=p " RED "p.video_sink_0");
  side_play (&side);
  answer = side_ask (&side, "save-debug-bundle", folder);
  fail_if (gst_structure_has_field (answer, "error"));
  gst_structure_free (answer);
  fail_unless_has (folder, "properties.txt", "no statistics: ");
  fail_unless_has (folder, "stats.json", "{}");
  side_stop (&side);
  side_clear (&side);
  remove_folder (folder);
}
GST_END_TEST

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GstKurentoPeer *peer = GST_KURENTO_PEER (source);
  GError **error = user_data;

  if (gst_kurento_peer_save_debug_bundle_finish (peer, result, error))
    *error = g_error_new_literal (GST_KURENTO_ERROR, 0, "none");
}

/* By the method: in the context of the caller. */
GST_START_TEST (test_method)
{
  g_autofree gchar *folder = g_dir_make_tmp (NULL, NULL);
  g_autoptr (GError) error = NULL;
  Side side;

  side_init (&side, "kurentopeer name=p " RED "p.video_sink_0");
  side_play (&side);
  gst_kurento_peer_save_debug_bundle_async (GST_KURENTO_PEER (side.peer), folder, NULL, saved_cb, &error);
  while (!error)
    g_main_context_iteration (NULL, TRUE);
  fail_unless_equals_string (error->message, "none");
  fail_unless_has (folder, "versions.txt", "kurentopeer ");

  g_clear_error (&error);
  gst_kurento_peer_save_debug_bundle_async (GST_KURENTO_PEER (side.peer), "/proc/no", NULL, saved_cb, &error);
  while (!error)
    g_main_context_iteration (NULL, TRUE);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
  side_stop (&side);
  side_clear (&side);
  remove_folder (folder);
}
GST_END_TEST

static void
answered_cb (GstPromise *promise, gpointer user_data)
{
  g_atomic_int_inc ((gint *)user_data);
}

/* The peer loop is gone before it is written, or while: answered all the same, once. */
GST_START_TEST (test_stop)
{
  g_autofree gchar *folder = g_dir_make_tmp (NULL, NULL);
  gint n_answered = 0;
  GstPromise *promise = gst_promise_new_with_change_func (answered_cb, &n_answered, NULL);
  Side side;

  side_init (&side, "kurentopeer name=p " RED "p.video_sink_0");
  side_play (&side);
  g_signal_emit_by_name (side.peer, "save-debug-bundle", folder, promise);
  side_stop (&side);
  wait_until (g_atomic_int_get (&n_answered) == 1);
  side_clear (&side);
  gst_promise_unref (promise);
  remove_folder (folder);
}
GST_END_TEST

static void
assert_error (Side *side, const gchar *folder, const gchar *part)
{
  GstStructure *answer = side_ask (side, "save-debug-bundle", folder);
  g_autoptr (GError) error = NULL;

  fail_unless (gst_structure_get (answer, "error", G_TYPE_ERROR, &error, NULL));
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  gst_structure_free (answer);
}

/* One error, which names the place. */
GST_START_TEST (test_cannot_write)
{
  g_autofree gchar *file = NULL;
  g_autofree gchar *below = NULL;
  gint fd = g_file_open_tmp (NULL, &file, NULL);
  Side side;

  fail_unless (fd >= 0);
  below = g_build_filename (file, "folder", NULL);
  side_init (&side, "kurentopeer name=p " RED "p.video_sink_0");
  assert_error (&side, file, "PAUSED or PLAYING");
  side_play (&side);
  assert_error (&side, below, below);
  assert_error (&side, "/proc/no/such", "/proc/no/such");
  assert_error (&side, "", "expected a folder");
  gst_structure_free (side_ask (&side, "close", NULL));
  assert_error (&side, file, "closed");
  side_stop (&side);
  side_clear (&side);
  g_close (fd, NULL);
  g_unlink (file);
}
GST_END_TEST

static Suite *
debug_bundle_suite (void)
{
  Suite *suite = suite_create ("debug-bundle");
  TCase *tcase = tcase_create ("general");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_bundle);
  tcase_add_test (tcase, test_no_connection);
  tcase_add_test (tcase, test_method);
  tcase_add_test (tcase, test_stop);
  tcase_add_test (tcase, test_cannot_write);

  return suite;
}

GST_CHECK_MAIN (debug_bundle);
