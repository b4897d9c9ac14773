/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-config.h"

#include <gio/gio.h>

#include "gstkurentoerror.h"
#include "kp-ice-uri.h"
#include "kp-json.h"

#define MAX_FILE_SIZE (1024 * 1024)
#define FILE_PREFIX "file:"

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpIceConfig, kp_ice_config_clear)

/* The credentials of one entry of iceServers, and where it stands. */
typedef struct
{
  guint index;
  const gchar *username; /* borrowed; or NULL */
  const gchar *credential; /* borrowed; or NULL */
} KpIceServer;

static gboolean fail (GError **error, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error)
    *error = g_error_new_valist (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, format, args);
  va_end (args);

  return FALSE;
}

/* The text of the file that @uri names. */
static gchar *
load_file (const gchar *uri, GError **error)
{
  g_autofree gchar *path = g_filename_from_uri (uri, NULL, NULL);
  g_autofree gchar *text = g_malloc (MAX_FILE_SIZE + 2);
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GError) io_error = NULL;
  gsize size = 0;

  if (!path)
    {
      fail (error, "expected a URI like file:///path/to/file.json");
      return NULL;
    }

  file = g_file_new_for_path (path);
  stream = g_file_read (file, NULL, &io_error);
  if (!stream
      || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, MAX_FILE_SIZE + 1, &size, NULL, &io_error))
    {
      fail (error, "cannot read the file: %s", io_error->message);
      return NULL;
    }

  if (size > MAX_FILE_SIZE)
    {
      fail (error, "expected a file of at most %d bytes", MAX_FILE_SIZE);
      return NULL;
    }
  text[size] = '\0';

  return g_steal_pointer (&text);
}

static JsonNode *
load_json (const gchar *text, GError **error)
{
  g_autofree gchar *loaded = NULL;
  JsonNode *root;

  if (!g_str_has_prefix (text, FILE_PREFIX))
    return kp_json_parse (text, -1, error);

  loaded = load_file (text, error);
  if (!loaded)
    {
      g_prefix_error (error, "%s: ", text);
      return NULL;
    }

  root = kp_json_parse (loaded, -1, error);
  if (!root)
    g_prefix_error (error, "%s: ", text);

  return root;
}

static JsonNode *
load_object (const gchar *text, GError **error)
{
  g_autoptr (JsonNode) root = load_json (text, error);

  if (!root)
    return NULL;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      fail (error, "expected a JSON object");
      return NULL;
    }

  return g_steal_pointer (&root);
}

/* So that a misspelt member does not go unnoticed. */
static void
log_unknown_members (JsonObject *object, const gchar *path, const gchar *const *known)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l; l = l->next)
    if (!g_strv_contains (known, l->data))
      g_message ("Ignoring the unknown member %s%s", path, (const gchar *)l->data);
}

/* A string member that must be one of @choices; a missing one is NULL. */
static gboolean
read_choice (JsonObject *object, const gchar *path, const gchar *name, const gchar *const *choices,
             const gchar **choice, GError **error)
{
  g_autofree gchar *expected = NULL;
  JsonNode *node = json_object_get_member (object, name);

  *choice = kp_json_is_string (node) ? json_node_get_string (node) : NULL;
  if (!node || (*choice && g_strv_contains (choices, *choice)))
    return TRUE;

  expected = g_strjoinv ("\" or \"", (gchar **)choices);

  return fail (error, "%s%s: expected \"%s\"", path, name, expected);
}

static gboolean
read_string (JsonObject *object, const gchar *path, const gchar *name, const gchar **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node && !kp_json_is_string (node))
    return fail (error, "%s%s: expected a string", path, name);
  *value = node ? json_node_get_string (node) : NULL;

  return TRUE;
}

/* Browsers' spelling has neither "//" nor credentials; the members carry those. */
static gboolean
check_spelling (const KpIceUri *uri, const KpIceServer *server, GError **error)
{
  if (uri->hierarchical || uri->user)
    return fail (
        error, "expected \"stun:host:port\" or \"turn:host:port\", the credentials in members of their own");

  if (uri->scheme == KP_ICE_URI_TURN && (!server->username || !server->username[0] || !server->credential))
    return fail (error, "expected \"username\" and \"credential\" beside a TURN server");

  return TRUE;
}

static gboolean
add_url (KpIceConfig *config, const KpIceServer *server, JsonNode *node, GError **error)
{
  g_auto (KpIceUri) uri = { 0 };

  if (!kp_json_is_string (node))
    return fail (error, "expected a string or a list of strings");

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
    return fail (error, "iceServers[%u].urls: expected at least one URI", server->index);

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
    return fail (error, "iceServers[%u]: expected an object", index);

  object = json_node_get_object (node);
  log_unknown_members (object, path, known);

  return read_string (object, path, "username", &server.username, error)
         && read_string (object, path, "credential", &server.credential, error)
         && read_choice (object, path, "credentialType", credential_types, &credential_type, error)
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
    return fail (error, "iceServers: expected a list of objects");

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
  g_autoptr (JsonNode) root = load_object (text, error);
  const gchar *transport_policy;
  const gchar *bundle_policy;
  JsonObject *object;

  if (!root)
    return FALSE;

  object = json_node_get_object (root);
  log_unknown_members (object, "", known);
  if (!read_ice_servers (config, object, error)
      || !read_choice (object, "", "iceTransportPolicy", transport_policies, &transport_policy, error)
      || !read_choice (object, "", "bundlePolicy", bundle_policies, &bundle_policy, error))
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
      fail (error, scheme == KP_ICE_URI_STUN ? "expected stun://host:port"
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
read_constraint (JsonObject *object, const gchar *kind, gboolean *wanted, GError **error)
{
  JsonNode *node = json_object_get_member (object, kind);

  if (node && !kp_json_is_boolean (node) && !JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, "%s: expected true, false or an object", kind);
  *wanted = node && (JSON_NODE_HOLDS_OBJECT (node) || json_node_get_boolean (node));

  return TRUE;
}

static gboolean
read_media_constraints (const gchar *text, gboolean *audio, gboolean *video, GError **error)
{
  static const gchar *const known[] = { "audio", "video", NULL };
  g_autoptr (JsonNode) root = load_object (text, error);
  gboolean wants_audio;
  gboolean wants_video;
  JsonObject *object;

  if (!root)
    return FALSE;

  object = json_node_get_object (root);
  log_unknown_members (object, "", known);
  if (!read_constraint (object, "audio", &wants_audio, error)
      || !read_constraint (object, "video", &wants_video, error))
    return FALSE;
  *audio = wants_audio;
  *video = wants_video;

  return TRUE;
}

gboolean
kp_config_parse_media_constraints (const gchar *property, const gchar *text, gboolean *audio, gboolean *video,
                                   GError **error)
{
  if (!text || !text[0])
    {
      *audio = TRUE;
      *video = TRUE;
      return TRUE;
    }

  if (read_media_constraints (text, audio, video, error))
    return TRUE;
  g_prefix_error (error, "%s: ", property);

  return FALSE;
}
