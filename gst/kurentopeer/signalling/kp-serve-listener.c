/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-listener.h"

#include "gstkurentoerror.h"
#include "kp-self-signed.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#define MAX_CONNECTIONS 32
#define RETRY_DELAY 1000 /* ms; accepting fails when descriptors run out, and comes back when some are free */

struct _KpServeListener
{
  const KpServeConfig *config; /* borrowed; only until it is stopped */
  const KpServeListenerCallbacks *callbacks; /* static */
  gpointer user_data;

  GCancellable *cancellable; /* owned; cancelled once it is stopped */
  GPtrArray *sockets; /* owned; of GSocket, those that listen */
  GPtrArray *sources; /* owned; of GSource, one a socket while it accepts */
  GTlsCertificate *certificate; /* owned; NULL without TLS */
  GPtrArray *streams; /* owned; of KpServeStream, those that are open */
  GSource *retry; /* owned; or NULL */
};

static void
listener_clear (gpointer data)
{
  KpServeListener *self = data;

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->sockets);
  g_ptr_array_unref (self->sources);
  g_clear_object (&self->certificate);
  g_ptr_array_unref (self->streams);
}

static void
listener_release (KpServeListener *self)
{
  g_rc_box_release_full (self, listener_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpServeListener, listener_release)

static gboolean
is_stopped (KpServeListener *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

static void
fail (KpServeListener *self, const GError *cause)
{
  g_autofree gchar *uri = kp_serve_config_dup_uri (self->config, self->config->port);
  g_autoptr (GError) error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_SIGNALLING,
                                          "Cannot listen at %s: %s", uri, cause->message);

  self->callbacks->failed (error, self->user_data);
}

static void
stream_closed_cb (KpServeStream *stream, gpointer user_data)
{
  KpServeListener *self = user_data;

  g_ptr_array_remove_fast (self->streams, stream);
}

static void
hand_over (KpServeListener *self, KpServeStream *stream, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) local_address = g_socket_connection_get_local_address (connection, NULL);

  if (local_address)
    self->callbacks->accepted (stream, local_address, self->user_data);
  else
    g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);
}

/* What a handshake needs when it is done: the listener may be stopped by then. */
typedef struct
{
  KpServeListener *self; /* owned */
  KpServeStream *stream; /* owned */
  GSocketConnection *connection; /* owned */
} KpHandshake;

static void
handshake_free (KpHandshake *handshake)
{
  listener_release (handshake->self);
  g_object_unref (handshake->stream);
  g_object_unref (handshake->connection);
  g_free (handshake);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpHandshake, handshake_free)

static void
handshake_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KpHandshake) handshake = user_data;
  g_autoptr (GError) error = NULL;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error)
      && !is_stopped (handshake->self))
    {
      hand_over (handshake->self, handshake->stream, handshake->connection);
      return;
    }

  /* browsers drop the first connection when they do not know the certificate: nothing to worry about */
  if (error)
    g_debug ("a TLS handshake failed: %s", error->message);
  g_io_stream_close (G_IO_STREAM (handshake->stream), NULL, NULL);
}

static void
start_handshake (KpServeListener *self, KpServeStream *stream, GSocketConnection *connection)
{
  KpHandshake *handshake = g_new0 (KpHandshake, 1);

  handshake->self = g_rc_box_acquire (self);
  handshake->stream = g_object_ref (stream);
  handshake->connection = g_object_ref (connection);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (kp_serve_stream_get_base (stream)), G_PRIORITY_DEFAULT,
                                    self->cancellable, handshake_done, handshake);
}

static GIOStream *
wrap_connection (KpServeListener *self, GSocketConnection *connection, GError **error)
{
  GIOStream *stream;

  if (!self->certificate)
    return g_object_ref (G_IO_STREAM (connection));

  stream = g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, error);
  /* a browser that closes without a word is no attack: requests and messages have lengths */
  if (stream)
    g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (stream), FALSE);

  return stream;
}

static void
take_connection (KpServeListener *self, GSocketConnection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) base = wrap_connection (self, connection, &error);
  g_autoptr (KpServeStream) stream = NULL;

  if (!base)
    {
      g_warning ("Cannot do TLS: %s", error->message);
      return;
    }

  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  stream = kp_serve_stream_new (connection, base);
  if (self->streams->len >= MAX_CONNECTIONS || !kp_serve_stream_get_remote_address (stream))
    {
      g_message ("refusing a connection: there are %u already", self->streams->len);
      if (!self->certificate)
        kp_serve_stream_refuse (stream, "503 Service Unavailable");
      return;
    }

  g_ptr_array_add (self->streams, g_object_ref (stream));
  kp_serve_stream_set_closed_func (stream, stream_closed_cb, self);
  kp_serve_stream_set_deadline (stream, self->config->request_timeout,
                                self->certificate ? NULL : "408 Request Timeout");

  if (self->certificate)
    start_handshake (self, stream, connection);
  else
    hand_over (self, stream, connection);
}

