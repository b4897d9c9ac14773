/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve-fixture.h"

#include <glib/gstdio.h>

/* The whole answer to one request; the server closes after it. */
static gchar *
ask (Server *server, const gchar *request)
{
  g_autoptr (Raw) raw = raw_new (server);

  raw_say (raw, request);
  wait_until (raw_read (raw));

  return g_strdup (raw->received->str);
}

#define REQUEST(line, headers) line " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n" headers "\r\n"
#define UPGRADE                                                                                              \
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"             \
  "Sec-WebSocket-Version: 13\r\n"

static const struct
{
  const gchar *request;
  const gchar *status;
  const gchar *part; /* of the answer; or NULL */
} answers[] = {
  { REQUEST ("GET /", ""), "200", "Content-Type: text/html; charset=utf-8\r\n" },
  { REQUEST ("GET /?x=y", ""), "200", NULL },
  { REQUEST ("GET /page.js", ""), "200", "Content-Type: text/javascript; charset=utf-8\r\n" },
  { REQUEST ("GET /style.css", ""), "200", "Content-Type: text/css; charset=utf-8\r\n" },
  { REQUEST ("GET /", ""), "200", "X-Content-Type-Options: nosniff\r\n" },
  { REQUEST ("GET /", ""), "200", "Referrer-Policy: no-referrer\r\n" },
  { REQUEST ("GET /", ""), "200", "Cache-Control: no-store\r\n" },
  { REQUEST ("GET /", ""), "200", "Content-Security-Policy: default-src 'none'; script-src 'self'; " },
  { REQUEST ("GET /", ""), "200", "connect-src 'self' ws://127.0.0.1:8080; base-uri 'none'" },
  { REQUEST ("GET /", ""), "200", "frame-ancestors 'none'" },
  { REQUEST ("GET /", ""), "200", "Connection: close\r\n" },
  { REQUEST ("GET /", "Range: bytes=0-1,3-4\r\n"), "200", NULL },
  { REQUEST ("GET /missing", ""), "404", "There is no such file." },
  { REQUEST ("GET /%2e%2e/%2e%2e/etc/passwd", ""), "404", NULL },
  { REQUEST ("GET /../../etc/passwd", ""), "404", NULL },
  { REQUEST ("GET /%00", ""), "400", NULL },
  { REQUEST ("POST /", "Content-Length: 2\r\n") "hi", "405", "Allow: GET, HEAD\r\n" },
  { REQUEST ("POST /helloworld", "Content-Length: 2\r\n") "hi", "405", "Allow: GET, HEAD\r\n" },
  { REQUEST ("DELETE /", ""), "405", "Allow: GET, HEAD\r\n" },
  { REQUEST ("OPTIONS /", ""), "405", NULL },
  { REQUEST ("GET /helloworld", ""), "426", "Upgrade: websocket\r\n" },
  { REQUEST ("GET /helloworld/", UPGRADE), "404", NULL },
  { REQUEST ("GET /nosuch", UPGRADE), "404", NULL },
  { REQUEST ("GET /", UPGRADE), "200", NULL },
  { REQUEST ("GET /helloworld", "Upgrade: websocket\r\n"), "400", NULL },
  { REQUEST ("GET /helloworld", "Origin: http://evil.example\r\n" UPGRADE), "403", "allowed-origins" },
  { REQUEST ("GET /", "Origin: http://evil.example\r\n"), "403", "allowed-origins" },
  { "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403", "not known by that name" },
  { "GET / HTTP/1.1\r\n\r\n", "400", NULL },
  { "GET / HTTP/1.0\r\n\r\n", "403", NULL },
  { "nonsense\r\n\r\n", "400", NULL },
};

GST_START_TEST (test_answers)
{
  g_autoptr (Server) server = server_new_started ();
  g_autofree gchar *answer = ask (server, answers[__i__].request);
  const gchar *space = strchr (answer, ' ');

  ck_assert_msg (space && g_str_has_prefix (space + 1, answers[__i__].status), "%s: %s",
                 answers[__i__].request, answer);
  if (answers[__i__].part)
    ck_assert_msg (strstr (answer, answers[__i__].part), "%s: %s", answers[__i__].request, answer);
}
GST_END_TEST;

GST_START_TEST (test_head)
{
  g_autoptr (Server) server = server_new_started ();
  g_autofree gchar *head = ask (server, REQUEST ("HEAD /", ""));
  g_autofree gchar *whole = ask (server, REQUEST ("GET /", ""));
  const gchar *body = strstr (whole, "\r\n\r\n") + 4;
  g_autofree gchar *length = g_strdup_printf ("Content-Length: %zu\r\n", strlen (body));

  ck_assert (g_str_has_prefix (head, "HTTP/1.1 200 "));
  ck_assert (g_str_has_suffix (head, "\r\n\r\n"));
  ck_assert (strstr (head, length));
  ck_assert (strstr (whole, length));
}
GST_END_TEST;

static const struct
{
  const gchar *request;
  const gchar *status;
} token_answers[] = {
  { REQUEST ("GET /", ""), "401" },
  { REQUEST ("GET /?token=wrong", ""), "401" },
  { REQUEST ("GET /?token=", ""), "401" },
  { REQUEST ("GET /page.js", ""), "401" },
  { REQUEST ("GET /helloworld", UPGRADE), "401" },
  { REQUEST ("GET /helloworld?token=wrong", UPGRADE), "401" },
  { REQUEST ("GET /?token=se%20cret", ""), "200" },
  { REQUEST ("GET /?token=se+cret&x=y", ""), "200" },
  { REQUEST ("GET /", "Authorization: Bearer se cret\r\n"), "200" },
  { REQUEST ("GET /", "Cookie: kurentopeer-8080=\r\n"), "401" },
};

