/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-config.h"

#include "gstkurentoerror.h"
#include "kp-ice-uri.h"
#include "kp-json-read.h"

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpIceConfig, kp_ice_config_clear)

/* The credentials of one entry of iceServers, and where it stands. */
typedef struct
{
  guint index;
  const gchar *username; /* borrowed; or NULL */
  const gchar *credential; /* borrowed; or NULL */
} KpIceServer;

/* Browsers' spelling has neither "//" nor credentials; the members carry those. */
static gboolean
check_spelling (const KpIceUri *uri, const KpIceServer *server, GError **error)
{
  if (uri->hierarchical || uri->user)
    return kp_json_fail (
        error, "expected \"stun:host:port\" or \"turn:host:port\", the credentials in members of their own");

  if (uri->scheme == KP_ICE_URI_TURN && (!server->username || !server->username[0] || !server->credential))
    return kp_json_fail (error, "expected \"username\" and \"credential\" beside a TURN server");

  return TRUE;
}

static gboolean
add_url (KpIceConfig *config, const KpIceServer *server, JsonNode *node, GError **error)
{
  g_auto (KpIceUri) uri = { 0 };

  if (!kp_json_is_string (node))
    return kp_json_fail (error, "expected a string or a list of strings");

  if (!kp_ice_uri_parse (&uri, json_node_get_string (node), error) || !check_spelling (&uri, server, error))
    return FALSE;

  if (uri.scheme == KP_ICE_URI_TURN)
    {
      uri.user = g_strdup (server->username);
      uri.password = g_strdup (server->credential);
      if (!uri.transport)
        uri.transport = "udp";
      g_ptr_array_add (config->turn_servers, kp_ice_uri_to_string (&uri));
    }
  else if (!config->stun_server)
    config->stun_server = kp_ice_uri_to_string (&uri);
  else
    g_warning ("iceServers[%u].urls: only the first STUN server is used", server->index);

  return TRUE;
}

static gboolean
read_urls (KpIceConfig *config, const KpIceServer *server, JsonNode *urls, GError **error)
{
  JsonArray *list = urls && JSON_NODE_HOLDS_ARRAY (urls) ? json_node_get_array (urls) : NULL;

  if (!list)
    {
      if (add_url (config, server, urls, error))
        return TRUE;
      g_prefix_error (error, "iceServers[%u].urls: ", server->index);
      return FALSE;
    }

  if (json_array_get_length (list) == 0)
    return kp_json_fail (error, "iceServers[%u].urls: expected at least one URI", server->index);

  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!add_url (config, server, json_array_get_element (list, i), error))
      {
        g_prefix_error (error, "iceServers[%u].urls[%u]: ", server->index, i);
        return FALSE;
      }

  return TRUE;
}

static gboolean
read_ice_server (KpIceConfig *config, guint index, JsonNode *node, GError **error)
{
  static const gchar *const known[] = { "urls", "username", "credential", "credentialType", NULL };
  static const gchar *const credential_types[] = { "password", NULL };
  g_autofree gchar *path = g_strdup_printf ("iceServers[%u].", index);
  KpIceServer server = { .index = index };
  const gchar *credential_type;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return kp_json_fail (error, "iceServers[%u]: expected an object", index);

  object = json_node_get_object (node);
  kp_json_log_unknown_members (object, path, known);

  return kp_json_read_string (object, path, "username", &server.username, error)
         && kp_json_read_string (object, path, "credential", &server.credential, error)
         && kp_json_read_choice (object, path, "credentialType", credential_types, &credential_type, error)
         && read_urls (config, &server, json_object_get_member (object, "urls"), error);
}

static gboolean
read_ice_servers (KpIceConfig *config, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "iceServers");
  JsonArray *list;

  config->turn_servers = g_ptr_array_new_with_free_func (g_free);
  if (!node)
    return TRUE;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return kp_json_fail (error, "iceServers: expected a list of objects");

  list = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!read_ice_server (config, i, json_array_get_element (list, i), error))
      return FALSE;

  return TRUE;
}

