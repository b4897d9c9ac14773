/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-ice-uri.h"

#include <gio/gio.h>
#include <string.h>

#include "gstkurentoerror.h"

#define DEFAULT_PORT 3478
#define MAX_HOST_LENGTH 253

static gboolean
fail (GError **error, const gchar *expected)
{
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "expected %s", expected);

  return FALSE;
}

static gboolean
parse_scheme (KpIceUri *self, const gchar **text, GError **error)
{
  static const struct
  {
    const gchar *name;
    gboolean supported;
    KpIceUriScheme scheme;
  } schemes[] = {
    { "stun:", TRUE, KP_ICE_URI_STUN },
    { "turn:", TRUE, KP_ICE_URI_TURN },
    { "stuns:", FALSE, KP_ICE_URI_STUN },
    { "turns:", FALSE, KP_ICE_URI_TURN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      if (g_ascii_strncasecmp (*text, schemes[i].name, strlen (schemes[i].name)) != 0)
        continue;

      if (!schemes[i].supported)
        {
          /* libnice would use plain TCP without a word */
          g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                       "ICE servers over TLS (%s) are not supported", schemes[i].name);
          return FALSE;
        }
      self->scheme = schemes[i].scheme;
      *text += strlen (schemes[i].name);
      return TRUE;
    }

  return fail (error, "a URI that starts with \"stun:\" or \"turn:\"");
}

/* A raw "@" in the password is taken as part of it: the host cannot hold one. */
static gboolean
parse_user_info (KpIceUri *self, const gchar **text, GError **error)
{
  const gchar *end = strrchr (*text, '@');
  const gchar *colon;

  if (!end)
    return TRUE;

  colon = memchr (*text, ':', end - *text);
  if (self->scheme != KP_ICE_URI_TURN || !colon)
    return fail (error, "no \"@\", or \"user:password@\" of a TURN server");

  self->user = g_uri_unescape_segment (*text, colon, NULL);
  self->password = g_uri_unescape_segment (colon + 1, end, NULL);
  if (!self->user || !self->password)
    return fail (error, "valid percent-encoding of user and password");

  *text = end + 1;

  return TRUE;
}

static gboolean
parse_query (KpIceUri *self, const gchar *query, GError **error)
{
  static const gchar *const transports[] = { "udp", "tcp" };
  static const gchar key[] = "transport=";

  if (self->scheme == KP_ICE_URI_TURN && g_str_has_prefix (query, key))
    for (guint i = 0; i < G_N_ELEMENTS (transports); i++)
      if (g_ascii_strcasecmp (query + strlen (key), transports[i]) == 0)
        {
          self->transport = transports[i];
          return TRUE;
        }

  return fail (error, "nothing after \"?\", or \"transport=udp\" or \"transport=tcp\" of a TURN server");
}

static gboolean
parse_port (KpIceUri *self, const gchar *text, GError **error)
{
  guint64 port;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL))
    return fail (error, "a port from 1 to 65535");
  self->port = port;

  return TRUE;
}

static gboolean
is_host_name (const gchar *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > MAX_HOST_LENGTH)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && !strchr ("-._", text[i]))
      return FALSE;

  return TRUE;
}

static gboolean
is_ipv6 (const gchar *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return address && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
}

static gboolean
parse_host_and_port (KpIceUri *self, gchar *text, GError **error)
{
  gboolean bracketed = text[0] == '[';
  gchar *end = bracketed ? strchr (text, ']') : text + strcspn (text, ":");
  gboolean valid;
  gchar *host;
  gchar *rest;

  if (!end)
    return fail (error, "\"]\" after the IPv6 address");

  host = g_strndup (text + bracketed, end - text - bracketed);
  self->host = host;
  valid = bracketed ? is_ipv6 (host) : is_host_name (host);
  rest = end + bracketed;
  if (!valid || (rest[0] != '\0' && rest[0] != ':'))
    return fail (error, "a host name, an IPv4 address or an IPv6 address in brackets");

  return rest[0] == '\0' || parse_port (self, rest + 1, error);
}

static gboolean
parse_parts (KpIceUri *self, const gchar *text, GError **error)
{
  g_autofree gchar *authority = NULL;
  gchar *query;

  if (!parse_scheme (self, &text, error))
    return FALSE;

  self->hierarchical = g_str_has_prefix (text, "//");
  if (self->hierarchical)
    text += strlen ("//");

  if (!parse_user_info (self, &text, error))
    return FALSE;

  authority = g_strdup (text);
  query = strchr (authority, '?');
  if (query)
    *query++ = '\0';

  if (!parse_host_and_port (self, authority, error))
    return FALSE;

  return !query || parse_query (self, query, error);
}

gboolean
kp_ice_uri_parse (KpIceUri *self, const gchar *text, GError **error)
{
  *self = (KpIceUri){ .port = DEFAULT_PORT };

  if (parse_parts (self, text, error))
    return TRUE;

  kp_ice_uri_clear (self);

  return FALSE;
}

gchar *
kp_ice_uri_to_string (const KpIceUri *self)
{
  gboolean is_ipv6_literal = strchr (self->host, ':') != NULL;
  GString *text = g_string_new (self->scheme == KP_ICE_URI_STUN ? "stun://" : "turn://");

  if (self->user)
    {
      g_string_append_uri_escaped (text, self->user, NULL, FALSE);
      g_string_append_c (text, ':');
      g_string_append_uri_escaped (text, self->password, NULL, FALSE);
      g_string_append_c (text, '@');
    }
  g_string_append_printf (text, is_ipv6_literal ? "[%s]:%u" : "%s:%u", self->host, self->port);
  if (self->transport)
    g_string_append_printf (text, "?transport=%s", self->transport);

  return g_string_free (text, FALSE);
}

void
kp_ice_uri_clear (KpIceUri *self)
{
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->password, g_free);
  g_clear_pointer (&self->host, g_free);
}
