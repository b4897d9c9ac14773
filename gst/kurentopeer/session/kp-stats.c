/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-stats-private.h"

#include <json-glib/json-glib.h>
#include <math.h>

GstStructure *
kp_stats_entry_new (const KpStatsReport *self, const gchar *type, gchar *id)
{
  g_autofree gchar *owned = id;

  return gst_structure_new (type, "id", G_TYPE_STRING, owned, "type", G_TYPE_STRING, type, "timestamp",
                            G_TYPE_DOUBLE, self->input->timestamp, NULL);
}

const gchar *
kp_stats_entry_get_id (const GstStructure *entry)
{
  return gst_structure_get_string (entry, "id");
}

void
kp_stats_entry_set_string (GstStructure *entry, const gchar *name, const gchar *value)
{
  /* a peer chooses some of them */
  g_autofree gchar *valid = value ? g_utf8_make_valid (value, -1) : NULL;

  if (valid)
    gst_structure_set (entry, name, G_TYPE_STRING, valid, NULL);
}

void
kp_stats_entry_set_uint (GstStructure *entry, const gchar *name, guint64 value)
{
  gst_structure_set (entry, name, G_TYPE_UINT64, value, NULL);
}

void
kp_stats_entry_set_double (GstStructure *entry, const gchar *name, gdouble value)
{
  if (isfinite (value))
    gst_structure_set (entry, name, G_TYPE_DOUBLE, value, NULL);
}

void
kp_stats_report_take (KpStatsReport *self, GstStructure *entry)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, entry);
  gst_structure_take_value (self->report, kp_stats_entry_get_id (entry), &value);
}

static void
add_channel (KpStatsReport *self, const KpChannelCounts *channel)
{
  GstStructure *entry
      = kp_stats_entry_new (self, "data-channel", g_strdup_printf ("data-channel-%u", channel->number));

  kp_stats_entry_set_string (entry, "label", channel->label);
  kp_stats_entry_set_string (entry, "protocol", channel->protocol);
  if (channel->id >= 0)
    kp_stats_entry_set_uint (entry, "dataChannelIdentifier", channel->id);
  kp_stats_entry_set_string (entry, "state", channel->state);
  kp_stats_entry_set_uint (entry, "messagesSent", channel->messages_sent);
  kp_stats_entry_set_uint (entry, "bytesSent", channel->bytes_sent);
  kp_stats_entry_set_uint (entry, "messagesReceived", channel->messages_received);
  kp_stats_entry_set_uint (entry, "bytesReceived", channel->bytes_received);
  kp_stats_report_take (self, entry);
}

static void
add_peer_connection (KpStatsReport *self)
{
  GstStructure *entry = kp_stats_entry_new (self, "peer-connection", g_strdup ("peer-connection"));

  kp_stats_entry_set_uint (entry, "dataChannelsOpened", self->input->channels_opened);
  kp_stats_entry_set_uint (entry, "dataChannelsClosed", self->input->channels_closed);
  kp_stats_report_take (self, entry);
}

GstStructure *
kp_stats_new (const KpStatsInput *input)
{
  KpStatsReport self = { input, gst_structure_new_empty (KP_STATS_NAME) };
  g_autofree gchar *json = NULL;

  add_peer_connection (&self);
  kp_stats_add_transport (&self);
  kp_stats_add_streams (&self);
  for (guint i = 0; input->channels && i < input->channels->len; i++)
    add_channel (&self, g_ptr_array_index (input->channels, i));

  json = kp_stats_to_json (self.report);
  gst_structure_set (self.report, "json", G_TYPE_STRING, json, NULL);

  return self.report;
}

/* ---- JSON ---- */

static void structure_to_json (const GstStructure *structure, JsonBuilder *builder);

static void
double_to_json (gdouble value, JsonBuilder *builder)
{
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static gboolean
value_to_json (GQuark name, const GValue *value, gpointer user_data)
{
  JsonBuilder *builder = user_data;

  json_builder_set_member_name (builder, g_quark_to_string (name));
  if (G_VALUE_HOLDS (value, GST_TYPE_STRUCTURE))
    structure_to_json (gst_value_get_structure (value), builder);
  else if (G_VALUE_HOLDS_STRING (value))
    json_builder_add_string_value (builder, g_value_get_string (value));
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    json_builder_add_boolean_value (builder, g_value_get_boolean (value));
  else if (G_VALUE_HOLDS_DOUBLE (value))
    double_to_json (g_value_get_double (value), builder);
  else if (G_VALUE_HOLDS_UINT64 (value))
    json_builder_add_int_value (builder, MIN (g_value_get_uint64 (value), G_MAXINT64));
  else if (G_VALUE_HOLDS_INT64 (value))
    json_builder_add_int_value (builder, g_value_get_int64 (value));
  else
    json_builder_add_null_value (builder);

  return TRUE;
}

static void
structure_to_json (const GstStructure *structure, JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  gst_structure_foreach (structure, value_to_json, builder);
  json_builder_end_object (builder);
}

gchar *
kp_stats_to_json (const GstStructure *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  structure_to_json (report, builder);
  root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}
