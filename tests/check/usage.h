/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>

/* What the process has of what may be left behind. */
typedef struct
{
  guint threads;
  guint descriptors;
} Usage;

static inline guint
usage_count_entries (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  fail_unless (dir != NULL);
  while (g_dir_read_name (dir))
    n++;

  return n;
}

static inline Usage
usage_get (void)
{
  return (Usage){ usage_count_entries ("/proc/self/task"), usage_count_entries ("/proc/self/fd") };
}

/* What was dropped goes in a thread of its own. */
static inline void
usage_wait (Usage allowed)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;
  Usage usage = usage_get ();

  while ((usage.threads > allowed.threads || usage.descriptors > allowed.descriptors)
         && g_get_monotonic_time () < deadline)
    {
      g_thread_yield ();
      usage = usage_get ();
    }
  fail_unless (usage.threads <= allowed.threads, "%u threads instead of %u", usage.threads, allowed.threads);
  fail_unless (usage.descriptors <= allowed.descriptors, "%u descriptors instead of %u", usage.descriptors,
               allowed.descriptors);
}
