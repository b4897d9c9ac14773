/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-self-signed.h"

#include "gstkurentoerror.h"

#include <gio/gio.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_EXTENSION, X509_EXTENSION_free)

#define DAYS 365L
#define DAY (24L * 60 * 60) /* s */

static void
set_crypto_error (GError **error)
{
  gchar reason[256] = { 0 };

  ERR_error_string_n (ERR_get_error (), reason, sizeof reason);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_SECURITY, "Cannot make a certificate: %s", reason);
}

static gboolean
add_extension (X509 *certificate, int nid, const gchar *value)
{
  X509V3_CTX context;
  g_autoptr (X509_EXTENSION) extension = NULL;

  X509V3_set_ctx (&context, certificate, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);

  return extension && X509_add_ext (certificate, extension, -1);
}

/* A browser looks at these names only. The host comes from a URI, but a comma or the like would be read as syntax. */
static gchar *
dup_alternative_names (const gchar *host)
{
  GString *names = g_string_new ("DNS:localhost,IP:127.0.0.1,IP:::1");

  if (g_hostname_is_ip_address (host))
    {
      if (!g_str_equal (host, "127.0.0.1") && !g_str_equal (host, "::1"))
        g_string_append_printf (names, ",IP:%s", host);
    }
  else if (g_ascii_strcasecmp (host, "localhost") != 0
           && strspn (host, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._") == strlen (host))
    g_string_append_printf (names, ",DNS:%s", host);

  return g_string_free (names, FALSE);
}

static gboolean
set_identity (X509 *certificate, EVP_PKEY *key)
{
  X509_NAME *name = X509_get_subject_name (certificate);
  guint8 serial[16] = { 0 };
  BIGNUM *number;
  gboolean done;

  if (RAND_bytes (serial, sizeof serial) != 1)
    return FALSE;
  serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and of a fixed length */
  number = BN_bin2bn (serial, sizeof serial, NULL);
  done = number && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (certificate));
  BN_free (number);

  return done && X509_set_version (certificate, X509_VERSION_3)
         && X509_gmtime_adj (X509_getm_notBefore (certificate), -DAY)
         && X509_gmtime_adj (X509_getm_notAfter (certificate), DAYS * DAY)
         && X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guchar *)"kurentopeer", -1, -1, 0)
         && X509_set_issuer_name (certificate, name) && X509_set_pubkey (certificate, key);
}

static gboolean
sign (X509 *certificate, EVP_PKEY *key, const gchar *host)
{
  g_autofree gchar *names = dup_alternative_names (host);

  return set_identity (certificate, key) && add_extension (certificate, NID_subject_alt_name, names)
         && add_extension (certificate, NID_basic_constraints, "critical,CA:FALSE")
         && add_extension (certificate, NID_key_usage, "critical,digitalSignature")
         && add_extension (certificate, NID_ext_key_usage, "serverAuth")
         && X509_sign (certificate, key, EVP_sha256 ()) > 0;
}

gchar *
kp_self_signed_new_pem (const gchar *host, GError **error)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) certificate = X509_new ();
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  gchar *text = NULL;
  glong length;

  if (!key || !certificate || !bio || !sign (certificate, key, host) || !PEM_write_bio_X509 (bio, certificate)
      || !PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL))
    {
      set_crypto_error (error);
      return NULL;
    }

  length = BIO_get_mem_data (bio, &text);
  return g_strndup (text, length);
}
