/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-certificate.h"

#include "gstkurentoerror.h"
#include "kp-text.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SSL_CTX, SSL_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

static gboolean fail (GError **error, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* Returns FALSE. What OpenSSL has to say beyond it is dropped. */
static gboolean
fail (GError **error, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error)
    *error = g_error_new_valist (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, format, args);
  va_end (args);
  ERR_clear_error ();

  return FALSE;
}

/* OpenSSL would ask for it at the terminal. */
static int
no_passphrase_cb (char *buffer, int size, int for_writing, void *user_data)
{
  return -1;
}

static X509 *
read_certificate (const gchar *pem, GError **error)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, -1);
  X509 *certificate = PEM_read_bio_X509 (bio, NULL, no_passphrase_cb, NULL);

  if (!certificate)
    fail (error, "expected a certificate in PEM, from BEGIN CERTIFICATE to END CERTIFICATE");

  return certificate;
}

static EVP_PKEY *
read_key (const gchar *pem, GError **error)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (pem, -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, no_passphrase_cb, NULL);

  if (!key)
    fail (error, "expected a private key in PEM, without a passphrase, beside the certificate");

  return key;
}

static gchar *
dup_date (const ASN1_TIME *time)
{
  struct tm tm = { 0 };

  return ASN1_TIME_to_tm (time, &tm)
             ? g_strdup_printf ("%04d-%02d-%02d %02d:%02d:%02d UTC", tm.tm_year + 1900, tm.tm_mon + 1,
                                tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec)
             : g_strdup ("a date that cannot be read");
}

static gboolean
check_time (const X509 *certificate, time_t now, GError **error)
{
  const ASN1_TIME *begin = X509_get0_notBefore (certificate);
  const ASN1_TIME *end = X509_get0_notAfter (certificate);
  g_autofree gchar *begin_date = dup_date (begin);
  g_autofree gchar *end_date = dup_date (end);

  if (ASN1_TIME_cmp_time_t (begin, now) > 0)
    return fail (error, "the certificate is not valid before %s", begin_date);
  if (ASN1_TIME_cmp_time_t (end, now) < 0)
    return fail (error, "the certificate expired at %s", end_date);

  return TRUE;
}

/* The same as the DTLS elements of GStreamer, which would only log that they have none. */
static gboolean
check_usable (X509 *certificate, EVP_PKEY *key, GError **error)
{
  g_autoptr (SSL_CTX) context = NULL;

  if (EVP_PKEY_get_base_id (key) != EVP_PKEY_RSA && EVP_PKEY_get_base_id (key) != EVP_PKEY_EC)
    return fail (error, "expected an RSA or EC key: browsers know no other");
  if (!X509_check_private_key (certificate, key))
    return fail (error, "the private key is not that of the certificate");

  ERR_clear_error ();
  context = SSL_CTX_new (DTLS_method ());
  if (!context || SSL_CTX_use_certificate (context, certificate) != 1
      || SSL_CTX_use_PrivateKey (context, key) != 1)
    {
      const gchar *reason = ERR_reason_error_string (ERR_peek_error ());

      return fail (error, "OpenSSL does not take the certificate for DTLS: %s", reason ? reason : "unknown");
    }

  return TRUE;
}

static gchar *
write_pem (X509 *certificate, EVP_PKEY *key, GError **error)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  gchar *text = NULL;
  glong length;

  if (!bio || !PEM_write_bio_X509 (bio, certificate)
      || !PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL))
    {
      fail (error, "OpenSSL cannot write the certificate and its key");
      return NULL;
    }

  length = BIO_get_mem_data (bio, &text);

  return g_strndup (text, length);
}

gchar *
kp_certificate_load (const gchar *text, gint64 now, GError **error)
{
  g_autofree gchar *loaded = kp_text_is_file (text) ? kp_text_load (text, error) : g_strdup (text);
  g_autoptr (X509) certificate = NULL;
  g_autoptr (EVP_PKEY) key = NULL;

  if (!loaded)
    return NULL;

  certificate = read_certificate (loaded, error);
  if (certificate)
    key = read_key (loaded, error);
  if (!key || !check_usable (certificate, key, error) || !check_time (certificate, now, error))
    {
      if (kp_text_is_file (text))
        g_prefix_error (error, "%s: ", text);
      return NULL;
    }

  return write_pem (certificate, key, error);
}
