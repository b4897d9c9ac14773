/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A certificate and its private key for DTLS, from PEM in any order, or "file:///path" that holds it: as PEM again, first the
 * certificate, then the key, without anything else. INVALID_ARGUMENT that says what is wrong and quotes nothing of it: no
 * certificate, no key or one that needs a passphrase, a key of another certificate or kind, one that TLS takes as too weak,
 * or a certificate that is not valid @now (s since 1970). */
gchar *kp_certificate_load (const gchar *text, gint64 now, GError **error);
