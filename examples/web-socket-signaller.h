/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/kurentopeer/kurentopeer.h>

/* Joins a WebSocket that brings {"offer": sdp}, takes {"answer": sdp}, and has {"candidate": {...}} both ways. The peer
 * calls it in the main loop. It never offers, since the protocol has no offers of ours. */
G_DECLARE_FINAL_TYPE (WebSocketSignaller, web_socket_signaller, WEB_SOCKET, SIGNALLER, GObject)

GstKurentoSignaller *web_socket_signaller_new (const gchar *uri);
