/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sdp.h"

#include "gstkurentoerror.h"
#include "kp-fingerprint.h"
#include "kp-sdp-edit.h"
#include "kp-sdp-formats.h"
#include "kp-sdp-lines.h"

#include <string.h>

#define MAX_MID_LENGTH 64
/* RFC 8839 */
#define MIN_UFRAG_LENGTH 4
#define MIN_PWD_LENGTH 22
#define MAX_CREDENTIAL_LENGTH 256

static const gchar *const directions[] = { "sendrecv", "sendonly", "recvonly", "inactive" };

/* One transport carries everything, so every section says the same of it. */
typedef struct
{
  gchar *ice_ufrag; /* owned */
  gchar *ice_pwd; /* owned */
  gchar *setup; /* owned */
  gchar *fingerprint; /* owned */
} Transport;

static void
transport_clear (Transport *self)
{
  g_free (self->ice_ufrag);
  g_free (self->ice_pwd);
  g_free (self->setup);
  g_free (self->fingerprint);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Transport, transport_clear)

static const gchar *
get_media_name (const GstSDPMessage *sdp, guint index)
{
  return gst_sdp_media_get_media (gst_sdp_message_get_media (sdp, index));
}

G_GNUC_PRINTF (5, 6)
static gboolean
fail (GError **error, GstKurentoError code, const GstSDPMessage *sdp, guint index, const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_KURENTO_ERROR, code, "SDP section %u (%s): %s", index, get_media_name (sdp, index),
               message);
  return FALSE;
}

static void
reject (GstSDPMedia *media)
{
  static const gchar *const meaningless[]
      = { "bundle-only", "candidate", "end-of-candidates", "msid", "rid", "sctp-port",
          "simulcast",   "ssrc",      "ssrc-group" };
  KpMediaKind kind;

  gst_sdp_media_set_port_info (media, 0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (meaningless); i++)
    kp_sdp_media_remove_attributes (media, meaningless[i]);
  if (kp_sdp_media_get_kind (media, &kind))
    kp_sdp_media_forget_formats (media);
}

/* The first one that the section has, else the session's, else sendrecv. */
static void
set_direction (GstSDPMedia *media, const gchar *session_direction)
{
  const gchar *direction = NULL;

  for (guint i = 0; i < gst_sdp_media_attributes_len (media);)
    {
      const gchar *key = gst_sdp_media_get_attribute (media, i)->key;
      const gchar *found = NULL;

      for (guint j = 0; j < G_N_ELEMENTS (directions); j++)
        found = g_str_equal (key, directions[j]) ? directions[j] : found;

      if (!found)
        i++;
      else
        gst_sdp_media_remove_attribute (media, i);
      direction = direction ? direction : found;
    }
  gst_sdp_media_add_attribute (media, direction ? direction : session_direction, "");
}

static void
spread_direction (GstSDPMessage *sdp)
{
  const gchar *session_direction = "sendrecv";

  for (guint i = G_N_ELEMENTS (directions); i > 0; i--)
    {
      if (gst_sdp_message_get_attribute_val (sdp, directions[i - 1]))
        session_direction = directions[i - 1];
      kp_sdp_remove_attributes (sdp, directions[i - 1]);
    }
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    set_direction (kp_sdp_edit_media (sdp, i), session_direction);
}

/* Media that webrtcbin can take: audio and video with a known format, and one data channel section. */
static gboolean
is_usable (GstSDPMedia *media, gboolean *has_data)
{
  KpMediaKind kind;

  if (kp_sdp_media_get_kind (media, &kind))
    return kp_sdp_media_clean_formats (media);
  if (*has_data || !kp_sdp_media_is_data_channel (media))
    return FALSE;

  *has_data = TRUE;
  kp_sdp_media_remove_attributes (media, "ssrc");
  if (!kp_sdp_media_has_attribute (media, "sctp-port"))
    gst_sdp_media_add_attribute (media, "sctp-port", "5000");
  return TRUE;
}

