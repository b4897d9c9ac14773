/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections of a session that is up. webrtcbin 1.22 can neither change the direction of a section nor give one up, so for it they
 * stay as they began; what is sent and received within that is up to us, and so is what is told to the peer. */
#include "kp-sections.h"
#include "gstkurentoerror.h"
#include "kp-sdp-renew.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

KpSection *
kp_sections_find (GPtrArray *sections, guint mline_index)
{
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);

      if (section->mline_index == mline_index)
        return section;
    }

  return NULL;
}

/* A section that comes with the present descriptions counts, too. */
KpSection *
kp_sections_find_receiving (GPtrArray *sections, KpMediaKind kind, guint index)
{
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);

      if (section->kind == kind && index - section->index < kp_section_count_pads (section)
          && (section->is_settled ? section->receives : section->direction & KP_DIRECTION_RECV))
        return section;
    }

  return NULL;
}

gboolean
kp_sections_has_pads_of (GPtrArray *sections, const KpSection *section)
{
  for (guint i = 0; i < kp_section_count_pads (section); i++)
    if (kp_sections_find_receiving (sections, section->kind, section->index + i))
      return TRUE;

  return FALSE;
}

static KpSection *
find_track (GPtrArray *sections, GstElement *gate)
{
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);

      if (section->track && section->track->gate == gate)
        return section;
    }

  return NULL;
}

gboolean
kp_sections_has_track (GPtrArray *sections, GstElement *gate)
{
  return find_track (sections, gate) != NULL;
}

static void
drop_sender (gpointer sender, gpointer user_data)
{
  kp_sender_drop (sender);
}

gboolean
kp_sections_remove_track (GPtrArray *sections, KpConnection *connection, GstElement *gate)
{
  KpSection *section = find_track (sections, gate);

  if (section == NULL)
    return FALSE;

  GST_DEBUG ("%s is gone: section %u sends nothing any more", GST_OBJECT_NAME (gate), section->mline_index);
  if (section->part)
    {
      kp_gate_close (KP_GATE (gate));
      g_ptr_array_foreach (section->senders, drop_sender, NULL);
      kp_connection_drop_part (connection, section->part);
    }
  g_ptr_array_set_size (section->senders, 0);
  g_clear_object (&section->part);
  g_clear_pointer (&section->track, kp_track_free);
  gst_clear_caps (&section->input_caps);
  section->direction &= ~KP_DIRECTION_SEND;
  section->open = FALSE;

  return TRUE;
}

G_GNUC_PRINTF (3, 4)
static gboolean
fail (GError **error, guint mline_index, const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION, "section %u: %s", mline_index,
               message);

  return FALSE;
}

/* webrtcbin keeps no place for what was rejected from the beginning, and fails or asserts at the next one. */
static gboolean
check_settled (GPtrArray *sections, const GstSDPMessage *local, GError **error)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (local); i++)
    {
      const KpSection *section = kp_sections_find (sections, i);

      if (section && !section->is_settled)
        return fail (error, i, "it was rejected when the call began, so the call cannot be changed");
    }

  return TRUE;
}

static gboolean
has_free_track (GPtrArray *sections, GPtrArray *tracks, KpMediaKind kind)
{
  for (guint i = 0; i < tracks->len; i++)
    {
      const KpTrack *track = g_ptr_array_index (tracks, i);

      if (track->kind == kind && !find_track (sections, track->gate))
        return TRUE;
    }

  return FALSE;
}

static gboolean
check_direction (GPtrArray *sections, const KpSection *section, const KpSettings *settings, GPtrArray *tracks,
                 KpDirection theirs, GError **error)
{
  if (theirs & KP_DIRECTION_SEND && kp_settings_receives (settings, section->kind)
      && !(section->settled & KP_DIRECTION_RECV))
    return fail (error, section->mline_index,
                 "the peer wants to send where it did not; a new section can do that");
  if (theirs & KP_DIRECTION_SEND && section->settled & KP_DIRECTION_RECV && !section->receives
      && kp_sections_has_pads_of (sections, section))
    return fail (error, section->mline_index,
                 "the peer wants to send again, but another section has the source pad now");
  if (theirs & KP_DIRECTION_RECV && kp_settings_sends (settings) && !(section->settled & KP_DIRECTION_SEND)
      && has_free_track (sections, tracks, section->kind))
    return fail (error, section->mline_index,
                 "the peer wants to receive where it did not; a new section can do that");

  return TRUE;
}

static gboolean
has_format (const GstSDPMedia *media, guint payload_type)
{
  g_autofree gchar *format = g_strdup_printf ("%u", payload_type);

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    if (g_str_equal (gst_sdp_media_get_format (media, i), format))
      return TRUE;

  return FALSE;
}

