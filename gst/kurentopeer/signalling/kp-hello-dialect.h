/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-candidate.h"

/* The wire format of the node tutorials hello-world and magic-mirror, the server's side. Pure: text to values, values to
 * text. */
typedef enum
{
  KP_HELLO_START, /* sdp_offer */
  KP_HELLO_CANDIDATE, /* candidate */
  KP_HELLO_STOP,
} KpHelloType;

typedef struct
{
  KpHelloType type;
  gchar *sdp_offer; /* owned; or NULL */
  KpCandidate
      *candidate; /* owned; NULL when it was missing or malformed: the dialect knows no answer to that */
} KpHelloMessage;

/* INVALID_ARGUMENT says in words for the other side what is wrong. @text need not end with a NUL. */
KpHelloMessage *kp_hello_message_parse (const gchar *text, gsize length, GError **error);
void kp_hello_message_free (KpHelloMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KpHelloMessage, kp_hello_message_free)

/* JSON texts, to be freed. */
gchar *kp_hello_build_answer (const gchar *sdp);
gchar *kp_hello_build_candidate (const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid);
gchar *kp_hello_build_error (const gchar *message);

/* One2many's word for "the other side ends it": hello-world has none, and its page shows what it does not know. */
gchar *kp_hello_build_stop_communication (const gchar *reason);

/* What tells the session of an offer from another one: username, id and address of its o= line; NULL when it has none. */
gchar *kp_hello_dup_session (const gchar *sdp);
