/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-settings.h"

#include <gst/check/gstcheck.h>

GST_START_TEST (test_defaults)
{
  g_autoptr (KpSettings) settings = kp_settings_new ();
  g_autoptr (KpSettings) other = kp_settings_new ();

  fail_unless (g_uuid_string_is_valid (settings->id));
  fail_if (g_str_equal (settings->id, other->id));
  fail_unless_equals_int (settings->mode, GST_KURENTO_PEER_MODE_SENDRECV);
  fail_unless (settings->audio);
  fail_unless (settings->video);
  fail_if (settings->audio_codecs);
  fail_if (settings->video_codecs);
  fail_unless_equals_int (settings->start_bitrate, 600000);
  fail_unless_equals_int (settings->max_bitrate, 2500000);
  fail_unless_equals_int (settings->latency, 60);
  fail_if (settings->ladder);
  fail_if (settings->data_channels);
  fail_if (settings->ice.stun_server);
  fail_if (settings->ice.turn_servers);
  fail_if (settings->ice.relay_only);
  fail_if (settings->certificate);
}
GST_END_TEST;

static KpSettings *
make_settings (void)
{
  KpSettings *settings = kp_settings_new ();

  settings->mode = GST_KURENTO_PEER_MODE_RECVONLY;
  settings->audio = FALSE;
  settings->audio_codecs = g_strdup ("OPUS");
  settings->video_codecs = g_strdup ("VP8,H264");
  settings->max_bitrate = 1;
  settings->data_channels = TRUE;
  settings->ladder = kp_ladder_parse ("simulcast-layers", "[{\"rid\":\"one\"}]", NULL);
  settings->ice.stun_server = g_strdup ("stun://a:1");
  settings->ice.turn_servers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (settings->ice.turn_servers, g_strdup ("turn://u:p@t:1"));
  settings->ice.relay_only = TRUE;
  settings->network.local_addresses = g_ptr_array_new_with_free_func (g_free);
  settings->network.external_ipv4 = g_strdup ("203.0.113.9");
  settings->certificate = g_strdup ("pem");

  return settings;
}

/* The copy crosses to another thread, so it must live on without the original. */
GST_START_TEST (test_copy)
{
  KpSettings *original = make_settings ();
  g_autofree gchar *id = g_strdup (original->id);
  g_autoptr (KpSettings) copy = kp_settings_copy (original);

  kp_settings_free (original);

  fail_unless_equals_string (copy->id, id);
  fail_unless_equals_string (copy->certificate, "pem");
  fail_unless_equals_string (copy->network.external_ipv4, "203.0.113.9");
  fail_unless (copy->network.local_addresses != NULL);
  fail_unless_equals_int (copy->mode, GST_KURENTO_PEER_MODE_RECVONLY);
  fail_if (copy->audio);
  fail_unless (copy->video);
  fail_unless_equals_string (copy->audio_codecs, "OPUS");
  fail_unless_equals_string (copy->ladder->layers[0].rid, "one");
  fail_unless_equals_string (copy->video_codecs, "VP8,H264");
  fail_unless_equals_int (copy->start_bitrate, 600000);
  fail_unless_equals_int (copy->max_bitrate, 1);
  fail_unless (copy->data_channels);
  fail_unless_equals_string (copy->ice.stun_server, "stun://a:1");
  fail_unless_equals_int (copy->ice.turn_servers->len, 1);
  fail_unless_equals_string (g_ptr_array_index (copy->ice.turn_servers, 0), "turn://u:p@t:1");
  fail_unless (copy->ice.relay_only);
}
GST_END_TEST;

/* Parsing a property anew replaces the list, and a running session keeps the one it was started with. */
GST_START_TEST (test_copy_keeps_its_servers)
{
  g_autoptr (KpSettings) original = make_settings ();
  g_autoptr (KpSettings) copy = kp_settings_copy (original);

  kp_ice_config_clear (&original->ice);
  kp_ice_config_clear (&original->ice);

  fail_if (original->ice.stun_server);
  fail_if (original->ice.turn_servers);
  fail_unless_equals_string (copy->ice.stun_server, "stun://a:1");
  fail_unless_equals_int (copy->ice.turn_servers->len, 1);
}
GST_END_TEST;

static Suite *
kp_settings_suite (void)
{
  Suite *suite = suite_create ("kp-settings");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_defaults);
  tcase_add_test (tcase, test_copy);
  tcase_add_test (tcase, test_copy_keeps_its_servers);

  return suite;
}

GST_CHECK_MAIN (kp_settings)
