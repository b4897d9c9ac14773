/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* Self-signed certificates of all kinds, for tests. */

static inline EVP_PKEY *
make_key (const gchar *kind)
{
  if (g_str_has_prefix (kind, "RSA"))
    return EVP_RSA_gen (g_ascii_strtoull (kind + 3, NULL, 10));
  if (g_str_equal (kind, "ED25519"))
    return EVP_PKEY_Q_keygen (NULL, NULL, kind);

  return EVP_EC_gen (kind);
}

static inline gchar *
take_pem (BIO *bio)
{
  gchar *text;
  glong length = BIO_get_mem_data (bio, &text);
  gchar *pem = g_strndup (text, length);

  BIO_free (bio);

  return pem;
}

/* @passphrase may be NULL. */
static inline gchar *
key_to_pem (EVP_PKEY *key, const gchar *passphrase)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  g_assert_true (PEM_write_bio_PKCS8PrivateKey (bio, key, passphrase ? EVP_aes_128_cbc () : NULL, passphrase,
                                                passphrase ? (int)strlen (passphrase) : 0, NULL, NULL));

  return take_pem (bio);
}

/* Valid from @begin to @end, in s from now. */
static inline gchar *
certificate_to_pem (EVP_PKEY *key, glong begin, glong end)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);
  BIO *bio = BIO_new (BIO_s_mem ());

  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guchar *)"test", -1, -1, 0);
  X509_set_issuer_name (certificate, name);
  X509_gmtime_adj (X509_getm_notBefore (certificate), begin);
  X509_gmtime_adj (X509_getm_notAfter (certificate), end);
  X509_set_pubkey (certificate, key);
  g_assert_true (
      X509_sign (certificate, key, EVP_PKEY_get_base_id (key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256 ()));
  g_assert_true (PEM_write_bio_X509 (bio, certificate));
  X509_free (certificate);

  return take_pem (bio);
}

/* Certificate and key; @kind: "P-256", "P-384", "RSA2048" and so on, "ED25519". */
static inline gchar *
make_certificate (const gchar *kind)
{
  EVP_PKEY *key = make_key (kind);
  g_autofree gchar *certificate_pem = certificate_to_pem (key, -60, 3600);
  g_autofree gchar *key_pem = key_to_pem (key, NULL);

  EVP_PKEY_free (key);

  return g_strconcat (certificate_pem, key_pem, NULL);
}
