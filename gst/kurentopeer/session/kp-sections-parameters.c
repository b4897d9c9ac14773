/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How what is sent is sent: the share of each track of the bit rate, its size and its rate. */
#include "kp-layers.h"
#include "kp-sections.h"
#include "kp-session-debug.h"
#include "kp-share.h"

#define GST_CAT_DEFAULT kp_bandwidth_debug

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
kp_sections_get_bitrate (GPtrArray *sections, const KpSection *section, guint bitrate)
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
  kp_share_out (bitrate, limits, shares, n);

  /* of what is not active: it will be shared out anew */
  return own < n ? shares[own] : bitrate;
}

/* FALSE: not known, or not raw. */
static gboolean
read_pictures (const KpSection *self, const KpParameters *parameters, KpDegradationInput *input)
{
  g_autoptr (GstCaps) caps = NULL;
  const GstStructure *structure;
  gint width, height, n, d;
  KpInput what;

  if (!kp_gate_get_input (KP_GATE (self->track->gate), &what, &caps) || caps == NULL || what.codec)
    return FALSE;

  structure = gst_caps_get_structure (caps, 0);
  if (!gst_structure_get_int (structure, "width", &width)
      || !gst_structure_get_int (structure, "height", &height))
    return FALSE;
  if (gst_structure_get_fraction (structure, "framerate", &n, &d) && n > 0)
    input->framerate = kp_framerate_limit ((gdouble)n / d, parameters->max_framerate);
  input->width = width / parameters->scale_down_by;
  input->height = height / parameters->scale_down_by;

  return TRUE;
}

/* Makes the pictures smaller and fewer than the application has them. */
static void
degrade (GPtrArray *sections, KpSection *section, const KpBudget *budget, guint bitrate,
         KpParameters *parameters)
{
  KpDegradationInput input = {
    .bitrate = bitrate,
    .start_bitrate = kp_sections_get_bitrate (sections, section, budget->start_bitrate),
  };

  if (section->kind != KP_MEDIA_VIDEO || !parameters->active || !read_pictures (section, parameters, &input))
    return;

  kp_degradation_set_preference (&section->degradation, budget->preference);
  if (kp_degradation_update (&section->degradation, &input, budget->now))
    GST_INFO ("section %u, %ux%u: %u bit/s: divided by %.2f, at most %.1f pictures a second",
              section->mline_index, input.width, input.height, bitrate, section->degradation.scale,
              section->degradation.framerate);
  parameters->scale_down_by *= section->degradation.scale;
  parameters->max_framerate = kp_framerate_limit (parameters->max_framerate, section->degradation.framerate);
}

static void
apply (GPtrArray *sections, KpSection *section, const KpBudget *budget)
{
  guint bitrate = kp_sections_get_bitrate (sections, section, budget->bitrate);
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
  degrade (sections, section, budget, bitrate, &parameters);
  kp_sender_set_bitrate (sender, bitrate);
  kp_sender_set_scale (sender, parameters.scale_down_by, parameters.max_framerate);
}

void
kp_sections_apply_parameters (GPtrArray *sections, const KpBudget *budget)
{
  for (guint i = 0; i < sections->len; i++)
    {
      KpSection *section = g_ptr_array_index (sections, i);

      if (section->part && section->track)
        apply (sections, section, budget);
    }
}

static gboolean
sends_ssrc (const KpSection *self, guint32 ssrc)
{
  for (guint i = 0; i < self->senders->len; i++)
    if (kp_sender_get_ssrc (g_ptr_array_index (self->senders, i)) == ssrc)
      return TRUE;

  return ssrc == 0;
}

const KpSection *
kp_sections_find_sent (GPtrArray *sections, KpMediaKind kind, guint32 ssrc)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->kind == kind && section->part && section->direction & KP_DIRECTION_SEND
          && sends_ssrc (section, ssrc))
        return section;
    }

  return NULL;
}

gboolean
kp_sections_sends_payload_type (GPtrArray *sections, KpMediaKind kind, guint payload_type)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (sections, i);

      if (section->kind == kind && section->part && section->payload_type == payload_type)
        return TRUE;
    }

  return FALSE;
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