GST_START_TEST (test_token)
{
  g_autoptr (Server) server = server_new (FALSE);
  g_autofree gchar *answer = NULL;

  g_object_set (server->signaller, "auth-token", "se cret", NULL);
  server_start (server);
  answer = ask (server, token_answers[__i__].request);
  ck_assert_msg (g_str_has_prefix (strchr (answer, ' ') + 1, token_answers[__i__].status), "%s: %s",
                 token_answers[__i__].request, answer);
}
GST_END_TEST;

/* A page of the tutorials loads its parts and opens its WebSocket without knowing of the token. */
GST_START_TEST (test_token_cookie)
{
  g_autoptr (Server) server = server_new (FALSE);
  g_autoptr (Raw) websocket = NULL;
  g_autofree gchar *page = NULL;
  g_autofree gchar *cookie = NULL;
  g_autofree gchar *request = NULL;
  g_autofree gchar *part = NULL;
  g_autofree gchar *upgrade = NULL;

  g_object_set (server->signaller, "auth-token", "secret", NULL);
  server_start (server);
  page = ask (server, REQUEST ("GET /?token=secret", ""));
  ck_assert (strstr (page, "Set-Cookie: "));
  cookie = g_strdup (strstr (page, "Set-Cookie: ") + strlen ("Set-Cookie: "));
  *strchr (cookie, ';') = '\0';

  request = g_strdup_printf (REQUEST ("GET /page.js", "Cookie: %s\r\n"), cookie);
  part = ask (server, request);
  ck_assert (g_str_has_prefix (part, "HTTP/1.1 200 "));

  websocket = raw_new (server);
  upgrade = g_strdup_printf (REQUEST ("GET /helloworld", "Cookie: %s\r\n" UPGRADE), cookie);
  raw_say (websocket, upgrade);
  wait_until (raw_has (websocket, "\r\n\r\n"));
  ck_assert (g_str_has_prefix (websocket->received->str, "HTTP/1.1 101 "));
}
GST_END_TEST;

GST_START_TEST (test_document_root)
{
  g_autoptr (Server) server = server_new (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *root = g_dir_make_tmp ("kurentopeer-XXXXXX", &error);
  g_autofree gchar *folder = g_build_filename (root, "a?b", NULL);
  g_autofree gchar *file = g_build_filename (folder, "index.html", NULL);
  g_autofree gchar *found = NULL;
  g_autofree gchar *moved = NULL;
  g_autofree gchar *missing = NULL;
  g_autofree gchar *builtin = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert (g_file_set_contents (file, "my page", -1, NULL));
  g_object_set (server->signaller, "document-root", root, NULL);
  server_start (server);

  found = ask (server, REQUEST ("GET /a%3Fb/", ""));
  ck_assert (g_str_has_prefix (found, "HTTP/1.1 200 ") && g_str_has_suffix (found, "\r\n\r\nmy page"));
  moved = ask (server, REQUEST ("GET /a%3Fb", ""));
  ck_assert (g_str_has_prefix (moved, "HTTP/1.1 301 ") && strstr (moved, "\r\nLocation: /a%3Fb/\r\n"));
  missing = ask (server, REQUEST ("GET /", ""));
  ck_assert (g_str_has_prefix (missing, "HTTP/1.1 404 "));
  builtin = ask (server, REQUEST ("GET /page.js", ""));
  ck_assert (g_str_has_prefix (builtin, "HTTP/1.1 404 "));

  g_unlink (file);
  g_rmdir (folder);
  g_rmdir (root);
}
GST_END_TEST;

GST_START_TEST (test_too_many_websockets)
{
  g_autoptr (Server) server = server_new_started ();
  g_autoptr (GPtrArray) websockets = g_ptr_array_new_with_free_func ((GDestroyNotify)raw_free);
  g_autofree gchar *refused = NULL;
  g_autofree gchar *page = NULL;

  for (guint i = 0; i < 8; i++)
    g_ptr_array_add (websockets, raw_new_websocket (server));

  refused = ask (server, REQUEST ("GET /helloworld", UPGRADE));
  ck_assert (g_str_has_prefix (refused, "HTTP/1.1 503 "));
  ck_assert (strstr (refused, "Retry-After: "));
  page = ask (server, REQUEST ("GET /", ""));
  ck_assert (g_str_has_prefix (page, "HTTP/1.1 200 "));

  /* one leaves: there is room again */
  g_ptr_array_set_size (websockets, 7);
  wait_until (!g_str_has_prefix (refused, "HTTP/1.1 503 ") || ({
    g_autoptr (Raw) raw = raw_new (server);
    raw_say (raw, REQUEST ("GET /helloworld", UPGRADE));
    wait_until (raw_has (raw, "\r\n\r\n"));
    g_str_has_prefix (raw->received->str, "HTTP/1.1 101 ");
  }));
}
GST_END_TEST;

static Suite *
kp_serve_http_suite (void)
{
  Suite *suite = suite_create ("kp-serve-http");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_answers, 0, G_N_ELEMENTS (answers));
  tcase_add_test (tcase, test_head);
  tcase_add_loop_test (tcase, test_token, 0, G_N_ELEMENTS (token_answers));
  tcase_add_test (tcase, test_token_cookie);
  tcase_add_test (tcase, test_document_root);
  tcase_add_test (tcase, test_too_many_websockets);

  return suite;
}

GST_CHECK_MAIN (kp_serve_http);
