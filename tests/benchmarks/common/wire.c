/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wire.h"

struct _Wire
{
  SoupWebsocketConnection *socket; /* owned */
  WireFunc func;
  gpointer user_data;
};

/* A message on its way to the main loop. */
typedef struct
{
  Wire *wire; /* reference */
  gchar *text; /* owned */
} Message;

static void
wire_clear (Wire *self)
{
  g_clear_object (&self->socket);
}

Wire *
wire_ref (Wire *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
wire_unref (Wire *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify)wire_clear);
}

static void
message_free (Message *self)
{
  wire_unref (self->wire);
  g_free (self->text);
  g_free (self);
}

static gboolean
send_in_main_loop (gpointer user_data)
{
  Message *message = user_data;

  if (soup_websocket_connection_get_state (message->wire->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (message->wire->socket, message->text);
  return G_SOURCE_REMOVE;
}

/* Takes @builder. */
static void
wire_send (Wire *self, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  Message *message = g_new0 (Message, 1);

  message->wire = wire_ref (self);
  message->text = json_to_string (root, FALSE);
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, send_in_main_loop, message,
                              (GDestroyNotify)message_free);
  g_object_unref (builder);
}

static JsonBuilder *
message_begin (const gchar *id)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, id);
  return builder;
}

void
wire_send_sdp (Wire *self, const gchar *id, const gchar *member, const gchar *sdp)
{
  JsonBuilder *builder = message_begin (id);

  json_builder_set_member_name (builder, member);
  json_builder_add_string_value (builder, sdp);
  json_builder_end_object (builder);
  wire_send (self, builder);
}

void
wire_send_candidate (Wire *self, const gchar *id, guint mline_index, const gchar *candidate)
{
  JsonBuilder *builder = message_begin (id);

  json_builder_set_member_name (builder, "candidate");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "candidate");
  json_builder_add_string_value (builder, candidate);
  json_builder_set_member_name (builder, "sdpMLineIndex");
  json_builder_add_int_value (builder, mline_index);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  wire_send (self, builder);
}

static void
socket_message_cb (SoupWebsocketConnection *socket, SoupWebsocketDataType type, GBytes *bytes, Wire *self)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *message;
  gsize size;
  const gchar *text = g_bytes_get_data (bytes, &size);

  if (!json_parser_load_from_data (parser, text, size, NULL))
    return;
  message = json_node_get_object (json_parser_get_root (parser));
  self->func (json_object_get_string_member_with_default (message, "id", ""), message, self->user_data);
}

Wire *
wire_new (SoupWebsocketConnection *socket, WireFunc func, gpointer user_data)
{
  Wire *self = g_atomic_rc_box_new0 (Wire);

  self->socket = g_object_ref (socket);
  self->func = func;
  self->user_data = user_data;
  g_signal_connect (socket, "message", G_CALLBACK (socket_message_cb), self);
  return self;
}

void
wire_disconnect (Wire *self)
{
  g_signal_handlers_disconnect_by_data (self->socket, self);
}

void
wire_close (Wire *self)
{
  soup_websocket_connection_close (self->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

void
wire_add_candidate (GstElement *element, JsonObject *message)
{
  JsonObject *candidate = json_object_get_object_member (message, "candidate");
  const gchar *text = json_object_get_string_member (candidate, "candidate");
  guint mline_index = json_object_get_int_member (candidate, "sdpMLineIndex");

  if (g_signal_lookup ("generate-offer", G_OBJECT_TYPE (element)))
    g_signal_emit_by_name (element, "add-ice-candidate", text, mline_index, NULL, NULL);
  else
    g_signal_emit_by_name (element, "add-ice-candidate", mline_index, text);
}
