/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The sizes of the messages that a peer sends, read from its SCTP packets. usrsctp gives large messages out in pieces, and
 * sctpdec does not tell which one is the last. Pure; thread safe. */
typedef struct _KpSctpMessages KpSctpMessages;

KpSctpMessages *kp_sctp_messages_new (void);
void kp_sctp_messages_free (KpSctpMessages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpSctpMessages, kp_sctp_messages_free)

/* Before the association gets it. */
void kp_sctp_messages_take_packet (KpSctpMessages *self, const guint8 *data, gsize size);

/* Whether a packet has some of a message in it. */
gboolean kp_sctp_messages_has_data (const guint8 *data, gsize size);

/* A piece of @size bytes came out on @stream, after @before bytes of the same message. Whether it is the last one. */
gboolean kp_sctp_messages_is_last (KpSctpMessages *self, guint16 stream, gsize before, gsize size);
