/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* What stands between a client of the embedded server and libsoup: a stream that counts, and that ends a client
 * that sends too much, too slowly, or does not read. */
#define KP_TYPE_SERVE_STREAM (kp_serve_stream_get_type ())
G_DECLARE_FINAL_TYPE (KpServeStream, kp_serve_stream, KP, SERVE_STREAM, GIOStream)

typedef void (*KpServeStreamClosedFunc) (KpServeStream *self, gpointer user_data);

/* @base: what to read from and write to, over @connection: itself or its TLS. */
KpServeStream *kp_serve_stream_new (GSocketConnection *connection, GIOStream *base);

/* Called once, when the stream closes; NULL: not any more. */
void kp_serve_stream_set_closed_func (KpServeStream *self, KpServeStreamClosedFunc func, gpointer user_data);

/* borrowed; identifies the stream among the messages of libsoup */
GSocketAddress *kp_serve_stream_get_remote_address (KpServeStream *self);
GIOStream *kp_serve_stream_get_base (KpServeStream *self);

/* Ends it after @timeout_ms unless set again; 0: no deadline. @status, such as "408 Request Timeout", tells the client,
 * or NULL for no word. */
void kp_serve_stream_set_deadline (KpServeStream *self, guint timeout_ms, const gchar *status);

/* Ends it now, in both directions, without waiting for anything; whoever uses it sees the end. */
void kp_serve_stream_abort (KpServeStream *self);

/* As kp_serve_stream_abort(), with a last word in HTTP if the client can take it. Not for TLS before its handshake. */
void kp_serve_stream_refuse (KpServeStream *self, const gchar *status);

/* From here it carries a WebSocket: a message at most @max_message bytes long, no deadline. */
void kp_serve_stream_become_websocket (KpServeStream *self, gsize max_message);
gboolean kp_serve_stream_is_websocket (KpServeStream *self);

/* A whole message has come: the next may be as long again. */
void kp_serve_stream_message_done (KpServeStream *self);

/* us since the client last sent a byte, and since it last took one while some waited (0: none wait). */
gint64 kp_serve_stream_get_silence (KpServeStream *self);
gint64 kp_serve_stream_get_stall (KpServeStream *self);
