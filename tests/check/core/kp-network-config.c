/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-network-config.h"

#include <gst/check/gstcheck.h>

#include "gstkurentoerror.h"

#define HOST4 "candidate:1 1 UDP 2015363327 192.0.2.2 40005 typ host"
#define HOST6 "candidate:2 1 UDP 2015363583 fd00::2 40006 typ host"
#define SRFLX "candidate:3 1 UDP 1677722111 198.51.100.1 40005 typ srflx raddr 192.0.2.2 rport 40005"

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpNetworkConfig, kp_network_config_clear)

static const struct
{
  guint min_port;
  guint max_port;
  const gchar *error; /* or NULL */
  guint from;
  guint to;
} ports[] = {
  { 0, 65535, NULL, 0, 65535 },
  { 5000, 5009, NULL, 5000, 5009 },
  { 5000, 5000, NULL, 5000, 5000 },
  { 5000, 65535, NULL, 5000, 65535 },
  { 0, 5000, NULL, 1024, 5000 },
  { 0, 80, NULL, 80, 80 },
  { 5001, 5000, "min-port: 5001 is more than max-port, 5000", 0, 0 },
  { 0, 0, "max-port: expected 1 to 65535, not 0", 0, 0 },
};

GST_START_TEST (test_ports)
{
  KpNetworkConfig config = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean done = kp_network_config_set_ports (&config, ports[__i__].min_port, ports[__i__].max_port, &error);

  fail_unless_equals_int (done, ports[__i__].error == NULL);
  fail_unless_equals_string (error ? error->message : NULL, ports[__i__].error);
  fail_unless_equals_int (config.min_port, ports[__i__].from);
  fail_unless_equals_int (config.max_port, ports[__i__].to);
}
GST_END_TEST

static gchar *
join (GPtrArray *addresses)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; addresses && i < addresses->len; i++)
    g_string_append_printf (text, "%s ", (gchar *)g_ptr_array_index (addresses, i));

  return g_string_free (text, FALSE);
}

static const struct
{
  const gchar *text;
  const gchar *error; /* or NULL */
  const gchar *addresses;
} local_addresses[] = {
  { NULL, NULL, "" },
  { "", NULL, "" },
  { "192.0.2.2", NULL, "192.0.2.2 " },
  { " 192.0.2.2 ,FD00:0::2", NULL, "192.0.2.2 fd00::2 " },
  { "192.0.2", "local-addresses: \"192.0.2\" is not an IP address", "" },
  { "192.0.2.2,", "local-addresses: \"\" is not an IP address", "" },
  { "eth0", "local-addresses: \"eth0\" is not an IP address", "" },
  { "0.0.0.0", "local-addresses: 0.0.0.0 is not the address of a machine", "" },
  { "ff02::1", "local-addresses: ff02::1 is not the address of a machine", "" },
};

GST_START_TEST (test_local_addresses)
{
  g_auto (KpNetworkConfig) config = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean done = kp_network_config_set_local_addresses (&config, local_addresses[__i__].text, &error);
  g_autofree gchar *addresses = join (config.local_addresses);

  fail_unless_equals_int (done, local_addresses[__i__].error == NULL);
  fail_unless (done || g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
  fail_unless_equals_string (error ? error->message : NULL, local_addresses[__i__].error);
  fail_unless_equals_string (addresses, local_addresses[__i__].addresses);
}
GST_END_TEST

static const struct
{
  const gchar *text;
  const gchar *error; /* or NULL */
  const gchar *host4; /* instead of 192.0.2.2 */
  const gchar *host6; /* instead of fd00::2 */
} external_addresses[] = {
  { NULL, NULL, " 192.0.2.2 ", " fd00::2 " },
  { "203.0.113.9", NULL, " 203.0.113.9 ", " fd00::2 " },
  { "2001:db8::9", NULL, " 192.0.2.2 ", " 2001:db8::9 " },
  { "2001:DB8::9, 203.0.113.9", NULL, " 203.0.113.9 ", " 2001:db8::9 " },
  { "example.org", "external-address: \"example.org\" is not an IP address", NULL, NULL },
  { "::", "external-address: :: is not the address of a machine", NULL, NULL },
  { "203.0.113.9,203.0.113.8", "external-address: 203.0.113.8 is one too many beside 203.0.113.9", NULL,
    NULL },
};

GST_START_TEST (test_external_address)
{
  g_auto (KpNetworkConfig) config = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean done = kp_network_config_set_external_address (&config, external_addresses[__i__].text, &error);
  g_autofree gchar *host4 = kp_network_config_announce (&config, HOST4);
  g_autofree gchar *host6 = kp_network_config_announce (&config, HOST6);
  g_autofree gchar *srflx = kp_network_config_announce (&config, SRFLX);
  g_autofree gchar *end = kp_network_config_announce (&config, "");

  fail_unless_equals_string (error ? error->message : NULL, external_addresses[__i__].error);
  fail_unless_equals_int (done, external_addresses[__i__].error == NULL);
  fail_unless_equals_string (srflx, SRFLX);
  fail_unless_equals_string (end, "");
  if (done)
    {
      fail_unless (strstr (host4, external_addresses[__i__].host4) != NULL, "%s", host4);
      fail_unless (strstr (host6, external_addresses[__i__].host6) != NULL, "%s", host6);
    }
}
GST_END_TEST

/* What an error about it says. */
GST_START_TEST (test_explain)
{
  g_auto (KpNetworkConfig) config = { 0 };
  g_autofree gchar *text = NULL;

  fail_unless (kp_network_config_set_ports (&config, 5000, 5001, NULL));
  fail_unless (kp_network_config_set_local_addresses (&config, "192.0.2.2,fd00::2", NULL));
  text = kp_network_config_explain (&config);
  fail_unless_equals_string (
      text, "nothing can be bound on 192.0.2.2 or fd00::2, port 5000 to 5001: all are taken, "
            "or not there");
}
GST_END_TEST

static Suite *
kp_network_config_suite (void)
{
  Suite *suite = suite_create ("kp-network-config");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_ports, 0, G_N_ELEMENTS (ports));
  tcase_add_loop_test (tcase, test_local_addresses, 0, G_N_ELEMENTS (local_addresses));
  tcase_add_loop_test (tcase, test_external_address, 0, G_N_ELEMENTS (external_addresses));
  tcase_add_test (tcase, test_explain);

  return suite;
}

GST_CHECK_MAIN (kp_network_config);
