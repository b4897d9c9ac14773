/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-fingerprint.h"

#include "gstkurentoerror.h"

#include <string.h>

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

static const struct
{
  const gchar *name; /* RFC 8122 */
  GChecksumType type;
} algorithms[] = {
  { "sha-1", G_CHECKSUM_SHA1 },
  { "sha-256", G_CHECKSUM_SHA256 },
  { "sha-384", G_CHECKSUM_SHA384 },
  { "sha-512", G_CHECKSUM_SHA512 },
};

static gboolean
find_algorithm (const gchar *name, gsize length, GChecksumType *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      if (strlen (algorithms[i].name) == length
          && g_ascii_strncasecmp (algorithms[i].name, name, length) == 0)
        {
          *type = algorithms[i].type;
          return TRUE;
        }
    }
  return FALSE;
}

static const gchar *
algorithm_to_string (GChecksumType type)
{
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      if (algorithms[i].type == type)
        return algorithms[i].name;
    }
  g_return_val_if_reached (NULL);
}

/* Exactly @length bytes as pairs of hex digits with a colon between. */
static GBytes *
decode_hex (const gchar *hex, gsize length)
{
  g_autofree guint8 *bytes = g_malloc (length);

  if (strlen (hex) != 3 * length - 1)
    return NULL;

  for (gsize i = 0; i < length; i++)
    {
      const gchar *pair = hex + 3 * i;

      if (!g_ascii_isxdigit (pair[0]) || !g_ascii_isxdigit (pair[1]))
        return NULL;
      if (i + 1 < length && pair[2] != ':')
        return NULL;
      bytes[i] = g_ascii_xdigit_value (pair[0]) << 4 | g_ascii_xdigit_value (pair[1]);
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), length);
}

static gchar *
encode (GChecksumType algorithm, GBytes *digest)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (digest, &length);
  GString *text = g_string_new (algorithm_to_string (algorithm));

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%c%02X", i == 0 ? ' ' : ':', bytes[i]);
  return g_string_free (text, FALSE);
}

/* Lines of base64 and nothing else: GLib's decoder would skip what it does not know. */
static gboolean
is_base64 (const gchar *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (text[i]) && !g_ascii_isspace (text[i]) && !strchr ("+/=", text[i]))
        return FALSE;
    }
  return TRUE;
}

/* DER of the first certificate; a key may stand before or after it. */
static GBytes *
decode_pem (const gchar *pem)
{
  const gchar *begin = pem ? strstr (pem, PEM_BEGIN) : NULL;
  const gchar *end = begin ? strstr (begin, PEM_END) : NULL;
  g_autofree gchar *base64 = NULL;
  guchar *der;
  gsize length;

  if (!end)
    return NULL;
  begin += strlen (PEM_BEGIN);
  if (begin > end || !is_base64 (begin, end - begin))
    return NULL;

  base64 = g_strndup (begin, end - begin);
  der = g_base64_decode (base64, &length);
  if (length == 0)
    {
      g_free (der);
      return NULL;
    }
  return g_bytes_new_take (der, length);
}

static GBytes *
hash (GBytes *der, GChecksumType algorithm)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (algorithm);
  gsize length = g_checksum_type_get_length (algorithm);
  g_autofree guint8 *digest = g_malloc (length);
  gsize der_length;
  const guint8 *data = g_bytes_get_data (der, &der_length);

  g_checksum_update (checksum, data, der_length);
  g_checksum_get_digest (checksum, digest, &length);
  return g_bytes_new_take (g_steal_pointer (&digest), length);
}

gboolean
kp_fingerprint_parse (const gchar *value, GChecksumType *algorithm, GBytes **digest, GError **error)
{
  const gchar *space = strchr (value, ' ');
  GBytes *bytes;

  if (!space || !find_algorithm (value, space - value, algorithm))
    {
      g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                           "fingerprint: expected sha-1, sha-256, sha-384 or sha-512 and a space");
      return FALSE;
    }

  bytes = decode_hex (space + strspn (space, " "), g_checksum_type_get_length (*algorithm));
  if (!bytes)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                   "fingerprint: expected %" G_GSSIZE_FORMAT " bytes in hex with colons between",
                   g_checksum_type_get_length (*algorithm));
      return FALSE;
    }

  *digest = bytes;
  return TRUE;
}

gchar *
kp_fingerprint_normalize (const gchar *value, GError **error)
{
  GChecksumType algorithm;
  g_autoptr (GBytes) digest = NULL;

  if (!kp_fingerprint_parse (value, &algorithm, &digest, error))
    return NULL;
  return encode (algorithm, digest);
}

gboolean
kp_fingerprint_matches_pem (const gchar *value, const gchar *pem)
{
  GChecksumType algorithm;
  g_autoptr (GBytes) expected = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GBytes) actual = NULL;

  if (!value || !kp_fingerprint_parse (value, &algorithm, &expected, NULL))
    return FALSE;
  der = decode_pem (pem);
  if (!der)
    return FALSE;

  actual = hash (der, algorithm);
  return g_bytes_equal (expected, actual);
}

gchar *
kp_fingerprint_from_pem (const gchar *pem)
{
  g_autoptr (GBytes) der = decode_pem (pem);
  g_autoptr (GBytes) digest = NULL;

  if (!der)
    return NULL;
  digest = hash (der, G_CHECKSUM_SHA256);
  return encode (G_CHECKSUM_SHA256, digest);
}
