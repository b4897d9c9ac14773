/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kurentopeer.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_element_register (plugin, "kurentopeer", GST_RANK_NONE, GST_TYPE_KURENTO_PEER)
         && gst_element_register (plugin, "kurentopeersendrecv", GST_RANK_NONE,
                                  GST_TYPE_KURENTO_PEER_SENDRECV)
         && gst_element_register (plugin, "kurentopeersendonly", GST_RANK_NONE,
                                  GST_TYPE_KURENTO_PEER_SENDONLY)
         && gst_element_register (plugin, "kurentopeerrecvonly", GST_RANK_NONE,
                                  GST_TYPE_KURENTO_PEER_RECVONLY);
}

#define PACKAGE "kurentopeer"
GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, kurentopeer,
                   "WebRTC peers as kurento-utils makes them", plugin_init, PACKAGE_VERSION, "LGPL", PACKAGE,
                   PACKAGE)
