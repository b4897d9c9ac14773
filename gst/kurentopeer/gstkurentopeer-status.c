/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the session tells of itself: the properties that are only read. */
#include "gstkurentopeer-private.h"

#define STATUS (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static GParamSpec *specs[GST_KURENTO_PEER_N_STATUS];

gboolean
gst_kurento_peer_get_status_locked (GstKurentoPeer *self, guint index, GValue *value)
{
  const GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  const KpSessionStatus *status = &priv->status;

  switch (index)
    {
    case GST_KURENTO_PEER_STATUS_PEER_CONNECTION:
      g_value_set_object (value,
                          status->webrtcbin ? status->webrtcbin : priv->settings.network.peer_connection);
      return TRUE;
    case GST_KURENTO_PEER_STATUS_CONNECTION_STATE:
      g_value_set_enum (value, status->connection_state);
      return TRUE;
    case GST_KURENTO_PEER_STATUS_ICE_CONNECTION_STATE:
      g_value_set_enum (value, status->ice_connection_state);
      return TRUE;
    case GST_KURENTO_PEER_STATUS_ICE_GATHERING_STATE:
      g_value_set_enum (value, status->ice_gathering_state);
      return TRUE;
    case GST_KURENTO_PEER_STATUS_SIGNALING_STATE:
      g_value_set_enum (value, status->signaling_state);
      return TRUE;
    case GST_KURENTO_PEER_STATUS_LOCAL_DESCRIPTION:
      g_value_set_string (value, status->local_description);
      return TRUE;
    case GST_KURENTO_PEER_STATUS_REMOTE_DESCRIPTION:
      g_value_set_string (value, status->remote_description);
      return TRUE;
    case GST_KURENTO_PEER_STATUS_LOCAL_CANDIDATES:
      g_value_set_string (value, status->local_candidates ? status->local_candidates : "[]");
      return TRUE;
    case GST_KURENTO_PEER_STATUS_REMOTE_STREAM:
      g_value_set_object (value, status->remote_stream);
      return TRUE;
    case GST_KURENTO_PEER_STATUS_ESTIMATED_BITRATE:
      g_value_set_uint (value, status->estimated_bitrate);
      return TRUE;
    default:
      return FALSE;
    }
}

/* Bit N is set when property N has another value now. */
static guint32
status_diff (const KpSessionStatus *a, const KpSessionStatus *b)
{
  return (a->webrtcbin != b->webrtcbin) << GST_KURENTO_PEER_STATUS_PEER_CONNECTION
         | (a->connection_state != b->connection_state) << GST_KURENTO_PEER_STATUS_CONNECTION_STATE
         | (a->ice_connection_state != b->ice_connection_state)
               << GST_KURENTO_PEER_STATUS_ICE_CONNECTION_STATE
         | (a->ice_gathering_state != b->ice_gathering_state) << GST_KURENTO_PEER_STATUS_ICE_GATHERING_STATE
         | (a->signaling_state != b->signaling_state) << GST_KURENTO_PEER_STATUS_SIGNALING_STATE
         | !!g_strcmp0 (a->local_description, b->local_description)
               << GST_KURENTO_PEER_STATUS_LOCAL_DESCRIPTION
         | !!g_strcmp0 (a->remote_description, b->remote_description)
               << GST_KURENTO_PEER_STATUS_REMOTE_DESCRIPTION
         | !!g_strcmp0 (a->local_candidates, b->local_candidates) << GST_KURENTO_PEER_STATUS_LOCAL_CANDIDATES
         | (a->remote_stream != b->remote_stream) << GST_KURENTO_PEER_STATUS_REMOTE_STREAM
         | (a->estimated_bitrate != b->estimated_bitrate) << GST_KURENTO_PEER_STATUS_ESTIMATED_BITRATE;
}

G_STATIC_ASSERT (GST_KURENTO_PEER_N_STATUS <= 32);

static void
status_copy (KpSessionStatus *self, const KpSessionStatus *from)
{
  *self = *from;
  self->local_description = g_strdup (from->local_description);
  self->remote_description = g_strdup (from->remote_description);
  self->local_candidates = g_strdup (from->local_candidates);
  if (from->webrtcbin)
    gst_object_ref (from->webrtcbin);
  if (from->remote_stream)
    gst_object_ref (from->remote_stream);
}

/* Returns the set of properties that changed, for gst_kurento_peer_notify_status(). */
guint32
gst_kurento_peer_set_status (GstKurentoPeer *self, const KpSessionStatus *status)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  KpSessionStatus former;
  KpSessionStatus now;
  guint32 changed;

  status_copy (&now, status);
  GST_OBJECT_LOCK (self);
  changed = status_diff (&priv->status, &now);
  former = priv->status;
  priv->status = now;
  GST_OBJECT_UNLOCK (self);
  kp_session_status_clear (&former);

  return changed;
}

