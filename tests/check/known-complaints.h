/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>

/* What GStreamer 1.22.0 complains of, whoever its user is: many calls make it likely. */
static const struct
{
  const gchar *domain;
  GLogLevelFlags level;
  const gchar *message;
} known_complaints[] = {
  /* the RTP session walks through its sources while another thread adds one (mended in 1.22.3) */
  { "GLib", G_LOG_LEVEL_CRITICAL, "version == hash_table->version" },
  /* a ghost pad forgets its events before it refuses new ones: a bin goes down, its source does not */
  { "GStreamer", G_LOG_LEVEL_WARNING, "proxypad[0-9]+> Sticky event misordering" },
  { "GStreamer", G_LOG_LEVEL_WARNING,
    "peer:(video|audio)_sink_[0-9]+> Got data flow before stream-start event" },
};

/* gst-check looks at the domains that it knows only. */
static inline void
known_complaints_other (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user_data)
{
  g_log_default_handler (domain, level, message, user_data);
  if (level & G_LOG_LEVEL_CRITICAL)
    G_BREAKPOINT ();
}

/* Before the tests, which may each meet them. Any other is a failure, but G_DEBUG=fatal-criticals knows of no filter. */
static inline void
known_complaints_expect (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_default_handler (known_complaints_other, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (known_complaints); i++)
    gst_check_add_log_filter (known_complaints[i].domain, known_complaints[i].level,
                              g_regex_new (known_complaints[i].message, 0, 0, NULL), NULL, NULL, NULL);
}
