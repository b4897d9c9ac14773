/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-gate-caps.h"

static GstStaticPadTemplate sink_templates[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO]
  = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (KP_GATE_AUDIO_CAPS)),
  [KP_MEDIA_VIDEO]
  = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (KP_GATE_VIDEO_CAPS)),
};

static GstStaticPadTemplate src_templates[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO]
  = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (KP_GATE_AUDIO_CAPS)),
  [KP_MEDIA_VIDEO]
  = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (KP_GATE_VIDEO_CAPS)),
};

/* A source that may choose takes the first of these, and saves the senders a conversion. */
static const gchar *preferred_caps[KP_N_MEDIA_KINDS] = {
  [KP_MEDIA_AUDIO]
  = "audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=[1,2]; " KP_GATE_AUDIO_CAPS,
  [KP_MEDIA_VIDEO] = "video/x-raw, format=I420; video/x-raw, format=NV12; "
                     "video/x-h264, profile=(string)constrained-baseline; " KP_GATE_VIDEO_CAPS,
};

GstCaps *
kp_gate_caps_new (KpMediaKind kind)
{
  return gst_caps_from_string (preferred_caps[kind]);
}

GstPad *
kp_gate_caps_make_pad (KpMediaKind kind, GstPadDirection direction)
{
  if (direction == GST_PAD_SINK)
    return gst_pad_new_from_static_template (&sink_templates[kind], "sink");

  return gst_pad_new_from_static_template (&src_templates[kind], "src");
}

void
kp_gate_caps_answer (GstCaps *caps, GstQuery *query)
{
  g_autoptr (GstCaps) result = NULL;
  GstCaps *filter;

  gst_query_parse_caps (query, &filter);
  result = filter ? gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST) : gst_caps_ref (caps);
  gst_query_set_caps_result (query, result);
}

void
kp_gate_caps_answer_accept (GstCaps *caps, GstQuery *query)
{
  GstCaps *asked;

  gst_query_parse_accept_caps (query, &asked);
  gst_query_set_accept_caps_result (query, gst_caps_is_subset (asked, caps));
}
