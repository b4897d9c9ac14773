/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-candidate.h"

#include <gio/gio.h>
#include <string.h>

#include "gstkurentoerror.h"
#include "kp-json.h"

#define PREFIX "candidate:"
#define SDP_PREFIX "a="
#define MAX_LENGTH 1024
#define MAX_FOUNDATION_LENGTH 32
#define MAX_COMPONENT 256
#define MAX_HOST_LENGTH 253
#define MAX_LABEL_LENGTH 63
#define MAX_MID_LENGTH 256
#define DISCARD_PORT 9

/* In the order of the text; "typ" stands before the type, and pairs of name and value follow. */
enum
{
  FIELD_FOUNDATION,
  FIELD_COMPONENT,
  FIELD_TRANSPORT,
  FIELD_PRIORITY,
  FIELD_ADDRESS,
  FIELD_PORT,
  FIELD_TYP,
  FIELD_TYPE,
  N_FIELDS,
};

typedef struct
{
  gchar **fields; /* borrowed; at least N_FIELDS, and pairs behind them */
  guint64 component;
  guint64 port;
  gboolean tcp;
  gboolean mdns;
  gboolean address_ignorable;
  const gchar *tcp_type; /* borrowed; or NULL */
} KpParsed;

typedef enum
{
  HOST_INVALID,
  HOST_NAME,
  HOST_MDNS,
  HOST_ADDRESS,
  HOST_UNREACHABLE_ADDRESS, /* link-local IPv6, multicast or unspecified */
} KpHostKind;

static gboolean
fail (GError **error, const gchar *field, const gchar *expected)
{
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "ICE candidate: %s: expected %s",
               field, expected);

  return FALSE;
}

static const gchar *
skip_sdp_prefix (const gchar *text)
{
  return g_str_has_prefix (text, SDP_PREFIX) ? text + strlen (SDP_PREFIX) : text;
}

static gboolean
is_end (const gchar *text)
{
  return text[0] == '\0' || strcmp (text, PREFIX) == 0;
}

/* Some implementations leave a blank at the end. */
static gchar *
dup_normalized (const gchar *candidate)
{
  gchar *text = g_strdup (skip_sdp_prefix (candidate));
  gsize length = strlen (text);

  while (length > 0 && text[length - 1] == ' ')
    text[--length] = '\0';
  if (is_end (text))
    text[0] = '\0';

  return text;
}

KpCandidate *
kp_candidate_new (const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid)
{
  KpCandidate *self = g_new0 (KpCandidate, 1);

  self->candidate = dup_normalized (candidate);
  self->sdp_mline_index = sdp_mline_index;
  self->sdp_mid = g_strdup (sdp_mid);

  return self;
}

void
kp_candidate_free (KpCandidate *self)
{
  g_free (self->candidate);
  g_free (self->sdp_mid);
  g_free (self);
}

static gboolean
is_visible_ascii (const gchar *text)
{
  for (; *text; text++)
    if (!g_ascii_isgraph (*text))
      return FALSE;

  return TRUE;
}

static gboolean
is_foundation (const gchar *text)
{
  gsize length = strlen (text);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;

  return length <= MAX_FOUNDATION_LENGTH;
}

static gboolean
is_label (const gchar *label)
{
  gsize length = strlen (label);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-' && label[i] != '_')
      return FALSE;

  return length > 0 && length <= MAX_LABEL_LENGTH;
}

static gboolean
is_host_name (const gchar *text)
{
  g_auto (GStrv) labels = g_strsplit (text, ".", -1);
  guint n_labels = g_strv_length (labels);

  for (guint i = 0; i < n_labels; i++)
    if (!is_label (labels[i]))
      return FALSE;

  /* a number at the end would be a broken IPv4 address */
  return n_labels > 0 && strlen (text) <= MAX_HOST_LENGTH
         && strspn (labels[n_labels - 1], "0123456789") < strlen (labels[n_labels - 1]);
}

