/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The route, and what is encrypted with. */
#include "kp-stats-private.h"
#include "kp-fingerprint.h"
#include "kp-stats-sdp.h"

typedef struct
{
  const GstStructure *pair; /* borrowed; of webrtcbin, or NULL */
} PairSearch;

/* webrtcbin numbers its types in an enum of its own, whose nicks are the names of the W3C. */
static gboolean
has_type (const GstStructure *structure, const gchar *type)
{
  return gst_structure_has_name (structure, type);
}

static gboolean
find_pair_cb (GQuark name, const GValue *value, gpointer user_data)
{
  PairSearch *search = user_data;

  if (GST_VALUE_HOLDS_STRUCTURE (value) && has_type (gst_value_get_structure (value), "candidate-pair")
      && gst_structure_has_field (gst_value_get_structure (value), "local-candidate-id"))
    search->pair = gst_value_get_structure (value);

  return TRUE;
}

/* The structure that the field @reference of @pair names; borrowed, or NULL. */
static const GstStructure *
follow (const KpStatsReport *self, const GstStructure *pair, const gchar *reference)
{
  const gchar *id = gst_structure_get_string (pair, reference);
  const GValue *value = id ? gst_structure_get_value (self->input->webrtcbin, id) : NULL;

  return value && GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;
}

/* The type of this field differs from version to version. */
static void
copy_number (GstStructure *entry, const gchar *name, const GstStructure *from, const gchar *field)
{
  const GValue *value = gst_structure_get_value (from, field);
  GValue number = G_VALUE_INIT;

  g_value_init (&number, G_TYPE_UINT64);
  if (value && g_value_transform (value, &number))
    kp_stats_entry_set_uint (entry, name, g_value_get_uint64 (&number));
  g_value_unset (&number);
}

static void
copy_string (GstStructure *entry, const gchar *name, const GstStructure *from, const gchar *field)
{
  const gchar *value = gst_structure_get_string (from, field);

  kp_stats_entry_set_string (entry, name, value && *value ? value : NULL);
}

/* webrtcbin 1.22 calls local what is remote, and the other way round: the pair knows better. The id that is returned is
 * borrowed from the report; NULL when there is no candidate. */
