/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Makes sure that the peer is who its description says: no webrtcbin before 1.28.5 compares the certificate with
 * a=fingerprint. Until it has matched nothing decrypted leaves the transports of the webrtcbin and nothing is sent.
 *
 * Also gives each SCTP association of the process an id of its own (webrtcbin draws 16 random bits). */
typedef struct _KpGuard KpGuard;

/* @verified TRUE: the certificate matched. FALSE: it did not, and nothing will ever pass. Called in a streaming thread
 * that holds the lock of its DTLS connection: post and return. */
typedef void (*KpGuardFunc) (gboolean verified, gpointer user_data);

/* Call it before webrtcbin makes its transports (before the first offer or answer). */
KpGuard *kp_guard_new (GstElement *webrtcbin, KpGuardFunc func, gpointer user_data, GDestroyNotify notify);
KpGuard *kp_guard_ref (KpGuard *self);
void kp_guard_unref (KpGuard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpGuard, kp_guard_unref)

/* "sha-256 AB:CD:..." of the remote description; before it is applied. */
void kp_guard_set_fingerprint (KpGuard *self, const gchar *fingerprint);

/* No new elements are looked after, and @func is not called any more. Nothing is received any more; what is sent is
 * guarded as before. */
void kp_guard_disconnect (KpGuard *self);
