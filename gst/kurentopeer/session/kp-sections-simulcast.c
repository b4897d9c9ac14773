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

/* Without the extensions nobody could tell the layers apart. */
static GStrv
dup_rids (const GstSDPMedia *media, const gchar *verb)
{
  return kp_sdp_media_get_extmap_id (media, KP_RID_URI) ? kp_sdp_media_dup_rids (media, verb) : NULL;
}

static GStrv
list_rids (const KpLadder *ladder)
{
  GStrv rids = g_new0 (gchar *, ladder->n_layers + 1);

  for (guint i = 0; i < ladder->n_layers; i++)
    rids[i] = g_strdup (ladder->layers[i].rid);

  return rids;
}

/* A browser that is asked for layers, and not told their sizes, takes the last for the largest. */
static GStrv
list_rids_backwards (const KpLadder *ladder)
{
  GStrv rids = list_rids (ladder);

  for (guint i = 0; i < ladder->n_layers / 2; i++)
    {
      gchar *rid = rids[i];

      rids[i] = rids[ladder->n_layers - 1 - i];
      rids[ladder->n_layers - 1 - i] = rid;
    }

  return rids;
}

/* Takes @rids, or NULL. */
static void
expect_layers (KpSection *self, const KpSettings *settings, GStrv rids)
{
  g_clear_pointer (&self->received_layers, g_strfreev);
  self->received_layers = rids;
  self->layer_pads = rids && settings->simulcast_pads;
}

/* The names of layers are for one direction: what sends layers does not ask for others. */
void
kp_section_offer_layers (KpSection *self, const KpSettings *settings)
{
  gboolean can_name = settings->ladder && self->kind == KP_MEDIA_VIDEO && self->extensions.rid;
  gboolean sends = can_name && can_simulcast (self, settings);

  if (can_name && !sends && self->direction & KP_DIRECTION_RECV)
    expect_layers (self, settings, list_rids_backwards (settings->ladder));
  set_ladder (self, sends ? kp_ladder_ref (settings->ladder) : NULL);
}

/* All that the peer sends. */
static void
accept_layers (KpSection *self, const KpSettings *settings, const GstSDPMedia *offer)
{
  g_auto (GStrv) rids = dup_rids (offer, "send");

  if (rids && g_strv_length (rids) <= MAX_RECEIVED_LAYERS && self->kind == KP_MEDIA_VIDEO
      && self->direction & KP_DIRECTION_RECV)
    expect_layers (self, settings, g_steal_pointer (&rids));
}

void
kp_section_answer_layers (KpSection *self, const KpSettings *settings, const GstSDPMedia *offer)
{
  g_auto (GStrv) rids = dup_rids (offer, "recv");

  accept_layers (self, settings, offer);
  set_ladder (self, rids && can_simulcast (self, settings)
                        ? kp_ladder_rename (settings->ladder, (const gchar *const *)rids)
                        : NULL);
}

void
kp_section_receive_layers (KpSection *self, KpConnection *connection, const GstSDPMedia *remote)
{
  const gchar *mid = kp_sdp_media_get_mid (remote);
  g_auto (GStrv) sent = self->received_layers ? dup_rids (remote, "send") : NULL;

  if (self->received_layers == NULL)
    return;
  if (sent == NULL)
    {
      GST_INFO ("section %u: the peer sends no layers", self->mline_index);
      g_clear_pointer (&self->received_layers, g_strfreev);
      self->layer_pads = FALSE;
      return;
    }

  kp_connection_receive_layers (connection, self->mline_index, mid && strlen (mid) <= MAX_NAME ? mid : NULL,
                                self->layer_pads ? (const gchar *const *)self->received_layers : NULL);
  kp_connection_set_rid_ids (connection, &self->extensions);
}

guint
kp_section_count_pads (const KpSection *self)
{
  return self->layer_pads ? g_strv_length (self->received_layers) : 1;
}

const gchar *
kp_section_get_rid (const KpSection *self, guint index)
{
  return self->layer_pads && index - self->index < kp_section_count_pads (self)
             ? self->received_layers[index - self->index]
             : NULL;
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
