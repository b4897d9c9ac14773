/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-message.h"

#include <json-glib/json-glib.h>

static gchar *
dup_text (JsonObject *object, const gchar *name)
{
  JsonNode *member = json_object_get_member (object, name);

  return member && json_node_get_value_type (member) == G_TYPE_STRING ? json_node_dup_string (member) : NULL;
}

static JsonObject *
get_object (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

CallMessage *
call_message_new (GBytes *text)
{
  g_autoptr (JsonNode) node = json_from_string (g_bytes_get_data (text, NULL), NULL);
  CallMessage *self = g_new0 (CallMessage, 1);
  JsonObject *object = get_object (node);
  JsonObject *candidate;

  if (!object)
    return self;

  self->offer = dup_text (object, "offer");
  self->answer = dup_text (object, "answer");
  candidate = get_object (json_object_get_member (object, "candidate"));
  if (candidate)
    {
      self->candidate = dup_text (candidate, "candidate");
      self->sdp_mid = dup_text (candidate, "sdpMid");
      self->sdp_mline_index = json_object_get_int_member_with_default (candidate, "sdpMLineIndex", 0);
    }

  return self;
}

void
call_message_free (CallMessage *self)
{
  g_free (self->offer);
  g_free (self->answer);
  g_free (self->candidate);
  g_free (self->sdp_mid);
  g_free (self);
}

static void
send_object (SoupWebsocketConnection *socket, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree gchar *text = json_to_string (node, FALSE);

  if (socket && soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (socket, text);
}

void
call_message_send (SoupWebsocketConnection *socket, const gchar *name, const gchar *text)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_string_member (object, name, text);
  send_object (socket, object);
}

void
call_message_send_candidate (SoupWebsocketConnection *socket, const gchar *candidate, guint sdp_mline_index,
                             const gchar *sdp_mid)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonObject *inner = json_object_new ();

  json_object_set_string_member (inner, "candidate", candidate);
  json_object_set_int_member (inner, "sdpMLineIndex", sdp_mline_index);
  json_object_set_string_member (inner, "sdpMid", sdp_mid);
  json_object_set_object_member (object, "candidate", inner);
  send_object (socket, object);
}
