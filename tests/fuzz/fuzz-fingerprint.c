/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "kp-fingerprint.h"

/* The text is a fingerprint, a certificate, or both with a newline between. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *)data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
  g_autofree gchar *normal = kp_fingerprint_normalize (text, NULL);
  g_autofree gchar *of_pem = kp_fingerprint_from_pem (text);

  if (normal)
    {
      g_autofree gchar *again = kp_fingerprint_normalize (normal, NULL);

      g_assert_cmpstr (again, ==, normal);
    }
  if (of_pem)
    g_assert_true (kp_fingerprint_matches_pem (of_pem, text));
  if (lines[0] && lines[1])
    kp_fingerprint_matches_pem (lines[0], lines[1]);
  return 0;
}