static gboolean
read_configuration (KpIceConfig *config, const gchar *text, GError **error)
{
  static const gchar *const known[] = { "iceServers", "iceTransportPolicy", "bundlePolicy", NULL };
  static const gchar *const transport_policies[] = { "all", "relay", NULL };
  static const gchar *const bundle_policies[] = { "balanced", "max-compat", "max-bundle", NULL };
  g_autoptr (JsonNode) root = kp_json_load_object (text, error);
  const gchar *transport_policy;
  const gchar *bundle_policy;
  JsonObject *object;

  if (!root)
    return FALSE;

  object = json_node_get_object (root);
  kp_json_log_unknown_members (object, "", known);
  if (!read_ice_servers (config, object, error)
      || !kp_json_read_choice (object, "", "iceTransportPolicy", transport_policies, &transport_policy, error)
      || !kp_json_read_choice (object, "", "bundlePolicy", bundle_policies, &bundle_policy, error))
    return FALSE;
  config->relay_only = g_strcmp0 (transport_policy, "relay") == 0;

  return TRUE;
}

gboolean
kp_config_parse_configuration (const gchar *property, const gchar *text, KpIceConfig *config, GError **error)
{
  g_auto (KpIceConfig) parsed = { 0 };

  if (text && text[0] && !read_configuration (&parsed, text, error))
    {
      g_prefix_error (error, "%s: ", property);
      return FALSE;
    }

  kp_ice_config_clear (config);
  *config = parsed;
  parsed = (KpIceConfig){ 0 };

  return TRUE;
}

static gchar *
normalize_server (KpIceUriScheme scheme, const gchar *text, GError **error)
{
  g_auto (KpIceUri) uri = { 0 };

  if (!kp_ice_uri_parse (&uri, text, error))
    return NULL;

  if (uri.scheme != scheme || (scheme == KP_ICE_URI_TURN && (!uri.user || !uri.user[0])))
    {
      kp_json_fail (error, scheme == KP_ICE_URI_STUN ? "expected stun://host:port"
                                                     : "expected turn://user:password@host:port");
      return NULL;
    }

  return kp_ice_uri_to_string (&uri);
}

gchar *
kp_config_normalize_stun_server (const gchar *uri, GError **error)
{
  return normalize_server (KP_ICE_URI_STUN, uri, error);
}

gchar *
kp_config_normalize_turn_server (const gchar *uri, GError **error)
{
  return normalize_server (KP_ICE_URI_TURN, uri, error);
}

gboolean
kp_config_check_stun_server (const gchar *uri, GError **error)
{
  g_autofree gchar *normalized = NULL;

  if (!uri || !uri[0])
    return TRUE;

  normalized = kp_config_normalize_stun_server (uri, error);

  return normalized != NULL;
}

gboolean
kp_config_check_turn_server (const gchar *uri, GError **error)
{
  g_autofree gchar *normalized = NULL;

  if (!uri || !uri[0])
    return TRUE;

  normalized = kp_config_normalize_turn_server (uri, error);

  return normalized != NULL;
}

static gboolean
read_constraints (JsonObject *object, const gchar *kind, KpConstraints **constraints, GError **error)
{
  JsonNode *node = json_object_get_member (object, kind);

  if (!node || (kp_json_is_boolean (node) && !json_node_get_boolean (node)))
    return TRUE;
  *constraints = kp_constraints_read (node, kind, error);

  return *constraints != NULL;
}

static gboolean
read_media_constraints (const gchar *text, KpConstraints **audio, KpConstraints **video, GError **error)
{
  static const gchar *const known[] = { "audio", "video", NULL };
  g_autoptr (JsonNode) root = kp_json_load_object (text, error);
  g_autoptr (KpConstraints) wanted_audio = NULL;
  g_autoptr (KpConstraints) wanted_video = NULL;
  JsonObject *object;

  if (!root)
    return FALSE;

  object = json_node_get_object (root);
  kp_json_log_unknown_members (object, "", known);
  if (!read_constraints (object, "audio", &wanted_audio, error)
      || !read_constraints (object, "video", &wanted_video, error))
    return FALSE;
  *audio = g_steal_pointer (&wanted_audio);
  *video = g_steal_pointer (&wanted_video);

  return TRUE;
}

gboolean
kp_config_parse_media_constraints (const gchar *property, const gchar *text, KpConstraints **audio,
                                   KpConstraints **video, GError **error)
{
  if (read_media_constraints (text && text[0] ? text : KP_DEFAULT_MEDIA_CONSTRAINTS, audio, video, error))
    return TRUE;
  g_prefix_error (error, "%s: ", property);

  return FALSE;
}
