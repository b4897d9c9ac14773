/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an offer of ours adds to a session that is up. */
#include "kp-sections-private.h"
#include "kp-formats.h"
#include "kp-sdp-payloads.h"

/* The first m-line that nobody has. */
static guint
count_mlines (GPtrArray *sections, const GstSDPMessage *local)
{
  guint n = gst_sdp_message_medias_len (local);

  for (guint i = 0; i < sections->len; i++)
    n = MAX (n, ((KpSection *)g_ptr_array_index (sections, i))->mline_index + 1);

  return n;
}

/* It only sends: what a peer sends in its answer might be here before that, and nobody would know which section it is of. */
static gboolean
offer_further (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
               const KpTrack *track, const GstSDPMessage *local, const GstSDPMessage *remote, GError **error)
{
  KpSection *section = kp_section_new (count_mlines (sections, local), track->kind, KP_DIRECTION_SEND, track);
  g_autoptr (KpSection) owned = section;
  g_autoptr (GPtrArray) codecs = kp_section_list_codecs (section, settings, error);
  GstCaps *caps;

  if (codecs == NULL)
    return FALSE;

  kp_extensions_choose (&section->extensions, section->kind, local, remote);
  kp_section_offer_layers (section, settings);
  caps = kp_sdp_renumber (kp_formats_offer (codecs, section->input_caps), local, remote);
  if (!kp_section_realize (section, connection, settings, caps, error))
    return FALSE;

  section->index = KP_NO_OUTLET;
  kp_connection_set_section (connection, section->mline_index, track->kind, section->index);
  g_ptr_array_add (sections, g_steal_pointer (&owned));

  return TRUE;
}

gboolean
kp_sections_prepare_further (GPtrArray *sections, KpConnection *connection, const KpSettings *settings,
                             GPtrArray *tracks, const GstSDPMessage *local, const GstSDPMessage *remote,
                             GError **error)
{
  for (guint i = 0; kp_settings_sends (settings) && i < tracks->len; i++)
    {
      const KpTrack *track = g_ptr_array_index (tracks, i);

      if (!kp_sections_has_track (sections, track->gate)
          && !offer_further (sections, connection, settings, track, local, remote, error))
        return FALSE;
    }

  return TRUE;
}
