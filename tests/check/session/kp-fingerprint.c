/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fingerprint.h"

#include "gstkurentoerror.h"

#include <gst/check/gstcheck.h>

#include <string.h>

/* Made for this test; the fingerprints are what openssl x509 -fingerprint says of it. */
#define CERTIFICATE                                                                                          \
  "-----BEGIN CERTIFICATE-----\n"                                                                            \
  "MIIBgzCCASmgAwIBAgIUJyUteBwWxN23R/umdR55lLfqCIAwCgYIKoZIzj0EAwIw\n"                                       \
  "FjEUMBIGA1UEAwwLa3VyZW50b3BlZXIwIBcNMjYxMTIzMDgwNzAxWhgPMjEyNjEw\n"                                       \
  "MzAwODA3MDFaMBYxFDASBgNVBAMMC2t1cmVudG9wZWVyMFkwEwYHKoZIzj0CAQYI\n"                                       \
  "KoZIzj0DAQcDQgAE9erbd217bCvs4xs00YrmkAvOZgYXfbWYQOBCzrTBYO0Hx7JD\n"                                       \
  "MXDI1mDSQWmv5Nt/+aiVTGDGSxY0nZV3H6pQc6NTMFEwHQYDVR0OBBYEFNwyeQ2o\n"                                       \
  "/Ha5lIsb58kyTy8vEL3nMB8GA1UdIwQYMBaAFNwyeQ2o/Ha5lIsb58kyTy8vEL3n\n"                                       \
  "MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgXSRylBhptENeX93n\n"                                       \
  "Wb+RmIh9+1wrRO9gshKVItP/jq0CIQDZ3hwSA/s/uEIwa82FWKDWXSQ6UHoIO/Q7\n"                                       \
  "P3W57yr1HQ==\n"                                                                                           \
  "-----END CERTIFICATE-----\n"

#define KEY                                                                                                  \
  "-----BEGIN PRIVATE KEY-----\n"                                                                            \
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3EQ23cDc+N7lUpGr\n"                                       \
  "7uacHl3DbVJsDDmFJ+P/X1D8DY2hRANCAAT16tt3bXtsK+zjGzTRiuaQC85mBhd9\n"                                       \
  "tZhA4ELOtMFg7QfHskMxcMjWYNJBaa/k23/5qJVMYMZLFjSdlXcfqlBz\n"                                               \
  "-----END PRIVATE KEY-----\n"

static const gchar *const fingerprints[] = {
  "sha-1 18:A6:E3:59:D4:AE:33:10:CE:0C:E7:8E:C9:73:05:BA:79:B9:99:80",
  "sha-256 E6:82:6C:91:03:03:B8:3B:9C:6F:0E:42:F7:D8:15:5E:CE:B9:10:19:76:FD:90:C4:3C:C7:86:80:7B:D3:E8:10",
  "sha-384 "
  "7A:FB:9A:46:39:B9:94:93:F5:46:43:2A:AA:D9:AB:5C:04:B5:92:96:2C:B6:A9:CE:1F:D5:4D:5E:B8:53:AB:F6:42:6F:1E:"
  "5A:90:3D:3C:8A:37:86:EE:F0:C9:B1:26:98",
  "sha-512 "
  "D2:28:EC:68:E4:B1:E4:BA:2B:AD:0D:33:A0:5E:63:D6:B9:30:3B:DD:5E:08:89:57:5F:F0:61:02:8A:83:0E:8B:D9:A8:F3:"
  "E8:8E:03:19:4E:70:9A:23:EF:86:C1:6A:13:D4:6E:1B:5C:75:60:53:28:68:C9:89:88:22:28:E5:E4",
};

