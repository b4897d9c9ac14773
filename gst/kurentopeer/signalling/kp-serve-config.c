/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-serve-config.h"

/* A client that vanishes is missed after two and a half intervals: within 30 s. */
#define PING_INTERVAL 10 /* s */
#define REQUEST_TIMEOUT 10000 /* ms */
#define ANSWER_TIMEOUT 30000 /* ms */

KpServeConfig *
kp_serve_config_new (gboolean tls, const gchar *host, guint16 port)
{
  KpServeConfig *self = g_new0 (KpServeConfig, 1);

  self->tls = tls;
  self->host = g_strdup (host);
  self->port = port;
  self->ping_interval = PING_INTERVAL;
  self->request_timeout = REQUEST_TIMEOUT;
  self->answer_timeout = ANSWER_TIMEOUT;

  return self;
}

KpServeConfig *
kp_serve_config_copy (const KpServeConfig *self)
{
  KpServeConfig *copy = g_memdup2 (self, sizeof *self);

  copy->host = g_strdup (self->host);
  copy->tls_certificate = g_strdup (self->tls_certificate);
  copy->document_root = g_strdup (self->document_root);
  copy->auth_token = g_strdup (self->auth_token);
  copy->allowed_origins = g_strdup (self->allowed_origins);

  return copy;
}

void
kp_serve_config_free (KpServeConfig *self)
{
  g_free (self->host);
  g_free (self->tls_certificate);
  g_free (self->document_root);
  g_free (self->auth_token);
  g_free (self->allowed_origins);
  g_free (self);
}

gchar *
kp_serve_config_dup_uri (const KpServeConfig *self, guint16 port)
{
  return g_uri_join (G_URI_FLAGS_NONE, self->tls ? "https" : "http", NULL, self->host, port, "/", NULL, NULL);
}
