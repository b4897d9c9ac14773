/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-kurentopeersendrecv
 * @title: kurentopeersendrecv
 * @short_description: A WebRTC peer that sends and receives
 *
 * #GstKurentoPeer with the mode `sendrecv` (kurento-utils: `WebRtcPeerSendrecv`).
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! kurentopeersendrecv name=p signaller-uri=serve+http://127.0.0.1:8080/ p.video_src_0 ! queue ! videoconvert ! autovideosink
 * ]|
 *
 * Since: 0.1
 */

/**
 * SECTION:element-kurentopeersendonly
 * @title: kurentopeersendonly
 * @short_description: A WebRTC peer that sends
 *
 * #GstKurentoPeer with the mode `sendonly` (kurento-utils: `WebRtcPeerSendonly`); it has no source pads.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 audiotestsrc is-live=true ! kurentopeersendonly signaller-uri=serve+http://127.0.0.1:8080/
 * ]|
 *
 * Since: 0.1
 */

/**
 * SECTION:element-kurentopeerrecvonly
 * @title: kurentopeerrecvonly
 * @short_description: A WebRTC peer that receives
 *
 * #GstKurentoPeer with the mode `recvonly` (kurento-utils: `WebRtcPeerRecvonly`); it has no sink pads.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 kurentopeerrecvonly name=p signaller-uri=serve+http://127.0.0.1:8080/ p.video_src_0 ! queue ! videoconvert ! autovideosink
 * ]|
 *
 * Since: 0.1
 */
#include "gstkurentopeermodes.h"

#include "gstkurentopeer-private.h"

struct _GstKurentoPeerSendrecv
{
  GstKurentoPeer parent;
};

struct _GstKurentoPeerSendonly
{
  GstKurentoPeer parent;
};

struct _GstKurentoPeerRecvonly
{
  GstKurentoPeer parent;
};

/**
 * GstKurentoPeerSendrecv:
 *
 * A peer that sends and receives.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (GstKurentoPeerSendrecv, gst_kurento_peer_sendrecv, GST_TYPE_KURENTO_PEER)

/**
 * GstKurentoPeerSendonly:
 *
 * A peer that sends.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (GstKurentoPeerSendonly, gst_kurento_peer_sendonly, GST_TYPE_KURENTO_PEER)

/**
 * GstKurentoPeerRecvonly:
 *
 * A peer that receives.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (GstKurentoPeerRecvonly, gst_kurento_peer_recvonly, GST_TYPE_KURENTO_PEER)

static void
set_mode (gpointer instance, GstKurentoPeerMode mode)
{
  GST_OBJECT_LOCK (instance);
  gst_kurento_peer_set_mode_locked (GST_KURENTO_PEER (instance), mode);
  GST_OBJECT_UNLOCK (instance);
}

static void
gst_kurento_peer_sendrecv_class_init (GstKurentoPeerSendrecvClass *klass)
{
  gst_kurento_peer_install_fixed_mode (G_OBJECT_CLASS (klass), GST_KURENTO_PEER_MODE_SENDRECV);
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Kurento WebRTC peer (sends and receives)", "Filter/Network/WebRTC",
      "Sends and receives as kurento-utils' WebRtcPeerSendrecv does", "kurentopeer");
}

static void
gst_kurento_peer_sendrecv_init (GstKurentoPeerSendrecv *self)
{
  set_mode (self, GST_KURENTO_PEER_MODE_SENDRECV);
}

static void
gst_kurento_peer_sendonly_class_init (GstKurentoPeerSendonlyClass *klass)
{
  gst_kurento_peer_install_fixed_mode (G_OBJECT_CLASS (klass), GST_KURENTO_PEER_MODE_SENDONLY);
  gst_kurento_peer_remove_pad_templates (GST_ELEMENT_CLASS (klass), GST_PAD_SRC);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Kurento WebRTC peer (sends)",
                                         "Sink/Network/WebRTC",
                                         "Sends as kurento-utils' WebRtcPeerSendonly does", "kurentopeer");
}

static void
gst_kurento_peer_sendonly_init (GstKurentoPeerSendonly *self)
{
  set_mode (self, GST_KURENTO_PEER_MODE_SENDONLY);
}

static void
gst_kurento_peer_recvonly_class_init (GstKurentoPeerRecvonlyClass *klass)
{
  gst_kurento_peer_install_fixed_mode (G_OBJECT_CLASS (klass), GST_KURENTO_PEER_MODE_RECVONLY);
  gst_kurento_peer_remove_pad_templates (GST_ELEMENT_CLASS (klass), GST_PAD_SINK);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Kurento WebRTC peer (receives)",
                                         "Source/Network/WebRTC",
                                         "Receives as kurento-utils' WebRtcPeerRecvonly does", "kurentopeer");
}

static void
gst_kurento_peer_recvonly_init (GstKurentoPeerRecvonly *self)
{
  set_mode (self, GST_KURENTO_PEER_MODE_RECVONLY);
}
