/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"

/* A task with a cancellable: cancelled, it ends before the session has answered. The session gets a task of its own,
 * whose callback comes, as the cancellation does, in the context of the caller. */
typedef struct
{
  GTask *task; /* owned; the caller's */
  GSource *cancelled; /* owned */
  GDestroyNotify result_free; /* NULL: the result is a boolean */
  gboolean returned;
} KpRequest;

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  KpRequest *request = user_data;

  request->returned = TRUE;
  g_task_return_error_if_cancelled (request->task);

  return G_SOURCE_REMOVE;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KpRequest *request = user_data;
  g_autoptr (GTask) task = request->task;
  GError *error = NULL;
  gpointer answer = NULL;

  if (request->result_free)
    answer = g_task_propagate_pointer (G_TASK (result), &error);
  else
    g_task_propagate_boolean (G_TASK (result), &error);

  if (request->returned)
    {
      if (answer)
        request->result_free (answer);
      g_clear_error (&error);
    }
  else if (error)
    g_task_return_error (task, error);
  else if (request->result_free)
    g_task_return_pointer (task, answer, request->result_free);
  else
    g_task_return_boolean (task, TRUE);

  g_source_destroy (request->cancelled);
  g_source_unref (request->cancelled);
  g_free (request);
}

/* The task for the session, which answers @task (transfer full). */
static GTask *
make_cancellable (GTask *task, GCancellable *cancellable, GDestroyNotify result_free)
{
  KpRequest *request = g_new0 (KpRequest, 1);

  request->task = task;
  request->result_free = result_free;
  request->cancelled = g_cancellable_source_new (cancellable);
  g_task_attach_source (task, request->cancelled, G_SOURCE_FUNC (cancelled_cb));
  g_source_set_callback (request->cancelled, G_SOURCE_FUNC (cancelled_cb), request, NULL);

  return g_task_new (g_task_get_source_object (task), NULL, answered_cb, request);
}

/* Makes the task of an action. NULL, and the task is answered, when there is no session. */
KpSession *
gst_kurento_peer_begin (GstKurentoPeer *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data, gpointer tag, GDestroyNotify result_free, GTask **task)
{
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);
  g_autoptr (GTask) made = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (made, tag);
  if (!session)
    {
      g_task_return_new_error (made, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                               "the element has to be in PAUSED or PLAYING");
      return NULL;
    }

  *task = g_steal_pointer (&made);
  if (cancellable)
    *task = make_cancellable (*task, cancellable, result_free);

  return g_steal_pointer (&session);
}

/**
 * gst_kurento_peer_generate_offer_async:
 * @self: a peer in PAUSED or PLAYING
 * @cancellable: (nullable): ends the wait, not the work
 * @callback: called in the thread default context of the caller
 * @user_data: for @callback
 *
 * Makes an offer (kurento-utils: `generateOffer`).
 *
 * Since: 0.1
 */
void
gst_kurento_peer_generate_offer_async (GstKurentoPeer *self, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (KpSession) session = NULL;
  GTask *task;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));

  session = gst_kurento_peer_begin (self, cancellable, callback, user_data,
                                    gst_kurento_peer_generate_offer_async, g_free, &task);
  if (session && !gst_kurento_peer_await_captures (self, session, NULL, task))
    kp_session_generate_offer (session, task);
}

/**
 * gst_kurento_peer_generate_offer_finish:
 * @self: a peer
 * @result: what the callback got
 * @error: (nullable): return location for an error
 *
 * Ends gst_kurento_peer_generate_offer_async().
 *
 * Returns: (transfer full): our offer, or %NULL with @error set
 *
 * Since: 0.1
 */
gchar *
gst_kurento_peer_generate_offer_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, gst_kurento_peer_generate_offer_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gst_kurento_peer_process_offer_async:
 * @self: a peer in PAUSED or PLAYING
 * @sdp: the peer's offer
 * @cancellable: (nullable): ends the wait, not the work
 * @callback: called in the thread default context of the caller
 * @user_data: for @callback
 *
 * Takes an offer and answers it (kurento-utils: `processOffer`).
 *
 * Since: 0.1
 */
void
gst_kurento_peer_process_offer_async (GstKurentoPeer *self, const gchar *sdp, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (KpSession) session = NULL;
  GTask *task;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));
  g_return_if_fail (sdp != NULL);

  session = gst_kurento_peer_begin (self, cancellable, callback, user_data,
                                    gst_kurento_peer_process_offer_async, g_free, &task);
  if (session && !gst_kurento_peer_await_captures (self, session, sdp, task))
    kp_session_process_offer (session, sdp, task);
}

/**
 * gst_kurento_peer_process_offer_finish:
 * @self: a peer
 * @result: what the callback got
 * @error: (nullable): return location for an error
 *
 * Ends gst_kurento_peer_process_offer_async().
 *
 * Returns: (transfer full): our answer, or %NULL with @error set
 *
 * Since: 0.1
 */
gchar *
gst_kurento_peer_process_offer_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, gst_kurento_peer_process_offer_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gst_kurento_peer_process_answer_async:
 * @self: a peer in PAUSED or PLAYING
 * @sdp: the peer's answer
 * @cancellable: (nullable): ends the wait, not the work
 * @callback: called in the thread default context of the caller
 * @user_data: for @callback
 *
 * Takes the answer to our offer (kurento-utils: `processAnswer`).
 *
 * Since: 0.1
 */
