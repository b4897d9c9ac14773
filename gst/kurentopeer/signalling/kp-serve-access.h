/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-serve-config.h"

/* Who may speak to the embedded server. Pure but for the random cookie. */
typedef struct _KpServeAccess KpServeAccess;

/* What a request says about where it comes from; each may be NULL. */
typedef struct
{
  const gchar *host; /* header Host */
  const gchar *origin; /* header Origin; browsers send it with a WebSocket, other programs need not */
  const gchar *token; /* "token" of the query */
  const gchar *authorization; /* header Authorization */
  const gchar *cookies; /* header Cookie */
} KpServeClaim;

KpServeAccess *kp_serve_access_new (const KpServeConfig *config, guint16 port);
void kp_serve_access_free (KpServeAccess *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpServeAccess, kp_serve_access_free)

/* The Host header must name this server: an address, localhost, the host of the URI or one of the allowed origins.
 * A name that an attacker made point here (DNS rebinding) does not. */
gboolean kp_serve_access_check_host (KpServeAccess *self, const KpServeClaim *claim);

/* The Origin header, if any, must be that of this server or an allowed one. */
gboolean kp_serve_access_check_origin (KpServeAccess *self, const KpServeClaim *claim);

/* The token, if one is set: in the query, as "Authorization: Bearer", or as the cookie that a right token earned. */
gboolean kp_serve_access_check_token (KpServeAccess *self, const KpServeClaim *claim);

/* For Set-Cookie, when the claim's query holds the right token, so that what the page loads and its WebSocket are let
 * in too; else NULL. It is a random value, not the token. */
gchar *kp_serve_access_dup_cookie (KpServeAccess *self, const KpServeClaim *claim);
