/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-serve-signaller.h"

#include <gst/check/gstcheck.h>
#include <libsoup/soup.h>
#include <string.h>

/* The embedded server with a session that only writes down what it is told, and its clients. Everything runs in the
 * main context of the test. */

#define WAIT_SECONDS 20

/* What a page of hello-world says. */
#define START "{\"id\":\"start\",\"sdpOffer\":\"v=0\"}"
#define STOP "{\"id\":\"stop\"}"
#define CANDIDATE(text)                                                                                      \
  "{\"id\":\"onIceCandidate\",\"candidate\":{\"candidate\":\"" text                                          \
  "\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0}}"

/* Runs the main context until @condition holds; fails after a while. */
#define wait_until(condition)                                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 deadline_ = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;                              \
    g_autoptr (GSource) tick_ = tick_new ();                                                                 \
    while (!(condition))                                                                                     \
      {                                                                                                      \
        if (g_get_monotonic_time () > deadline_)                                                             \
          ck_abort_msg ("not in time: %s", #condition);                                                      \
        g_main_context_iteration (NULL, TRUE);                                                               \
      }                                                                                                      \
    g_source_destroy (tick_);                                                                                \
  }                                                                                                          \
  G_STMT_END

static inline gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* wakes the wait for conditions that no event tells of */
static inline GSource *
tick_new (void)
{
  GSource *source = g_timeout_source_new (10);

  g_source_set_callback (source, tick_cb, NULL, NULL);
  g_source_attach (source, NULL);

  return source;
}

typedef struct
{
  GstKurentoSignaller *signaller; /* owned */
  GPtrArray *events; /* owned; of gchar* */
  gchar *uri; /* owned; NULL until ready */
  guint16 port;
  gboolean answers; /* the session answers each offer at once, with two candidates */
  gboolean stops; /* the session stops the signaller at the next event */
} Server;

static inline void
server_note (Server *self, gchar *text)
{
  g_ptr_array_add (self->events, text);
  if (self->stops)
    gst_kurento_signaller_stop (self->signaller);
}

static inline void
server_ready_cb (GstKurentoSignaller *signaller, const gchar *uri, Server *self)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);

  g_free (self->uri);
  self->uri = g_strdup (uri);
  self->port = g_uri_get_port (parsed);
}

static inline void
server_failed_cb (GstKurentoSignaller *signaller, const GError *error, Server *self)
{
  server_note (self, g_strdup_printf ("failed %s", error->message));
}

static inline void
server_offer_cb (GstKurentoSignaller *signaller, const gchar *sdp, Server *self)
{
  server_note (self, g_strdup_printf ("offer %s", sdp));
  if (self->answers)
    {
      gst_kurento_signaller_send_candidate (signaller, "candidate:1 1 UDP 1 127.0.0.1 1000 typ host", 0, "0");
      gst_kurento_signaller_send_answer (signaller, "the answer");
      gst_kurento_signaller_send_candidate (signaller, "candidate:2 1 UDP 1 127.0.0.1 1001 typ host", 1, "1");
    }
}

static inline void
server_candidate_cb (GstKurentoSignaller *signaller, const gchar *candidate, guint sdp_mline_index,
                     const gchar *sdp_mid, Server *self)
{
  server_note (self, g_strdup_printf ("candidate %s %u %s", candidate, sdp_mline_index, sdp_mid));
}

static inline void
server_ended_cb (GstKurentoSignaller *signaller, const gchar *reason, Server *self)
{
  server_note (self, g_strdup_printf ("ended %s", reason));
}

static inline Server *
server_new (gboolean tls)
{
  Server *self = g_new0 (Server, 1);

  self->signaller = kp_serve_signaller_new (tls, "127.0.0.1", 0);
  self->events = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (self->signaller, "ready", G_CALLBACK (server_ready_cb), self);
  g_signal_connect (self->signaller, "failed", G_CALLBACK (server_failed_cb), self);
  g_signal_connect (self->signaller, "offer", G_CALLBACK (server_offer_cb), self);
  g_signal_connect (self->signaller, "candidate", G_CALLBACK (server_candidate_cb), self);
  g_signal_connect (self->signaller, "session-ended", G_CALLBACK (server_ended_cb), self);

  return self;
}

static inline void
server_start (Server *self)
{
  gst_kurento_signaller_start (self->signaller);
  wait_until (self->uri);
}

static inline Server *
server_new_started (void)
{
  Server *self = server_new (FALSE);

  server_start (self);
  return self;
}

static inline void
server_free (Server *self)
{
  gst_kurento_signaller_stop (self->signaller);
  g_assert_finalize_object (self->signaller);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (self->events);
  g_free (self->uri);
  g_free (self);
}

static inline const gchar *
server_get_event (Server *self, guint index)
{
  wait_until (self->events->len > index);
  return g_ptr_array_index (self->events, index);
}

static inline void
check_event (Server *server, guint index, const gchar *expected)
{
  ck_assert_str_eq (server_get_event (server, index), expected);
}

/* A page's WebSocket. */
typedef struct
{
  SoupSession *session; /* owned */
  SoupMessage *request; /* owned */
  SoupWebsocketConnection *websocket; /* owned; NULL until open */
  GPtrArray *messages; /* owned; of gchar* */
  GError *error; /* owned; why it did not open */
  gboolean closed;
} Tab;

static inline void
tab_message_cb (SoupWebsocketConnection *websocket, gint type, GBytes *bytes, Tab *self)
{
  gsize length = 0;
  const gchar *text = g_bytes_get_data (bytes, &length);

  g_ptr_array_add (self->messages, g_strndup (text, length));
}

