/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>
#include <json-glib/json-glib.h>

#include "kp-stats.h"
#include "stats-data.h"

#define NOW (1000 * G_USEC_PER_SEC)
#define near(a, b) (ABS ((a) - (b)) < 1e-6)

/* What the tests change of a report's input. */
typedef struct
{
  KpStatsInput input;
  GstSDPMessage *local; /* owned */
  GstSDPMessage *remote; /* owned */
  GstStructure *webrtcbin; /* owned */
  GstStructure *report; /* owned */
} Case;

static inline GstSDPMessage *
parse_sdp (const gchar *text)
{
  GstSDPMessage *sdp;

  fail_unless_equals_int (gst_sdp_message_new_from_text (text, &sdp), GST_SDP_OK);

  return sdp;
}

static inline void
case_init (Case *self)
{
  *self = (Case){ .local = parse_sdp (STATS_LOCAL), .remote = parse_sdp (STATS_REMOTE) };
  self->webrtcbin = gst_structure_new_empty ("application/x-webrtc-stats");
  self->input = (KpStatsInput){
    .timestamp = 1.7e12,
    .now = NOW,
    .local = self->local,
    .remote = self->remote,
    .webrtcbin = self->webrtcbin,
    .rtp = g_array_new (FALSE, FALSE, sizeof (KpRtpCount)),
    .meters = g_array_new (FALSE, FALSE, sizeof (KpMeterCounts)),
  };
}

static inline void
case_clear (Case *self)
{
  gst_sdp_message_free (self->local);
  gst_sdp_message_free (self->remote);
  gst_structure_free (self->webrtcbin);
  g_clear_pointer (&self->report, gst_structure_free);
  g_array_unref (self->input.rtp);
  g_array_unref (self->input.meters);
}

/* The borrowed entry; NULL when there is none. */
static inline const GstStructure *
find (Case *self, const gchar *id)
{
  const GValue *value = gst_structure_get_value (self->report, id);

  return value ? gst_value_get_structure (value) : NULL;
}

static inline const GstStructure *
get (Case *self, const gchar *id)
{
  const GstStructure *entry = find (self, id);

  fail_unless (entry != NULL, "no %s", id);

  return entry;
}

static inline guint64
get_uint (Case *self, const gchar *id, const gchar *name)
{
  guint64 value;

  fail_unless (gst_structure_get_uint64 (get (self, id), name, &value), "no %s in %s", name, id);

  return value;
}

static inline gdouble
get_double (Case *self, const gchar *id, const gchar *name)
{
  gdouble value;

  fail_unless (gst_structure_get_double (get (self, id), name, &value), "no %s in %s", name, id);

  return value;
}

static inline const gchar *
get_string (Case *self, const gchar *id, const gchar *name)
{
  return gst_structure_get_string (get (self, id), name);
}

static inline gboolean
has (Case *self, const gchar *id, const gchar *name)
{
  return gst_structure_has_field (get (self, id), name);
}

/* What is called ...Id names another entry; but for some that are ids of other things. */
static inline gboolean
check_member (GQuark name, const GValue *value, gpointer user_data)
{
  const gchar *text = g_quark_to_string (name);

  if (g_str_has_suffix (text, "Id"))
    fail_unless (gst_structure_has_field (user_data, g_value_get_string (value)), "%s of %s leads nowhere",
                 text, g_value_get_string (value));

  return TRUE;
}

static inline gboolean
check_entry (GQuark name, const GValue *value, gpointer user_data)
{
  const GstStructure *entry;
  gdouble timestamp;

  if (!GST_VALUE_HOLDS_STRUCTURE (value))
    {
      fail_unless_equals_string (g_quark_to_string (name), "json");
      return TRUE;
    }

  entry = gst_value_get_structure (value);
  fail_unless_equals_string (gst_structure_get_string (entry, "id"), g_quark_to_string (name));
  fail_unless_equals_string (gst_structure_get_string (entry, "type"), gst_structure_get_name (entry));
  fail_unless (gst_structure_get_double (entry, "timestamp", &timestamp) && timestamp == 1.7e12);
  gst_structure_foreach (entry, check_member, user_data);

  return TRUE;
}

/* The JSON says the same as the structure. */
static inline void
check_json (const GstStructure *report)
{
  g_autoptr (JsonNode) root = json_from_string (gst_structure_get_string (report, "json"), NULL);
  JsonObject *object;

  fail_unless (root != NULL);
  object = json_node_get_object (root);
  fail_unless_equals_int ((gint)json_object_get_size (object) + 1, gst_structure_n_fields (report));
  for (gint i = 0; i < gst_structure_n_fields (report); i++)
    {
      const gchar *id = gst_structure_nth_field_name (report, i);
      const GstStructure *entry;
      JsonObject *member;

      if (g_str_equal (id, "json"))
        continue;
      entry = gst_value_get_structure (gst_structure_get_value (report, id));
      member = json_object_get_object_member (object, id);
      fail_unless (member != NULL, "no %s", id);
      fail_unless_equals_int ((gint)json_object_get_size (member), gst_structure_n_fields (entry));
      fail_unless_equals_string (json_object_get_string_member (member, "type"),
                                 gst_structure_get_name (entry));
    }
}

static inline void
make_report (Case *self)
{
  self->report = kp_stats_new (&self->input);
  fail_unless_equals_string (gst_structure_get_name (self->report), "kurentopeer/stats");
  gst_structure_foreach (self->report, check_entry, self->report);
  check_json (self->report);
}

static inline KpRtpCount *
add_row (Case *self, KpRtpSide side, guint32 ssrc, guint payload_type)
{
  KpRtpCount row = { .side = side,
                     .ssrc = ssrc,
                     .payload_type = payload_type,
                     .packets = 10,
                     .expected = 12,
                     .payload_bytes = 1000,
                     .header_bytes = 120,
                     .last = NOW - 20000 };

  g_array_append_val (self->input.rtp, row);

  return &g_array_index (self->input.rtp, KpRtpCount, self->input.rtp->len - 1);
}

static inline void
add_structure (GstStructure *to, const gchar *id, const gchar *text)
{
  g_autoptr (GstStructure) structure = gst_structure_from_string (text, NULL);

  fail_unless (structure != NULL, "%s", text);
  gst_structure_set (to, id, GST_TYPE_STRUCTURE, structure, NULL);
}