static KpHostKind
classify_host (const gchar *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  g_autofree gchar *lower = NULL;

  if (address)
    {
      gboolean link_local = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
                            && g_inet_address_get_is_link_local (address);

      return link_local || g_inet_address_get_is_any (address) || g_inet_address_get_is_multicast (address)
                 ? HOST_UNREACHABLE_ADDRESS
                 : HOST_ADDRESS;
    }

  if (!is_host_name (text))
    return HOST_INVALID;

  lower = g_ascii_strdown (text, -1);

  return g_str_has_suffix (lower, ".local") ? HOST_MDNS : HOST_NAME;
}

static gboolean
parse_number (const gchar *text, guint64 min, guint64 max, guint64 *number)
{
  return g_ascii_string_to_unsigned (text, 10, min, max, number, NULL);
}

static gboolean
parse_component_and_transport (KpParsed *self, GError **error)
{
  if (!is_foundation (self->fields[FIELD_FOUNDATION]))
    return fail (error, "foundation", "1 to 32 letters, digits, \"+\" or \"/\"");

  if (!parse_number (self->fields[FIELD_COMPONENT], 1, MAX_COMPONENT, &self->component))
    return fail (error, "component", "a number from 1 to 256");

  self->tcp = g_ascii_strcasecmp (self->fields[FIELD_TRANSPORT], "tcp") == 0;
  if (!self->tcp && g_ascii_strcasecmp (self->fields[FIELD_TRANSPORT], "udp") != 0)
    return fail (error, "transport", "\"udp\" or \"tcp\"");

  return TRUE;
}

static gboolean
parse_address_and_port (KpParsed *self, GError **error)
{
  KpHostKind kind = classify_host (self->fields[FIELD_ADDRESS]);
  guint64 priority;

  /* RFC 8445 ends at 2^31 - 1, but the field has 32 bits and some peers use them */
  if (!parse_number (self->fields[FIELD_PRIORITY], 1, G_MAXUINT32, &priority))
    return fail (error, "priority", "a number from 1 to 4294967295");

  if (kind == HOST_INVALID)
    return fail (error, "address", "an IP address or a host name");
  self->mdns = kind == HOST_MDNS;
  self->address_ignorable = kind == HOST_NAME || kind == HOST_UNREACHABLE_ADDRESS;

  /* active TCP candidates have no port of their own */
  if (!parse_number (self->fields[FIELD_PORT], self->tcp ? 0 : 1, G_MAXUINT16, &self->port))
    return fail (error, "port", "a number from 1 to 65535");

  return TRUE;
}

static gboolean
parse_extension (KpParsed *self, const gchar *name, const gchar *value, GError **error)
{
  guint64 port;

  if (strcmp (name, "raddr") == 0 && classify_host (value) == HOST_INVALID)
    return fail (error, "raddr", "an IP address or a host name");

  if (strcmp (name, "rport") == 0 && !parse_number (value, 0, G_MAXUINT16, &port))
    return fail (error, "rport", "a number from 0 to 65535");

  if (strcmp (name, "tcptype") == 0)
    self->tcp_type = value;

  return TRUE;
}

static gboolean
parse_type_and_extensions (KpParsed *self, GError **error)
{
  static const gchar *const tcp_types[] = { "active", "passive", "so", NULL };

  if (strcmp (self->fields[FIELD_TYP], "typ") != 0)
    return fail (error, "typ", "\"typ\" and the type after the port");

  for (guint i = N_FIELDS; self->fields[i]; i += 2)
    {
      if (!self->fields[i + 1])
        return fail (error, "extensions", "a value after each name");
      if (!parse_extension (self, self->fields[i], self->fields[i + 1], error))
        return FALSE;
    }

  if (self->tcp && !(self->tcp_type && g_strv_contains (tcp_types, self->tcp_type)))
    return fail (error, "tcptype", "\"active\", \"passive\" or \"so\"");

  return TRUE;
}

static gboolean
check_fields (gchar **fields, GError **error)
{
  for (guint i = 0; fields[i]; i++)
    if (fields[i][0] == '\0' || !is_visible_ascii (fields[i]))
      return fail (error, "text", "fields of visible ASCII with one blank between them");

  if (g_strv_length (fields) < N_FIELDS)
    return fail (error, "text",
                 "foundation, component, transport, priority, address, port, \"typ\" and type");

  return TRUE;
}

