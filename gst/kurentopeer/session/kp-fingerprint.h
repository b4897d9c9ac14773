/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* DTLS certificate fingerprints (RFC 8122). Pure. */

/* "sha-256 AB:CD:..." in any case -> algorithm and bytes; the length must be the algorithm's. sha-1, sha-256, sha-384, sha-512. */
gboolean kp_fingerprint_parse (const gchar *value, GChecksumType *algorithm, GBytes **digest, GError **error);

/* The one spelling that every webrtcbin compares equal: "sha-256 AB:CD:...", algorithm lower case, hex upper case. */
gchar *kp_fingerprint_normalize (const gchar *value, GError **error);

/* Whether the certificate (PEM; the first one in the text) has the fingerprint. Anything malformed is no match. */
gboolean kp_fingerprint_matches_pem (const gchar *value, const gchar *pem);

/* "sha-256 AB:CD:..." of the first certificate in the PEM text, which may also hold a key. NULL when there is none. */
gchar *kp_fingerprint_from_pem (const gchar *pem);
