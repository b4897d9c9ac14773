/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session's connection: what it tells, how it is made, and how it ends. */
#include "kp-session-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* ms; not in the way of a peer that comes at once */
#define SPARE_DELAY 50

/* ms; from the connection to frequent reports */
#define REPORTS_DELAY 1000

static void
burials_end (gpointer data)
{
  KpBurials *self = data;

  g_mutex_lock (&self->lock);
  self->n--;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  kp_burials_unref (self);
}

static KpBurials *
burials_begin (KpBurials *self)
{
  g_mutex_lock (&self->lock);
  self->n++;
  g_mutex_unlock (&self->lock);

  return g_atomic_rc_box_acquire (self);
}

static void
connection_candidate_cb (KpConnection *connection, const gchar *candidate, guint mline_index,
                         gpointer user_data)
{
  kp_candidates_add_local (user_data, candidate, mline_index);
}

void
kp_session_clear_timer (GSource **timer)
{
  if (*timer)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

static gboolean
reports_cb (gpointer user_data)
{
  KpSession *self = user_data;

  kp_session_clear_timer (&self->reports_timer);
  kp_connection_hurry_reports (self->connection);

  return G_SOURCE_REMOVE;
}

/* The certificate is the announced one and the handshake is complete: not before both, or sources would be stuck
 * in a transport that never comes up. */
static void
check_connected (KpSession *self)
{
  if (self->connected || !self->verified
      || self->status.connection_state != GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED)
    return;

  self->connected = TRUE;
  kp_session_clear_timer (&self->connect_timer);
  self->reports_timer = kp_loop_add_timeout (self->loop, REPORTS_DELAY, reports_cb, self);
  if (self->negotiation == KP_NEGOTIATION_DONE)
    kp_sections_open (self->sections, gst_element_get_current_running_time (GST_ELEMENT (self->bin)));
  kp_session_emit (self, KP_EVENT_CONNECTED);
}

static void
take_connection_state (KpSession *self, GstWebRTCPeerConnectionState state)
{
  self->status.connection_state = state;
  kp_session_tell_status (self);
  check_connected (self);

  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED)
    kp_session_fail (self, g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_ICE,
                                                self->connected ? "the route to the peer was lost"
                                                                : "no route to the peer was found"));
  else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED)
    /* its signalling goes on: a page says first this, then "stop", or calls again */
    kp_session_drop_connection (self, "the peer closed the connection");
}

static void
take_gathering_state (KpSession *self, GstWebRTCICEGatheringState state)
{
  GError *error = NULL;

  self->status.ice_gathering_state = state;
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE && !kp_candidates_check_gathered (self, &error))
    {
      kp_session_fail (self, error);
      return;
    }

  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    {
      kp_negotiation_gathered (self);
      kp_session_emit (self, KP_EVENT_CANDIDATE_GATHERING_DONE);
    }
  kp_session_tell_status (self);
}

static void
connection_state_cb (KpConnection *connection, KpConnectionStateKind kind, gint value, gpointer user_data)
{
  KpSession *self = user_data;

  switch (kind)
    {
    case KP_CONNECTION_STATE:
      take_connection_state (self, value);
      return;
    case KP_CONNECTION_ICE:
      self->status.ice_connection_state = value;
      break;
    case KP_CONNECTION_SIGNALING:
      self->status.signaling_state = value;
      break;
    case KP_CONNECTION_GATHERING:
      take_gathering_state (self, value);
      return;
    case KP_N_CONNECTION_STATES:
    default:
      g_assert_not_reached ();
    }
  kp_session_tell_status (self);
}

static void
connection_verified_cb (KpConnection *connection, gboolean matches, gpointer user_data)
{
  KpSession *self = user_data;

  if (!matches)
    {
      kp_session_fail (self, g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_SECURITY,
                                                  "the peer's certificate does not have the fingerprint "
                                                  "that its description announced"));
      return;
    }
  self->verified = TRUE;
  check_connected (self);
}

static void
connection_channel_event_cb (KpConnection *connection, const KpEvent *event, gpointer user_data)
{
  KpEvent *copy = g_new0 (KpEvent, 1);

  kp_event_copy (event, copy);
  kp_session_emit_event (user_data, copy);
}

static void
connection_channels_ready_cb (KpConnection *connection, gpointer user_data)
{
  KpSession *self = user_data;

  if (!self->stopped && self->callbacks.channels_ready)
    self->callbacks.channels_ready (self->user_data);
}

static void
connection_keyframe_cb (KpConnection *connection, guint32 ssrc, gpointer user_data)
{
  KpSession *self = user_data;

  kp_sections_request_keyframe (self->sections, ssrc);
}

static GstElement *
connection_get_outlet_cb (KpMediaKind kind, guint index, gpointer user_data)
{
  KpSession *self = user_data;

  return self->callbacks.get_outlet (kind, index, self->user_data);
}

static void
connection_hold_cb (gpointer user_data)
{
  kp_session_ref (user_data);
}

static const KpConnectionCallbacks connection_callbacks = {
  .candidate = connection_candidate_cb,
  .state = connection_state_cb,
  .verified = connection_verified_cb,
  .channel_event = connection_channel_event_cb,
  .channels_ready = connection_channels_ready_cb,
  .keyframe_requested = connection_keyframe_cb,
  .packets_reported = kp_session_packets_reported_cb,
  .bitrate_reported = kp_session_bitrate_reported_cb,
  .get_outlet = connection_get_outlet_cb,
  .hold = connection_hold_cb,
  .let_go = (GDestroyNotify)kp_session_unref,
  .stream = kp_session_stream_cb,
};

