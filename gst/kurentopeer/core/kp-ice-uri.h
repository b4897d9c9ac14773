/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef enum
{
  KP_ICE_URI_STUN,
  KP_ICE_URI_TURN,
} KpIceUriScheme;

/* The address of an ICE server, in either spelling: stun:host:port (RFC 7064, 7065, what browsers take) or
 * stun://host:port (what webrtcbin takes). Pure. */
typedef struct
{
  KpIceUriScheme scheme;
  gboolean hierarchical; /* it was spelt with "//" */
  gchar *user; /* owned; decoded, or NULL */
  gchar *password; /* owned; decoded, or NULL */
  gchar *host; /* owned; IPv6 addresses without brackets */
  guint16 port; /* 3478 when the text has none */
  const gchar *transport; /* static; "udp", "tcp" or NULL */
} KpIceUri;

/* Errors say what was expected and never quote @text, which may hold a password: INVALID_ARGUMENT, or NOT_SUPPORTED
 * for stuns: and turns:. On failure @self is clear. */
gboolean kp_ice_uri_parse (KpIceUri *self, const gchar *text, GError **error);

/* webrtcbin's spelling: port written out, user and password percent-encoded. */
gchar *kp_ice_uri_to_string (const KpIceUri *self);

void kp_ice_uri_clear (KpIceUri *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KpIceUri, kp_ice_uri_clear)
