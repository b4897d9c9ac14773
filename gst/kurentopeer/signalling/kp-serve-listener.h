/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-serve-config.h"
#include "kp-serve-stream.h"

/* Accepts the clients of the embedded server: binds the configured host only, limits number and time, does TLS. Lives
 * in the context that is the thread default when it starts. */
typedef struct _KpServeListener KpServeListener;

/* None is called from within a function of the listener. */
typedef struct
{
  void (*ready) (guint16 port, gpointer user_data);
  void (*failed) (const GError *error, gpointer user_data);
  /* A client, its TLS handshake done, that has some seconds to send its request. */
  void (*accepted) (KpServeStream *stream, GSocketAddress *local_address, gpointer user_data);
} KpServeListenerCallbacks;

/* Ends in ready or failed. */
KpServeListener *kp_serve_listener_start (const KpServeConfig *config,
                                          const KpServeListenerCallbacks *callbacks, gpointer user_data);

/* Closes everything at once, frees it, and calls nothing any more. */
void kp_serve_listener_stop (KpServeListener *self);

/* borrowed; NULL when it is closed already */
KpServeStream *kp_serve_listener_find (KpServeListener *self, GSocketAddress *remote_address);
guint kp_serve_listener_count_websockets (KpServeListener *self);
