/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-json-read.h"

#include "gstkurentoerror.h"
#include "kp-text.h"

gboolean
kp_json_fail (GError **error, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error)
    *error = g_error_new_valist (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, format, args);
  va_end (args);

  return FALSE;
}

static JsonNode *
load_json (const gchar *text, GError **error)
{
  g_autofree gchar *loaded = NULL;
  JsonNode *root;

  if (!kp_text_is_file (text))
    return kp_json_parse (text, -1, error);

  loaded = kp_text_load (text, error);
  if (!loaded)
    return NULL;

  root = kp_json_parse (loaded, -1, error);
  if (!root)
    g_prefix_error (error, "%s: ", text);

  return root;
}

JsonNode *
kp_json_load_object (const gchar *text, GError **error)
{
  g_autoptr (JsonNode) root = load_json (text, error);

  if (!root)
    return NULL;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      kp_json_fail (error, "expected a JSON object");
      return NULL;
    }

  return g_steal_pointer (&root);
}

JsonNode *
kp_json_load_array (const gchar *text, GError **error)
{
  g_autoptr (JsonNode) root = load_json (text, error);

  if (root && !JSON_NODE_HOLDS_ARRAY (root))
    {
      kp_json_fail (error, "expected a JSON array");
      return NULL;
    }

  return g_steal_pointer (&root);
}

void
kp_json_log_unknown_members (JsonObject *object, const gchar *path, const gchar *const *known)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l; l = l->next)
    if (!g_strv_contains (known, l->data))
      g_message ("Ignoring the unknown member %s%s", path, (const gchar *)l->data);
}

gboolean
kp_json_read_choice (JsonObject *object, const gchar *path, const gchar *name, const gchar *const *choices,
                     const gchar **choice, GError **error)
{
  g_autofree gchar *expected = NULL;
  JsonNode *node = json_object_get_member (object, name);

  *choice = kp_json_is_string (node) ? json_node_get_string (node) : NULL;
  if (!node || (*choice && g_strv_contains (choices, *choice)))
    return TRUE;

  expected = g_strjoinv ("\" or \"", (gchar **)choices);

  return kp_json_fail (error, "%s%s: expected \"%s\"", path, name, expected);
}

gboolean
kp_json_read_string (JsonObject *object, const gchar *path, const gchar *name, const gchar **value,
                     GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node && !kp_json_is_string (node))
    return kp_json_fail (error, "%s%s: expected a string", path, name);
  *value = node ? json_node_get_string (node) : NULL;

  return TRUE;
}

gboolean
kp_json_read_boolean (JsonObject *object, const gchar *path, const gchar *name, gboolean *value,
                      GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node && !kp_json_is_boolean (node))
    return kp_json_fail (error, "%s%s: expected true or false", path, name);
  if (node)
    *value = json_node_get_boolean (node);

  return TRUE;
}

gboolean
kp_json_read_integer (JsonObject *object, const gchar *path, const gchar *name, gint64 max, gint64 *value,
                      GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 number = kp_json_is_integer (node) ? json_node_get_int (node) : -1;

  if (node && (number < 0 || number > max))
    return kp_json_fail (error, "%s%s: expected an integer from 0 to %" G_GINT64_FORMAT, path, name, max);
  if (node)
    *value = number;

  return TRUE;
}

gboolean
kp_json_read_number (JsonObject *object, const gchar *path, const gchar *name, gdouble min, gdouble max,
                     gdouble *value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  gboolean is_number
      = node && (kp_json_is_integer (node) || json_node_get_value_type (node) == G_TYPE_DOUBLE);
  gdouble number = is_number ? json_node_get_double (node) : 0;

  if (node && !(is_number && number >= min && number <= max))
    return kp_json_fail (error, "%s%s: expected a number from %g to %g", path, name, min, max);
  if (node)
    *value = number;

  return TRUE;
}
