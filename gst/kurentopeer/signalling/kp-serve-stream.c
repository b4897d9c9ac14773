/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-stream.h"

#include "kp-bucket.h"
#include "kp-serve-filter.h"

#define MAX_REQUEST (32 * 1024) /* bytes of the one request of a connection, header and body */
#define MAX_FLOOD (1024 * 1024) /* bytes of a WebSocket at once */
#define FLOOD_RATE (128 * 1024) /* bytes of a WebSocket a second, sustained */
#define FRAME_ROOM 4096 /* bytes of frame headers, pings and what comes with the next message */
#define CONTROL_RATE 256 /* bytes a second, sustained, of pings and pongs between messages */

struct _KpServeStream
{
  GIOStream parent_instance;

  GSocketConnection *connection; /* owned */
  GIOStream *base; /* owned; connection, or the TLS over it */
  GInputStream *input; /* owned */
  GOutputStream *output; /* owned */
  GSocketAddress *remote_address; /* owned; or NULL */

  KpServeStreamClosedFunc closed_func;
  gpointer closed_data;

  GSource *deadline; /* owned; or NULL */
  const gchar *deadline_status; /* static; or NULL */

  gboolean is_websocket;
  KpBucket flood; /* bytes, all */
  KpBucket message; /* bytes since the last whole message */
  gint64 last_read; /* us, monotonic */
  gint64 stalled_since; /* us, monotonic; 0 while nothing waits */
};

G_DEFINE_FINAL_TYPE (KpServeStream, kp_serve_stream, G_TYPE_IO_STREAM)

static gboolean
read_cb (gsize count, gpointer user_data, GError **error)
{
  KpServeStream *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gboolean fits = kp_bucket_add (&self->flood, count, now);

  self->last_read = now;
  if (self->is_websocket)
    fits = kp_bucket_add (&self->message, count, now) && fits;
  if (fits)
    return TRUE;

  g_message ("ending a client that sends too much");
  kp_serve_stream_refuse (self, "431 Request Header Fields Too Large");
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The client sends too much");
  return FALSE;
}

static void
write_cb (gboolean blocked, gpointer user_data)
{
  KpServeStream *self = user_data;

  if (!blocked)
    self->stalled_since = 0;
  else if (self->stalled_since == 0)
    self->stalled_since = g_get_monotonic_time ();
}

static void
clear_deadline (KpServeStream *self)
{
  if (self->deadline)
    g_source_destroy (self->deadline);
  g_clear_pointer (&self->deadline, g_source_unref);
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_autoptr (KpServeStream) self = g_object_ref (user_data);

  g_debug ("a client took too long");
  if (self->deadline_status)
    kp_serve_stream_refuse (self, self->deadline_status);
  else
    kp_serve_stream_abort (self);

  return G_SOURCE_REMOVE;
}

static GInputStream *
kp_serve_stream_get_input_stream (GIOStream *stream)
{
  return KP_SERVE_STREAM (stream)->input;
}

static GOutputStream *
kp_serve_stream_get_output_stream (GIOStream *stream)
{
  return KP_SERVE_STREAM (stream)->output;
}

/* Never blocks: the close_notify of TLS is only sent when the socket can take it. */
static gboolean
kp_serve_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  KpServeStream *self = KP_SERVE_STREAM (stream);
  GSocket *socket = g_socket_connection_get_socket (self->connection);
  KpServeStreamClosedFunc closed_func = g_steal_pointer (&self->closed_func);

  clear_deadline (self);
  if (!(g_socket_condition_check (socket, G_IO_OUT) & G_IO_OUT))
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
  /* what it says about a client that is gone is of no use to anybody */
  g_io_stream_close (self->base, NULL, NULL);

  if (closed_func)
    closed_func (self, self->closed_data);

  return TRUE;
}

static void
kp_serve_stream_close_async (GIOStream *stream, int io_priority, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  kp_serve_stream_close (stream, cancellable, NULL);
  g_task_return_boolean (task, TRUE);
}

