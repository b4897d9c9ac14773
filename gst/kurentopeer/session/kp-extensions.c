/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-extensions.h"

#include "kp-sdp.h"

/* Ours, in the first offer. */
#define TWCC_ID 1
#define MID_ID 2
#define RID_ID 3
#define REPAIRED_RID_ID 4
#define LEVEL_ID 5

void
kp_extensions_read (KpExtensions *self, const GstSDPMedia *media)
{
  *self = (KpExtensions){
    .twcc = kp_sdp_media_get_extmap_id (media, KP_TWCC_URI),
    .mid = kp_sdp_media_get_extmap_id (media, KP_MID_URI),
    .rid = kp_sdp_media_get_extmap_id (media, KP_RID_URI),
    .repaired_rid = kp_sdp_media_get_extmap_id (media, KP_REPAIRED_RID_URI),
    .level = kp_sdp_media_get_extmap_id (media, KP_LEVEL_URI),
  };
}

/* Sections of one transport may not give an id two meanings. */
static guint
choose_id (const GstSDPMessage *sdp, const gchar *uri, guint id)
{
  for (guint i = 0; sdp && i < gst_sdp_message_medias_len (sdp); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);
      guint used = kp_sdp_media_get_extmap_id (media, uri);

      if (used)
        return used;
      if (id && kp_sdp_media_has_extmap_id (media, id))
        id = 0;
    }

  return id;
}

void
kp_extensions_choose (KpExtensions *self, KpMediaKind kind, const GstSDPMessage *local,
                      const GstSDPMessage *remote)
{
  *self = (KpExtensions){
    .twcc = choose_id (local, KP_TWCC_URI, choose_id (remote, KP_TWCC_URI, TWCC_ID)),
    .mid = choose_id (local, KP_MID_URI, choose_id (remote, KP_MID_URI, MID_ID)),
    .rid = choose_id (local, KP_RID_URI, choose_id (remote, KP_RID_URI, RID_ID)),
    .repaired_rid
    = choose_id (local, KP_REPAIRED_RID_URI, choose_id (remote, KP_REPAIRED_RID_URI, REPAIRED_RID_ID)),
  };
  if (kind == KP_MEDIA_AUDIO)
    self->level = choose_id (local, KP_LEVEL_URI, choose_id (remote, KP_LEVEL_URI, LEVEL_ID));
}

static void
write_field (GstCaps *caps, guint id, const gchar *uri)
{
  g_autofree gchar *field = g_strdup_printf ("extmap-%u", id);

  if (id)
    gst_caps_set_simple (caps, field, G_TYPE_STRING, uri, NULL);
}

void
kp_extensions_write (const KpExtensions *self, GstCaps *caps)
{
  write_field (caps, self->twcc, KP_TWCC_URI);
  write_field (caps, self->mid, KP_MID_URI);
  write_field (caps, self->rid, KP_RID_URI);
  write_field (caps, self->repaired_rid, KP_REPAIRED_RID_URI);
  write_field (caps, self->level, KP_LEVEL_URI);
}