static void
set_connection (KpSession *self, KpConnection *connection)
{
  g_mutex_lock (&self->lock);
  self->connection = connection;
  g_mutex_unlock (&self->lock);
}

KpConnection *
kp_session_dup_connection (KpSession *self)
{
  KpConnection *connection;

  g_mutex_lock (&self->lock);
  connection = self->connection ? kp_connection_ref (self->connection) : NULL;
  g_mutex_unlock (&self->lock);

  return connection;
}

static KpConnection *
new_connection (KpSession *self, GError **error)
{
  return kp_connection_new (self->loop, self->bin, self->given, self->settings, &connection_callbacks, self,
                            error);
}

static gboolean
make_spare_cb (gpointer user_data)
{
  KpSession *self = user_data;
  g_autoptr (GError) error = NULL;

  kp_session_clear_timer (&self->spare_timer);
  if (self->connection == NULL && self->spare == NULL)
    self->spare = new_connection (self, &error);
  if (error)
    GST_INFO ("no connection ahead of the peer: %s", error->message); /* who makes the next one will say it */

  return G_SOURCE_REMOVE;
}

void
kp_session_make_spare_later (KpSession *self)
{
  kp_session_clear_timer (&self->spare_timer);
  if (self->given)
    return;

  self->spare_timer = kp_loop_add_timeout (self->loop, SPARE_DELAY, make_spare_cb, self);
}

static void
bury (KpSession *self, KpConnection *connection)
{
  kp_connection_drop (connection, burials_end, burials_begin (self->burials));
  kp_connection_unref (connection);
}

void
kp_session_drop_spare (KpSession *self)
{
  kp_session_clear_timer (&self->spare_timer);
  if (self->spare)
    bury (self, g_steal_pointer (&self->spare));
}

gboolean
kp_session_make_connection (KpSession *self, GError **error)
{
  KpConnection *connection;

  g_assert (self->connection == NULL);
  kp_session_clear_timer (&self->spare_timer);
  connection = self->spare ? g_steal_pointer (&self->spare) : new_connection (self, error);
  if (connection == NULL)
    return FALSE;

  set_connection (self, connection);
  g_set_object (&self->status.webrtcbin, kp_connection_get_webrtcbin (connection));
  kp_stats_restart_timer (self);
  kp_session_begin_bandwidth (self);
  kp_session_tell_status (self);

  return TRUE;
}

static void
reset_description (KpSession *self)
{
  g_clear_pointer (&self->local, gst_sdp_message_free);
  g_clear_pointer (&self->remote, gst_sdp_message_free);
  self->local_out = FALSE;
  self->remote_set = FALSE;
  self->inserted_mids = FALSE;
  self->verified = FALSE;
  self->connected = FALSE;
  self->negotiation = KP_NEGOTIATION_IDLE;
  self->settled = FALSE;
  self->changed = FALSE;
  self->changed_told = FALSE;
  kp_candidates_reset (self);
  kp_session_status_clear (&self->status);
  self->status = (KpSessionStatus){ 0 };
  self->status.local_candidates = g_strdup ("[]");
}

/* Takes the connection away; what is told about it comes afterwards. */
static void
remove_connection (KpSession *self)
{
  KpConnection *connection = self->connection;

  kp_sections_close (self->sections);
  kp_session_clear_timer (&self->connect_timer);
  kp_session_clear_timer (&self->reports_timer);
  kp_session_clear_timer (&self->gathering_timer);
  kp_session_end_bandwidth (self);
  kp_inputs_give_up (self);
  set_connection (self, NULL);
  bury (self, connection);
  /* they may be being attached just now */
  g_ptr_array_unref (self->sections);
  self->sections = kp_sections_new ();
  kp_stats_fail (self);
  kp_stats_restart_timer (self);
}

GError *
kp_session_new_end_error (KpSession *self, const gchar *text)
{
  if (self->closed || self->stopped)
    return g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED, "the peer is closed");

  return g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE, text);
}

void
kp_session_drop_connection (KpSession *self, const gchar *reason)
{
  gboolean was_connected = self->connected;
  g_autoptr (GstStreamCollection) streams = g_steal_pointer (&self->status.remote_stream);
  g_autofree gchar *text = g_strdup_printf ("the negotiation was given up: %s", reason);

  kp_loop_assert_current (self->loop);
  if (self->connection == NULL)
    return;

  GST_INFO ("connection dropped: %s", reason);
  remove_connection (self);
  reset_description (self);
  kp_session_tell_status (self);
  kp_session_return_error (self, g_steal_pointer (&self->task), kp_session_new_end_error (self, text));
  if (streams)
    kp_session_emit (self, KP_EVENT_STREAM_ENDED, streams);
  if (was_connected)
    kp_session_emit (self, KP_EVENT_DISCONNECTED, reason);
  if (self->started)
    kp_session_make_spare_later (self);
}

void
kp_session_fail (KpSession *self, GError *error)
{
  g_autoptr (GError) owned = error;

  kp_loop_assert_current (self->loop);
  GST_WARNING ("the connection failed: %s", error->message);
  if (self->task)
    kp_session_return_error (self, g_steal_pointer (&self->task), g_error_copy (error));
  if (self->by_signaller)
    gst_kurento_signaller_send_error (self->signaller, error);
  kp_session_emit (self, KP_EVENT_PEER_ERROR, error);
  kp_session_drop_connection (self, error->message);
  self->by_signaller = FALSE;
}