static const gchar *
add_candidate (KpStatsReport *self, const GstStructure *candidate, const gchar *type)
{
  GstStructure *entry;
  const gchar *address;
  guint port = 0;
  gchar *id;

  if (candidate == NULL)
    return NULL;

  address = gst_structure_get_string (candidate, "address");
  gst_structure_get_uint (candidate, "port", &port);
  id = g_strdup_printf ("%s-%s-%u", type, address ? address : "", port);
  g_strcanon (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-", '-');

  entry = kp_stats_entry_new (self, type, id);
  kp_stats_entry_set_string (entry, "transportId", KP_STATS_TRANSPORT_ID);
  kp_stats_entry_set_string (entry, "address", address);
  copy_number (entry, "port", candidate, "port");
  copy_string (entry, "protocol", candidate, "protocol");
  copy_string (entry, "candidateType", candidate, "candidate-type");
  copy_number (entry, "priority", candidate, "priority");
  copy_string (entry, "url", candidate, "url");
  copy_string (entry, "relayProtocol", candidate, "relay-protocol");
  kp_stats_report_take (self, entry);

  return kp_stats_entry_get_id (entry);
}

/* The pair in use; NULL when there is none. Its id is borrowed from the report. */
static const gchar *
add_pair (KpStatsReport *self)
{
  PairSearch search = { 0 };
  const gchar *local, *remote;
  GstStructure *entry;

  if (self->input->webrtcbin)
    gst_structure_foreach (self->input->webrtcbin, find_pair_cb, &search);
  if (search.pair == NULL)
    return NULL;

  local = add_candidate (self, follow (self, search.pair, "local-candidate-id"), "local-candidate");
  remote = add_candidate (self, follow (self, search.pair, "remote-candidate-id"), "remote-candidate");
  if (local == NULL || remote == NULL)
    return NULL;

  entry = kp_stats_entry_new (self, "candidate-pair", g_strdup_printf ("pair-%s-%s", local, remote));
  kp_stats_entry_set_string (entry, "transportId", KP_STATS_TRANSPORT_ID);
  kp_stats_entry_set_string (entry, "localCandidateId", local);
  kp_stats_entry_set_string (entry, "remoteCandidateId", remote);
  kp_stats_entry_set_string (entry, "state", "succeeded");
  gst_structure_set (entry, "nominated", G_TYPE_BOOLEAN, TRUE, NULL);
  if (self->input->available_bitrate)
    kp_stats_entry_set_double (entry, "availableOutgoingBitrate", self->input->available_bitrate);
  kp_stats_report_take (self, entry);

  return kp_stats_entry_get_id (entry);
}

/* PEM is base64 between two lines. Owned. */
static gchar *
dup_base64 (const gchar *pem)
{
  static const gchar begin[] = "-----BEGIN CERTIFICATE-----";
  const gchar *start = strstr (pem, begin);
  const gchar *end = start ? strstr (start, "-----END CERTIFICATE-----") : NULL;
  GString *text = g_string_new (NULL);

  for (const gchar *c = start ? start + strlen (begin) : NULL; end && c < end; c++)
    if (!g_ascii_isspace (*c))
      g_string_append_c (text, *c);

  return g_string_free (text, FALSE);
}

/* Borrowed from the report; NULL when there is no certificate. */
static const gchar *
add_certificate (KpStatsReport *self, const gchar *pem, const gchar *id)
{
  g_autofree gchar *fingerprint = pem ? kp_fingerprint_from_pem (pem) : NULL;
  g_auto (GStrv) parts = fingerprint ? g_strsplit (fingerprint, " ", 2) : NULL;
  g_autofree gchar *base64 = NULL;
  GstStructure *entry;

  if (parts == NULL || g_strv_length (parts) != 2)
    return NULL;

  base64 = dup_base64 (pem);
  entry = kp_stats_entry_new (self, "certificate", g_strdup (id));
  kp_stats_entry_set_string (entry, "fingerprintAlgorithm", parts[0]);
  kp_stats_entry_set_string (entry, "fingerprint", parts[1]);
  kp_stats_entry_set_string (entry, "base64Certificate", base64);
  kp_stats_report_take (self, entry);

  return kp_stats_entry_get_id (entry);
}

/* Whoever is active is the client (RFC 5763, 5); the answer decides. */
static const gchar *
get_dtls_role (const KpStatsInput *input)
{
  const gchar *local = kp_stats_sdp_find_attribute (input->local, "setup");
  const gchar *remote = kp_stats_sdp_find_attribute (input->remote, "setup");

  if (g_strcmp0 (local, "active") == 0 || g_strcmp0 (remote, "passive") == 0)
    return "client";
  if (g_strcmp0 (local, "passive") == 0 || g_strcmp0 (remote, "active") == 0)
    return "server";

  return "unknown";
}

void
kp_stats_add_transport (KpStatsReport *self)
{
  const KpStatsInput *input = self->input;
  GstStructure *entry = kp_stats_entry_new (self, "transport", g_strdup (KP_STATS_TRANSPORT_ID));

  kp_stats_entry_set_uint (entry, "packetsSent", input->transport.packets_sent);
  kp_stats_entry_set_uint (entry, "packetsReceived", input->transport.packets_received);
  kp_stats_entry_set_uint (entry, "bytesSent", input->transport.bytes_sent);
  kp_stats_entry_set_uint (entry, "bytesReceived", input->transport.bytes_received);
  kp_stats_entry_set_string (entry, "dtlsState", input->dtls_state);
  kp_stats_entry_set_string (entry, "dtlsRole", get_dtls_role (input));
  kp_stats_entry_set_string (entry, "iceState", input->ice_state);
  kp_stats_entry_set_string (entry, "selectedCandidatePairId", add_pair (self));
  kp_stats_entry_set_string (entry, "localCertificateId",
                             add_certificate (self, input->local_certificate, "certificate-local"));
  kp_stats_entry_set_string (entry, "remoteCertificateId",
                             add_certificate (self, input->remote_certificate, "certificate-remote"));
  kp_stats_report_take (self, entry);
}
