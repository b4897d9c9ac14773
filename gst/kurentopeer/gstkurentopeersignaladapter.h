/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentopeer.h"

G_BEGIN_DECLS

#define GST_TYPE_KURENTO_PEER_SIGNAL_ADAPTER (gst_kurento_peer_signal_adapter_get_type ())
GST_KURENTO_API
G_DECLARE_FINAL_TYPE (GstKurentoPeerSignalAdapter, gst_kurento_peer_signal_adapter, GST,
                      KURENTO_PEER_SIGNAL_ADAPTER, GObject)

GST_KURENTO_API
GstKurentoPeerSignalAdapter *gst_kurento_peer_signal_adapter_new (GstKurentoPeer *peer,
                                                                  GMainContext *context);
GST_KURENTO_API
GstKurentoPeer *gst_kurento_peer_signal_adapter_get_peer (GstKurentoPeerSignalAdapter *self);

G_END_DECLS
