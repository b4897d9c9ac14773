/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-data-config.h"

#include <gst/gst.h>

/* From a data sink pad to a data channel: a buffer is a message. Blocks its stream while the channel cannot take more, or is
 * not there; after EOS, once all messages are out, it closes the channel. Pad "sink". */
#define KP_TYPE_DATA_SINK (kp_data_sink_get_type ())
G_DECLARE_FINAL_TYPE (KpDataSink, kp_data_sink, KP, DATA_SINK, GstElement)

#define KP_DATA_CAPS "text/x-raw, format=(string)utf8; application/octet-stream"

typedef struct
{
  /* Streaming thread; no lock is held. WAIT: again after kp_data_sink_wake(). */
  KpDataResult (*send) (KpDataSink *sink, GBytes *data, gboolean is_text, gpointer user_data);

  /* The same: lets what was sent go out, then closes the channel. */
  KpDataResult (*finish) (KpDataSink *sink, gpointer user_data);
} KpDataSinkFuncs;

/* Floating. */
GstElement *kp_data_sink_new (const KpDataSinkFuncs *funcs, gpointer user_data);

/* The channel opened, or has room again. Any thread. */
void kp_data_sink_wake (KpDataSink *self);
