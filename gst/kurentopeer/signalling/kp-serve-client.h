/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-hello-dialect.h"
#include "kp-serve-stream.h"

#include <libsoup/soup.h>

/* One WebSocket of the embedded server: reads messages of the dialect, answers what is none, pings, and limits. */
typedef struct _KpServeClient KpServeClient;

/* Both may free the client. */
typedef struct
{
  void (*message) (KpServeClient *client, const KpHelloMessage *message, gpointer user_data);
  /* It left or was ended; it only waits to be freed. */
  void (*closed) (KpServeClient *client, const gchar *reason, gpointer user_data);
} KpServeClientCallbacks;

/* @ping_interval: s; a client that is silent for two and a half of them has vanished. */
KpServeClient *kp_serve_client_new (SoupWebsocketConnection *websocket, KpServeStream *stream,
                                    guint ping_interval, const KpServeClientCallbacks *callbacks,
                                    gpointer user_data);

/* Closes the WebSocket at once. */
void kp_serve_client_free (KpServeClient *self);

/* @text: taken, a JSON text */
void kp_serve_client_take (KpServeClient *self, gchar *text);

/* Keeps a copy of a candidate that came before the first start: what comes later without a session belongs to one that
 * is over. A few only: more than a page can have are dropped. */
void kp_serve_client_keep_early_candidate (KpServeClient *self, const KpCandidate *candidate);

/* Those kept, of KpCandidate, for the first start; NULL for any other. Whoever takes them frees them. */
GPtrArray *kp_serve_client_steal_early_candidates (KpServeClient *self);