static void
source_free (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static gboolean incoming_cb (GSocket *socket, GIOCondition condition, gpointer user_data);

/* Plain sources instead of GSocketListener: they are gone at once when the server stops, even if the loop does not come
 * round any more. */
static void
accept_from_all (KpServeListener *self)
{
  for (guint i = 0; i < self->sockets->len; i++)
    {
      GSource *source = g_socket_create_source (g_ptr_array_index (self->sockets, i), G_IO_IN, NULL);

      g_source_set_callback (source, G_SOURCE_FUNC (incoming_cb), self, NULL);
      g_source_attach (source, g_main_context_get_thread_default ());
      g_ptr_array_add (self->sources, source);
    }
}

static gboolean
retry_cb (gpointer user_data)
{
  KpServeListener *self = user_data;

  g_clear_pointer (&self->retry, g_source_unref);
  accept_from_all (self);

  return G_SOURCE_REMOVE;
}

static void
pause_accepting (KpServeListener *self)
{
  g_ptr_array_set_size (self->sources, 0);

  self->retry = g_timeout_source_new (RETRY_DELAY);
  g_source_set_callback (self->retry, retry_cb, self, NULL);
  g_source_attach (self->retry, g_main_context_get_thread_default ());
}

static gboolean
incoming_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  KpServeListener *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

  if (accepted)
    {
      g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (accepted);

      take_connection (self, connection);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_message ("cannot accept a connection: %s", error->message);
      pause_accepting (self);
    }

  return G_SOURCE_CONTINUE;
}

/* A name may stand for several addresses: all get the same port. @port: 0 at first means any. */
static gboolean
bind_address (KpServeListener *self, GInetAddress *address, guint16 *port, GError **error)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (address, *port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_TCP, error);

  if (!socket)
    return FALSE;

  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, MAX_CONNECTIONS);
  if (!g_socket_bind (socket, wanted, TRUE, error) || !g_socket_listen (socket, error)
      || !(bound = g_socket_get_local_address (socket, error)))
    return FALSE;

  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_ptr_array_add (self->sockets, g_steal_pointer (&socket));
  return TRUE;
}

/* An address that this machine has not, such as ::1 of localhost without IPv6, only counts when no other is left. */
static gboolean
bind_addresses (KpServeListener *self, GList *addresses, guint16 *port, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  guint n_bound = 0;

  for (GList *l = addresses; l; l = l->next)
    {
      g_clear_error (&local_error);
      if (bind_address (self, l->data, port, &local_error))
        n_bound++;
      else if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        break;
    }

  if (local_error && (n_bound == 0 || g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return TRUE;
}

static void
resolve_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KpServeListener) self = user_data;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);
  guint16 port = self->config ? self->config->port : 0;

  if (is_stopped (self))
    ;
  else if (addresses && bind_addresses (self, addresses, &port, &error))
    {
      accept_from_all (self);
      self->callbacks->ready (port, self->user_data);
    }
  else
    fail (self, error);

  g_resolver_free_addresses (addresses);
}

static GTlsCertificate *
load_certificate (const KpServeConfig *config, GError **error)
{
  g_autofree gchar *pem = NULL;

  if (config->tls_certificate)
    return g_tls_certificate_new_from_file (config->tls_certificate, error);

  pem = kp_self_signed_new_pem (config->host, error);
  return pem ? g_tls_certificate_new_from_pem (pem, -1, error) : NULL;
}

static gboolean
start_cb (gpointer user_data)
{
  KpServeListener *self = user_data;
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autoptr (GError) error = NULL;

  if (is_stopped (self))
    return G_SOURCE_REMOVE;

  if (self->config->tls)
    self->certificate = load_certificate (self->config, &error);

  if (error)
    fail (self, error);
  else
    g_resolver_lookup_by_name_async (resolver, self->config->host, self->cancellable, resolve_done,
                                     g_rc_box_acquire (self));

  return G_SOURCE_REMOVE;
}

KpServeListener *
kp_serve_listener_start (const KpServeConfig *config, const KpServeListenerCallbacks *callbacks,
                         gpointer user_data)
{
  KpServeListener *self = g_rc_box_new0 (KpServeListener);
  g_autoptr (GSource) source = g_idle_source_new ();

  self->config = config;
  self->callbacks = callbacks;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->sources = g_ptr_array_new_with_free_func (source_free);
  self->streams = g_ptr_array_new_with_free_func (g_object_unref);

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, start_cb, g_rc_box_acquire (self), (GDestroyNotify)listener_release);
  g_source_attach (source, g_main_context_get_thread_default ());

  return self;
}

void
kp_serve_listener_stop (KpServeListener *self)
{
  g_cancellable_cancel (self->cancellable);
  g_ptr_array_set_size (self->sources, 0);
  g_ptr_array_set_size (self->sockets, 0);
  self->config = NULL;

  if (self->retry)
    g_source_destroy (self->retry);
  g_clear_pointer (&self->retry, g_source_unref);

  for (guint i = 0; i < self->streams->len; i++)
    {
      KpServeStream *stream = g_ptr_array_index (self->streams, i);

      kp_serve_stream_set_closed_func (stream, NULL, NULL);
      kp_serve_stream_set_deadline (stream, 0, NULL);
      kp_serve_stream_abort (stream);
    }
  g_ptr_array_set_size (self->streams, 0);

  listener_release (self);
}

KpServeStream *
kp_serve_listener_find (KpServeListener *self, GSocketAddress *remote_address)
{
  /* libsoup hands back the very object that it was given */
  for (guint i = 0; i < self->streams->len; i++)
    {
      KpServeStream *stream = g_ptr_array_index (self->streams, i);

      if (kp_serve_stream_get_remote_address (stream) == remote_address)
        return stream;
    }

  return NULL;
}

guint
kp_serve_listener_count_websockets (KpServeListener *self)
{
  guint count = 0;

  for (guint i = 0; i < self->streams->len; i++)
    count += kp_serve_stream_is_websocket (g_ptr_array_index (self->streams, i));

  return count;
}
