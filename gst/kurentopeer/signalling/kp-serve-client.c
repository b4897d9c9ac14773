/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-client.h"

#include "kp-bucket.h"

#define MESSAGE_BURST 1000 /* messages at once */
#define MESSAGE_RATE 200 /* messages a second, sustained */
#define MAX_EARLY_CANDIDATES 64

struct _KpServeClient
{
  SoupWebsocketConnection *websocket; /* owned */
  KpServeStream *stream; /* owned */
  const KpServeClientCallbacks *callbacks; /* static */
  gpointer user_data;

  guint ping_interval; /* s */
  GSource *watchdog; /* owned */
  KpBucket messages;
  GPtrArray *early_candidates; /* owned; of KpCandidate; NULL once there was a start */
  gboolean is_leaving; /* libsoup is closing it already */
};

static void
end (KpServeClient *self, gushort code, const gchar *reason)
{
  g_signal_handlers_disconnect_by_data (self->websocket, self);
  if (soup_websocket_connection_get_state (self->websocket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->websocket, code, reason);
  self->callbacks->closed (self, reason, self->user_data);
}

static gboolean
watchdog_cb (gpointer user_data)
{
  KpServeClient *self = user_data;
  gint64 patience = self->ping_interval * G_USEC_PER_SEC * 5 / 2;

  if (kp_serve_stream_get_silence (self->stream) <= patience
      && kp_serve_stream_get_stall (self->stream) <= patience)
    return G_SOURCE_CONTINUE;

  end (self, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the client vanished");
  return G_SOURCE_REMOVE;
}

static void
message_cb (SoupWebsocketConnection *websocket, gint type, GBytes *bytes, gpointer user_data)
{
  KpServeClient *self = user_data;
  g_autoptr (KpHelloMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  const gchar *text = g_bytes_get_data (bytes, &length);

  kp_serve_stream_message_done (self->stream);
  if (!kp_bucket_add (&self->messages, 1, g_get_monotonic_time ()))
    {
      end (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "too many messages");
      return;
    }

  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    message = kp_hello_message_parse (text, length, &error);

  if (message)
    self->callbacks->message (self, message, self->user_data);
  else
    kp_serve_client_take (
        self,
        kp_hello_build_error (error ? error->message : "Invalid message: a binary frame, expected text"));
}

static void
closed_cb (SoupWebsocketConnection *websocket, gpointer user_data)
{
  KpServeClient *self = user_data;

  self->is_leaving = TRUE;
  self->callbacks->closed (self, "the client left", self->user_data);
}

KpServeClient *
kp_serve_client_new (SoupWebsocketConnection *websocket, KpServeStream *stream, guint ping_interval,
                     const KpServeClientCallbacks *callbacks, gpointer user_data)
{
  KpServeClient *self = g_new0 (KpServeClient, 1);

  self->websocket = g_object_ref (websocket);
  self->stream = g_object_ref (stream);
  self->callbacks = callbacks;
  self->user_data = user_data;
  self->ping_interval = ping_interval;
  self->early_candidates = g_ptr_array_new_with_free_func ((GDestroyNotify)kp_candidate_free);
  kp_bucket_init (&self->messages, MESSAGE_BURST, MESSAGE_RATE, g_get_monotonic_time ());

  g_signal_connect (websocket, "message", G_CALLBACK (message_cb), self);
  /* "closing" too: a client that says goodbye frees the peer at once, even if it then keeps the socket */
  g_signal_connect (websocket, "closing", G_CALLBACK (closed_cb), self);
  g_signal_connect (websocket, "closed", G_CALLBACK (closed_cb), self);

  soup_websocket_connection_set_keepalive_interval (websocket, ping_interval);
  self->watchdog = g_timeout_source_new (ping_interval * 500);
  g_source_set_callback (self->watchdog, watchdog_cb, self, NULL);
  g_source_attach (self->watchdog, g_main_context_get_thread_default ());

  return self;
}

static gboolean
nothing_cb (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

/* libsoup closes in several asynchronous steps, each holding the object. They run here, in a context of their own, until
 * none is left, because the peer loop may not come round any more. */
static void
release_websocket (gpointer object)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GSource) none_left = g_idle_source_new ();

  g_source_set_priority (none_left, G_PRIORITY_LOW);
  g_source_set_callback (none_left, quit_cb, loop, NULL);
  g_source_attach (none_left, context);

  g_main_context_push_thread_default (context);
  g_object_unref (object);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
}

/* For when libsoup is on the stack, reading this very WebSocket: it goes when the loop comes round, or with the loop. */
static void
release_websocket_later (SoupWebsocketConnection *websocket)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, nothing_cb, websocket, release_websocket);
  g_source_attach (source, g_main_context_get_thread_default ());
}

void
kp_serve_client_free (KpServeClient *self)
{
  g_signal_handlers_disconnect_by_data (self->websocket, self);
  g_source_destroy (self->watchdog);
  g_source_unref (self->watchdog);

  soup_websocket_connection_set_keepalive_interval (self->websocket, 0);
  if (!self->is_leaving)
    {
      if (soup_websocket_connection_get_state (self->websocket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (self->websocket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
      kp_serve_stream_abort (self->stream);
    }
  if (g_signal_get_invocation_hint (self->websocket))
    release_websocket_later (self->websocket);
  else
    release_websocket (self->websocket);

  g_object_unref (self->stream);
  g_clear_pointer (&self->early_candidates, g_ptr_array_unref);
  g_free (self);
}

void
kp_serve_client_take (KpServeClient *self, gchar *text)
{
  g_autofree gchar *owned = text;

  if (soup_websocket_connection_get_state (self->websocket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->websocket, owned);
}

void
kp_serve_client_keep_early_candidate (KpServeClient *self, const KpCandidate *candidate)
{
  if (self->early_candidates && self->early_candidates->len < MAX_EARLY_CANDIDATES)
    g_ptr_array_add (self->early_candidates,
                     kp_candidate_new (candidate->candidate, candidate->sdp_mline_index, candidate->sdp_mid));
}

GPtrArray *
kp_serve_client_steal_early_candidates (KpServeClient *self)
{
  return g_steal_pointer (&self->early_candidates);
}
