/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-data-config.h"

#include <string.h>

#include "kp-json-read.h"

/* bytes of a label or a protocol (RFC 8832) */
#define MAX_TEXT 65535

/* webrtcbin and Chromium have 1024 streams */
#define MAX_ID 1023

KpDataConfig *
kp_data_config_new (const gchar *label)
{
  KpDataConfig *self = g_new0 (KpDataConfig, 1);

  self->label = g_strdup (label);
  self->ordered = TRUE;
  self->max_packet_life_time = -1;
  self->max_retransmits = -1;
  self->protocol = g_strdup ("");
  self->id = -1;
  self->priority = KP_DATA_PRIORITY_LOW;

  return self;
}

KpDataConfig *
kp_data_config_copy (const KpDataConfig *self)
{
  KpDataConfig *copy = g_memdup2 (self, sizeof *self);

  copy->label = g_strdup (self->label);
  copy->protocol = g_strdup (self->protocol);

  return copy;
}

void
kp_data_config_free (KpDataConfig *self)
{
  g_free (self->label);
  g_free (self->protocol);
  g_free (self);
}

/* A string member that goes over the wire; a missing one leaves @text as it is. */
static gboolean
read_text (JsonObject *object, const gchar *path, const gchar *name, gchar **text, GError **error)
{
  const gchar *value;

  if (!kp_json_read_string (object, path, name, &value, error))
    return FALSE;
  if (value == NULL)
    return TRUE;
  if (strlen (value) > MAX_TEXT)
    return kp_json_fail (error, "%s%s: expected at most %d bytes", path, name, MAX_TEXT);

  g_free (*text);
  *text = g_strdup (value);

  return TRUE;
}

static gboolean
read_reliability (KpDataConfig *self, JsonObject *object, const gchar *path, GError **error)
{
  gint64 life_time = -1;
  gint64 retransmits = -1;

  if (!kp_json_read_boolean (object, path, "ordered", &self->ordered, error)
      || !kp_json_read_integer (object, path, "maxPacketLifeTime", G_MAXUINT16, &life_time, error)
      || !kp_json_read_integer (object, path, "maxRetransmits", G_MAXUINT16, &retransmits, error))
    return FALSE;
  if (life_time >= 0 && retransmits >= 0)
    return kp_json_fail (error, "%smaxRetransmits: expected none beside maxPacketLifeTime", path);

  self->max_packet_life_time = life_time;
  self->max_retransmits = retransmits;

  return TRUE;
}

/* As in a browser the id counts only when it is negotiated. */
static gboolean
read_id (KpDataConfig *self, JsonObject *object, const gchar *path, GError **error)
{
  gint64 id = -1;

  if (!kp_json_read_boolean (object, path, "negotiated", &self->negotiated, error)
      || !kp_json_read_integer (object, path, "id", MAX_ID, &id, error))
    return FALSE;
  if (self->negotiated && id < 0)
    return kp_json_fail (error, "%sid: expected one beside negotiated", path);
  if (self->negotiated)
    self->id = id;

  return TRUE;
}

static gboolean
read_priority (KpDataConfig *self, JsonObject *object, const gchar *path, GError **error)
{
  static const gchar *const priorities[] = {
    [KP_DATA_PRIORITY_VERY_LOW] = "very-low",
    [KP_DATA_PRIORITY_LOW] = "low",
    [KP_DATA_PRIORITY_MEDIUM] = "medium",
    [KP_DATA_PRIORITY_HIGH] = "high",
    NULL,
  };
  const gchar *priority;

  if (!kp_json_read_choice (object, path, "priority", priorities, &priority, error))
    return FALSE;
  for (guint i = 0; priority && priorities[i]; i++)
    if (g_str_equal (priorities[i], priority))
      self->priority = i;

  return TRUE;
}

static gboolean
read_options (KpDataConfig *self, JsonObject *object, const gchar *path, GError **error)
{
  static const gchar *const known[] = {
    "ordered", "maxPacketLifeTime", "maxRetransmits", "protocol", "negotiated", "id", "priority", NULL
  };

  kp_json_log_unknown_members (object, path, known);

  return read_reliability (self, object, path, error)
         && read_text (object, path, "protocol", &self->protocol, error)
         && read_id (self, object, path, error) && read_priority (self, object, path, error);
}

static gboolean
read_config (KpDataConfig *self, JsonObject *object, GError **error)
{
  static const gchar *const known[] = { "id", "options", "bufferedAmountLowThreshold", NULL };
  JsonNode *options = json_object_get_member (object, "options");
  gint64 threshold = 0;

  kp_json_log_unknown_members (object, "", known);
  if (!read_text (object, "", "id", &self->label, error)
      || !kp_json_read_integer (object, "", "bufferedAmountLowThreshold", G_MAXUINT32, &threshold, error))
    return FALSE;
  self->low_threshold = threshold;

  if (options && !JSON_NODE_HOLDS_OBJECT (options))
    return kp_json_fail (error, "options: expected an object");

  return !options || read_options (self, json_node_get_object (options), "options.", error);
}

KpDataConfig *
kp_data_config_parse (const gchar *property, const gchar *text, const gchar *label, GError **error)
{
  g_autoptr (KpDataConfig) self = kp_data_config_new (label);
  g_autoptr (JsonNode) root = NULL;

  if (!text || !*text)
    return g_steal_pointer (&self);

  root = kp_json_load_object (text, error);
  if (root && read_config (self, json_node_get_object (root), error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "%s: ", property);

  return NULL;
}

KpDataConfig *
kp_data_config_parse_options (const gchar *argument, const gchar *text, const gchar *label, GError **error)
{
  g_autoptr (KpDataConfig) self = kp_data_config_new (label);
  g_autoptr (JsonNode) root = NULL;

  if (!text || !*text)
    return g_steal_pointer (&self);

  root = kp_json_load_object (text, error);
  if (root && read_options (self, json_node_get_object (root), "", error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "%s: ", argument);

  return NULL;
}
