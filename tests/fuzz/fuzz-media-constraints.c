/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "kp-config.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *)data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (KpConstraints) audio = NULL;
  g_autoptr (KpConstraints) video = NULL;

  if (g_str_has_prefix (text, "file:")) /* the property would read that file */
    return 0;

  if (!kp_config_parse_media_constraints ("media-constraints", text, &audio, &video, &error))
    g_assert_nonnull (error);
  return 0;
}
