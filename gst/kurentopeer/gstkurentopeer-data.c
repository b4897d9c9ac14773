/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"

/* Owned; or NULL. */
GstWebRTCDataChannel *
gst_kurento_peer_dup_data_channel (GstKurentoPeer *self)
{
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);

  return session ? kp_session_dup_channel (session) : NULL;
}

/**
 * gst_kurento_peer_create_data_channel_async:
 * @self: a peer in PAUSED or PLAYING
 * @label: the label of the channel
 * @options: (nullable): `RTCDataChannelInit` as JSON: `ordered`, `maxPacketLifeTime` in ms, `maxRetransmits`, `protocol`,
 *   `negotiated`, `id`, `priority`; %NULL for a reliable, ordered channel
 * @cancellable: (nullable): ends the wait, not the work
 * @callback: called in the thread default context of the caller
 * @user_data: for @callback
 *
 * Makes one more data channel in the present connection. It can be used after #GstKurentoPeer::data-channel-open. The
 * description of the session has to have data: #GstKurentoPeer:data-channels, or a data channel of the peer.
 *
 * Since: 0.1
 */
void
gst_kurento_peer_create_data_channel_async (GstKurentoPeer *self, const gchar *label, const gchar *options,
                                            GCancellable *cancellable, GAsyncReadyCallback callback,
                                            gpointer user_data)
{
  g_autoptr (KpSession) session = NULL;
  g_autoptr (KpDataConfig) config = NULL;
  GError *error = NULL;
  GTask *task;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));
  g_return_if_fail (label != NULL);

  session = gst_kurento_peer_begin (self, cancellable, callback, user_data,
                                    gst_kurento_peer_create_data_channel_async, NULL, &task);
  if (!session)
    return;

  config = kp_data_config_parse_options ("options", options, label, &error);
  if (config)
    kp_session_create_channel (session, config, task);
  else
    kp_session_return_error (session, task, error);
}

/**
 * gst_kurento_peer_create_data_channel_finish:
 * @self: a peer
 * @result: what the callback got
 * @error: (nullable): return location for an error
 *
 * Ends gst_kurento_peer_create_data_channel_async().
 *
 * Returns: %TRUE when there is such a channel now, or %FALSE with @error set
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_create_data_channel_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, gst_kurento_peer_create_data_channel_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
send_message (GstKurentoPeer *self, const gchar *label, GBytes *data, gboolean is_text, GError **error)
{
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);

  if (!session)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                   "the element has to be in PAUSED or PLAYING");
      return FALSE;
    }

  return kp_session_send (session, label, data, is_text, error);
}

/**
 * gst_kurento_peer_send_string:
 * @self: a connected peer
 * @label: (nullable): a data channel; %NULL: the one of #GstKurentoPeer:data-channels
 * @string: the message
 * @error: (nullable): return location for an error
 *
 * Sends a string message (kurento-utils: `send`). Any thread; does not wait.
 *
 * Returns: %TRUE when it was sent, or %FALSE with @error set
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_send_string (GstKurentoPeer *self, const gchar *label, const gchar *string, GError **error)
{
  g_autoptr (GBytes) data = NULL;

  g_return_val_if_fail (GST_IS_KURENTO_PEER (self), FALSE);
  g_return_val_if_fail (string != NULL, FALSE);

  data = g_bytes_new (string, strlen (string));

  return send_message (self, label, data, TRUE, error);
}

/**
 * gst_kurento_peer_send_data:
 * @self: a connected peer
 * @label: (nullable): a data channel; %NULL: the one of #GstKurentoPeer:data-channels
 * @data: the message
 * @error: (nullable): return location for an error
 *
 * Sends a binary message (kurento-utils: `send`). Any thread; does not wait.
 *
 * Returns: %TRUE when it was sent, or %FALSE with @error set
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_send_data (GstKurentoPeer *self, const gchar *label, GBytes *data, GError **error)
{
  g_return_val_if_fail (GST_IS_KURENTO_PEER (self), FALSE);
  g_return_val_if_fail (data != NULL, FALSE);

  return send_message (self, label, data, FALSE, error);
}
