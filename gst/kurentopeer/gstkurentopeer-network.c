/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of the way to the peer: what is shown to it, and where it is reached. */
#include "gstkurentopeer-private.h"

#include "kp-certificate.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

void
gst_kurento_peer_network_copy (const GstKurentoPeerNetwork *from, GstKurentoPeerNetwork *to)
{
  *to = *from;
  to->certificate = g_strdup (from->certificate);
}

void
gst_kurento_peer_network_clear (GstKurentoPeerNetwork *self)
{
  g_clear_pointer (&self->certificate, g_free);
}

void
gst_kurento_peer_set_network_locked (GstKurentoPeer *self, guint id, const GValue *value)
{
  GstKurentoPeerNetwork *network = &gst_kurento_peer_get_private (self)->settings.network;

  switch (id)
    {
    case GST_KURENTO_PEER_NETWORK_CERTIFICATE:
      g_free (network->certificate);
      network->certificate = g_value_dup_string (value);
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

/* What the texts say, in settings that have nothing of it yet. */
gboolean
gst_kurento_peer_network_read (const GstKurentoPeerNetwork *self, KpSettings *settings, GError **error)
{
  return read_certificate (self, settings, error);
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
}
