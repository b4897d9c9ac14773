/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-access.h"

#include <gio/gio.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

struct _KpServeAccess
{
  gchar *scheme; /* owned; "http" or "https" */
  gchar *host; /* owned; of the URI */
  GPtrArray *allowed; /* owned; of GUri */
  gboolean allow_null; /* "null" is among the allowed origins */
  gboolean allow_all; /* "*" is among the allowed origins */
  gchar *token; /* owned; or NULL */
  gchar *cookie_name; /* owned */
  gchar *cookie_value; /* owned */
};

static gchar *
new_secret (void)
{
  guint8 bytes[32] = { 0 };
  GString *text = g_string_new (NULL);

  /* without randomness nobody is let in by cookie, rather than everybody */
  if (RAND_bytes (bytes, sizeof bytes) != 1)
    return g_string_free (text, FALSE);

  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);

  return g_string_free (text, FALSE);
}

static void
parse_allowed (KpServeAccess *self, const gchar *allowed_origins)
{
  g_auto (GStrv) origins = g_strsplit (allowed_origins, ",", -1);

  for (gchar **origin = origins; *origin; origin++)
    {
      GUri *uri;

      g_strstrip (*origin);
      if (g_str_equal (*origin, "*"))
        self->allow_all = TRUE;
      else if (g_str_equal (*origin, "null"))
        self->allow_null = TRUE;
      else if ((uri = g_uri_parse (*origin, G_URI_FLAGS_SCHEME_NORMALIZE, NULL)))
        g_ptr_array_add (self->allowed, uri);
      else if (**origin)
        g_warning ("allowed-origins: \"%s\" is no origin such as https://example.org:8443", *origin);
    }
}

KpServeAccess *
kp_serve_access_new (const KpServeConfig *config, guint16 port)
{
  KpServeAccess *self = g_new0 (KpServeAccess, 1);

  self->scheme = g_strdup (config->tls ? "https" : "http");
  self->host = g_strdup (config->host);
  self->allowed = g_ptr_array_new_with_free_func ((GDestroyNotify)g_uri_unref);
  if (config->allowed_origins)
    parse_allowed (self, config->allowed_origins);
  self->token = g_strdup (config->auth_token);
  /* cookies do not know ports: another server of this host must not lose its own */
  self->cookie_name = g_strdup_printf ("kurentopeer-%u", port);
  self->cookie_value = new_secret ();

  return self;
}

void
kp_serve_access_free (KpServeAccess *self)
{
  g_free (self->scheme);
  g_free (self->host);
  g_ptr_array_unref (self->allowed);
  g_free (self->token);
  g_free (self->cookie_name);
  g_free (self->cookie_value);
  g_free (self);
}

static GUri *
parse_host (KpServeAccess *self, const gchar *host)
{
  g_autofree gchar *text = g_strdup_printf ("%s://%s/", self->scheme, host ? host : "");

  return host ? g_uri_parse (text, G_URI_FLAGS_SCHEME_NORMALIZE, NULL) : NULL;
}

static gboolean
has_host (GUri *uri, const gchar *host)
{
  return g_uri_get_host (uri) && g_ascii_strcasecmp (g_uri_get_host (uri), host) == 0;
}

static gboolean
is_same_origin (GUri *a, GUri *b)
{
  return g_uri_get_host (a) && g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b))
         && has_host (b, g_uri_get_host (a)) && g_uri_get_port (a) == g_uri_get_port (b);
}

gboolean
kp_serve_access_check_host (KpServeAccess *self, const KpServeClaim *claim)
{
  g_autoptr (GUri) uri = parse_host (self, claim->host);
  const gchar *host = uri ? g_uri_get_host (uri) : NULL;

  if (!host || *host == '\0' || g_uri_get_userinfo (uri) || !g_str_equal (g_uri_get_path (uri), "/"))
    return FALSE;

  if (self->allow_all || g_hostname_is_ip_address (host) || has_host (uri, "localhost")
      || has_host (uri, self->host))
    return TRUE;

  for (guint i = 0; i < self->allowed->len; i++)
    if (has_host (g_ptr_array_index (self->allowed, i), host))
      return TRUE;

  return FALSE;
}

gboolean
kp_serve_access_check_origin (KpServeAccess *self, const KpServeClaim *claim)
{
  g_autoptr (GUri) own = parse_host (self, claim->host);
  g_autoptr (GUri) origin = NULL;

  if (!claim->origin || self->allow_all)
    return TRUE;
  if (g_str_equal (claim->origin, "null"))
    return self->allow_null;

  origin = g_uri_parse (claim->origin, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  if (!origin)
    return FALSE;
  if (own && is_same_origin (origin, own))
    return TRUE;

  for (guint i = 0; i < self->allowed->len; i++)
    if (is_same_origin (origin, g_ptr_array_index (self->allowed, i)))
      return TRUE;

  return FALSE;
}

/* Takes the same time wherever the two differ: their digests are compared, which have one length. */
static gboolean
is_secret (const gchar *secret, const gchar *guess, gsize guess_length)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GChecksum) guessed = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, (const guchar *)secret, strlen (secret));
  g_checksum_update (guessed, (const guchar *)guess, guess_length);

  return *secret
         && CRYPTO_memcmp (g_checksum_get_string (checksum), g_checksum_get_string (guessed), 64) == 0;
}

static gboolean
has_cookie (KpServeAccess *self, const gchar *cookies)
{
  g_auto (GStrv) pairs = g_strsplit (cookies, ";", -1);
  gsize name_length = strlen (self->cookie_name);

  for (gchar **pair = pairs; *pair; pair++)
    {
      const gchar *text = g_strstrip (*pair);

      if (g_str_has_prefix (text, self->cookie_name) && text[name_length] == '='
          && is_secret (self->cookie_value, text + name_length + 1, strlen (text + name_length + 1)))
        return TRUE;
    }

  return FALSE;
}

gboolean
kp_serve_access_check_token (KpServeAccess *self, const KpServeClaim *claim)
{
  const gchar *authorization = claim->authorization;

  if (!self->token)
    return TRUE;
  if (claim->token && is_secret (self->token, claim->token, strlen (claim->token)))
    return TRUE;
  if (authorization && g_ascii_strncasecmp (authorization, "Bearer ", 7) == 0
      && is_secret (self->token, authorization + 7, strlen (authorization + 7)))
    return TRUE;

  return claim->cookies && has_cookie (self, claim->cookies);
}

gchar *
kp_serve_access_dup_cookie (KpServeAccess *self, const KpServeClaim *claim)
{
  if (!self->token || !claim->token || !is_secret (self->token, claim->token, strlen (claim->token)))
    return NULL;

  return g_strdup_printf ("%s=%s; Path=/; HttpOnly; SameSite=Strict%s", self->cookie_name, self->cookie_value,
                          g_str_equal (self->scheme, "https") ? "; Secure" : "");
}
