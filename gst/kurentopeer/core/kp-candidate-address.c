/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Candidates whose address is another one than in the text. */
#include "kp-candidate.h"

#include <string.h>

/* candidate:foundation component transport priority address port typ type ... */
enum
{
  FIELD_TRANSPORT = 2,
  FIELD_ADDRESS = 4,
  FIELD_PORT = 5,
  FIELD_TYPE = 7,
  N_FIELDS = 8,
};

/* NULL when it is no candidate. */
static gchar **
split (const gchar *candidate)
{
  g_auto (GStrv) fields = g_strsplit (candidate, " ", -1);

  return g_strv_length (fields) >= N_FIELDS ? g_steal_pointer (&fields) : NULL;
}

gboolean
kp_candidate_is_host (const gchar *candidate)
{
  g_auto (GStrv) fields = split (candidate);

  return fields && g_str_equal (fields[FIELD_TYPE], "host");
}

gchar *
kp_candidate_dup_address (const gchar *candidate)
{
  g_auto (GStrv) fields = split (candidate);

  return fields ? g_strdup (fields[FIELD_ADDRESS]) : NULL;
}

gchar *
kp_candidate_replace_address (const gchar *candidate, const gchar *address)
{
  g_auto (GStrv) fields = split (candidate);

  if (!fields)
    return g_strdup (candidate);

  g_free (fields[FIELD_ADDRESS]);
  fields[FIELD_ADDRESS] = g_strdup (address);

  return g_strjoinv (" ", fields);
}

gboolean
kp_candidate_leads_to_same (const gchar *a, const gchar *b)
{
  static const guint compared[] = { FIELD_TRANSPORT, FIELD_ADDRESS, FIELD_PORT, FIELD_TYPE };
  g_auto (GStrv) fields_a = split (a);
  g_auto (GStrv) fields_b = split (b);

  for (guint i = 0; i < G_N_ELEMENTS (compared); i++)
    if (!fields_a || !fields_b || g_ascii_strcasecmp (fields_a[compared[i]], fields_b[compared[i]]) != 0)
      return FALSE;

  return TRUE;
}
