/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-http.h"

#include "kp-serve-access.h"
#include "kp-serve-files.h"

#include <string.h>

#define MAX_WEBSOCKETS 8
#define MAX_MESSAGE (256 * 1024) /* bytes */
#define STATUS_UPGRADE_REQUIRED 426

/* The two tutorials that speak this dialect; a query is allowed, a slash at the end is not. */
static const gchar *const websocket_paths[] = { "/helloworld", "/magicmirror" };

struct _KpServeHttp
{
  const KpServeConfig *config; /* borrowed */
  KpServeListener *listener; /* borrowed */
  KpServeAccess *access; /* owned */
  SoupServer *server; /* owned */
  KpServeHttpWebsocketFunc func;
  gpointer user_data;
};

static gboolean
is_websocket_path (const gchar *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (websocket_paths); i++)
    if (g_str_equal (path, websocket_paths[i]))
      return TRUE;

  return FALSE;
}

static void
answer_text (SoupServerMessage *msg, guint status, const gchar *text)
{
  soup_server_message_set_status (msg, status, status == STATUS_UPGRADE_REQUIRED ? "Upgrade Required" : NULL);
  soup_server_message_set_response (msg, "text/plain; charset=utf-8", SOUP_MEMORY_COPY, text, strlen (text));
}

static void
set_header (SoupServerMessage *msg, const gchar *name, const gchar *value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (msg), name, value);
}

/* The page brings everything itself. "'self'" means the WebSocket too, but not to every browser in use. */
static gchar *
dup_page_policy (KpServeHttp *self, SoupServerMessage *msg)
{
  const gchar *host = soup_message_headers_get_one (soup_server_message_get_request_headers (msg), "Host");

  return g_strdup_printf (
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
      "media-src 'self' blob:; connect-src 'self' %s://%s; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'",
      self->config->tls ? "wss" : "ws", host);
}

static void
answer_bytes (SoupServerMessage *msg, const gchar *path, GBytes *bytes)
{
  soup_server_message_set_status (msg, SOUP_STATUS_OK, NULL);
  set_header (msg, "Content-Type", kp_serve_files_get_mime_type (path));
  soup_message_body_append_bytes (soup_server_message_get_response_body (msg), bytes);
}

static void
answer_page (KpServeHttp *self, SoupServerMessage *msg, const gchar *path)
{
  g_autoptr (GBytes) bytes = kp_serve_files_load_page (path);
  g_autofree gchar *policy = dup_page_policy (self, msg);

  set_header (msg, "Content-Security-Policy", policy);
  if (bytes)
    answer_bytes (msg, path, bytes);
  else
    answer_text (msg, SOUP_STATUS_NOT_FOUND, "There is no such file.\n");
}

/* Pages of others have scripts and styles of their own making, so only who may frame them is restricted. */
static void
answer_file (KpServeHttp *self, SoupServerMessage *msg, const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = kp_serve_files_load (self->config->document_root, path, &error);

  set_header (msg, "Content-Security-Policy", "frame-ancestors 'none'");
  if (bytes)
    answer_bytes (msg, path, bytes);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY))
    {
      g_autofree gchar *escaped = g_uri_escape_string (path, "/", FALSE);
      g_autofree gchar *location = g_strconcat (escaped, "/", NULL);

      /* relative: libsoup does not know about the TLS below it */
      set_header (msg, "Location", location);
      answer_text (msg, SOUP_STATUS_MOVED_PERMANENTLY, "It is a folder.\n");
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    answer_text (msg, SOUP_STATUS_NOT_FOUND, "There is no such file.\n");
  else
    {
      g_warning ("Cannot serve %s: %s", path, error->message);
      answer_text (msg, SOUP_STATUS_INTERNAL_SERVER_ERROR, "The file cannot be sent.\n");
    }
}

/* Leaves the status unset for libsoup to do the handshake, when all is well. */
static void
answer_websocket (KpServeHttp *self, SoupServerMessage *msg)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);

  if (!soup_message_headers_header_contains (headers, "Upgrade", "websocket"))
    {
      set_header (msg, "Upgrade", "websocket");
      answer_text (msg, STATUS_UPGRADE_REQUIRED, "This is the address of a WebSocket.\n");
    }
  else if (kp_serve_listener_count_websockets (self->listener) >= MAX_WEBSOCKETS)
    {
      set_header (msg, "Retry-After", "10");
      answer_text (msg, SOUP_STATUS_SERVICE_UNAVAILABLE, "There are too many clients.\n");
    }
}

