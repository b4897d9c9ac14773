/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-outlet-pad.h"

static const gchar *const outlet_caps[][KP_N_MEDIA_KINDS] = {
  [GST_KURENTO_OUTPUT_RAW] = { [KP_MEDIA_AUDIO] = "audio/x-raw", [KP_MEDIA_VIDEO] = "video/x-raw(ANY)" },
  [GST_KURENTO_OUTPUT_ENCODED]
  = { [KP_MEDIA_AUDIO] = KP_ENCODED_AUDIO_CAPS, [KP_MEDIA_VIDEO] = KP_ENCODED_VIDEO_CAPS },
  [GST_KURENTO_OUTPUT_RTP]
  = { [KP_MEDIA_AUDIO] = "application/x-rtp", [KP_MEDIA_VIDEO] = "application/x-rtp" },
};

GstPad *
kp_outlet_pad_new (KpMediaKind kind, GstKurentoOutput output, GstPadDirection direction)
{
  const gchar *name = direction == GST_PAD_SINK ? "sink" : "src";
  g_autoptr (GstCaps) caps = gst_caps_from_string (outlet_caps[output][kind]);
  g_autoptr (GstPadTemplate) template
      = gst_object_ref_sink (gst_pad_template_new (name, direction, GST_PAD_ALWAYS, caps));

  return gst_pad_new_from_template (template, name);
}

gboolean
kp_outlet_pad_is_linked (GstPad *self)
{
  g_autoptr (GstPad) pad = gst_object_ref (self);

  while (TRUE)
    {
      g_autoptr (GstPad) peer = gst_pad_get_peer (pad);
      GstProxyPad *ghost;

      if (!peer)
        return FALSE;
      if (!GST_IS_PROXY_PAD (peer) || GST_IS_GHOST_PAD (peer))
        return TRUE;

      ghost = gst_proxy_pad_get_internal (GST_PROXY_PAD (peer));
      if (!ghost)
        return FALSE;
      gst_object_unref (pad);
      pad = GST_PAD (ghost);
    }
}

gboolean
kp_outlet_pad_take_over (GstPad *self, GstPad *source)
{
  GstPadLinkReturn result;

  do
    {
      g_autoptr (GstPad) former = gst_pad_get_peer (self);

      if (former)
        gst_pad_unlink (former, self);
      result = gst_pad_link (source, self);
    }
  while (result == GST_PAD_LINK_WAS_LINKED && !gst_pad_is_linked (source));

  return result == GST_PAD_LINK_OK;
}
