/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-certificate.h"

#include "../make-certificate.h"
#include "gstkurentoerror.h"
#include "kp-fingerprint.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#define HOUR 3600

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* What comes out is one certificate, then one key, and nothing else. */
static void
assert_normal (const gchar *pem, const gchar *fingerprint)
{
  g_autofree gchar *actual = kp_fingerprint_from_pem (pem);

  fail_unless_equals_string (actual, fingerprint);
  fail_unless (g_str_has_prefix (pem, "-----BEGIN CERTIFICATE-----\n"));
  fail_unless (strstr (pem, "-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n") != NULL);
  fail_unless (g_str_has_suffix (pem, "-----END PRIVATE KEY-----\n"));
}

static const gchar *const kinds[] = { "P-256", "P-384", "P-521", "RSA2048" };

GST_START_TEST (test_kinds)
{
  g_autofree gchar *made = make_certificate (kinds[__i__]);
  g_autofree gchar *fingerprint = kp_fingerprint_from_pem (made);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *pem = kp_certificate_load (made, now (), &error);

  fail_unless (pem != NULL, "%s", error ? error->message : "");
  assert_normal (pem, fingerprint);
}
GST_END_TEST

/* As files come: the key first, text between, the line ends of another system, no end of line at the end. */
GST_START_TEST (test_forms)
{
  g_autoptr (EVP_PKEY) key = make_key ("P-256");
  g_autofree gchar *certificate_pem = certificate_to_pem (key, -HOUR, HOUR);
  g_autofree gchar *key_pem = key_to_pem (key, NULL);
  g_autofree gchar *fingerprint = kp_fingerprint_from_pem (certificate_pem);
  g_autofree gchar *text = g_strconcat ("subject=test\n", key_pem, "\nissuer=test\n", certificate_pem, NULL);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_autofree gchar *foreign = g_strjoinv ("\r\n", lines);
  g_autofree gchar *pem = kp_certificate_load (foreign, now (), NULL);

  assert_normal (pem, fingerprint);
}
GST_END_TEST

GST_START_TEST (test_file)
{
  g_autofree gchar *made = make_certificate ("P-256");
  g_autofree gchar *fingerprint = kp_fingerprint_from_pem (made);
  g_autofree gchar *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree gchar *path = g_build_filename (folder, "my own.pem", NULL);
  g_autofree gchar *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree gchar *pem = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless (g_file_set_contents (path, made, -1, NULL));
  pem = kp_certificate_load (uri, now (), NULL);
  assert_normal (pem, fingerprint);

  /* an error names the file */
  fail_unless (g_file_set_contents (path, "nothing", -1, NULL));
  fail_unless (kp_certificate_load (uri, now (), &error) == NULL);
  fail_unless (g_str_has_prefix (error->message, uri), "%s", error->message);
  g_unlink (path);
  g_clear_error (&error);
  fail_unless (kp_certificate_load (uri, now (), &error) == NULL);
  fail_unless (g_str_has_prefix (error->message, uri) && strstr (error->message, "cannot read the file"));
  g_rmdir (folder);
}
GST_END_TEST

static void
assert_refused (const gchar *text, const gchar *reason)
{
  g_autoptr (GError) error = NULL;

  fail_unless (kp_certificate_load (text, now (), &error) == NULL, "%s", reason);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT));
  fail_unless (strstr (error->message, reason) != NULL, "\"%s\" instead of \"%s\"", error->message, reason);
  fail_unless (strstr (error->message, "BEGIN PRIVATE") == NULL);
}

GST_START_TEST (test_parts_missing)
{
  g_autoptr (EVP_PKEY) key = make_key ("P-256");
  g_autoptr (EVP_PKEY) other = make_key ("P-256");
  g_autofree gchar *certificate_pem = certificate_to_pem (key, -HOUR, HOUR);
  g_autofree gchar *key_pem = key_to_pem (key, NULL);
  g_autofree gchar *locked_pem = key_to_pem (key, "secret");
  g_autofree gchar *other_pem = key_to_pem (other, NULL);
  g_autofree gchar *locked = g_strconcat (certificate_pem, locked_pem, NULL);
  g_autofree gchar *foreign = g_strconcat (certificate_pem, other_pem, NULL);
  g_autofree gchar *cut = g_strndup (certificate_pem, strlen (certificate_pem) / 2);

  assert_refused ("", "expected a certificate in PEM");
  assert_refused ("garbage", "expected a certificate in PEM");
  assert_refused (key_pem, "expected a certificate in PEM");
  assert_refused (cut, "expected a certificate in PEM");
  assert_refused (certificate_pem, "expected a private key in PEM");
  assert_refused (locked, "without a passphrase");
  assert_refused (foreign, "the private key is not that of the certificate");
}
GST_END_TEST

static const struct
{
  const gchar *kind;
  glong begin; /* s from now */
  glong end; /* s from now */
  const gchar *reason;
} unusable[] = {
  { "P-256", -2 * HOUR, -HOUR, "the certificate expired at 20" },
  { "P-256", HOUR, 2 * HOUR, "the certificate is not valid before 20" },
  { "ED25519", -HOUR, HOUR, "expected an RSA or EC key" },
  { "RSA1024", -HOUR, HOUR, "ee key too small" },
};

GST_START_TEST (test_unusable)
{
  g_autoptr (EVP_PKEY) key = make_key (unusable[__i__].kind);
  g_autofree gchar *certificate_pem = certificate_to_pem (key, unusable[__i__].begin, unusable[__i__].end);
  g_autofree gchar *key_pem = key_to_pem (key, NULL);
  g_autofree gchar *text = g_strconcat (certificate_pem, key_pem, NULL);

  assert_refused (text, unusable[__i__].reason);
}
GST_END_TEST

static Suite *
kp_certificate_suite (void)
{
  Suite *suite = suite_create ("kp-certificate");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_kinds, 0, G_N_ELEMENTS (kinds));
  tcase_add_test (tcase, test_forms);
  tcase_add_test (tcase, test_file);
  tcase_add_test (tcase, test_parts_missing);
  tcase_add_loop_test (tcase, test_unusable, 0, G_N_ELEMENTS (unusable));

  return suite;
}

GST_CHECK_MAIN (kp_certificate);
