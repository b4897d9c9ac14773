/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-media-kind.h"
#include "kp-stats.h"

#define KP_STATS_TRANSPORT_ID "transport"

/* A report in the making. */
typedef struct
{
  const KpStatsInput *input;
  GstStructure *report;
} KpStatsReport;

/* A new entry, with what all have. @id is taken. */
GstStructure *kp_stats_entry_new (const KpStatsReport *self, const gchar *type, gchar *id);
const gchar *kp_stats_entry_get_id (const GstStructure *entry);
void kp_stats_entry_set_string (GstStructure *entry, const gchar *name, const gchar *value);
void kp_stats_entry_set_uint (GstStructure *entry, const gchar *name, guint64 value);
void kp_stats_entry_set_double (GstStructure *entry, const gchar *name, gdouble value);

/* Takes @entry. */
void kp_stats_report_take (KpStatsReport *self, GstStructure *entry);

/* kp-stats-rtp.c, kp-stats-transport.c */
void kp_stats_add_streams (KpStatsReport *self);
void kp_stats_add_transport (KpStatsReport *self);
