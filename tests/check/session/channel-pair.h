/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstkurentoerror.h"
#include "session-peer.h"

#include <gst/check/gstcheck.h>
#include <string.h>

typedef struct
{
  SessionPeer *a;
  SessionPeer *b;
} Pair;

/* Two peers with data only. */
static inline Pair
pair_new (void)
{
  Pair pair = {
    .a = session_peer_new ("a", GST_KURENTO_PEER_MODE_SENDRECV, 0, 0),
    .b = session_peer_new ("b", GST_KURENTO_PEER_MODE_SENDRECV, 0, 0),
  };

  fake_signaller_wire (pair.a->signaller, pair.b->signaller);

  return pair;
}

/* Until the channel of a is open on both sides. */
static inline void
pair_call (Pair *pair)
{
  session_peer_start (pair->a);
  session_peer_start (pair->b);
  fake_signaller_request_offer (pair->a->signaller);
  session_peer_wait_event (pair->a, KP_EVENT_DATA_CHANNEL_OPEN, 1);
  session_peer_wait_event (pair->b, KP_EVENT_DATA_CHANNEL_OPEN, 1);
}

static inline void
pair_free (Pair *pair)
{
  session_peer_stop (pair->a);
  session_peer_stop (pair->b);
  session_peer_free (pair->a);
  session_peer_free (pair->b);
}

static inline gboolean
send (SessionPeer *from, const gchar *label, GBytes *data, gboolean is_text)
{
  g_autoptr (GError) error = NULL;
  gboolean sent = kp_session_send (from->session, label, data, is_text, &error);

  fail_unless (sent || g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_DATA_CHANNEL)
               || g_error_matches (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_FOUND));

  return sent;
}

static inline void
send_text (SessionPeer *from, const gchar *label, const gchar *text)
{
  g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));

  fail_unless (send (from, label, data, TRUE));
}
