/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

/* The hello-world dialect over a WebSocket, which belongs to the main loop. Any thread sends. */
typedef struct _Wire Wire;

/* In the main loop. */
typedef void (*WireFunc) (const gchar *id, JsonObject *message, gpointer user_data);

Wire *wire_new (SoupWebsocketConnection *socket, WireFunc func, gpointer user_data);
Wire *wire_ref (Wire *self);
void wire_unref (Wire *self);

/* No more calls of the function. */
void wire_disconnect (Wire *self);
void wire_close (Wire *self);

/* {"id": @id, @member: @sdp} */
void wire_send_sdp (Wire *self, const gchar *id, const gchar *member, const gchar *sdp);
void wire_send_candidate (Wire *self, const gchar *id, guint mline_index, const gchar *candidate);

/* Gives the candidate of @message to @element, webrtcbin or a kurentopeer. */
void wire_add_candidate (GstElement *element, JsonObject *message);