void
gst_kurento_peer_notify_status (GstKurentoPeer *self, guint32 changed)
{
  for (guint i = 0; i < GST_KURENTO_PEER_N_STATUS; i++)
    if (changed & (1u << i))
      g_object_notify_by_pspec (G_OBJECT (self), specs[i]);
}

GParamSpec **
gst_kurento_peer_make_status_specs (void)
{
  specs[GST_KURENTO_PEER_STATUS_PEER_CONNECTION] = g_param_spec_object (
      "peer-connection", "Peer connection",
      "The webrtcbin of the present connection, or NULL; when the element is made, one whose settings stay "
      "as they are, for one connection only (kurento-utils: options.peerConnection)",
      GST_TYPE_ELEMENT, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  specs[GST_KURENTO_PEER_STATUS_CONNECTION_STATE] = g_param_spec_enum (
      "connection-state", "Connection state", "State of the present connection",
      GST_TYPE_WEBRTC_PEER_CONNECTION_STATE, GST_WEBRTC_PEER_CONNECTION_STATE_NEW, STATUS);
  specs[GST_KURENTO_PEER_STATUS_ICE_CONNECTION_STATE]
      = g_param_spec_enum ("ice-connection-state", "ICE connection state", "State of the route to the peer",
                           GST_TYPE_WEBRTC_ICE_CONNECTION_STATE, GST_WEBRTC_ICE_CONNECTION_STATE_NEW, STATUS);
  specs[GST_KURENTO_PEER_STATUS_ICE_GATHERING_STATE] = g_param_spec_enum (
      "ice-gathering-state", "ICE gathering state", "Whether all local candidates have been found",
      GST_TYPE_WEBRTC_ICE_GATHERING_STATE, GST_WEBRTC_ICE_GATHERING_STATE_NEW, STATUS);
  specs[GST_KURENTO_PEER_STATUS_SIGNALING_STATE]
      = g_param_spec_enum ("signaling-state", "Signaling state", "Which descriptions have been exchanged",
                           GST_TYPE_WEBRTC_SIGNALING_STATE, GST_WEBRTC_SIGNALING_STATE_STABLE, STATUS);
  specs[GST_KURENTO_PEER_STATUS_LOCAL_DESCRIPTION]
      = g_param_spec_string ("local-description", "Local description",
                             "Our session description (SDP) with the candidates found so far, or NULL "
                             "(kurento-utils: getLocalSessionDescriptor)",
                             NULL, STATUS);
  specs[GST_KURENTO_PEER_STATUS_REMOTE_DESCRIPTION] = g_param_spec_string (
      "remote-description", "Remote description",
      "The peer's session description (SDP), or NULL (kurento-utils: getRemoteSessionDescriptor)", NULL,
      STATUS);
  specs[GST_KURENTO_PEER_STATUS_LOCAL_CANDIDATES] = g_param_spec_string (
      "local-candidates", "Local candidates",
      "All local candidates so far, for who comes late: a JSON list of {candidate, sdpMid, sdpMLineIndex}",
      "[]", STATUS);
  specs[GST_KURENTO_PEER_STATUS_REMOTE_STREAM] = g_param_spec_object (
      "remote-stream", "Remote stream",
      "What the peer sends: each stream with the caps of its codec, named <id>/<name of the source pad>; the "
      "upstream id is the peer's name for it (the id of its MediaStream). NULL: nothing (kurento-utils: "
      "getRemoteStream)",
      GST_TYPE_STREAM_COLLECTION, STATUS);
  specs[GST_KURENTO_PEER_STATUS_ESTIMATED_BITRATE] = g_param_spec_uint (
      "estimated-bitrate", "Estimated bitrate",
      "The bit rate that the network takes of all video, as found by congestion-control, from min-bitrate to "
      "max-bitrate, in bit/s; 0: there is no connection",
      0, G_MAXUINT, 0, STATUS);
  specs[GST_KURENTO_PEER_STATUS_LOCAL_STREAM] = g_param_spec_object (
      "local-stream", "Local stream",
      "What is sent: each stream with its caps and tags as far as they have come, named <id>/<name of the "
      "sink pad>, or <id>/video and <id>/audio for what send-source captures; the upstream id is that of the "
      "MediaStream that the peer gets. NULL: nothing (kurento-utils: getLocalStream)",
      GST_TYPE_STREAM_COLLECTION, STATUS);
  specs[GST_KURENTO_PEER_STATUS_DATA_CHANNEL]
      = g_param_spec_object ("data-channel", "Data channel",
                             "The open data channel that send-string and send-data take by default, or NULL. "
                             "It must not be used any "
                             "more once the peer is disconnected (kurento-utils: dataChannel)",
                             GST_TYPE_WEBRTC_DATA_CHANNEL, STATUS);

  return specs;
}
