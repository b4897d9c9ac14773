/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Descriptions of real peers, from tests/check/data/sdp. */
static const gchar *const sdp_names[] = {
  "chromium-answer",        "chromium-offer",         "firefox-offer",
  "kurento-answer",         "kurento-answer-no-dc",   "kurento-answer-to-recvonly",
  "kurento-offer",          "kurento-offer-gathered", "kurento-offer-plain",
  "kurento-offer-recvonly", "kurento-offer-sendonly",
};

static inline gchar *
sdp_load (const gchar *name)
{
  g_autofree gchar *file = g_strconcat (name, ".sdp", NULL);
  g_autofree gchar *path = g_build_filename (TEST_DATA_DIR, "sdp", file, NULL);
  g_autoptr (GError) error = NULL;
  gchar *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* Every occurrence of @from becomes @to; there must be one. */
static inline gchar *
sdp_replace (const gchar *text, const gchar *from, const gchar *to)
{
  GString *changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, from, to, 0), >, 0);
  return g_string_free (changed, FALSE);
}

/* Without the lines that begin with @prefix. */
static inline gchar *
sdp_remove_lines (const gchar *text, const gchar *prefix)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  GString *kept = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++)
    {
      if (*lines[i] != '\0' && !g_str_has_prefix (lines[i], prefix))
        g_string_append_printf (kept, "%s\r\n", lines[i]);
    }
  return g_string_free (kept, FALSE);
}
