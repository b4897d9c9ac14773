/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How what is sent is sent: the share of each track of the bit rate, its size and its rate. */
#include "kp-layers.h"
#include "kp-sections.h"
#include "kp-share.h"

/* Whether @self has a part of the bit rate of all video. */
static gboolean
has_share (const KpSection *self, KpParameters *parameters)
{
  if (self->kind != KP_MEDIA_VIDEO || !(self->direction & KP_DIRECTION_SEND) || self->track == NULL)
    return FALSE;

  kp_gate_get_parameters (KP_GATE (self->track->gate), parameters);

  return parameters->active;
}

static guint
get_limit (const KpSection *self)
{
  KpParameters parameters;

  kp_gate_get_parameters (KP_GATE (self->track->gate), &parameters);

  return parameters.max_bitrate;
}

guint
kp_sections_get_bitrate (GPtrArray *sections, const KpSection *section, const KpSettings *settings)
{
  g_autofree guint *limits = g_new0 (guint, sections->len + 1);
  g_autofree guint *shares = g_new0 (guint, sections->len + 1);
  guint own = sections->len;
  guint n = 0;

  if (section->kind != KP_MEDIA_VIDEO)
    return get_limit (section);

  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *other = g_ptr_array_index (sections, i);
      KpParameters parameters;

      if (!has_share (other, &parameters))
        continue;
      if (other == section)
        own = n;
      limits[n++] = parameters.max_bitrate;
    }
  kp_share_out (settings->start_bitrate, limits, shares, n);

  /* of what is not active: it will be shared out anew */
  return own < n ? shares[own] : settings->start_bitrate;
}

static void
apply (GPtrArray *sections, const KpSection *section, const KpSettings *settings)
{
  guint bitrate = kp_sections_get_bitrate (sections, section, settings);
  KpParameters parameters;
  KpSender *sender;

  kp_gate_get_parameters (KP_GATE (section->track->gate), &parameters);
  if (section->ladder)
    {
      kp_layers_set (section->ladder, section->senders, bitrate, parameters.scale_down_by,
                     parameters.max_framerate);
      return;
    }

  sender = g_ptr_array_index (section->senders, 0);
  kp_sender_set_bitrate (sender, bitrate);
  kp_sender_set_scale (sender, parameters.scale_down_by, parameters.max_framerate);
}

void
kp_sections_apply_parameters (GPtrArray *sections, const KpSettings *settings)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->part && section->track)
        apply (sections, section, settings);
    }
}

GPtrArray *
kp_sections_list_msids (GPtrArray *sections)
{
  GPtrArray *msids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->track == NULL)
        continue;
      if (section->mline_index >= msids->len)
        g_ptr_array_set_size (msids, section->mline_index + 1);
      msids->pdata[section->mline_index] = kp_gate_dup_msid (KP_GATE (section->track->gate));
    }

  return msids;
}
