/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What repairs losses of what is sent and received: which sections are protected by FEC. */
#include "kp-sections.h"
#include "kp-sdp-fec.h"

/* The layers of a simulcast are told apart by header extensions, which FEC packets do not carry. */
static gboolean
can_protect (const KpSection *self, const KpSettings *settings)
{
  return settings->fec && self->kind == KP_MEDIA_VIDEO && self->ladder == NULL
         && self->received_layers == NULL;
}

void
kp_sections_offer_fec (GPtrArray *sections, const KpSettings *settings, GstSDPMessage *offer, guint first,
                       const GstSDPMessage *remote)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->mline_index >= first && can_protect (section, settings))
        kp_sdp_offer_fec (offer, section->mline_index, remote);
    }
}

void
kp_sections_answer_fec (GPtrArray *sections, const KpSettings *settings, GstSDPMessage *answer, guint first,
                        const GstSDPMessage *offer)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->mline_index >= first && section->codec && can_protect (section, settings)
          && !kp_sdp_media_is_rejected (answer, section->mline_index))
        kp_sdp_answer_fec (answer, section->mline_index, offer);
    }
}

void
kp_sections_agree_fec (GPtrArray *sections, KpConnection *connection, const GstSDPMessage *answer)
{
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);
      const GstSDPMedia *media = gst_sdp_message_get_media (answer, section->mline_index);
      KpFecFormats formats;

      section->is_protected = kp_sdp_media_get_fec (media, &formats);
      if (section->is_protected)
        kp_connection_set_fec (connection, &formats);
    }
}
