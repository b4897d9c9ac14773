/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layers of a simulcast that the peer sends: one stream each for webrtcbin, one together for us. */
#include "kp-connection-private.h"
#include "kp-layer-switch.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

static GstElement *
add_switch (KpConnection *self)
{
  GstElement *layer_switch = gst_object_ref_sink (GST_ELEMENT (kp_layer_switch_new ()));

  gst_bin_add (self->bin, layer_switch);
  gst_element_sync_state_with_parent (layer_switch);

  return layer_switch;
}

void
kp_connection_receive_layers (KpConnection *self, guint mline_index, const gchar *mid,
                              const gchar *const *rids)
{
  g_autoptr (GstElement) layer_switch = rids ? NULL : add_switch (self);

  kp_loop_assert_current (self->loop);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->sections->len; i++)
    {
      KpSectionOutlet *section = &g_array_index (self->sections, KpSectionOutlet, i);

      if (section->mline_index != mline_index || section->has_layers)
        continue;
      section->has_layers = TRUE;
      section->layer_switch = g_steal_pointer (&layer_switch);
      section->rids = g_strdupv ((GStrv)rids);
      g_strlcpy (section->mid, mid ? mid : "", sizeof section->mid);
    }
  g_mutex_unlock (&self->lock);
}

GPtrArray *
kp_connection_list_switches (KpConnection *self)
{
  GPtrArray *switches = g_ptr_array_new_with_free_func (gst_object_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->sections->len; i++)
    {
      const KpSectionOutlet *section = &g_array_index (self->sections, KpSectionOutlet, i);

      if (section->layer_switch)
        g_ptr_array_add (switches, gst_object_ref (section->layer_switch));
    }
  g_mutex_unlock (&self->lock);

  return switches;
}

void
kp_connection_lock_switches (KpConnection *self)
{
  g_autoptr (GPtrArray) switches = kp_connection_list_switches (self);

  for (guint i = 0; i < switches->len; i++)
    gst_element_set_locked_state (g_ptr_array_index (switches, i), TRUE);
}

static guint32
get_ssrc (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  guint ssrc = 0;

  if (caps)
    gst_structure_get_uint (gst_caps_get_structure (caps, 0), "ssrc", &ssrc);

  return ssrc;
}

static guint
get_mline_index (GstPad *pad)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  guint mline_index = G_MAXUINT;

  g_object_get (pad, "transceiver", &transceiver, NULL);
  if (transceiver)
    g_object_get (transceiver, "mlineindex", &mline_index, NULL);

  return mline_index;
}

/* webrtcbin gives streams without an announced ssrc, as layers are, to the first section: what the packets say counts, or what
 * leaves no doubt. */
static KpSectionOutlet *
find_section_locked (KpConnection *self, const gchar *mid, guint mline_index)
{
  KpSectionOutlet *only = NULL;
  guint n_videos = 0;

  for (guint i = 0; i < self->sections->len; i++)
    {
      KpSectionOutlet *section = &g_array_index (self->sections, KpSectionOutlet, i);

      if (section->kind != KP_MEDIA_VIDEO)
        continue;
      n_videos++;
      if (!section->has_layers)
        continue;
      if (*mid ? g_str_equal (section->mid, mid) : section->mline_index == mline_index)
        return section;
      only = section;
    }

  return *mid == '\0' && n_videos == 1 ? only : NULL;
}

/* The outlet of the layer @rid. */
static guint
get_layer_index (const KpSectionOutlet *section, const gchar *rid)
{
  for (guint i = 0; section->rids[i]; i++)
    if (g_str_equal (section->rids[i], rid))
      return section->index + i;

  return KP_NO_OUTLET;
}

/* One more layer of a switch, whose pad takes the place of @source. Whether that has a receiver already. */
static gboolean
join_switch (GstPad **source, GstElement *layer_switch, gboolean has_receiver)
{
  GstPad *pad = kp_layer_switch_add_layer (KP_LAYER_SWITCH (layer_switch));

  if (gst_pad_link (*source, pad) != GST_PAD_LINK_OK)
    GST_WARNING_OBJECT (*source, "could not link the layer");
  gst_object_unref (*source);
  *source = gst_element_get_static_pad (layer_switch, "src");

  return has_receiver;
}

gboolean
kp_connection_join_layers (KpConnection *self, GstPad **source, guint *index)
{
  guint mline_index = get_mline_index (*source);
  g_autoptr (GstElement) layer_switch = NULL;
  gchar mid[KP_RID_SIZE], rid[KP_RID_SIZE];
  KpSectionOutlet *section;
  gboolean has_receiver = FALSE;

  kp_rtp_meter_get_names (self->rtp_meter, get_ssrc (*source), mid, rid);
  g_mutex_lock (&self->lock);
  section = find_section_locked (self, mid, mline_index);
  if (section)
    *index = section->rids ? get_layer_index (section, rid) : section->index;
  if (section && section->layer_switch)
    {
      layer_switch = gst_object_ref (section->layer_switch);
      has_receiver = section->has_receiver;
      section->has_receiver = TRUE;
    }
  g_mutex_unlock (&self->lock);

  if (section && *index == KP_NO_OUTLET)
    GST_WARNING_OBJECT (*source, "there is no layer \"%s\"", rid);

  return layer_switch && join_switch (source, layer_switch, has_receiver);
}
