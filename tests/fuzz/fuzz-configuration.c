/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "kp-config.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *)data, size);
  g_autoptr (KpSettings) settings = kp_settings_new ();
  g_autoptr (GError) error = NULL;

  if (g_str_has_prefix (text, "file:")) /* the property would read that file */
    return 0;

  if (!kp_config_parse_configuration ("configuration", text, &settings->ice, &error))
    {
      g_assert_nonnull (error);
      return 0;
    }

  /* what came out is what webrtcbin takes */
  if (settings->ice.stun_server)
    g_assert_true (kp_config_check_stun_server (settings->ice.stun_server, NULL));
  for (guint i = 0; settings->ice.turn_servers && i < settings->ice.turn_servers->len; i++)
    g_assert_true (kp_config_check_turn_server (g_ptr_array_index (settings->ice.turn_servers, i), NULL));
  return 0;
}
