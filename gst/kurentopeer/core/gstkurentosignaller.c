/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:gstkurentosignaller
 * @title: GstKurentoSignaller
 * @short_description: How a peer exchanges descriptions and candidates with the other side
 *
 * An interface: one implementation a protocol. The session calls the functions and listens to the
 * signals, both in the #GMainContext that was the thread default when the signaller was made.
 *
 * Since: 0.1
 */
#include "gstkurentosignaller.h"

G_DEFINE_INTERFACE (GstKurentoSignaller, gst_kurento_signaller, G_TYPE_OBJECT)

enum
{
  SIGNAL_READY,
  SIGNAL_FAILED,
  SIGNAL_LOST,
  SIGNAL_SESSION_REQUESTED,
  SIGNAL_SESSION_ENDED,
  SIGNAL_OFFER,
  SIGNAL_ANSWER,
  SIGNAL_CANDIDATE,
  SIGNAL_SERVER_EVENT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
gst_kurento_signaller_default_init (GstKurentoSignallerInterface *iface)
{
  /**
   * GstKurentoSignaller::ready:
   * @self: the signaller
   * @uri: (nullable): the address it listens at, or NULL
   *
   * The signaller is connected, or listens at @uri.
   *
   * Since: 0.1
   */
  signals[SIGNAL_READY] = g_signal_new ("ready", GST_TYPE_KURENTO_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstKurentoSignaller::failed:
   * @self: the signaller
   * @error: the reason
   *
   * The signaller cannot work: it could not listen or connect, or lost its server for good.
   *
   * Since: 0.1
   */
  signals[SIGNAL_FAILED] = g_signal_new ("failed", GST_TYPE_KURENTO_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * GstKurentoSignaller::lost:
   * @self: the signaller
   * @error: the reason
   *
   * The signaller has lost its server, and with it the peer, or could not reach it: it may be tried again. With
   * #GstKurentoPeer:auto-reconnect the peer calls gst_kurento_signaller_stop() and
   * gst_kurento_signaller_start() after a pause; without, it is as #GstKurentoSignaller::failed.
   *
   * Since: 0.1
   */
  signals[SIGNAL_LOST] = g_signal_new ("lost", GST_TYPE_KURENTO_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * GstKurentoSignaller::session-requested:
   * @self: the signaller
   *
   * The other side asks for an offer of ours.
   *
   * Since: 0.1
   */
  signals[SIGNAL_SESSION_REQUESTED] = g_signal_new ("session-requested", GST_TYPE_KURENTO_SIGNALLER,
                                                    G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * GstKurentoSignaller::session-ended:
   * @self: the signaller
   * @reason: the reason, in words
   *
   * The peer left. The signaller stays and may bring the next one.
   *
   * Since: 0.1
   */
  signals[SIGNAL_SESSION_ENDED]
      = g_signal_new ("session-ended", GST_TYPE_KURENTO_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstKurentoSignaller::offer:
   * @self: the signaller
   * @sdp: the session description
   *
   * The peer sent an offer: a new session begins.
   *
   * Since: 0.1
   */
  signals[SIGNAL_OFFER] = g_signal_new ("offer", GST_TYPE_KURENTO_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstKurentoSignaller::answer:
   * @self: the signaller
   * @sdp: the session description
   *
   * The peer answered our offer.
   *
   * Since: 0.1
   */
  signals[SIGNAL_ANSWER] = g_signal_new ("answer", GST_TYPE_KURENTO_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstKurentoSignaller::candidate:
   * @self: the signaller
   * @candidate: the `candidate:...` line
   * @sdp_mline_index: the index of the media section
   * @sdp_mid: (nullable): the mid of the media section
   *
   * The peer found an ICE candidate; an empty one ends its list.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CANDIDATE]
      = g_signal_new ("candidate", GST_TYPE_KURENTO_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_STRING);

  /**
   * GstKurentoSignaller::server-event:
   * @self: the signaller
   * @name: the name of the event
   * @json: the JSON text of the event
   *
   * The server told something that is not signalling, for the application.
   *
   * Since: 0.1
   */
  signals[SIGNAL_SERVER_EVENT]
      = g_signal_new ("server-event", GST_TYPE_KURENTO_SIGNALLER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

/**
 * gst_kurento_signaller_start:
 * @self: the signaller
 *
 * Connects or listens. Ends in #GstKurentoSignaller::ready, #GstKurentoSignaller::lost or #GstKurentoSignaller::failed.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_start (GstKurentoSignaller *self)
{
  GstKurentoSignallerInterface *iface;

  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  iface = GST_KURENTO_SIGNALLER_GET_IFACE (self);
  if (iface->start)
    iface->start (self);
}

/**
 * gst_kurento_signaller_stop:
 * @self: the signaller
 *
 * Drops everything at once; nothing is emitted after it returns.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_stop (GstKurentoSignaller *self)
{
  GstKurentoSignallerInterface *iface;

  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  iface = GST_KURENTO_SIGNALLER_GET_IFACE (self);
  if (iface->stop)
    iface->stop (self);
}

/**
 * gst_kurento_signaller_send_offer:
 * @self: the signaller
 * @sdp: a session description
 *
 * Passes our offer to the peer.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_send_offer (GstKurentoSignaller *self, const gchar *sdp)
{
  GstKurentoSignallerInterface *iface;

  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  iface = GST_KURENTO_SIGNALLER_GET_IFACE (self);
  if (iface->send_offer)
    iface->send_offer (self, sdp);
}

/**
 * gst_kurento_signaller_send_answer:
 * @self: the signaller
 * @sdp: a session description
 *
 * Passes our answer to the peer.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_send_answer (GstKurentoSignaller *self, const gchar *sdp)
{
  GstKurentoSignallerInterface *iface;

  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  iface = GST_KURENTO_SIGNALLER_GET_IFACE (self);
  if (iface->send_answer)
    iface->send_answer (self, sdp);
}

/**
 * gst_kurento_signaller_send_candidate:
 * @self: the signaller
 * @candidate: a `candidate:...` line
 * @sdp_mline_index: the index of the media section
 * @sdp_mid: (nullable): the mid of the media section
 *
 * Passes a local ICE candidate to the peer.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_send_candidate (GstKurentoSignaller *self, const gchar *candidate,
                                      guint sdp_mline_index, const gchar *sdp_mid)
{
  GstKurentoSignallerInterface *iface;

  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  iface = GST_KURENTO_SIGNALLER_GET_IFACE (self);
  if (iface->send_candidate)
    iface->send_candidate (self, candidate, sdp_mline_index, sdp_mid);
}

/**
 * gst_kurento_signaller_send_error:
 * @self: the signaller
 * @error: what went wrong
 *
 * Tells the peer that the session failed, and ends it.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_send_error (GstKurentoSignaller *self, const GError *error)
{
  GstKurentoSignallerInterface *iface;

  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  iface = GST_KURENTO_SIGNALLER_GET_IFACE (self);
  if (iface->send_error)
    iface->send_error (self, error);
}

/**
 * gst_kurento_signaller_refuse:
 * @self: the signaller
 * @error: why not
 *
 * Tells the peer that what it wanted to change in the session cannot be. The session goes on as it is.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_refuse (GstKurentoSignaller *self, const GError *error)
{
  GstKurentoSignallerInterface *iface;

  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  iface = GST_KURENTO_SIGNALLER_GET_IFACE (self);
  if (iface->refuse)
    iface->refuse (self, error);
}

/**
 * gst_kurento_signaller_end_session:
 * @self: the signaller
 * @reason: the reason, in words
 *
 * Tells the peer that we leave; the signaller stays.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_end_session (GstKurentoSignaller *self, const gchar *reason)
{
  GstKurentoSignallerInterface *iface;

  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  iface = GST_KURENTO_SIGNALLER_GET_IFACE (self);
  if (iface->end_session)
    iface->end_session (self, reason);
}

/**
 * gst_kurento_signaller_emit_ready:
 * @self: the signaller
 * @uri: (nullable): the address, or %NULL
 *
 * Emits #GstKurentoSignaller::ready; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_ready (GstKurentoSignaller *self, const gchar *uri)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_READY], 0, uri);
}

/**
 * gst_kurento_signaller_emit_failed:
 * @self: the signaller
 * @error: what went wrong
 *
 * Emits #GstKurentoSignaller::failed; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_failed (GstKurentoSignaller *self, const GError *error)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

/**
 * gst_kurento_signaller_emit_lost:
 * @self: the signaller
 * @error: what went wrong
 *
 * Emits #GstKurentoSignaller::lost; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_lost (GstKurentoSignaller *self, const GError *error)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_LOST], 0, error);
}

/**
 * gst_kurento_signaller_emit_session_requested:
 * @self: the signaller
 *
 * Emits #GstKurentoSignaller::session-requested; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_session_requested (GstKurentoSignaller *self)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_SESSION_REQUESTED], 0);
}

/**
 * gst_kurento_signaller_emit_session_ended:
 * @self: the signaller
 * @reason: the reason, in words
 *
 * Emits #GstKurentoSignaller::session-ended; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_session_ended (GstKurentoSignaller *self, const gchar *reason)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_SESSION_ENDED], 0, reason);
}

/**
 * gst_kurento_signaller_emit_offer:
 * @self: the signaller
 * @sdp: a session description
 *
 * Emits #GstKurentoSignaller::offer; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_offer (GstKurentoSignaller *self, const gchar *sdp)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_OFFER], 0, sdp);
}

/**
 * gst_kurento_signaller_emit_answer:
 * @self: the signaller
 * @sdp: a session description
 *
 * Emits #GstKurentoSignaller::answer; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_answer (GstKurentoSignaller *self, const gchar *sdp)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_ANSWER], 0, sdp);
}

/**
 * gst_kurento_signaller_emit_candidate:
 * @self: the signaller
 * @candidate: a `candidate:...` line
 * @sdp_mline_index: the index of the media section
 * @sdp_mid: (nullable): the mid of the media section
 *
 * Emits #GstKurentoSignaller::candidate; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_candidate (GstKurentoSignaller *self, const gchar *candidate,
                                      guint sdp_mline_index, const gchar *sdp_mid)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_CANDIDATE], 0, candidate, sdp_mline_index, sdp_mid);
}

/**
 * gst_kurento_signaller_emit_server_event:
 * @self: the signaller
 * @name: the name of the event
 * @json: the JSON text of the event
 *
 * Emits #GstKurentoSignaller::server-event; for implementations.
 *
 * Since: 0.1
 */
void
gst_kurento_signaller_emit_server_event (GstKurentoSignaller *self, const gchar *name, const gchar *json)
{
  g_return_if_fail (GST_IS_KURENTO_SIGNALLER (self));

  g_signal_emit (self, signals[SIGNAL_SERVER_EVENT], 0, name, json);
}
