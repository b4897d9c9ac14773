/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve-fixture.h"

#include "kp-self-signed.h"

#include <glib/gstdio.h>

#define SHORT 300 /* ms */
#define LONG 60000 /* ms */

static Server *
server_new_with_timeouts (guint request_timeout, guint answer_timeout)
{
  Server *self = server_new (FALSE);

  kp_serve_signaller_set_timeouts (KP_SERVE_SIGNALLER (self->signaller), 10, request_timeout, answer_timeout);
  server_start (self);

  return self;
}

/* still answers whoever behaves */
static void
check_alive (Server *server)
{
  g_autoptr (Raw) raw = raw_new (server);

  raw_say (raw, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_until (raw_read (raw));
  ck_assert (g_str_has_prefix (raw->received->str, "HTTP/1.1 200 "));
}

GST_START_TEST (test_silent_client)
{
  g_autoptr (Server) server = server_new_with_timeouts (SHORT, LONG);
  g_autoptr (Raw) raw = raw_new (server);

  wait_until (raw_read (raw));
  ck_assert (g_str_has_prefix (raw->received->str, "HTTP/1.1 408 "));
  check_alive (server);
}
GST_END_TEST;

/* A byte now and then does not buy time. */
GST_START_TEST (test_slow_request)
{
  g_autoptr (Server) server = server_new_with_timeouts (SHORT, LONG);
  g_autoptr (Raw) raw = raw_new (server);
  gint64 begin = g_get_monotonic_time ();

  raw_say (raw, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
  wait_until (raw_read (raw) || (raw_send (raw, "x", 1), FALSE));
  ck_assert_int_ge (g_get_monotonic_time () - begin, SHORT * 900);
  check_alive (server);
}
GST_END_TEST;

/* The same for a body: the request is not complete before. */
GST_START_TEST (test_slow_body)
{
  g_autoptr (Server) server = server_new_with_timeouts (SHORT, LONG);
  g_autoptr (Raw) raw = raw_new (server);

  raw_say (raw, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
  wait_until (raw_read (raw) || (raw_send (raw, "x", 1), FALSE));
  check_alive (server);
}
GST_END_TEST;

static const gchar *const large_requests[] = {
  "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
  "GET /",
  "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
};

GST_START_TEST (test_large_request)
{
  g_autoptr (Server) server = server_new_with_timeouts (LONG, LONG);
  g_autoptr (Raw) raw = raw_new (server);
  g_autofree gchar *filling = g_strnfill (1000, 'x');
  gsize sent = 0;

  raw_say (raw, large_requests[__i__]);
  wait_until (raw_read (raw) || ({
                sent += sent < 1000000 ? raw_send (raw, filling, 1000) : 0;
                FALSE;
              }));
  check_alive (server);
}
GST_END_TEST;

/* A client that asks and then does not read holds its place for a while only. */
GST_START_TEST (test_client_that_does_not_read)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *root = g_dir_make_tmp ("kurentopeer-XXXXXX", &error);
  g_autofree gchar *path = g_build_filename (root, "large", NULL);
  g_autofree gchar *text = g_strnfill (15 * 1024 * 1024, 'x');
  g_autoptr (Server) server = server_new (FALSE);
  g_autoptr (Raw) raw = NULL;
  gint64 begin;

  g_assert (g_file_set_contents (path, text, -1, NULL));
  g_object_set (server->signaller, "document-root", root, NULL);
  kp_serve_signaller_set_timeouts (KP_SERVE_SIGNALLER (server->signaller), 10, LONG, SHORT);
  server_start (server);
  raw = raw_new (server);
  raw_say (raw, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");

  begin = g_get_monotonic_time ();
  wait_until (g_get_monotonic_time () - begin > 3 * SHORT * 1000);
  raw_read (raw);
  wait_until (raw_read (raw));
  ck_assert_uint_lt (raw->received->len, 15 * 1024 * 1024);

  g_unlink (path);
  g_rmdir (root);
}
GST_END_TEST;

GST_START_TEST (test_too_many_connections)
{
  g_autoptr (Server) server = server_new_with_timeouts (LONG, LONG);
  g_autoptr (GPtrArray) idle = g_ptr_array_new_with_free_func ((GDestroyNotify)raw_free);
  g_autoptr (Raw) refused = NULL;

  for (guint i = 0; i < 32; i++)
    {
      g_ptr_array_add (idle, raw_new (server));
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  refused = raw_new (server);
  wait_until (raw_read (refused));
  ck_assert (g_str_has_prefix (refused->received->str, "HTTP/1.1 503 "));
  for (guint i = 0; i < 32; i++)
    ck_assert (!raw_read (g_ptr_array_index (idle, i)));

  /* those that go make room */
  g_ptr_array_set_size (idle, 30);
  wait_until (({
    g_autoptr (Raw) raw = raw_new (server);
    raw_say (raw, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    wait_until (raw_read (raw));
    g_str_has_prefix (raw->received->str, "HTTP/1.1 200 ");
  }));
}
GST_END_TEST;

GST_START_TEST (test_stop_ends_everything)
{
  g_autoptr (Server) server = server_new_with_timeouts (LONG, LONG);
  g_autoptr (Raw) silent = raw_new (server);
  g_autoptr (Raw) half = raw_new (server);
  g_autoptr (Raw) websocket = raw_new_websocket (server);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree gchar *uri = NULL;

  raw_say (half, "GET / HTTP/1.1\r\n");
  raw_send_frame (websocket, 0x81, "{\"id\":\"start\",\"sdpOffer\":\"v=0\"}", 31);
  server_get_event (server, 0);

  gst_kurento_signaller_stop (server->signaller);
  g_object_get (server->signaller, "uri", &uri, NULL);
  ck_assert (!uri);
  wait_until (raw_read (silent));
  wait_until (raw_read (half));
  wait_until (raw_read (websocket));
  ck_assert (!g_socket_client_connect_to_host (client, "127.0.0.1", server->port, NULL, NULL));
  ck_assert_uint_eq (server->events->len, 1);

  /* and it may start again */
  g_clear_pointer (&server->uri, g_free);
  server_start (server);
  check_alive (server);
}
GST_END_TEST;

GST_START_TEST (test_port_in_use)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (Server) other = server_new (FALSE);

  g_object_unref (other->signaller);
  other->signaller = kp_serve_signaller_new (FALSE, "127.0.0.1", server->port);
  g_signal_connect (other->signaller, "failed", G_CALLBACK (server_failed_cb), other);
  gst_kurento_signaller_start (other->signaller);
  ck_assert (g_str_has_prefix (server_get_event (other, 0), "failed Cannot listen at http://127.0.0.1:"));
  check_alive (server);
}
GST_END_TEST;

GST_START_TEST (test_localhost)
{
  g_autoptr (Server) server = server_new (FALSE);

  g_object_unref (server->signaller);
  server->signaller = kp_serve_signaller_new (FALSE, "localhost", 0);
  g_signal_connect (server->signaller, "ready", G_CALLBACK (server_ready_cb), server);
  server_start (server);
  ck_assert (g_str_has_prefix (server->uri, "http://localhost:"));
  ck_assert_uint_gt (server->port, 0);
  check_alive (server);
}
GST_END_TEST;

GST_START_TEST (test_unknown_host)
{
  g_autoptr (Server) server = server_new (FALSE);

  g_object_unref (server->signaller);
  server->signaller = kp_serve_signaller_new (FALSE, "does-not-exist.invalid", 0);
  g_signal_connect (server->signaller, "failed", G_CALLBACK (server_failed_cb), server);
  gst_kurento_signaller_start (server->signaller);
  ck_assert (g_str_has_prefix (server_get_event (server, 0), "failed Cannot listen at "));
}
GST_END_TEST;

static void
send_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GBytes **bytes = user_data;

  *bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  g_assert_no_error (error);
}

static gboolean
keep_certificate_cb (SoupMessage *msg, GTlsCertificate *certificate, GTlsCertificateFlags errors,
                     gpointer user_data)
{
  GTlsCertificate **kept = user_data;

  g_set_object (kept, certificate);
  return TRUE;
}

/* The certificate that a client sees. */
static GTlsCertificate *
get_page_over_tls (Server *server)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) msg = soup_message_new (SOUP_METHOD_GET, server->uri);
  g_autoptr (GBytes) bytes = NULL;
  GTlsCertificate *certificate = NULL;

  g_signal_connect (msg, "accept-certificate", G_CALLBACK (keep_certificate_cb), &certificate);
  soup_session_send_and_read_async (session, msg, G_PRIORITY_DEFAULT, NULL, send_done, &bytes);
  wait_until (bytes);
  ck_assert_uint_eq (soup_message_get_status (msg), 200);
  ck_assert (strstr (
      soup_message_headers_get_one (soup_message_get_response_headers (msg), "Content-Security-Policy"),
      " wss://127.0.0.1:"));
  ck_assert (g_strstr_len (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "</html>"));

  return certificate;
}

GST_START_TEST (test_tls_self_signed)
{
  g_autoptr (Server) server = server_new (TRUE);
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (Tab) tab = NULL;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string ("127.0.0.1");
  g_autoptr (GSocketConnectable) identity = G_SOCKET_CONNECTABLE (g_inet_socket_address_new (address, 443));

  server_start (server);
  ck_assert (g_str_has_prefix (server->uri, "https://127.0.0.1:"));
  certificate = get_page_over_tls (server);
  ck_assert_uint_eq (g_tls_certificate_verify (certificate, identity, certificate), 0);

  tab = tab_new (server);
  tab_say (tab, "{\"id\":\"start\",\"sdpOffer\":\"v=0\"}");
  ck_assert_str_eq (server_get_event (server, 0), "offer v=0");
}
GST_END_TEST;

GST_START_TEST (test_tls_given_certificate)
{
  g_autoptr (Server) server = server_new (TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = NULL;
  g_autofree gchar *pem = kp_self_signed_new_pem ("peer.example", &error);
  g_autoptr (GTlsCertificate) given = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_autoptr (GTlsCertificate) seen = NULL;

  g_assert_no_error (error);
  close (g_file_open_tmp ("kurentopeer-XXXXXX.pem", &path, NULL));
  g_assert (g_file_set_contents (path, pem, -1, NULL));
  g_object_set (server->signaller, "tls-certificate", path, NULL);
  server_start (server);
  seen = get_page_over_tls (server);
  ck_assert (g_tls_certificate_is_same (seen, given));
  g_unlink (path);
}
GST_END_TEST;

GST_START_TEST (test_tls_missing_certificate)
{
  g_autoptr (Server) server = server_new (TRUE);

  g_object_set (server->signaller, "tls-certificate", "/does/not/exist.pem", NULL);
  gst_kurento_signaller_start (server->signaller);
  ck_assert (strstr (server_get_event (server, 0), "/does/not/exist.pem"));
}
GST_END_TEST;

/* Neither a client that says nothing nor one that speaks HTTP keeps a place. */
GST_START_TEST (test_tls_broken_handshake)
{
  g_autoptr (Server) server = server_new (TRUE);
  g_autoptr (Raw) silent = NULL;
  g_autoptr (Raw) plain = NULL;

  kp_serve_signaller_set_timeouts (KP_SERVE_SIGNALLER (server->signaller), 10, SHORT, LONG);
  server_start (server);
  silent = raw_new (server);
  plain = raw_new (server);
  raw_say (plain, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_until (raw_read (silent));
  wait_until (raw_read (plain));
  ck_assert_uint_eq (silent->received->len, 0);
  ck_assert (!raw_has (plain, "HTTP/1.1 200"));
}
GST_END_TEST;

GST_START_TEST (test_tls_stop_during_handshake)
{
  g_autoptr (Server) server = server_new (TRUE);
  g_autoptr (Raw) silent = NULL;
  gint64 begin;

  server_start (server);
  silent = raw_new (server);
  begin = g_get_monotonic_time ();
  wait_until (g_get_monotonic_time () - begin > 100000);
  gst_kurento_signaller_stop (server->signaller);
  wait_until (raw_read (silent));
}
GST_END_TEST;

static Suite *
kp_serve_listener_suite (void)
{
  Suite *suite = suite_create ("kp-serve-listener");
  TCase *limits = tcase_create ("limits");
  TCase *general = tcase_create ("general");
  TCase *tls = tcase_create ("tls");

  suite_add_tcase (suite, limits);
  tcase_add_test (limits, test_silent_client);
  tcase_add_test (limits, test_slow_request);
  tcase_add_test (limits, test_slow_body);
  tcase_add_loop_test (limits, test_large_request, 0, G_N_ELEMENTS (large_requests));
  tcase_add_test (limits, test_client_that_does_not_read);
  tcase_add_test (limits, test_too_many_connections);

  suite_add_tcase (suite, general);
  tcase_add_test (general, test_stop_ends_everything);
  tcase_add_test (general, test_port_in_use);
  tcase_add_test (general, test_localhost);
  tcase_add_test (general, test_unknown_host);

  suite_add_tcase (suite, tls);
  tcase_add_test (tls, test_tls_self_signed);
  tcase_add_test (tls, test_tls_given_certificate);
  tcase_add_test (tls, test_tls_missing_certificate);
  tcase_add_test (tls, test_tls_broken_handshake);
  tcase_add_test (tls, test_tls_stop_during_handshake);

  return suite;
}

GST_CHECK_MAIN (kp_serve_listener);
