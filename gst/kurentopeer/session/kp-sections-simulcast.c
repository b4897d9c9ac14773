/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which layers of a track are sent: what is offered, what the peer wants, and what it takes. */
#include "kp-sections-private.h"
#include "kp-sdp-edit.h"
#include "kp-sdp-simulcast.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* bytes; of a header extension of one byte */
#define MAX_NAME 16

/* More than anybody sends; each one costs a pad. */
#define MAX_RECEIVED_LAYERS 8

/* Takes @ladder. One picture alone needs no names. */
static void
set_ladder (KpSection *section, KpLadder *ladder)
{
  g_clear_pointer (&section->ladder, kp_ladder_unref);
  section->ladder = ladder;
  if (ladder == NULL && section->received_layers == NULL)
    section->extensions.rid = section->extensions.repaired_rid = 0;
}

static gboolean
can_simulcast (const KpSection *section, const KpSettings *settings)
{
  return settings->ladder && section->kind == KP_MEDIA_VIDEO && section->direction & KP_DIRECTION_SEND
         && section->input.codec == NULL;
}

void
kp_section_offer_layers (KpSection *self, const KpSettings *settings)
{
  set_ladder (self, can_simulcast (self, settings) && self->extensions.rid ? kp_ladder_ref (settings->ladder)
                                                                           : NULL);
}

/* Without the extensions nobody could tell the layers apart. */
static GStrv
dup_rids (const GstSDPMedia *media, const gchar *verb)
{
  return kp_sdp_media_get_extmap_id (media, KP_RID_URI) ? kp_sdp_media_dup_rids (media, verb) : NULL;
}

/* All that the peer sends, of which the largest is shown. */
static void
receive_layers (KpSection *self, KpConnection *connection, const GstSDPMedia *offer)
{
  const gchar *mid = kp_sdp_media_get_mid (offer);
  g_auto (GStrv) rids = NULL;

  if (self->kind != KP_MEDIA_VIDEO || !(self->direction & KP_DIRECTION_RECV) || self->codec == NULL)
    return;

  rids = dup_rids (offer, "send");
  if (rids == NULL || g_strv_length (rids) > MAX_RECEIVED_LAYERS)
    return;

  self->received_layers = g_steal_pointer (&rids);
  kp_connection_receive_layers (connection, self->mline_index, mid && strlen (mid) <= MAX_NAME ? mid : NULL,
                                self->codec->name);
  kp_connection_set_rid_ids (connection, &self->extensions);
}

void
kp_section_answer_layers (KpSection *self, KpConnection *connection, const KpSettings *settings,
                          const GstSDPMedia *offer)
{
  g_auto (GStrv) rids = dup_rids (offer, "recv");

  receive_layers (self, connection, offer);
  set_ladder (self, rids && can_simulcast (self, settings)
                        ? kp_ladder_rename (settings->ladder, (const gchar *const *)rids)
                        : NULL);
}

void
kp_section_take_layers (KpSection *self, const GstSDPMedia *answer)
{
  g_auto (GStrv) rids = dup_rids (answer, "recv");

  if (self->ladder == NULL)
    return;

  set_ladder (self, rids ? kp_ladder_restrict (self->ladder, (const gchar *const *)rids) : NULL);
  GST_INFO ("section %u: the peer takes %u layers", self->mline_index,
            self->ladder ? self->ladder->n_layers : 0);
}

static GStrv
list_rids (const KpLadder *ladder)
{
  GStrv rids = g_new0 (gchar *, ladder->n_layers + 1);

  for (guint i = 0; i < ladder->n_layers; i++)
    rids[i] = g_strdup (ladder->layers[i].rid);

  return rids;
}

static void
write_layers (const KpSection *section, GstSDPMessage *local)
{
  g_auto (GStrv) sent
      = section->ladder && section->direction & KP_DIRECTION_SEND ? list_rids (section->ladder) : NULL;
  GStrv received = section->direction & KP_DIRECTION_RECV ? section->received_layers : NULL;

  if ((sent || received) && section->mline_index < gst_sdp_message_medias_len (local))
    kp_sdp_media_set_rids (kp_sdp_edit_media (local, section->mline_index), (const gchar *const *)sent,
                           (const gchar *const *)received);
}

void
kp_sections_write_layers (GPtrArray *sections, GstSDPMessage *local)
{
  for (guint i = 0; i < sections->len; i++)
    write_layers (g_ptr_array_index (sections, i), local);
}
