/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of the way to the peer: what is shown to it, and where it is reached. */
#include "gstkurentopeer-private.h"

#include "kp-certificate.h"
#include "kp-connection.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

void
gst_kurento_peer_network_init (GstKurentoPeerNetwork *self)
{
  self->max_port = G_MAXUINT16;
}

void
gst_kurento_peer_network_copy (const GstKurentoPeerNetwork *from, GstKurentoPeerNetwork *to)
{
  *to = *from;
  to->certificate = g_strdup (from->certificate);
  to->local_addresses = g_strdup (from->local_addresses);
  to->external_address = g_strdup (from->external_address);
  to->connection_constraints = g_strdup (from->connection_constraints);
  if (from->peer_connection)
    gst_object_ref (from->peer_connection);
}

void
gst_kurento_peer_network_clear (GstKurentoPeerNetwork *self)
{
  g_clear_pointer (&self->certificate, g_free);
  g_clear_pointer (&self->local_addresses, g_free);
  g_clear_pointer (&self->external_address, g_free);
  g_clear_pointer (&self->connection_constraints, g_free);
  gst_clear_object (&self->peer_connection);
}

/* Once, when the element is made. Its reference may be a floating one. */
void
gst_kurento_peer_set_peer_connection_locked (GstKurentoPeer *self, GstElement *webrtcbin)
{
  if (webrtcbin)
    gst_kurento_peer_get_private (self)->settings.network.peer_connection = gst_object_ref_sink (webrtcbin);
}

void
gst_kurento_peer_give_peer_connection (GstKurentoPeer *self, KpSession *session)
{
  /* constant */
  kp_session_give_webrtcbin (session, gst_kurento_peer_get_private (self)->settings.network.peer_connection);
}

static void
take_string (gchar **field, const GValue *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

void
gst_kurento_peer_set_network_locked (GstKurentoPeer *self, guint id, const GValue *value)
{
  GstKurentoPeerNetwork *network = &gst_kurento_peer_get_private (self)->settings.network;

  switch (id)
    {
    case GST_KURENTO_PEER_NETWORK_CERTIFICATE:
      take_string (&network->certificate, value);
      break;
    case GST_KURENTO_PEER_NETWORK_MIN_PORT:
      network->min_port = g_value_get_uint (value);
      break;
    case GST_KURENTO_PEER_NETWORK_MAX_PORT:
      network->max_port = g_value_get_uint (value);
      break;
    case GST_KURENTO_PEER_NETWORK_LOCAL_ADDRESSES:
      take_string (&network->local_addresses, value);
      break;
    case GST_KURENTO_PEER_NETWORK_EXTERNAL_ADDRESS:
      take_string (&network->external_address, value);
      break;
    case GST_KURENTO_PEER_NETWORK_CONNECTION_CONSTRAINTS:
      take_string (&network->connection_constraints, value);
      break;
    default:
      g_assert_not_reached ();
    }
}

gboolean
gst_kurento_peer_get_network_locked (GstKurentoPeer *self, guint id, GValue *value)
{
  const GstKurentoPeerNetwork *network = &gst_kurento_peer_get_private (self)->settings.network;

  switch (id)
    {
    case GST_KURENTO_PEER_NETWORK_CERTIFICATE:
      g_value_set_string (value, network->certificate);
      return TRUE;
    case GST_KURENTO_PEER_NETWORK_MIN_PORT:
      g_value_set_uint (value, network->min_port);
      return TRUE;
    case GST_KURENTO_PEER_NETWORK_MAX_PORT:
      g_value_set_uint (value, network->max_port);
      return TRUE;
    case GST_KURENTO_PEER_NETWORK_LOCAL_ADDRESSES:
      g_value_set_string (value, network->local_addresses);
      return TRUE;
    case GST_KURENTO_PEER_NETWORK_EXTERNAL_ADDRESS:
      g_value_set_string (value, network->external_address);
      return TRUE;
    case GST_KURENTO_PEER_NETWORK_CONNECTION_CONSTRAINTS:
      g_value_set_string (value, network->connection_constraints);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
read_certificate (const GstKurentoPeerNetwork *self, KpSettings *settings, GError **error)
{
  if (!self->certificate || !*self->certificate)
    return TRUE;

  settings->certificate = kp_certificate_load (self->certificate, g_get_real_time () / G_USEC_PER_SEC, error);
  if (!settings->certificate)
    g_prefix_error (error, "certificate: ");

  return settings->certificate != NULL;
}

/* What is set, in settings that have nothing of it yet. */
gboolean
gst_kurento_peer_network_read (const GstKurentoPeerNetwork *self, KpSettings *settings, GError **error)
{
  KpNetworkConfig *network = &settings->network;

  return (!self->peer_connection || kp_connection_check_given (self->peer_connection, error))
         && read_certificate (self, settings, error)
         && kp_network_config_set_ports (network, self->min_port, self->max_port, error)
         && kp_network_config_set_local_addresses (network, self->local_addresses, error)
         && kp_network_config_set_external_address (network, self->external_address, error)
         && kp_connection_constraints_parse ("connection-constraints", self->connection_constraints,
                                             &network->constraints, error);
}

void
gst_kurento_peer_make_network_specs (GParamSpec **specs, GParamFlags flags)
{
  specs[GST_KURENTO_PEER_NETWORK_CERTIFICATE] = g_param_spec_string (
      "certificate", "Certificate",
      "The certificate for DTLS and its private key (RSA or EC, without a passphrase) as PEM, or "
      "file:///x.pem "
      "that holds them; NULL: one that is made for the process (kurento-utils: certificates of "
      "options.configuration)",
      NULL, flags);
  specs[GST_KURENTO_PEER_NETWORK_MIN_PORT]
      = g_param_spec_uint ("min-port", "Minimum port",
                           "Lowest UDP port that is bound for ICE; 0: 1024 when max-port restricts, else any "
                           "(Kurento Media Server: minPort)",
                           0, G_MAXUINT16, 0, flags);
  specs[GST_KURENTO_PEER_NETWORK_MAX_PORT] = g_param_spec_uint (
      "max-port", "Maximum port",
      "Highest UDP port that is bound for ICE; each connection takes one on each address (Kurento Media "
      "Server: maxPort)",
      0, G_MAXUINT16, G_MAXUINT16, flags);
  specs[GST_KURENTO_PEER_NETWORK_LOCAL_ADDRESSES] = g_param_spec_string (
      "local-addresses", "Local addresses",
      "IP addresses of this machine that are used for ICE, separated by commas; NULL: all but loopback "
      "(Kurento Media Server: networkInterfaces, which has names)",
      NULL, flags);
  specs[GST_KURENTO_PEER_NETWORK_EXTERNAL_ADDRESS] = g_param_spec_string (
      "external-address", "External address",
      "IPv4 address, IPv6 address, or both separated by a comma, that the peer is told instead of those of "
      "this machine, for NAT with a fixed address; NULL: none (Kurento Media Server: externalIPv4, "
      "externalIPv6)",
      NULL, flags);
  specs[GST_KURENTO_PEER_NETWORK_CONNECTION_CONSTRAINTS] = g_param_spec_string (
      "connection-constraints", "Connection constraints",
      "What browsers took as constraints of a connection, as JSON, plain or with mandatory and optional, or "
      "file:///x.json that holds it: googIPv6, googDscp, DtlsSrtpKeyAgreement; other known ones have no "
      "meaning "
      "here; NULL: none (kurento-utils: options.connectionConstraints)",
      NULL, flags);
}
