/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

/* A message of call-browser.c and custom-signaller.c: {"offer": sdp}, {"answer": sdp}, {"candidate": {...}} or {"error": text}. */
typedef struct
{
  gchar *offer; /* owned; or NULL, as the others */
  gchar *answer; /* owned */
  gchar *candidate; /* owned */
  gchar *sdp_mid; /* owned */
  guint sdp_mline_index;
} CallMessage;

CallMessage *call_message_new (GBytes *text);
void call_message_free (CallMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMessage, call_message_free)

/* Nothing happens when the socket is not open. */
void call_message_send (SoupWebsocketConnection *socket, const gchar *name, const gchar *text);
void call_message_send_candidate (SoupWebsocketConnection *socket, const gchar *candidate,
                                  guint sdp_mline_index, const gchar *sdp_mid);