static gboolean
check_access (KpServeHttp *self, SoupServerMessage *msg, GHashTable *query)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  const KpServeClaim claim = {
    .host = soup_message_headers_get_one (headers, "Host"),
    .origin = soup_message_headers_get_one (headers, "Origin"),
    .token = query ? g_hash_table_lookup (query, "token") : NULL,
    .authorization = soup_message_headers_get_one (headers, "Authorization"),
    .cookies = soup_message_headers_get_list (headers, "Cookie"),
  };
  g_autofree gchar *cookie = NULL;

  if (!kp_serve_access_check_host (self->access, &claim))
    answer_text (msg, SOUP_STATUS_FORBIDDEN,
                 "This server is not known by that name; signaller::allowed-origins can add it.\n");
  else if (!kp_serve_access_check_origin (self->access, &claim))
    answer_text (msg, SOUP_STATUS_FORBIDDEN,
                 "Pages of that origin may not use this server; signaller::allowed-origins can add it.\n");
  else if (!kp_serve_access_check_token (self->access, &claim))
    {
      set_header (msg, "WWW-Authenticate", "Bearer");
      answer_text (msg, SOUP_STATUS_UNAUTHORIZED,
                   "This server asks for a token: add ?token=... to the address.\n");
    }
  else
    {
      cookie = kp_serve_access_dup_cookie (self->access, &claim);
      if (cookie)
        set_header (msg, "Set-Cookie", cookie);
      return TRUE;
    }

  return FALSE;
}

static void
request_cb (SoupServer *server, SoupServerMessage *msg, const char *path, GHashTable *query,
            gpointer user_data)
{
  KpServeHttp *self = user_data;
  const gchar *method = soup_server_message_get_method (msg);
  KpServeStream *stream
      = kp_serve_listener_find (self->listener, soup_server_message_get_remote_address (msg));

  if (stream)
    kp_serve_stream_set_deadline (stream, self->config->answer_timeout, NULL);

  set_header (msg, "X-Content-Type-Options", "nosniff");
  set_header (msg, "Referrer-Policy", "no-referrer");
  set_header (msg, "Cache-Control", "no-store");
  /* many small ranges of a file would multiply it in memory */
  soup_message_headers_remove (soup_server_message_get_request_headers (msg), "Range");

  if (!check_access (self, msg, query))
    ;
  else if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD)
    {
      set_header (msg, "Allow", "GET, HEAD");
      answer_text (msg, SOUP_STATUS_METHOD_NOT_ALLOWED, "Only GET and HEAD are possible here.\n");
    }
  else if (is_websocket_path (path))
    answer_websocket (self, msg);
  else if (self->config->document_root)
    answer_file (self, msg, path);
  else
    answer_page (self, msg, path);

  /* one request a connection: libsoup closes it, and the client ought to know */
  if (soup_server_message_get_status (msg) != 0)
    set_header (msg, "Connection", "close");
}

static void
websocket_cb (SoupServer *server, SoupServerMessage *msg, const char *path,
              SoupWebsocketConnection *websocket, gpointer user_data)
{
  KpServeHttp *self = user_data;
  KpServeStream *stream
      = kp_serve_listener_find (self->listener, soup_server_message_get_remote_address (msg));

  if (!stream)
    return;

  kp_serve_stream_become_websocket (stream, MAX_MESSAGE);
  soup_websocket_connection_set_max_incoming_payload_size (websocket, MAX_MESSAGE);
  self->func (websocket, stream, self->user_data);
}

KpServeHttp *
kp_serve_http_new (const KpServeConfig *config, guint16 port, KpServeListener *listener,
                   KpServeHttpWebsocketFunc func, gpointer user_data)
{
  KpServeHttp *self = g_new0 (KpServeHttp, 1);

  self->config = config;
  self->listener = listener;
  self->access = kp_serve_access_new (config, port);
  self->func = func;
  self->user_data = user_data;
  self->server = soup_server_new ("server-header", "kurentopeer", NULL);
  /* texts are short, and what unpacks can be made to unpack to anything */
  soup_server_remove_websocket_extension (self->server, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);

  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (websocket_paths); i++)
    {
      soup_server_add_handler (self->server, websocket_paths[i], request_cb, self, NULL);
      soup_server_add_websocket_handler (self->server, websocket_paths[i], NULL, NULL, websocket_cb, self,
                                         NULL);
    }

  return self;
}

void
kp_serve_http_free (KpServeHttp *self)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  kp_serve_access_free (self->access);
  g_free (self);
}

void
kp_serve_http_accept (KpServeHttp *self, KpServeStream *stream, GSocketAddress *local_address)
{
  g_autoptr (GError) error = NULL;

  if (!soup_server_accept_iostream (self->server, G_IO_STREAM (stream), local_address,
                                    kp_serve_stream_get_remote_address (stream), &error))
    g_warning ("Cannot serve a client: %s", error->message);
}
