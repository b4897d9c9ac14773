/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-hello-dialect.h"

#include "gstkurentoerror.h"
#include "kp-json.h"

#include <string.h>

#define MAX_QUOTED 40 /* characters of the other side's text that an error message repeats */

static const gchar *
describe_node (JsonNode *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return "null";
  if (JSON_NODE_HOLDS_ARRAY (node))
    return "a list";
  if (JSON_NODE_HOLDS_OBJECT (node))
    return "an object";
  if (kp_json_is_string (node))
    return "a string";
  if (kp_json_is_boolean (node))
    return "a boolean";
  return "a number";
}

static const gchar *
get_string (JsonObject *object, const gchar *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (kp_json_is_string (node))
    return json_node_get_string (node);

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
               "Invalid message: \"%s\" should be a string, but is %s", name,
               node ? describe_node (node) : "missing");
  return NULL;
}

/* A page that passes on the end of its candidates may write null or an empty object. */
static KpCandidate *
parse_candidate (JsonNode *node)
{
  g_autoptr (GError) error = NULL;
  KpCandidate *candidate;

  if (node
      && (JSON_NODE_HOLDS_NULL (node)
          || (JSON_NODE_HOLDS_OBJECT (node) && json_object_get_size (json_node_get_object (node)) == 0)))
    return kp_candidate_new ("", 0, NULL);

  if (!node)
    {
      g_debug ("ignoring a message onIceCandidate without \"candidate\"");
      return NULL;
    }

  candidate = kp_candidate_from_json (node, &error);
  if (!candidate)
    g_debug ("ignoring a candidate: %s", error->message);

  return candidate;
}

static gboolean
parse_start (KpHelloMessage *self, JsonObject *object, GError **error)
{
  const gchar *sdp = get_string (object, "sdpOffer", error);

  if (!sdp)
    return FALSE;

  if (*sdp == '\0')
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                           "Invalid message: \"sdpOffer\" is empty");
      return FALSE;
    }

  self->type = KP_HELLO_START;
  self->sdp_offer = g_strdup (sdp);
  return TRUE;
}

static gboolean
parse_object (KpHelloMessage *self, JsonObject *object, GError **error)
{
  g_autofree gchar *quoted = NULL;
  const gchar *id = get_string (object, "id", error);

  if (!id)
    return FALSE;

  if (g_str_equal (id, "start"))
    return parse_start (self, object, error);

  if (g_str_equal (id, "onIceCandidate"))
    {
      self->type = KP_HELLO_CANDIDATE;
      self->candidate = parse_candidate (json_object_get_member (object, "candidate"));
      return TRUE;
    }

  if (g_str_equal (id, "stop"))
    {
      self->type = KP_HELLO_STOP;
      return TRUE;
    }

  quoted = g_utf8_substring (id, 0, MIN (g_utf8_strlen (id, -1), MAX_QUOTED));
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
               "Invalid message: unknown id \"%s\"; this server knows start, onIceCandidate and stop",
               quoted);
  return FALSE;
}

KpHelloMessage *
kp_hello_message_parse (const gchar *text, gsize length, GError **error)
{
  g_autoptr (KpHelloMessage) self = g_new0 (KpHelloMessage, 1);
  g_autoptr (JsonNode) root = kp_json_parse (text, length, error);

  if (!root)
    {
      g_prefix_error_literal (error, "Invalid message: ");
      return NULL;
    }

  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                   "Invalid message: expected an object with an \"id\", got %s", describe_node (root));
      return NULL;
    }

  if (!parse_object (self, json_node_get_object (root), error))
    return NULL;

  return g_steal_pointer (&self);
}

void
kp_hello_message_free (KpHelloMessage *self)
{
  g_free (self->sdp_offer);
  g_clear_pointer (&self->candidate, kp_candidate_free);
  g_free (self);
}

/* {"id": id, name: value}; @value NULL leaves it out. */
static gchar *
build_message (const gchar *id, const gchar *name, const gchar *value)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", id);
  if (value)
    json_object_set_string_member (object, name, value);
  json_node_take_object (node, object);

  return json_to_string (node, FALSE);
}

gchar *
kp_hello_build_answer (const gchar *sdp)
{
  return build_message ("startResponse", "sdpAnswer", sdp);
}

gchar *
kp_hello_build_candidate (const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid)
{
  const KpCandidate value = { (gchar *)candidate, sdp_mline_index, (gchar *)sdp_mid };
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonNode *candidate_node = kp_candidate_to_json (&value);
  JsonObject *object = json_object_new ();

  /* the node server passes these two on from the media server; its pages may look at them */
  json_object_set_string_member (json_node_get_object (candidate_node), "__module__", "kurento");
  json_object_set_string_member (json_node_get_object (candidate_node), "__type__", "IceCandidate");

  json_object_set_string_member (object, "id", "iceCandidate");
  json_object_set_member (object, "candidate", candidate_node);
  json_node_take_object (node, object);

  return json_to_string (node, FALSE);
}

gchar *
kp_hello_build_error (const gchar *message)
{
  return build_message ("error", "message", message);
}

gchar *
kp_hello_build_stop_communication (const gchar *reason)
{
  return build_message ("stopCommunication", "message", reason);
}

gchar *
kp_hello_dup_session (const gchar *sdp)
{
  const gchar *origin = strstr (sdp, "\no=");
  g_autofree gchar *line = NULL;
  g_auto (GStrv) words = NULL;

  if (!origin)
    return NULL;

  origin += strlen ("\no=");
  line = g_strndup (origin, strcspn (origin, "\r\n"));
  words = g_strsplit (line, " ", -1);

  return g_strv_length (words) == 6 ? g_strjoin (" ", words[0], words[1], words[5], NULL) : NULL;
}
