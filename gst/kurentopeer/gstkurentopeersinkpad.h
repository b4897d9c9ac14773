/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-gate.h"

#include <gst/gst.h>

/* A media sink pad of the element, with what RTCRtpSender.setParameters() sets in a browser. Its gate keeps that for the
 * senders; the session of the element it belongs to hears of each change. */
#define GST_TYPE_KURENTO_PEER_SINK_PAD (gst_kurento_peer_sink_pad_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstKurentoPeerSinkPad, gst_kurento_peer_sink_pad, GST, KURENTO_PEER_SINK_PAD,
                          GstGhostPad)

struct _GstKurentoPeerSinkPadClass
{
  GstGhostPadClass parent_class;
};

/* The same with what there is of pictures only. */
#define GST_TYPE_KURENTO_PEER_VIDEO_SINK_PAD (gst_kurento_peer_video_sink_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstKurentoPeerVideoSinkPad, gst_kurento_peer_video_sink_pad, GST,
                      KURENTO_PEER_VIDEO_SINK_PAD, GstKurentoPeerSinkPad)

/* In front of @gate. Floating. */
GstPad *gst_kurento_peer_sink_pad_new (GstPadTemplate *template, const gchar *name, KpGate *gate);
