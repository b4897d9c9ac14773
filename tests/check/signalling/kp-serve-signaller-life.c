/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve-fixture.h"

#include "gstkurentoerror.h"

GST_START_TEST (test_calls_without_a_client)
{
  g_autoptr (Server) server = server_new (FALSE);
  g_autoptr (GError) error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_ICE, "x");

  for (guint i = 0; i < 3; i++)
    {
      gst_kurento_signaller_send_offer (server->signaller, "v=0");
      gst_kurento_signaller_send_answer (server->signaller, "v=0");
      gst_kurento_signaller_send_candidate (server->signaller, "candidate:1", 0, NULL);
      gst_kurento_signaller_send_error (server->signaller, error);
      gst_kurento_signaller_end_session (server->signaller, "x");
      if (i == 0)
        server_start (server);
      else
        gst_kurento_signaller_stop (server->signaller);
    }
  ck_assert_uint_eq (server->events->len, 0);
}
GST_END_TEST;

static const struct
{
  const gchar *text;
  const gchar *event;
} stop_points[] = {
  { START, "offer v=0" },
  { CANDIDATE ("candidate:1"), "candidate candidate:1 0 0" },
  { STOP, "ended the client stopped" },
  { START, "ended the client started anew" },
};

/* A handler may stop the server: that is the last that is heard of it. */
GST_START_TEST (test_stop_in_handler)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Tab) tab = tab_new (server);
  guint n_events = __i__ == 0 ? 0 : 1;

  if (__i__ > 0)
    {
      tab_say (tab, START);
      check_event (server, 0, "offer v=0");
    }
  server->stops = TRUE;
  tab_say (tab, stop_points[__i__].text);
  tab_say (tab, STOP);
  check_event (server, n_events, stop_points[__i__].event);
  wait_until (tab->closed);
  ck_assert_uint_eq (server->events->len, n_events + 1);
}
GST_END_TEST;

static void
stop_cb (GstKurentoSignaller *signaller, const gchar *uri, gpointer user_data)
{
  gst_kurento_signaller_stop (signaller);
}

GST_START_TEST (test_stop_when_ready)
{
  g_autoptr (Server) server = server_new (FALSE);
  gulong id = g_signal_connect (server->signaller, "ready", G_CALLBACK (stop_cb), NULL);

  server_start (server);
  g_signal_handler_disconnect (server->signaller, id);
  g_clear_pointer (&server->uri, g_free);
  server_start (server);
  ck_assert_uint_eq (server->events->len, 0);
}
GST_END_TEST;

GST_START_TEST (test_stop_before_ready)
{
  g_autoptr (Server) server = server_new (FALSE);

  gst_kurento_signaller_start (server->signaller);
  gst_kurento_signaller_stop (server->signaller);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  ck_assert (!server->uri);
  ck_assert_uint_eq (server->events->len, 0);
}
GST_END_TEST;

/* It lives where it was made, and may be dropped without stop. */
GST_START_TEST (test_own_context)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Server *server;

  g_main_context_push_thread_default (context);
  server = server_new (FALSE);
  gst_kurento_signaller_start (server->signaller);
  while (!server->uri)
    g_main_context_iteration (context, TRUE);
  g_assert_finalize_object (g_steal_pointer (&server->signaller));
  g_main_context_pop_thread_default (context);

  g_ptr_array_unref (server->events);
  g_free (server->uri);
  g_free (server);
}
GST_END_TEST;

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir))
    count++;

  return count;
}

/* The loop does not come round any more once the server is stopped, and still nothing is left. */
GST_START_TEST (test_loop_ends_with_clients)
{
  GMainContext *context;
  guint before;
  Server *server;
  Raw *raw;

  /* what GLib opens once and keeps does not count */
  server_free (server_new_started ());
  before = count_descriptors ();
  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  server = server_new (FALSE);
  gst_kurento_signaller_start (server->signaller);
  while (!server->uri)
    g_main_context_iteration (context, TRUE);

  raw = raw_new (server);
  raw_say (raw, "GET /helloworld HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  while (!raw_has (raw, "\r\n\r\n"))
    g_main_context_iteration (context, FALSE);
  raw_send_frame (raw, 0x81, START, strlen (START));
  while (server->events->len == 0)
    g_main_context_iteration (context, TRUE);

  gst_kurento_signaller_stop (server->signaller);
  g_assert_finalize_object (g_steal_pointer (&server->signaller));
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  raw_free (raw);
  ck_assert_uint_eq (count_descriptors (), before);

  g_ptr_array_unref (server->events);
  g_free (server->uri);
  g_free (server);
}
GST_END_TEST;

GST_START_TEST (test_rounds_leave_nothing_behind)
{
  g_autoptr (Server) server = server_new_started ();
  guint before = 0;

  server->answers = TRUE;
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (Tab) tab = tab_new (server);
      guint n_events = server->events->len;

      tab_say (tab, START);
      tab_get_message (tab, 2);
      if (i % 2 == 0)
        tab_say (tab, STOP);
      tab_close (tab);
      ck_assert (g_str_has_prefix (server_get_event (server, n_events + 1), "ended "));
      if (i == 5)
        before = count_descriptors ();
    }
  wait_until (count_descriptors () <= before);
}
GST_END_TEST;

GST_START_TEST (test_properties)
{
  g_autoptr (Server) server = server_new (FALSE);
  const gchar *const names[] = { "tls-certificate", "document-root", "auth-token", "allowed-origins" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *unset = NULL;
      g_autofree gchar *set = NULL;
      g_autofree gchar *emptied = NULL;

      g_object_get (server->signaller, names[i], &unset, NULL);
      ck_assert (!unset);
      g_object_set (server->signaller, names[i], names[i], NULL);
      g_object_get (server->signaller, names[i], &set, NULL);
      ck_assert_str_eq (set, names[i]);
      g_object_set (server->signaller, names[i], "", NULL);
      g_object_get (server->signaller, names[i], &emptied, NULL);
      ck_assert (!emptied);
    }
}
GST_END_TEST;

static Suite *
kp_serve_signaller_life_suite (void)
{
  Suite *suite = suite_create ("kp-serve-signaller-life");
  TCase *life = tcase_create ("life");

  suite_add_tcase (suite, life);
  tcase_add_test (life, test_calls_without_a_client);
  tcase_add_loop_test (life, test_stop_in_handler, 0, G_N_ELEMENTS (stop_points));
  tcase_add_test (life, test_stop_when_ready);
  tcase_add_test (life, test_stop_before_ready);
  tcase_add_test (life, test_own_context);
  tcase_add_test (life, test_loop_ends_with_clients);
  tcase_add_test (life, test_rounds_leave_nothing_behind);
  tcase_add_test (life, test_properties);

  return suite;
}

GST_CHECK_MAIN (kp_serve_signaller_life);
