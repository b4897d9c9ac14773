/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What follows once both descriptions are applied: senders are made, and the peer has to come. */
#include "kp-session-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"
#include "kp-transports.h"

#define GST_CAT_DEFAULT kp_session_debug

/* ms from the descriptions to a verified peer */
#define CONNECT_TIMEOUT 30000

/* RFC 8837, table 1, of medium priority */
#define DSCP_AUDIO 46 /* EF */
#define DSCP_VIDEO 36 /* AF42, with audio or without */
#define DSCP_DATA 10 /* AF11 */

static gboolean
connect_timeout_cb (gpointer user_data)
{
  KpSession *self = user_data;

  kp_session_clear_timer (&self->connect_timer);
  kp_session_fail (self, g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_TIMEOUT,
                                      "no connection to the peer after %d s", CONNECT_TIMEOUT / 1000));

  return G_SOURCE_REMOVE;
}

/* A handler of the application that sets an encoder up may end the connection, and the session with it. */
static gboolean
attach (KpSession *self, GError **error)
{
  KpConnection *connection = self->connection;
  KpBudget budget;

  kp_session_get_budget (self, &budget);

  return kp_sections_attach (self->sections, connection, &budget, self->callbacks.setup, self->user_data,
                             error)
         || self->connection != connection;
}

static gboolean
receives (KpSession *self)
{
  gboolean receives = FALSE;

  for (guint i = 0; i < self->sections->len; i++)
    receives
        |= (((const KpSection *)g_ptr_array_index (self->sections, i))->direction & KP_DIRECTION_RECV) != 0;

  return receives;
}

/* RFC 8837 for what is sent: of a bundle all packets have one mark. */
static void
mark_packets (KpSession *self)
{
  guint dscp = DSCP_DATA;

  for (guint i = 0; i < self->sections->len; i++)
    {
      const KpSection *section = g_ptr_array_index (self->sections, i);

      if (!(section->direction & KP_DIRECTION_SEND))
        continue;
      if (section->kind == KP_MEDIA_VIDEO)
        dscp = DSCP_VIDEO;
      else if (dscp == DSCP_DATA)
        dscp = DSCP_AUDIO;
    }
  kp_transports_set_dscp (kp_connection_get_webrtcbin (self->connection), dscp);
}

gboolean
kp_media_start (KpSession *self, GError **error)
{
  g_autoptr (KpConnection) connection = kp_connection_ref (self->connection);
  g_autoptr (GError) failure = NULL;

  self->negotiation = KP_NEGOTIATION_DONE;
  self->remote_set = TRUE;
  kp_candidates_flush_remote (self);
  if (!attach (self, &failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (self->connection != connection)
    return TRUE;

  if (self->settings->network.constraints.dscp)
    mark_packets (self);
  kp_connection_watch_feedback (self->connection, kp_sdp_get_transport_index (self->local), receives (self));
  if (kp_settings_takes_packet_reports (self->settings))
    kp_connection_watch_packets (self->connection, kp_sdp_get_transport_index (self->local));
  kp_renegotiation_settle (self);
  if (self->connected)
    kp_sections_open (self->sections, gst_element_get_current_running_time (GST_ELEMENT (self->bin)));
  else if (self->connect_timer == NULL)
    self->connect_timer = kp_loop_add_timeout (self->loop, CONNECT_TIMEOUT, connect_timeout_cb, self);

  return TRUE;
}

/* For the connection that was answered, if it is still there. */
typedef struct
{
  KpSession *session; /* owned */
  KpConnection *connection; /* owned */
} KpStart;

static void
start_free (gpointer data)
{
  KpStart *start = data;

  kp_connection_unref (start->connection);
  kp_session_unref (start->session);
  g_free (start);
}

static void
start_cb (gpointer data)
{
  KpStart *start = data;
  KpSession *self = start->session;
  GError *error = NULL;

  if (self->connection == start->connection && !kp_media_start (self, &error))
    kp_session_fail (self, error);
}

/* Making encoders takes milliseconds, and what a signaller has to send waits for the peer loop: first the answer. */
void
kp_media_start_later (KpSession *self)
{
  KpStart *start = g_new0 (KpStart, 1);

  start->session = kp_session_ref (self);
  start->connection = kp_connection_ref (self->connection);
  kp_loop_post (self->loop, start_cb, start, start_free);
}