static void
reject_unusable (GstSDPMessage *sdp)
{
  gboolean has_data = FALSE;

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);

      if (kp_sdp_media_is_rejected (sdp, i) || !is_usable (media, &has_data))
        reject (media);
    }
}

static gboolean
is_mid (const gchar *mid)
{
  gsize length = strlen (mid);

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isgraph (mid[i]))
        return FALSE;
    }
  return length > 0 && length <= MAX_MID_LENGTH;
}

/* Checks the mids that are there, and collects them. */
static gboolean
check_mids (GstSDPMessage *sdp, GHashTable *mids, GError **error)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);
      g_autofree gchar *mid = g_strdup (kp_sdp_media_get_mid (media));

      if (!mid)
        continue;
      if (!is_mid (mid))
        return fail (error, GST_KURENTO_ERROR_NEGOTIATION, sdp, i, "expected a mid of 1 to %d characters",
                     MAX_MID_LENGTH);
      if (g_hash_table_contains (mids, mid))
        return fail (error, GST_KURENTO_ERROR_NEGOTIATION, sdp, i, "the mid \"%s\" is taken", mid);
      kp_sdp_media_set_attribute (media, "mid", mid);
      g_hash_table_add (mids, g_steal_pointer (&mid));
    }
  return TRUE;
}

/* Old peers do without, webrtcbin does not. */
static void
insert_mids (GstSDPMessage *sdp, GHashTable *mids, gboolean *inserted)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);
      GString *mid;

      if (kp_sdp_media_get_mid (media))
        continue;
      mid = g_string_new (NULL);
      g_string_printf (mid, "kp%u", i);
      while (g_hash_table_contains (mids, mid->str))
        g_string_append_c (mid, '_');
      gst_sdp_media_add_attribute (media, "mid", mid->str);
      g_hash_table_add (mids, g_string_free (mid, FALSE));
      *inserted |= !kp_sdp_media_is_rejected (sdp, i);
    }
}

static guint
count_in_use (const GstSDPMessage *sdp)
{
  guint n = 0;

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    n += !kp_sdp_media_is_rejected (sdp, i);
  return n;
}

static void
set_bundle (GstSDPMessage *sdp, const GString *mids)
{
  kp_sdp_remove_attributes (sdp, "group");
  if (mids->len > 0)
    {
      g_autofree gchar *group = g_strconcat ("BUNDLE", mids->str, NULL);

      gst_sdp_message_add_attribute (sdp, "group", group);
    }
}

/* Writes the group in the order of the sections, as webrtcbin will in its answer: it takes the first mid of each for the
 * transport's. */
static gboolean
normalize_bundle (GstSDPMessage *sdp, gchar **bundle, GError **error)
{
  g_autoptr (GString) mids = g_string_new (NULL);
  guint n_in_use = count_in_use (sdp);

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);
      const gchar *mid = kp_sdp_media_get_mid (media);
      gboolean bundled = bundle && g_strv_contains ((const gchar *const *)bundle, mid);

      if (kp_sdp_media_is_rejected (sdp, i))
        continue;
      if (!bundled && n_in_use > 1)
        return fail (error, GST_KURENTO_ERROR_NEGOTIATION, sdp, i,
                     "expected all sections in one BUNDLE group");

      if (bundled)
        g_string_append_printf (mids, " %s", mid);
      kp_sdp_media_remove_attributes (media, "bundle-only");
      if (gst_sdp_media_get_port (media) == 0)
        gst_sdp_media_set_port_info (media, 9, 0);
    }
  set_bundle (sdp, mids);
  return TRUE;
}

/* webrtcbin takes RTP of unknown source for the section that carries the transport, and crashes when that is no media. */
static gboolean
check_transport_section (const GstSDPMessage *sdp, GError **error)
{
  guint index = kp_sdp_get_transport_index (sdp);

  if (count_in_use (sdp) == 0)
    return fail (error, GST_KURENTO_ERROR_NEGOTIATION, sdp, index, "no section is in use");
  if (count_in_use (sdp) > 1 && kp_sdp_media_is_data_channel (gst_sdp_message_get_media (sdp, index)))
    return fail (error, GST_KURENTO_ERROR_NEGOTIATION, sdp, index, "expected media before the data channel");
  return TRUE;
}

