/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentopeer.h"

G_BEGIN_DECLS

#define GST_TYPE_KURENTO_PEER_SENDRECV (gst_kurento_peer_sendrecv_get_type ())
GST_KURENTO_API
G_DECLARE_FINAL_TYPE (GstKurentoPeerSendrecv, gst_kurento_peer_sendrecv, GST, KURENTO_PEER_SENDRECV,
                      GstKurentoPeer)

#define GST_TYPE_KURENTO_PEER_SENDONLY (gst_kurento_peer_sendonly_get_type ())
GST_KURENTO_API
G_DECLARE_FINAL_TYPE (GstKurentoPeerSendonly, gst_kurento_peer_sendonly, GST, KURENTO_PEER_SENDONLY,
                      GstKurentoPeer)

#define GST_TYPE_KURENTO_PEER_RECVONLY (gst_kurento_peer_recvonly_get_type ())
GST_KURENTO_API
G_DECLARE_FINAL_TYPE (GstKurentoPeerRecvonly, gst_kurento_peer_recvonly, GST, KURENTO_PEER_RECVONLY,
                      GstKurentoPeer)

G_END_DECLS