static gboolean
check_section (GPtrArray *sections, const KpSection *section, const KpSettings *settings, GPtrArray *tracks,
               const GstSDPMessage *offer, GError **error)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (offer, section->mline_index);

  if (kp_sdp_media_is_rejected (offer, section->mline_index))
    return TRUE;
  if (section->part && kp_sdp_media_get_direction (media) & KP_DIRECTION_RECV
      && !has_format (media, section->payload_type))
    return fail (error, section->mline_index, "the peer does not take %s any more", section->codec->name);

  return check_direction (sections, section, settings, tracks, kp_sdp_media_get_direction (media), error);
}

gboolean
kp_sections_check_offer (GPtrArray *sections, const KpSettings *settings, GPtrArray *tracks,
                         const GstSDPMessage *local, const GstSDPMessage *offer, GError **error)
{
  if (!check_settled (sections, local, error))
    return FALSE;
  for (guint i = 0; i < sections->len; i++)
    if (!check_section (sections, g_ptr_array_index (sections, i), settings, tracks, offer, error))
      return FALSE;

  return TRUE;
}

gboolean
kp_sections_check_offering (GPtrArray *sections, KpConnection *connection, const GstSDPMessage *local,
                            GError **error)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (local); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (local, i);
      const KpSection *section = kp_sections_find (sections, i);

      if (section && (section->is_settled || !kp_sdp_media_is_rejected (local, i)))
        continue;
      if (!kp_sdp_media_is_data_channel (media) || kp_sdp_media_is_rejected (local, i))
        return fail (error, i, "it was rejected when the call began, so we cannot offer anew");
      if (!kp_connection_has_channel (connection))
        return fail (error, i, "without an open data channel it cannot be offered anew");
    }

  return TRUE;
}

gboolean
kp_sections_check_made (GPtrArray *sections, const GstSDPMessage *made, GError **error)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->mline_index >= gst_sdp_message_medias_len (made))
        return fail (error, section->mline_index, "webrtcbin could not offer it");
    }

  return TRUE;
}

void
kp_sections_follow (GPtrArray *sections, const KpSettings *settings, const GstSDPMessage *remote)
{
  kp_sections_widen (sections, settings);
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);

      if (!section->is_settled)
        continue;
      section->direction &= kp_sdp_media_is_rejected (remote, section->mline_index)
                                ? KP_DIRECTION_INACTIVE
                                : kp_direction_swap (kp_sdp_media_get_direction (
                                    gst_sdp_message_get_media (remote, section->mline_index)));
    }
}

void
kp_sections_widen (GPtrArray *sections, const KpSettings *settings)
{
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);
      KpDirection direction = KP_DIRECTION_INACTIVE;

      if (!section->is_settled)
        continue;
      if (section->track)
        direction |= KP_DIRECTION_SEND;
      if (kp_settings_receives (settings, section->kind))
        direction |= KP_DIRECTION_RECV;
      section->direction = direction & section->settled;
    }
}

/* It would ask a receiver whether it takes what we send, and an encoder that has not begun what it will make. What it finds
 * is for nothing: what is settled is described as before. */
void
kp_sections_calm (GPtrArray *sections)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->is_settled && section->sink_pad)
        g_object_set (section->transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, NULL);
    }
}

void
kp_sections_write_told (GPtrArray *sections, GstSDPMessage *local)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->mline_index < gst_sdp_message_medias_len (local))
        kp_sdp_media_set_direction ((GstSDPMedia *)gst_sdp_message_get_media (local, section->mline_index),
                                    section->direction);
    }
}

void
kp_sections_write_settled (GPtrArray *sections, GstSDPMessage *sdp, gboolean remote)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);
      KpDirection direction = remote ? kp_direction_swap (section->settled) : section->settled;

      if (section->is_settled)
        kp_sdp_media_set_direction ((GstSDPMedia *)gst_sdp_message_get_media (sdp, section->mline_index),
                                    direction);
    }
}

void
kp_sections_settle (GPtrArray *sections, const GstSDPMessage *local, const GstSDPMessage *remote)
{
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);
      const GstSDPMedia *ours = gst_sdp_message_get_media (local, section->mline_index);
      const GstSDPMedia *theirs = gst_sdp_message_get_media (remote, section->mline_index);
      gboolean rejected = kp_sdp_media_is_rejected (local, section->mline_index)
                          || kp_sdp_media_is_rejected (remote, section->mline_index);
      KpDirection agreed
          = kp_sdp_media_get_direction (ours) & kp_direction_swap (kp_sdp_media_get_direction (theirs));

      if (!section->is_settled && !rejected)
        {
          section->is_settled = TRUE;
          section->settled = agreed;
        }
      section->receives = !rejected && agreed & KP_DIRECTION_RECV;
    }
}