GST_START_TEST (test_parse_accepts)
{
  static const gsize lengths[] = { 20, 32, 48, 64 };

  for (guint i = 0; i < G_N_ELEMENTS (fingerprints); i++)
    {
      GChecksumType algorithm;
      g_autoptr (GBytes) digest = NULL;
      g_autofree gchar *lower = g_ascii_strdown (fingerprints[i], -1);
      g_autofree gchar *upper = g_ascii_strup (fingerprints[i], -1);
      g_autofree gchar *from_lower = kp_fingerprint_normalize (lower, NULL);
      g_autofree gchar *from_upper = kp_fingerprint_normalize (upper, NULL);

      fail_unless (kp_fingerprint_parse (fingerprints[i], &algorithm, &digest, NULL));
      fail_unless_equals_uint64 (g_bytes_get_size (digest), lengths[i]);
      fail_unless_equals_int (g_checksum_type_get_length (algorithm), (gint)lengths[i]);
      fail_unless_equals_string (from_lower, fingerprints[i]);
      fail_unless_equals_string (from_upper, fingerprints[i]);
    }
}
GST_END_TEST;

GST_START_TEST (test_parse_refuses)
{
  static const gchar *const malformed[] = {
    "",
    " ",
    "sha-1",
    "sha-1 ",
    "sha-256",
    "md5 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
    "sha 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33",
    "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22",
    "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44",
    "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:",
    "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:3G",
    "sha-1 0011:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33::",
    "sha-1 00-11-22-33-44-55-66-77-88-99-AA-BB-CC-DD-EE-FF-00-11-22-33",
    "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33",
  };

  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      GChecksumType algorithm;
      GBytes *digest = NULL;
      g_autoptr (GError) error = NULL;

      fail_if (kp_fingerprint_parse (malformed[i], &algorithm, &digest, &error), "%s", malformed[i]);
      g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT);
      fail_unless (digest == NULL);
      fail_if (kp_fingerprint_matches_pem (malformed[i], CERTIFICATE));
      fail_unless (kp_fingerprint_normalize (malformed[i], NULL) == NULL);
    }
}
GST_END_TEST;

GST_START_TEST (test_matches)
{
  for (guint i = 0; i < G_N_ELEMENTS (fingerprints); i++)
    {
      g_autofree gchar *lower = g_ascii_strdown (fingerprints[i], -1);
      g_autofree gchar *other = g_strdup (fingerprints[i]);

      fail_unless (kp_fingerprint_matches_pem (fingerprints[i], CERTIFICATE));
      fail_unless (kp_fingerprint_matches_pem (lower, KEY CERTIFICATE));
      fail_unless (kp_fingerprint_matches_pem (lower, CERTIFICATE KEY));

      /* one digit, first or last */
      other[strlen (other) - 1] = other[strlen (other) - 1] == '0' ? '1' : '0';
      fail_if (kp_fingerprint_matches_pem (other, CERTIFICATE));
    }
}
GST_END_TEST;

GST_START_TEST (test_malformed_pem)
{
  static const gchar *const malformed[] = {
    NULL,
    "",
    "nonsense",
    KEY,
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
    "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n",
    "-----END CERTIFICATE-----\nMIIB\n-----BEGIN CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nMII*\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----END CERTIFICATE-----",
  };

  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      fail_unless (kp_fingerprint_from_pem (malformed[i]) == NULL);
      fail_if (kp_fingerprint_matches_pem (fingerprints[1], malformed[i]));
    }
  fail_if (kp_fingerprint_matches_pem (NULL, CERTIFICATE));
}
GST_END_TEST;

GST_START_TEST (test_from_pem)
{
  g_autofree gchar *alone = kp_fingerprint_from_pem (CERTIFICATE);
  g_autofree gchar *with_key = kp_fingerprint_from_pem (CERTIFICATE KEY);
  g_autofree gchar *after_key = kp_fingerprint_from_pem (KEY CERTIFICATE);

  fail_unless_equals_string (alone, fingerprints[1]);
  fail_unless_equals_string (with_key, fingerprints[1]);
  fail_unless_equals_string (after_key, fingerprints[1]);
}
GST_END_TEST;

static Suite *
kp_fingerprint_suite (void)
{
  Suite *suite = suite_create ("kp-fingerprint");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_parse_accepts);
  tcase_add_test (tcase, test_parse_refuses);
  tcase_add_test (tcase, test_matches);
  tcase_add_test (tcase, test_malformed_pem);
  tcase_add_test (tcase, test_from_pem);
  return suite;
}

GST_CHECK_MAIN (kp_fingerprint)