static gboolean
kp_serve_stream_close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
kp_serve_stream_dispose (GObject *object)
{
  KpServeStream *self = KP_SERVE_STREAM (object);

  G_OBJECT_CLASS (kp_serve_stream_parent_class)->dispose (object);

  clear_deadline (self);
  if (self->input)
    kp_serve_input_detach (self->input);
  if (self->output)
    kp_serve_output_detach (self->output);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->base);
  g_clear_object (&self->connection);
  g_clear_object (&self->remote_address);
}

static void
kp_serve_stream_class_init (KpServeStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->dispose = kp_serve_stream_dispose;
  stream_class->get_input_stream = kp_serve_stream_get_input_stream;
  stream_class->get_output_stream = kp_serve_stream_get_output_stream;
  stream_class->close_fn = kp_serve_stream_close;
  stream_class->close_async = kp_serve_stream_close_async;
  stream_class->close_finish = kp_serve_stream_close_finish;
}

static void
kp_serve_stream_init (KpServeStream *self)
{
  self->last_read = g_get_monotonic_time ();
  kp_bucket_init (&self->flood, MAX_REQUEST, 0, self->last_read);
}

KpServeStream *
kp_serve_stream_new (GSocketConnection *connection, GIOStream *base)
{
  KpServeStream *self = g_object_new (KP_TYPE_SERVE_STREAM, NULL);

  self->connection = g_object_ref (connection);
  self->base = g_object_ref (base);
  self->input = kp_serve_input_new (g_io_stream_get_input_stream (base), read_cb, self);
  self->output = kp_serve_output_new (g_io_stream_get_output_stream (base), write_cb, self);
  self->remote_address = g_socket_connection_get_remote_address (connection, NULL);

  return self;
}

void
kp_serve_stream_set_closed_func (KpServeStream *self, KpServeStreamClosedFunc func, gpointer user_data)
{
  self->closed_func = func;
  self->closed_data = user_data;
}

GSocketAddress *
kp_serve_stream_get_remote_address (KpServeStream *self)
{
  return self->remote_address;
}

GIOStream *
kp_serve_stream_get_base (KpServeStream *self)
{
  return self->base;
}

void
kp_serve_stream_set_deadline (KpServeStream *self, guint timeout_ms, const gchar *status)
{
  clear_deadline (self);
  self->deadline_status = status;
  if (timeout_ms == 0)
    return;

  self->deadline = g_timeout_source_new (timeout_ms);
  g_source_set_callback (self->deadline, deadline_cb, self, NULL);
  g_source_attach (self->deadline, g_main_context_get_thread_default ());
}

void
kp_serve_stream_abort (KpServeStream *self)
{
  if (!g_io_stream_is_closed (G_IO_STREAM (self)))
    g_socket_shutdown (g_socket_connection_get_socket (self->connection), TRUE, TRUE, NULL);
}

void
kp_serve_stream_refuse (KpServeStream *self, const gchar *status)
{
  g_autofree gchar *answer = g_strdup_printf (
      "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 10\r\n\r\n", status);
  GOutputStream *output = g_io_stream_get_output_stream (self->base);

  /* best effort: a client that does not take it does not get it */
  if (!self->is_websocket && !g_io_stream_is_closed (G_IO_STREAM (self)))
    g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), answer, strlen (answer),
                                                NULL, NULL);
  kp_serve_stream_abort (self);
}

void
kp_serve_stream_become_websocket (KpServeStream *self, gsize max_message)
{
  gint64 now = g_get_monotonic_time ();

  clear_deadline (self);
  self->is_websocket = TRUE;
  kp_bucket_init (&self->flood, MAX_FLOOD, FLOOD_RATE, now);
  kp_bucket_init (&self->message, max_message + FRAME_ROOM, CONTROL_RATE, now);
}

gboolean
kp_serve_stream_is_websocket (KpServeStream *self)
{
  return self->is_websocket;
}

void
kp_serve_stream_message_done (KpServeStream *self)
{
  kp_bucket_empty (&self->message);
}

gint64
kp_serve_stream_get_silence (KpServeStream *self)
{
  return g_get_monotonic_time () - self->last_read;
}

gint64
kp_serve_stream_get_stall (KpServeStream *self)
{
  return self->stalled_since == 0 ? 0 : g_get_monotonic_time () - self->stalled_since;
}