static const gchar *
get_inherited (const GstSDPMessage *sdp, guint index, const gchar *name)
{
  const gchar *value = gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, index), name);

  return value ? value : gst_sdp_message_get_attribute_val (sdp, name);
}

static gchar *
dup_credential (const GstSDPMessage *sdp, guint index, const gchar *name, gsize min_length, GError **error)
{
  const gchar *value = get_inherited (sdp, index, name);
  gsize length = value ? strlen (value) : 0;
  gboolean valid = length >= min_length && length <= MAX_CREDENTIAL_LENGTH;

  for (gsize i = 0; i < length; i++)
    valid &= g_ascii_isgraph (value[i]);

  if (!valid)
    {
      fail (error, GST_KURENTO_ERROR_INVALID_ARGUMENT, sdp, index,
            "expected a=%s of %" G_GSIZE_FORMAT " to %d characters", name, min_length, MAX_CREDENTIAL_LENGTH);
      return NULL;
    }
  return g_strdup (value);
}

static gchar *
dup_setup (const GstSDPMessage *sdp, guint index, GError **error)
{
  static const gchar *const setups[] = { "actpass", "active", "passive", NULL };
  const gchar *value = get_inherited (sdp, index, "setup");

  if (!value || !g_strv_contains (setups, value))
    {
      fail (error, GST_KURENTO_ERROR_INVALID_ARGUMENT, sdp, index,
            "expected a=setup:actpass, active or passive");
      return NULL;
    }
  return g_strdup (value);
}

static gint
get_strength (const gchar *fingerprint)
{
  static const gchar *const strong[] = { "sha-256 ", "sha-384 ", "sha-512 " };

  for (guint i = 0; i < G_N_ELEMENTS (strong); i++)
    {
      if (g_str_has_prefix (fingerprint, strong[i]))
        return i + 1;
    }
  return 0;
}

/* The strongest, or the first of equally strong ones. NULL when there is none of a known kind. */
static gchar *
choose_fingerprint (const gchar *(*get) (gconstpointer, const gchar *, guint), gconstpointer owner)
{
  g_autofree gchar *best = NULL;
  const gchar *value;

  for (guint i = 0; (value = get (owner, "fingerprint", i)); i++)
    {
      g_autofree gchar *fingerprint = kp_fingerprint_normalize (value, NULL);

      if (!fingerprint || (best && get_strength (fingerprint) <= get_strength (best)))
        continue;
      g_free (best);
      best = g_steal_pointer (&fingerprint);
    }
  return g_steal_pointer (&best);
}

static const gchar *
get_session_value (gconstpointer sdp, const gchar *name, guint n)
{
  return gst_sdp_message_get_attribute_val_n (sdp, name, n);
}

static const gchar *
get_media_value (gconstpointer media, const gchar *name, guint n)
{
  return gst_sdp_media_get_attribute_val_n (media, name, n);
}

static gboolean
check_fingerprint (const GstSDPMessage *sdp, guint index, const gchar *expected, GError **error)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (sdp, index);
  g_autofree gchar *own = choose_fingerprint (get_media_value, media);

  if (own ? g_str_equal (own, expected) : !kp_sdp_media_has_attribute (media, "fingerprint"))
    return TRUE;
  return fail (error, GST_KURENTO_ERROR_NEGOTIATION, sdp, index,
               "expected the fingerprint of the other sections of the BUNDLE");
}

