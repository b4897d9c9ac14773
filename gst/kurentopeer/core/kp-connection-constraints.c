/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-connection-constraints.h"

#include "gstkurentoerror.h"
#include "kp-json-read.h"

#include <string.h>

typedef enum
{
  KEY_DTLS,
  KEY_IPV6,
  KEY_DSCP,
  N_KEYS,
} Key;

static const gchar *const applied[] = { "DtlsSrtpKeyAgreement", "googIPv6", "googDscp", NULL };

/* Of Chromium: about congestion control, about the processor, and about data channels that nobody has any more. */
static const gchar *const meaningless[] = {
  "googCpuOveruseDetection",
  "googCpuOveruseEncodeUsage",
  "googCpuOveruseThreshold",
  "googCpuUnderuseThreshold",
  "googCombinedAudioVideoBwe",
  "googEnableVideoSuspendBelowMinBitrate",
  "googSuspendBelowMinBitrate",
  "googHighStartBitrate",
  "googHighBitrate",
  "googVeryHighBitrate",
  "googPayloadPadding",
  "googImprovedWifiBwe",
  "googScreencastMinBitrate",
  "googNumUnsignalledRecvStreams",
  "googUseRtpMUX",
  "RtpDataChannels",
  "enableRtpDataChannels",
  "internalSctpDataChannels",
  "offerToReceiveAudio",
  "offerToReceiveVideo",
  "OfferToReceiveAudio",
  "OfferToReceiveVideo",
  "VoiceActivityDetection",
  "IceRestart",
};

G_STATIC_ASSERT (G_N_ELEMENTS (meaningless) <= 32);

typedef struct
{
  gboolean set[N_KEYS];
  gboolean value[N_KEYS];
} KpValues;

/* Once in a process. */
static gboolean
say_meaningless (const gchar *name)
{
  static guint said = 0;

  for (guint i = 0; i < G_N_ELEMENTS (meaningless); i++)
    if (g_str_equal (name, meaningless[i]))
      {
        if (!(g_atomic_int_or (&said, 1u << i) & 1u << i))
          g_info ("connection-constraints: %s has no meaning here", name);
        return TRUE;
      }

  return FALSE;
}

/* Browsers took strings, too. */
static gboolean
read_boolean (JsonNode *node, gboolean *value)
{
  const gchar *text = kp_json_is_string (node) ? json_node_get_string (node) : NULL;

  if (kp_json_is_boolean (node))
    *value = json_node_get_boolean (node);
  else if (g_strcmp0 (text, "true") == 0 || g_strcmp0 (text, "false") == 0)
    *value = g_str_equal (text, "true");
  else
    return FALSE;

  return TRUE;
}

/* @own: members that are no constraints. What is set already stays. */
static gboolean
read_object (KpValues *values, JsonObject *object, const gchar *path, const gchar *const *own, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l; l = l->next)
    {
      const gchar *name = l->data;
      gboolean value;
      guint key = 0;

      while (key < N_KEYS && !g_str_equal (name, applied[key]))
        key++;
      if ((own && g_strv_contains (own, name)) || say_meaningless (name))
        continue;
      if (key == N_KEYS)
        {
          g_message ("%s%s: unknown constraint", path, name);
          continue;
        }
      if (!read_boolean (json_object_get_member (object, name), &value))
        return kp_json_fail (error, "%s%s: expected true or false", path, name);
      if (!values->set[key])
        values->value[key] = value;
      values->set[key] = TRUE;
    }

  return TRUE;
}

static gboolean
read_mandatory (KpValues *values, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "mandatory");

  if (!node)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return kp_json_fail (error, "mandatory: expected an object");

  return read_object (values, json_node_get_object (node), "mandatory.", NULL, error);
}

static gboolean
read_optional (KpValues *values, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "optional");
  JsonArray *list = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (!node)
    return TRUE;
  if (!list)
    return kp_json_fail (error, "optional: expected a list of objects");

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree gchar *path = g_strdup_printf ("optional[%u]", i);
      g_autofree gchar *prefix = g_strconcat (path, ".", NULL);
      JsonNode *element = json_array_get_element (list, i);

      if (!JSON_NODE_HOLDS_OBJECT (element))
        return kp_json_fail (error, "%s: expected an object", path);
      if (!read_object (values, json_node_get_object (element), prefix, NULL, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_values (KpValues *values, const gchar *text, GError **error)
{
  static const gchar *const own[] = { "mandatory", "optional", NULL };
  g_autoptr (JsonNode) root = kp_json_load_object (text, error);
  JsonObject *object;

  if (!root)
    return FALSE;

  object = json_node_get_object (root);
  if (!read_mandatory (values, object, error) || !read_optional (values, object, error)
      || !read_object (values, object, "", own, error))
    return FALSE;

  if (values->set[KEY_DTLS] && !values->value[KEY_DTLS])
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                   "DtlsSrtpKeyAgreement: media is encrypted with DTLS-SRTP always");
      return FALSE;
    }

  return TRUE;
}

gboolean
kp_connection_constraints_parse (const gchar *property, const gchar *text,
                                 KpConnectionConstraints *constraints, GError **error)
{
  KpValues values = { 0 };

  if (text && *text && !read_values (&values, text, error))
    {
      g_prefix_error (error, "%s: ", property);
      return FALSE;
    }

  constraints->no_ipv6 = values.set[KEY_IPV6] && !values.value[KEY_IPV6];
  constraints->dscp = values.value[KEY_DSCP];

  return TRUE;
}