static KpCandidateUse
judge (const KpParsed *self)
{
  static const gchar *const types[] = { "host", "srflx", "prflx", "relay", NULL };

  if (self->component != 1 || self->address_ignorable
      || !g_strv_contains ((const gchar *const *)types, self->fields[FIELD_TYPE]))
    return KP_CANDIDATE_IGNORABLE;

  if (self->tcp && strcmp (self->tcp_type, "active") == 0 && (self->port == 0 || self->port == DISCARD_PORT))
    return KP_CANDIDATE_IGNORABLE;

  return self->mdns ? KP_CANDIDATE_MDNS : KP_CANDIDATE_USABLE;
}

gboolean
kp_candidate_classify (const gchar *candidate, KpCandidateUse *use, GError **error)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) fields = NULL;
  KpParsed parsed = { 0 };

  if (strnlen (candidate, MAX_LENGTH + 1) > MAX_LENGTH)
    return fail (error, "text", "at most 1024 characters");

  text = dup_normalized (candidate);
  if (is_end (text))
    {
      *use = KP_CANDIDATE_END;
      return TRUE;
    }

  if (!g_str_has_prefix (text, PREFIX))
    return fail (error, "text", "\"candidate:\" at the start");

  fields = g_strsplit (text + strlen (PREFIX), " ", -1);
  parsed.fields = fields;
  if (!check_fields (fields, error) || !parse_component_and_transport (&parsed, error)
      || !parse_address_and_port (&parsed, error) || !parse_type_and_extensions (&parsed, error))
    return FALSE;

  *use = judge (&parsed);

  return TRUE;
}

/* NULL for a member that is missing or null: JavaScript sends either. */
static JsonNode *
get_member (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static gboolean
is_mid (JsonNode *node)
{
  const gchar *mid = kp_json_is_string (node) ? json_node_get_string (node) : NULL;

  return mid && strnlen (mid, MAX_MID_LENGTH + 1) <= MAX_MID_LENGTH && is_visible_ascii (mid);
}

static gboolean
is_mline_index (JsonNode *node)
{
  gint64 index = kp_json_is_integer (node) ? json_node_get_int (node) : -1;

  return index >= 0 && index <= G_MAXUINT16;
}

KpCandidate *
kp_candidate_from_json (JsonNode *node, GError **error)
{
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *candidate = object ? get_member (object, "candidate") : NULL;
  JsonNode *mid = object ? get_member (object, "sdpMid") : NULL;
  JsonNode *mline_index = object ? get_member (object, "sdpMLineIndex") : NULL;
  g_autoptr (KpCandidate) self = NULL;

  if (!kp_json_is_string (candidate))
    {
      fail (error, "candidate", "an object with the string \"candidate\"");
      return NULL;
    }

  if (mid && !is_mid (mid))
    {
      fail (error, "sdpMid", "a string of at most 256 visible characters");
      return NULL;
    }

  if (mline_index && !is_mline_index (mline_index))
    {
      fail (error, "sdpMLineIndex", "a number from 0 to 65535");
      return NULL;
    }

  self
      = kp_candidate_new (json_node_get_string (candidate), mline_index ? json_node_get_int (mline_index) : 0,
                          mid ? json_node_get_string (mid) : NULL);
  if (self->candidate[0] != '\0' && !mid && !mline_index)
    {
      fail (error, "sdpMid", "sdpMid or sdpMLineIndex");
      return NULL;
    }

  return g_steal_pointer (&self);
}

JsonNode *
kp_candidate_to_json (const KpCandidate *self)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "candidate", self->candidate);
  if (self->sdp_mid)
    json_object_set_string_member (object, "sdpMid", self->sdp_mid);
  else
    json_object_set_null_member (object, "sdpMid");
  json_object_set_int_member (object, "sdpMLineIndex", self->sdp_mline_index);

  json_node_take_object (node, object);

  return node;
}
