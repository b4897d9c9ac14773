/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentosignaller.h"

/* serve+http, serve+https: the embedded server, the peer of browsers that come to it. One at a time. */
#define KP_TYPE_SERVE_SIGNALLER (kp_serve_signaller_get_type ())
G_DECLARE_FINAL_TYPE (KpServeSignaller, kp_serve_signaller, KP, SERVE_SIGNALLER, GObject)

/* @host: a name or an address without brackets; nothing else is bound. @port: 0 for any free one. */
GstKurentoSignaller *kp_serve_signaller_new (gboolean tls, const gchar *host, guint16 port);

/* For tests: how long clients may take, from the next start. */
void kp_serve_signaller_set_timeouts (KpServeSignaller *self, guint ping_interval_s, guint request_timeout_ms,
                                      guint answer_timeout_ms);