static gchar *
dup_fingerprint (const GstSDPMessage *sdp, guint index, GError **error)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (sdp, index);
  g_autofree gchar *fingerprint = kp_sdp_media_has_attribute (media, "fingerprint")
                                      ? choose_fingerprint (get_media_value, media)
                                      : choose_fingerprint (get_session_value, sdp);

  if (!fingerprint)
    {
      fail (error, GST_KURENTO_ERROR_SECURITY, sdp, index,
            "expected a=fingerprint with sha-512, sha-384, sha-256 or sha-1");
      return NULL;
    }
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      if (!kp_sdp_media_is_rejected (sdp, i) && !check_fingerprint (sdp, i, fingerprint, error))
        return NULL;
    }
  return g_steal_pointer (&fingerprint);
}

static gboolean
read_transport (const GstSDPMessage *sdp, guint index, Transport *transport, GError **error)
{
  transport->ice_ufrag = dup_credential (sdp, index, "ice-ufrag", MIN_UFRAG_LENGTH, error);
  if (!transport->ice_ufrag)
    return FALSE;
  transport->ice_pwd = dup_credential (sdp, index, "ice-pwd", MIN_PWD_LENGTH, error);
  if (!transport->ice_pwd)
    return FALSE;
  transport->setup = dup_setup (sdp, index, error);
  if (!transport->setup)
    return FALSE;
  transport->fingerprint = dup_fingerprint (sdp, index, error);
  return transport->fingerprint != NULL;
}

/* webrtcbin wants all of it in each section, those of a BUNDLE alike, rejected ones too, and nothing of it at session level. */
static void
spread_transport (GstSDPMessage *sdp, const Transport *transport)
{
  const struct
  {
    const gchar *name;
    const gchar *value;
  } values[] = {
    { "ice-ufrag", transport->ice_ufrag },
    { "ice-pwd", transport->ice_pwd },
    { "setup", transport->setup },
    { "fingerprint", transport->fingerprint },
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      kp_sdp_remove_attributes (sdp, values[i].name);
      for (guint j = 0; j < gst_sdp_message_medias_len (sdp); j++)
        kp_sdp_media_set_attribute (kp_sdp_edit_media (sdp, j), values[i].name, values[i].value);
    }
}

static gboolean
unify_transport (GstSDPMessage *sdp, GError **error)
{
  g_auto (Transport) transport = { 0 };
  g_auto (GStrv) bundle = kp_sdp_dup_bundle (sdp);
  guint tagged = kp_sdp_get_transport_index (sdp);

  if (!normalize_bundle (sdp, bundle, error))
    return FALSE;
  if (!check_transport_section (sdp, error))
    return FALSE;
  if (!read_transport (sdp, tagged, &transport, error))
    return FALSE;
  spread_transport (sdp, &transport);
  return TRUE;
}

/* bundle-only means nothing outside of a BUNDLE; such a section has no transport. */
static void
reject_unbundled (GstSDPMessage *sdp)
{
  g_auto (GStrv) bundle = kp_sdp_dup_bundle (sdp);

  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    {
      GstSDPMedia *media = kp_sdp_edit_media (sdp, i);
      const gchar *mid = kp_sdp_media_get_mid (media);

      if (gst_sdp_media_get_port (media) == 0
          && !(mid && bundle && g_strv_contains ((const gchar *const *)bundle, mid)))
        kp_sdp_media_remove_attributes (media, "bundle-only");
    }
}

GstSDPMessage *
kp_sdp_parse_remote (const gchar *text, gboolean *inserted_mids, GError **error)
{
  g_autoptr (GHashTable) mids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GstSDPMessage) sdp = NULL;
  g_autofree gchar *lines = kp_sdp_filter_lines (text, error);

  gboolean inserted = FALSE;

  *inserted_mids = FALSE;
  if (!lines)
    return NULL;

  gst_sdp_message_new (&sdp);
  gst_sdp_message_parse_buffer ((const guint8 *)lines, strlen (lines), sdp);

  reject_unbundled (sdp);
  reject_unusable (sdp);
  spread_direction (sdp);
  if (!check_mids (sdp, mids, error))
    return NULL;
  insert_mids (sdp, mids, &inserted);
  if (!unify_transport (sdp, error))
    return NULL;
  *inserted_mids = inserted;
  return g_steal_pointer (&sdp);
}
