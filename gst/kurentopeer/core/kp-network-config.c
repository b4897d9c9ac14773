/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-network-config.h"

#include <gio/gio.h>

#include "gstkurentoerror.h"
#include "kp-candidate.h"

/* Those below need privileges. */
#define FIRST_COMMON_PORT 1024

static gboolean fail (GError **error, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error)
    *error = g_error_new_valist (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, format, args);
  va_end (args);

  return FALSE;
}

gboolean
kp_network_config_set_ports (KpNetworkConfig *self, guint min_port, guint max_port, GError **error)
{
  /* libnice takes a range from 0 as no range */
  if (min_port == 0 && max_port < G_MAXUINT16)
    min_port = MIN (FIRST_COMMON_PORT, max_port);
  if (max_port == 0)
    return fail (error, "max-port: expected 1 to 65535, not 0");
  if (min_port > max_port)
    return fail (error, "min-port: %u is more than max-port, %u", min_port, max_port);

  self->min_port = min_port;
  self->max_port = max_port;

  return TRUE;
}

static gchar **
split (const gchar *text)
{
  gchar **parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i]; i++)
    g_strstrip (parts[i]);

  return parts;
}

static GInetAddress *
read_address (const gchar *property, const gchar *text, GError **error)
{
  GInetAddress *address = g_inet_address_new_from_string (text);

  if (!address)
    fail (error, "%s: \"%s\" is not an IP address", property, text);
  else if (g_inet_address_get_is_any (address) || g_inet_address_get_is_multicast (address))
    {
      fail (error, "%s: %s is not the address of a machine", property, text);
      g_clear_object (&address);
    }

  return address;
}

gboolean
kp_network_config_set_local_addresses (KpNetworkConfig *self, const gchar *text, GError **error)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = NULL;

  if (!text || !*text)
    return TRUE;

  parts = split (text);
  for (guint i = 0; parts[i]; i++)
    {
      g_autoptr (GInetAddress) address = read_address ("local-addresses", parts[i], error);

      if (!address)
        return FALSE;
      g_ptr_array_add (addresses, g_inet_address_to_string (address));
    }
  self->local_addresses = g_steal_pointer (&addresses);

  return TRUE;
}

gboolean
kp_network_config_set_external_address (KpNetworkConfig *self, const gchar *text, GError **error)
{
  g_auto (GStrv) parts = NULL;

  if (!text || !*text)
    return TRUE;

  parts = split (text);
  for (guint i = 0; parts[i]; i++)
    {
      g_autoptr (GInetAddress) address = read_address ("external-address", parts[i], error);
      gchar **field;

      if (!address)
        return FALSE;
      field = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4 ? &self->external_ipv4
                                                                          : &self->external_ipv6;
      if (*field)
        return fail (error, "external-address: %s is one too many beside %s", parts[i], *field);
      *field = g_inet_address_to_string (address);
    }

  return TRUE;
}

/* NULL when it has a name instead. */
static GInetAddress *
get_address (const gchar *candidate)
{
  g_autofree gchar *text = kp_candidate_dup_address (candidate);

  return text ? g_inet_address_new_from_string (text) : NULL;
}

gboolean
kp_network_config_allows (const KpNetworkConfig *self, const gchar *candidate)
{
  g_autoptr (GInetAddress) address = self->constraints.no_ipv6 ? get_address (candidate) : NULL;

  return !address || g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;
}

gchar *
kp_network_config_announce (const KpNetworkConfig *self, const gchar *candidate)
{
  g_autoptr (GInetAddress) address = kp_candidate_is_host (candidate) ? get_address (candidate) : NULL;
  const gchar *external = NULL;

  if (address)
    external = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4 ? self->external_ipv4
                                                                           : self->external_ipv6;

  return external ? kp_candidate_replace_address (candidate, external) : g_strdup (candidate);
}

gchar *
kp_network_config_explain (const KpNetworkConfig *self)
{
  GString *text = g_string_new ("nothing can be bound");

  if (self->local_addresses)
    for (guint i = 0; i < self->local_addresses->len; i++)
      g_string_append_printf (text, "%s %s", i == 0 ? " on" : " or",
                              (const gchar *)g_ptr_array_index (self->local_addresses, i));
  if (self->min_port > 0)
    g_string_append_printf (text, ", port %u to %u: all are taken, or not there", self->min_port,
                            self->max_port);

  return g_string_free (text, FALSE);
}

void
kp_network_config_copy (const KpNetworkConfig *from, KpNetworkConfig *to)
{
  *to = *from;
  if (from->local_addresses)
    to->local_addresses = g_ptr_array_ref (from->local_addresses);
  to->external_ipv4 = g_strdup (from->external_ipv4);
  to->external_ipv6 = g_strdup (from->external_ipv6);
}

void
kp_network_config_clear (KpNetworkConfig *self)
{
  g_clear_pointer (&self->local_addresses, g_ptr_array_unref);
  g_clear_pointer (&self->external_ipv4, g_free);
  g_clear_pointer (&self->external_ipv6, g_free);
}