static inline void
tab_closed_cb (SoupWebsocketConnection *websocket, Tab *self)
{
  self->closed = TRUE;
}

static inline void
tab_open_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Tab *self = user_data;

  self->websocket = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &self->error);
  if (self->websocket)
    {
      g_signal_connect (self->websocket, "message", G_CALLBACK (tab_message_cb), self);
      g_signal_connect (self->websocket, "closed", G_CALLBACK (tab_closed_cb), self);
    }
}

static inline gboolean
accept_any_certificate_cb (SoupMessage *msg, GTlsCertificate *certificate, GTlsCertificateFlags errors,
                           gpointer user_data)
{
  return TRUE;
}

/* Opens; wait for tab->websocket or tab->error. @origin may be NULL. */
static inline Tab *
tab_new_full (Server *server, const gchar *path, const gchar *origin)
{
  Tab *self = g_new0 (Tab, 1);
  g_autofree gchar *uri = g_strconcat (server->uri, path, NULL);
  g_autofree gchar *websocket_uri = g_strconcat ("ws", uri + strlen ("http"), NULL);

  self->session = soup_session_new ();
  self->request = soup_message_new (SOUP_METHOD_GET, websocket_uri);
  g_signal_connect (self->request, "accept-certificate", G_CALLBACK (accept_any_certificate_cb), NULL);
  self->messages = g_ptr_array_new_with_free_func (g_free);
  soup_session_websocket_connect_async (self->session, self->request, origin, NULL, G_PRIORITY_DEFAULT, NULL,
                                        tab_open_done, self);
  wait_until (self->websocket || self->error);

  return self;
}

static inline Tab *
tab_new (Server *server)
{
  Tab *self = tab_new_full (server, "helloworld", NULL);

  g_assert_no_error (self->error);
  return self;
}

static inline void
tab_say (Tab *self, const gchar *text)
{
  soup_websocket_connection_send_text (self->websocket, text);
}

static inline const gchar *
tab_get_message (Tab *self, guint index)
{
  wait_until (self->messages->len > index || self->closed);
  ck_assert_msg (self->messages->len > index, "closed before message %u", index);
  return g_ptr_array_index (self->messages, index);
}

static inline void
tab_close (Tab *self)
{
  soup_websocket_connection_close (self->websocket, SOUP_WEBSOCKET_CLOSE_NO_STATUS, NULL);
  wait_until (self->closed);
}

static inline void
tab_free (Tab *self)
{
  if (self->websocket)
    g_signal_handlers_disconnect_by_data (self->websocket, self);
  g_clear_object (&self->websocket);
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_object_unref (self->request);
  g_ptr_array_unref (self->messages);
  g_clear_error (&self->error);
  g_free (self);
}

/* A client that is no browser: bytes on a socket. */
typedef struct
{
  GSocket *socket; /* owned */
  GString *received; /* owned */
  gboolean ended; /* the server closed or reset it */
} Raw;

static inline Raw *
raw_new (Server *server)
{
  Raw *self = g_new0 (Raw, 1);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", server->port);
  g_autoptr (GError) error = NULL;

  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_connect (self->socket, address, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (self->socket, FALSE);
  self->received = g_string_new (NULL);

  return self;
}

/* How many bytes went: all, unless the server does not read or is gone. */
static inline gsize
raw_send (Raw *self, gconstpointer data, gsize length)
{
  gssize sent = g_socket_send (self->socket, data, length, NULL, NULL);

  return MAX (sent, 0);
}

static inline void
raw_say (Raw *self, const gchar *text)
{
  ck_assert_uint_eq (raw_send (self, text, strlen (text)), strlen (text));
}

/* Takes what has come; TRUE when the server has ended it. */
static inline gboolean
raw_read (Raw *self)
{
  gchar buffer[4096] = { 0 };

  while (!self->ended)
    {
      g_autoptr (GError) error = NULL;
      gssize got = g_socket_receive (self->socket, buffer, sizeof buffer, NULL, &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (got > 0)
        g_string_append_len (self->received, buffer, got);
      else
        self->ended = TRUE;
    }

  return self->ended;
}

static inline gboolean
raw_has (Raw *self, const gchar *text)
{
  raw_read (self);
  for (gsize i = 0; i + strlen (text) <= self->received->len; i++)
    if (memcmp (self->received->str + i, text, strlen (text)) == 0)
      return TRUE;

  return FALSE;
}

/* A WebSocket frame from a client, masked with zeros. */
static inline void
raw_send_frame (Raw *self, guint8 first_byte, const gchar *payload, gsize length)
{
  guint8 header[14] = { first_byte, 0x80 | MIN (length, 126), length >> 8, length & 0xff };
  gsize header_length = length < 126 ? 2 : 4;

  g_assert (length < 65536);
  memset (header + header_length, 0, 4);
  raw_send (self, header, header_length + 4);
  raw_send (self, payload, length);
}

static inline Raw *
raw_new_websocket (Server *server)
{
  Raw *self = raw_new (server);

  raw_say (self,
           "GET /helloworld HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  wait_until (raw_has (self, "\r\n\r\n"));
  ck_assert (g_str_has_prefix (self->received->str, "HTTP/1.1 101 "));
  g_string_truncate (self->received, 0);

  return self;
}

static inline void
raw_free (Raw *self)
{
  g_object_unref (self->socket);
  g_string_free (self->received, TRUE);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Raw, raw_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tab, tab_free)