void
gst_kurento_peer_process_answer_async (GstKurentoPeer *self, const gchar *sdp, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (KpSession) session = NULL;
  GTask *task;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));
  g_return_if_fail (sdp != NULL);

  session = gst_kurento_peer_begin (self, cancellable, callback, user_data,
                                    gst_kurento_peer_process_answer_async, NULL, &task);
  if (session)
    kp_session_process_answer (session, sdp, task);
}

/**
 * gst_kurento_peer_process_answer_finish:
 * @self: a peer
 * @result: what the callback got
 * @error: (nullable): return location for an error
 *
 * Ends gst_kurento_peer_process_answer_async().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_process_answer_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, gst_kurento_peer_process_answer_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gst_kurento_peer_add_ice_candidate_async:
 * @self: a peer in PAUSED or PLAYING
 * @candidate: a `candidate:...` line of the peer; an empty string ends its candidates
 * @sdp_mline_index: the index of its media section
 * @sdp_mid: (nullable): the mid of its media section
 * @cancellable: (nullable): ends the wait, not the work
 * @callback: called in the thread default context of the caller
 * @user_data: for @callback
 *
 * Takes a candidate of the peer; before its description has come the candidate waits
 * (kurento-utils: `addIceCandidate`).
 *
 * Since: 0.1
 */
void
gst_kurento_peer_add_ice_candidate_async (GstKurentoPeer *self, const gchar *candidate, guint sdp_mline_index,
                                          const gchar *sdp_mid, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (KpSession) session = NULL;
  GTask *task;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));
  g_return_if_fail (candidate != NULL);

  session = gst_kurento_peer_begin (self, cancellable, callback, user_data,
                                    gst_kurento_peer_add_ice_candidate_async, NULL, &task);
  if (session)
    kp_session_add_candidate (session, candidate, sdp_mline_index, sdp_mid, task);
}

/**
 * gst_kurento_peer_add_ice_candidate_finish:
 * @self: a peer
 * @result: what the callback got
 * @error: (nullable): return location for an error
 *
 * Ends gst_kurento_peer_add_ice_candidate_async().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_add_ice_candidate_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, gst_kurento_peer_add_ice_candidate_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gst_kurento_peer_close_async:
 * @self: a peer in PAUSED or PLAYING
 * @cancellable: (nullable): ends the wait, not the work
 * @callback: called in the thread default context of the caller
 * @user_data: for @callback
 *
 * Ends the connection for good; every action fails with %GST_KURENTO_ERROR_CLOSED until the element has been in READY
 * (kurento-utils: `dispose`).
 *
 * Since: 0.1
 */
void
gst_kurento_peer_close_async (GstKurentoPeer *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (KpSession) session = NULL;
  GTask *task;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));

  session = gst_kurento_peer_begin (self, cancellable, callback, user_data, gst_kurento_peer_close_async,
                                    NULL, &task);
  if (!session)
    return;

  GST_OBJECT_LOCK (self);
  gst_kurento_peer_get_private (self)->closed = TRUE;
  GST_OBJECT_UNLOCK (self);
  kp_session_close (session, task);
}

/**
 * gst_kurento_peer_close_finish:
 * @self: a peer
 * @result: what the callback got
 * @error: (nullable): return location for an error
 *
 * Ends gst_kurento_peer_close_async().
 *
 * Returns: %TRUE, or %FALSE with @error set
 *
 * Since: 0.1
 */
gboolean
gst_kurento_peer_close_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, gst_kurento_peer_close_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gst_kurento_peer_get_stats_async:
 * @self: a peer in PAUSED or PLAYING
 * @cancellable: (nullable): ends the wait, not the work
 * @callback: called in the thread default context of the caller
 * @user_data: for @callback
 *
 * Collects the statistics of the connection, see #GstKurentoPeer::get-stats.
 *
 * Since: 0.1
 */
void
gst_kurento_peer_get_stats_async (GstKurentoPeer *self, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (KpSession) session = NULL;
  GTask *task;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));

  session = gst_kurento_peer_begin (self, cancellable, callback, user_data, gst_kurento_peer_get_stats_async,
                                    (GDestroyNotify)gst_structure_free, &task);
  if (session)
    kp_session_get_stats (session, task);
}

/**
 * gst_kurento_peer_get_stats_finish:
 * @self: a peer
 * @result: what the callback got
 * @error: (nullable): return location for an error
 *
 * Ends gst_kurento_peer_get_stats_async().
 *
 * Returns: (transfer full): the statistics, or %NULL with @error set
 *
 * Since: 0.1
 */
GstStructure *
gst_kurento_peer_get_stats_finish (GstKurentoPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, gst_kurento_peer_get_stats_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gst_kurento_peer_request_keyframe:
 * @self: a peer
 *
 * Asks our encoders and the peer for keyframes. Does nothing below PAUSED.
 *
 * Since: 0.1
 */
void
gst_kurento_peer_request_keyframe (GstKurentoPeer *self)
{
  g_autoptr (KpSession) session = NULL;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));

  session = gst_kurento_peer_dup_session (self);
  if (session)
    kp_session_request_keyframe (session);
}
