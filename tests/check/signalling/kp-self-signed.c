/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-self-signed.h"

#include <gio/gio.h>
#include <gst/check/gstcheck.h>

static GTlsCertificate *
new_certificate (const gchar *host)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *pem = kp_self_signed_new_pem (host, &error);
  GTlsCertificate *certificate;

  g_assert_no_error (error);
  certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);

  return certificate;
}

static const struct
{
  const gchar *host;
  const gchar *name; /* under which a client may look for it */
  gboolean is_valid;
} names[] = {
  { "127.0.0.1", "127.0.0.1", TRUE },
  { "127.0.0.1", "::1", TRUE },
  { "127.0.0.1", "localhost", TRUE },
  { "127.0.0.1", "example.org", FALSE },
  { "127.0.0.1", "192.0.2.1", FALSE },
  { "192.0.2.1", "192.0.2.1", TRUE },
  { "2001:db8::1", "2001:db8::1", TRUE },
  { "example.org", "example.org", TRUE },
  { "localhost", "localhost", TRUE },
  /* no syntax of OpenSSL's gets in */
  { "a.example,DNS:b.example", "b.example", FALSE },
};

/* Only the name may be wrong: the certificate is its own authority here. */
GST_START_TEST (test_names)
{
  g_autoptr (GTlsCertificate) certificate = new_certificate (names[__i__].host);
  gboolean is_address = g_hostname_is_ip_address (names[__i__].name);
  g_autoptr (GInetAddress) address = is_address ? g_inet_address_new_from_string (names[__i__].name) : NULL;
  g_autoptr (GSocketConnectable) identity
      = is_address ? G_SOCKET_CONNECTABLE (g_inet_socket_address_new (address, 443))
                   : g_network_address_new (names[__i__].name, 443);
  GTlsCertificateFlags flags = g_tls_certificate_verify (certificate, identity, certificate);

  ck_assert_uint_eq (flags & G_TLS_CERTIFICATE_BAD_IDENTITY,
                     names[__i__].is_valid ? 0 : G_TLS_CERTIFICATE_BAD_IDENTITY);
  ck_assert_uint_eq (flags & (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED), 0);
}
GST_END_TEST;

GST_START_TEST (test_is_fresh)
{
  g_autoptr (GTlsCertificate) one = new_certificate ("localhost");
  g_autoptr (GTlsCertificate) other = new_certificate ("localhost");

  ck_assert (!g_tls_certificate_is_same (one, other));
}
GST_END_TEST;

static Suite *
kp_self_signed_suite (void)
{
  Suite *suite = suite_create ("kp-self-signed");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_names, 0, G_N_ELEMENTS (names));
  tcase_add_test (tcase, test_is_fresh);

  return suite;
}

GST_CHECK_MAIN (kp_self_signed);
