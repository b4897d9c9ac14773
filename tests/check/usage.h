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

/* What each descriptor is, and the name of each thread. */
static inline void
usage_print (void)
{
  static const gchar *const folders[] = { "/proc/self/fd", "/proc/self/task" };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
      const gchar *entry;

      while ((entry = g_dir_read_name (dir)))
        {
          g_autofree gchar *path = g_build_filename (folders[i], entry, i ? "comm" : NULL, NULL);
          g_autofree gchar *what = NULL;

          if (i)
            g_file_get_contents (path, &what, NULL, NULL);
          else
            what = g_file_read_link (path, NULL);
          g_printerr ("%s: %s\n", path, what ? g_strchomp (what) : "gone");
        }
    }
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
  if (usage.threads > allowed.threads || usage.descriptors > allowed.descriptors)
    usage_print ();
  fail_unless (usage.threads <= allowed.threads, "%u threads instead of %u", usage.threads, allowed.threads);
  fail_unless (usage.descriptors <= allowed.descriptors, "%u descriptors instead of %u", usage.descriptors,
               allowed.descriptors);
}
