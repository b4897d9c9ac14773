/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "teardown-client.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

struct _Client
{
  CallSide *page; /* borrowed; offers */
  CallSide *server; /* borrowed */
  GMainContext *context; /* owned */
  GThread *thread; /* owned */

  /* of the thread */
  gboolean done;
  SoupSession *session; /* owned */
  GCancellable *cancellable; /* owned; of the socket; or NULL */
  SoupWebsocketConnection *socket; /* owned; or NULL */
  GPtrArray *unsent; /* owned; of gchar* */
};

/* Something that the client is told. */
typedef struct
{
  Client *client; /* borrowed */
  void (*run) (Client *self, gchar *text);
  gchar *text; /* owned; or NULL */

  GMutex lock; /* guards everything below */
  GCond cond;
  gboolean done;
} ClientTask;

static gchar *
build_message (const gchar *id, const gchar *name, JsonNode *value)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", id);
  json_object_set_member (object, name, value);
  json_node_take_object (node, object);

  return json_to_string (node, FALSE);
}

static JsonNode *
string_node (const gchar *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

/* ---- in the thread ---- */

/* What a server that closed the socket does not get any more is lost. */
static void
flush (Client *self)
{
  if (!self->socket)
    return;

  for (guint i = 0; i < self->unsent->len; i++)
    if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_send_text (self->socket, g_ptr_array_index (self->unsent, i));
  g_ptr_array_set_size (self->unsent, 0);
}

static void
message_cb (Client *self, SoupWebsocketDataType type, GBytes *bytes)
{
  g_autofree gchar *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (node);
  const gchar *id = json_object_get_string_member (object, "id");

  if (g_str_equal (id, "startResponse"))
    call_act (self->page, "process-answer", json_object_get_string_member (object, "sdpAnswer"));
  else if (g_str_equal (id, "iceCandidate"))
    {
      JsonObject *candidate = json_object_get_object_member (object, "candidate");

      call_act (self->page, "add-ice-candidate", json_object_get_string_member (candidate, "candidate"),
                (guint)json_object_get_int_member (candidate, "sdpMLineIndex"),
                json_object_get_string_member (candidate, "sdpMid"));
    }
  else
    call_note (self->page, id);
}

static void
connect_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SoupWebsocketConnection *socket
      = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, NULL);
  Client *self = user_data;

  /* the server went away, or the client left */
  if (!socket)
    return;

  self->socket = socket;
  g_signal_connect_swapped (socket, "message", G_CALLBACK (message_cb), self);
  flush (self);
}

static void
leave (Client *self, gchar *text)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->socket)
    {
      g_signal_handlers_disconnect_by_data (self->socket, self);
      if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (self->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    }
  g_clear_object (&self->socket);
  g_ptr_array_set_size (self->unsent, 0);
}

static void
start (Client *self, gchar *text)
{
  g_autofree gchar *uri = call_dup_server_uri (self->server);
  g_autofree gchar *websocket_uri = g_strconcat ("ws", uri + strlen ("http"), "helloworld", NULL);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, websocket_uri);

  leave (self, NULL);
  g_ptr_array_add (self->unsent, g_strdup (text));
  self->cancellable = g_cancellable_new ();
  soup_session_websocket_connect_async (self->session, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->cancellable, connect_done, self);
}

static void
say (Client *self, gchar *text)
{
  g_ptr_array_add (self->unsent, g_strdup (text));
  flush (self);
}

static void
end (Client *self, gchar *text)
{
  leave (self, NULL);
  self->done = TRUE;
}

static gpointer
client_thread (gpointer data)
{
  Client *self = data;

  g_main_context_push_thread_default (self->context);
  self->session = soup_session_new ();
  while (!self->done)
    g_main_context_iteration (self->context, TRUE);
  soup_session_abort (self->session);
  g_object_unref (self->session);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

/* ---- from other threads ---- */

static void
task_clear (gpointer data)
{
  ClientTask *task = data;

  g_free (task->text);
  g_mutex_clear (&task->lock);
  g_cond_clear (&task->cond);
}

static void
task_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, task_clear);
}

static gboolean
task_run (gpointer data)
{
  ClientTask *task = data;

  task->run (task->client, task->text);
  g_mutex_lock (&task->lock);
  task->done = TRUE;
  g_cond_signal (&task->cond);
  g_mutex_unlock (&task->lock);

  return G_SOURCE_REMOVE;
}

/* Takes @text. */
static ClientTask *
tell (Client *self, void (*run) (Client *self, gchar *text), gchar *text)
{
  ClientTask *task = g_atomic_rc_box_new0 (ClientTask);

  task->client = self;
  task->run = run;
  task->text = text;
  g_mutex_init (&task->lock);
  g_cond_init (&task->cond);
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, task_run, g_atomic_rc_box_acquire (task),
                              task_unref);

  return task;
}

static void
tell_and_wait (Client *self, void (*run) (Client *self, gchar *text))
{
  ClientTask *task = tell (self, run, NULL);

  g_mutex_lock (&task->lock);
  while (!task->done)
    g_cond_wait (&task->cond, &task->lock);
  g_mutex_unlock (&task->lock);
  task_unref (task);
}

static void
offer_created_cb (Client *self, const gchar *sdp)
{
  task_unref (tell (self, start, build_message ("start", "sdpOffer", string_node (sdp))));
}

static void
candidate_cb (Client *self, const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_init_object (json_node_alloc (), object);

  json_object_set_string_member (object, "candidate", candidate);
  json_object_set_int_member (object, "sdpMLineIndex", sdp_mline_index);
  json_object_set_string_member (object, "sdpMid", sdp_mid);
  json_object_unref (object);
  task_unref (tell (self, say, build_message ("onIceCandidate", "candidate", node)));
}

Client *
client_new (Call *call)
{
  Client *self = g_new0 (Client, 1);

  self->page = &call->sides[CALL_OFFERER];
  self->server = &call->sides[CALL_ANSWERER];
  self->context = g_main_context_new ();
  self->unsent = g_ptr_array_new_with_free_func (g_free);
  self->thread = g_thread_new ("client", client_thread, self);
  g_signal_connect_swapped (self->page->peer, "offer-created", G_CALLBACK (offer_created_cb), self);
  g_signal_connect_swapped (self->page->peer, "ice-candidate", G_CALLBACK (candidate_cb), self);

  return self;
}

void
client_free (Client *self)
{
  g_signal_handlers_disconnect_by_data (self->page->peer, self);
  task_unref (tell (self, end, NULL));
  g_thread_join (self->thread);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->unsent);
  g_free (self);
}

void
client_leave (Client *self)
{
  tell_and_wait (self, leave);
}
