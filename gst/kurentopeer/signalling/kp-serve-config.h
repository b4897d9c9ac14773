/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the embedded server works with: copied when it starts, constant afterwards. */
typedef struct
{
  gboolean tls;
  gchar *host; /* owned; name or address without brackets */
  guint16 port; /* 0: any free one */
  gchar *tls_certificate; /* owned; path, or NULL for a self-signed one */
  gchar *document_root; /* owned; path, or NULL for the built-in page */
  gchar *auth_token; /* owned; or NULL */
  gchar *allowed_origins; /* owned; comma separated, or NULL for the same origin only */
  guint ping_interval; /* s; a client that is silent for two and a half of them has vanished */
  guint request_timeout; /* ms, for the TLS handshake and the request together */
  guint answer_timeout; /* ms, until the client has taken the answer */
} KpServeConfig;

KpServeConfig *kp_serve_config_new (gboolean tls, const gchar *host, guint16 port);
KpServeConfig *kp_serve_config_copy (const KpServeConfig *self);
void kp_serve_config_free (KpServeConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpServeConfig, kp_serve_config_free)

/* http(s)://host:port/ */
gchar *kp_serve_config_dup_uri (const KpServeConfig *self, guint16 port);
