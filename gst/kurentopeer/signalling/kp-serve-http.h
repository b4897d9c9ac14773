/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-serve-listener.h"

#include <libsoup/soup.h>

/* The HTTP side of the embedded server: the page or the document root, and the way to the WebSockets. */
typedef struct _KpServeHttp KpServeHttp;

/* A client has opened a WebSocket at /helloworld or /magicmirror. */
typedef void (*KpServeHttpWebsocketFunc) (SoupWebsocketConnection *websocket, KpServeStream *stream,
                                          gpointer user_data);

/* @config and @listener are borrowed and must outlive it. @port: where it listens. */
KpServeHttp *kp_serve_http_new (const KpServeConfig *config, guint16 port, KpServeListener *listener,
                                KpServeHttpWebsocketFunc func, gpointer user_data);
void kp_serve_http_free (KpServeHttp *self);

/* Reads the request of a client and answers it. */
void kp_serve_http_accept (KpServeHttp *self, KpServeStream *stream, GSocketAddress *local_address);
