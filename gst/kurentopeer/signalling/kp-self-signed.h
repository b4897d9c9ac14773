/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* PEM text of a fresh private key (EC, P-256) and a certificate for @host, localhost, 127.0.0.1 and ::1 that it signs
 * itself, to be freed with g_free(). Nothing is written to disk. */
gchar *kp_self_signed_new_pem (const gchar *host, GError **error);
