/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

#define ANSWER_NAME "application/x-kurentopeer"

typedef enum
{
  ACTION_GENERATE_OFFER,
  ACTION_PROCESS_OFFER,
  ACTION_PROCESS_ANSWER,
  ACTION_ADD_ICE_CANDIDATE,
  ACTION_CLOSE,
  ACTION_GET_STATS,
  ACTION_CREATE_DATA_CHANNEL,
  ACTION_SAVE_DEBUG_BUNDLE,
} KpActionType;

/* An action signal on its way to the peer loop, where its task is made: the thread of the caller may have no main loop. */
typedef struct
{
  KpActionType type;
  GstKurentoPeer *peer; /* owned */
  GstPromise *promise; /* owned; or NULL */
  gchar *text; /* owned; the SDP, candidate, label or folder, or NULL */
  gchar *options; /* owned; of a data channel, or NULL */
  guint sdp_mline_index;
  gchar *sdp_mid; /* owned; or NULL */
} KpAction;

/* Answers @promise (transfer full) with @answer (transfer full), or with @error. */
static void
answer_promise (GstPromise *promise, GstStructure *answer, const GError *error)
{
  g_autoptr (GstStructure) structure = answer;

  if (error)
    {
      g_clear_pointer (&structure, gst_structure_free);
      structure = gst_structure_new (ANSWER_NAME, "error", G_TYPE_ERROR, error, NULL);
    }
  if (!promise)
    return;

  gst_promise_reply (promise, g_steal_pointer (&structure));
  gst_promise_unref (promise);
}

void
gst_kurento_peer_answer (GstPromise *promise, const GError *error)
{
  answer_promise (promise, gst_structure_new_empty (ANSWER_NAME), error);
}

static void
answer_sdp_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sdp = g_task_propagate_pointer (G_TASK (result), &error);

  answer_promise (user_data, gst_structure_new (ANSWER_NAME, "sdp", G_TYPE_STRING, sdp, NULL), error);
}

static void
answer_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  gst_kurento_peer_answer (user_data, error);
}

static void
answer_stats_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GstStructure *stats = g_task_propagate_pointer (G_TASK (result), &error);

  answer_promise (user_data, stats, error);
}

static void
action_free (gpointer data)
{
  KpAction *self = data;

  if (self->promise)
    {
      g_autoptr (GError) error = NULL;

      error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED, "the peer was closed");
      answer_promise (self->promise, NULL, error);
    }
  gst_object_unref (self->peer);
  g_free (self->text);
  g_free (self->options);
  g_free (self->sdp_mid);
  g_free (self);
}

static void
run_action_cb (gpointer user_data)
{
  KpAction *action = user_data;
  GstKurentoPeer *peer = action->peer;
  GstPromise *promise = g_steal_pointer (&action->promise);

  switch (action->type)
    {
    case ACTION_GENERATE_OFFER:
      gst_kurento_peer_generate_offer_async (peer, NULL, answer_sdp_cb, promise);
      break;
    case ACTION_PROCESS_OFFER:
      gst_kurento_peer_process_offer_async (peer, action->text, NULL, answer_sdp_cb, promise);
      break;
    case ACTION_PROCESS_ANSWER:
      gst_kurento_peer_process_answer_async (peer, action->text, NULL, answer_done_cb, promise);
      break;
    case ACTION_ADD_ICE_CANDIDATE:
      gst_kurento_peer_add_ice_candidate_async (peer, action->text, action->sdp_mline_index, action->sdp_mid,
                                                NULL, answer_done_cb, promise);
      break;
    case ACTION_CLOSE:
      gst_kurento_peer_close_async (peer, NULL, answer_done_cb, promise);
      break;
    case ACTION_GET_STATS:
      gst_kurento_peer_get_stats_async (peer, NULL, answer_stats_cb, promise);
      break;
    case ACTION_CREATE_DATA_CHANNEL:
      gst_kurento_peer_create_data_channel_async (peer, action->text, action->options, NULL, answer_done_cb,
                                                  promise);
      break;
    case ACTION_SAVE_DEBUG_BUNDLE:
      gst_kurento_peer_run_save_debug_bundle (peer, action->text, promise);
      break;
    }
}

static KpAction *
action_new (KpActionType type, GstKurentoPeer *peer, const gchar *text, GstPromise *promise)
{
  KpAction *self = g_new0 (KpAction, 1);

  self->type = type;
  self->peer = gst_object_ref (peer);
  self->text = g_strdup (text);
  if (promise)
    self->promise = gst_promise_ref (promise);

  return self;
}

/* Takes @action. */
static void
start_action (KpAction *action)
{
  g_autoptr (GError) error = NULL;

  if (gst_kurento_peer_post (action->peer, run_action_cb, action, action_free))
    return;

  error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                       "the element has to be in PAUSED or PLAYING");
  GST_WARNING_OBJECT (action->peer, "%s", error->message);
  answer_promise (g_steal_pointer (&action->promise), NULL, error);
  action_free (action);
}

static void
generate_offer (GstKurentoPeer *self, GstPromise *promise)
{
  start_action (action_new (ACTION_GENERATE_OFFER, self, NULL, promise));
}

static void
process_offer (GstKurentoPeer *self, const gchar *sdp, GstPromise *promise)
{
  start_action (action_new (ACTION_PROCESS_OFFER, self, sdp, promise));
}

static void
process_answer (GstKurentoPeer *self, const gchar *sdp, GstPromise *promise)
{
  start_action (action_new (ACTION_PROCESS_ANSWER, self, sdp, promise));
}

static void
add_ice_candidate (GstKurentoPeer *self, const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid,
                   GstPromise *promise)
{
  KpAction *action = action_new (ACTION_ADD_ICE_CANDIDATE, self, candidate, promise);

  action->sdp_mline_index = sdp_mline_index;
  action->sdp_mid = g_strdup (sdp_mid);
  start_action (action);
}

static void
close_peer (GstKurentoPeer *self, GstPromise *promise)
{
  start_action (action_new (ACTION_CLOSE, self, NULL, promise));
}

static void
get_stats (GstKurentoPeer *self, GstPromise *promise)
{
  start_action (action_new (ACTION_GET_STATS, self, NULL, promise));
}

static void
create_data_channel (GstKurentoPeer *self, const gchar *label, const gchar *options, GstPromise *promise)
{
  KpAction *action = action_new (ACTION_CREATE_DATA_CHANNEL, self, label ? label : "", promise);

  action->options = g_strdup (options);
  start_action (action);
}

static void
save_debug_bundle (GstKurentoPeer *self, const gchar *folder, GstPromise *promise)
{
  start_action (action_new (ACTION_SAVE_DEBUG_BUNDLE, self, folder, promise));
}

static gboolean
send_string (GstKurentoPeer *self, const gchar *label, const gchar *string)
{
  g_autoptr (GError) error = NULL;

  if (gst_kurento_peer_send_string (self, label, string, &error))
    return TRUE;

  GST_WARNING_OBJECT (self, "send-string: %s", error ? error->message : "no string");

  return FALSE;
}

static gboolean
send_data (GstKurentoPeer *self, const gchar *label, GBytes *data)
{
  g_autoptr (GError) error = NULL;

  if (gst_kurento_peer_send_data (self, label, data, &error))
    return TRUE;

  GST_WARNING_OBJECT (self, "send-data: %s", error ? error->message : "no data");

  return FALSE;
}

static GstSample *
get_current_frame (GstKurentoPeer *self, GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  GstSample *frame = gst_kurento_peer_get_current_frame (self, caps, &error);

  if (!frame)
    GST_WARNING_OBJECT (self, "get-current-frame: %s", error->message);

  return frame;
}

static GstSample *
get_current_local_frame (GstKurentoPeer *self, GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  GstSample *frame = gst_kurento_peer_get_current_local_frame (self, caps, &error);

  if (!frame)
    GST_WARNING_OBJECT (self, "get-current-local-frame: %s", error->message);

  return frame;
}

static void
install_action (const gchar *name, GCallback handler, GType return_type, guint n_types, ...)
{
  GClosure *closure = g_cclosure_new (handler, NULL, NULL);
  va_list types;

  va_start (types, n_types);
  g_signal_new_valist (name, GST_TYPE_KURENTO_PEER, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, closure, NULL, NULL,
                       NULL, return_type, n_types, types);
  va_end (types);
}

/**
 * GstKurentoPeer::generate-offer:
 * @self: the peer
 * @promise: (nullable): answered with `sdp`, or `error`
 *
 * Makes an offer (kurento-utils: `generateOffer`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::process-offer:
 * @self: the peer
 * @sdp: the peer's offer
 * @promise: (nullable): answered with `sdp`, our answer, or `error`
 *
 * Takes an offer and answers it (kurento-utils: `processOffer`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::process-answer:
 * @self: the peer
 * @sdp: the peer's answer
 * @promise: (nullable): answered, with `error` when it failed
 *
 * Takes the answer to our offer (kurento-utils: `processAnswer`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::add-ice-candidate:
 * @self: the peer
 * @candidate: a `candidate:...` line of the peer; an empty string ends its candidates
 * @sdp_mline_index: the index of its media section
 * @sdp_mid: (nullable): the mid of its media section
 * @promise: (nullable): answered, with `error` when it failed
 *
 * Takes a candidate of the peer; before its description has come the candidate waits
 * (kurento-utils: `addIceCandidate`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::send-string:
 * @self: the peer
 * @label: (nullable): a data channel; %NULL: the one of #GstKurentoPeer:data-channels
 * @string: the message
 *
 * Sends a string message (kurento-utils: `send`).
 *
 * Returns: whether it was sent; the log says why not
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::send-data:
 * @self: the peer
 * @label: (nullable): a data channel; %NULL: the one of #GstKurentoPeer:data-channels
 * @data: the message
 *
 * Sends a binary message (kurento-utils: `send`).
 *
 * Returns: whether it was sent; the log says why not
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::create-data-channel:
 * @self: the peer
 * @label: the label of the channel
 * @options: (nullable): `RTCDataChannelInit` as JSON; %NULL for a reliable, ordered channel
 * @promise: (nullable): answered when the channel is there, with `error` when it failed
 *
 * Makes one more data channel in the present connection (W3C: `createDataChannel`). See
 * gst_kurento_peer_create_data_channel_async().
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::get-current-frame:
 * @self: the peer
 * @caps: (nullable): what to convert the frame to: raw video, `image/png` or `image/jpeg`; %NULL: as it was decoded
 *
 * Gets the last frame of the peer's first video (kurento-utils: `currentFrame`). See gst_kurento_peer_get_current_frame().
 *
 * Returns: (nullable): the frame; %NULL when there is none, or it cannot be converted: the log says why
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::get-current-local-frame:
 * @self: the peer
 * @caps: (nullable): as for #GstKurentoPeer::get-current-frame
 *
 * Gets the last frame of the first video that is sent. See gst_kurento_peer_get_current_local_frame().
 *
 * Returns: (nullable): the frame; %NULL when there is none, or it cannot be converted: the log says why
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::show-local-video:
 * @self: the peer
 *
 * Shows the video that is sent in #GstKurentoPeer:local-video again, when that has failed: its window was closed, for instance
 * (kurento-utils: `showLocalVideo`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::close:
 * @self: the peer
 * @promise: (nullable): answered, with `error` when it failed
 *
 * Ends the connection for good; every action fails with %GST_KURENTO_ERROR_CLOSED until the element
 * has been in READY (kurento-utils: `dispose`).
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::request-keyframe:
 * @self: the peer
 *
 * Asks our encoders and the peer for keyframes.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::get-stats:
 * @self: the peer
 * @promise: answered with the statistics of the connection, or `error`
 *
 * Collects the statistics of the connection: a structure `kurentopeer/stats` with the report of W3C's
 * [webrtc-stats](https://www.w3.org/TR/webrtc-stats/). Each field is one of its objects, named by its id: a
 * structure whose fields have the names, units and values of the W3C. The field `json` is the same as a text.
 *
 * Since: 0.1
 */

/**
 * GstKurentoPeer::save-debug-bundle:
 * @self: the peer
 * @folder: the folder for the files; it is made when it is not there
 * @promise: (nullable): answered when all is written, with `error` when it failed
 *
 * Writes what is to be known of the call into a folder, without secrets. See
 * gst_kurento_peer_save_debug_bundle_async().
 *
 * Since: 0.1
 */

void
gst_kurento_peer_install_actions (void)
{
  install_action ("generate-offer", G_CALLBACK (generate_offer), G_TYPE_NONE, 1, GST_TYPE_PROMISE);
  install_action ("process-offer", G_CALLBACK (process_offer), G_TYPE_NONE, 2, G_TYPE_STRING,
                  GST_TYPE_PROMISE);
  install_action ("process-answer", G_CALLBACK (process_answer), G_TYPE_NONE, 2, G_TYPE_STRING,
                  GST_TYPE_PROMISE);
  install_action ("add-ice-candidate", G_CALLBACK (add_ice_candidate), G_TYPE_NONE, 4, G_TYPE_STRING,
                  G_TYPE_UINT, G_TYPE_STRING, GST_TYPE_PROMISE);
  install_action ("send-string", G_CALLBACK (send_string), G_TYPE_BOOLEAN, 2, G_TYPE_STRING, G_TYPE_STRING);
  install_action ("send-data", G_CALLBACK (send_data), G_TYPE_BOOLEAN, 2, G_TYPE_STRING, G_TYPE_BYTES);
  install_action ("create-data-channel", G_CALLBACK (create_data_channel), G_TYPE_NONE, 3, G_TYPE_STRING,
                  G_TYPE_STRING, GST_TYPE_PROMISE);
  install_action ("get-current-frame", G_CALLBACK (get_current_frame), GST_TYPE_SAMPLE, 1, GST_TYPE_CAPS);
  install_action ("get-current-local-frame", G_CALLBACK (get_current_local_frame), GST_TYPE_SAMPLE, 1,
                  GST_TYPE_CAPS);
  install_action ("show-local-video", G_CALLBACK (gst_kurento_peer_show_local_video), G_TYPE_NONE, 0);
  install_action ("close", G_CALLBACK (close_peer), G_TYPE_NONE, 1, GST_TYPE_PROMISE);
  install_action ("request-keyframe", G_CALLBACK (gst_kurento_peer_request_keyframe), G_TYPE_NONE, 0);
  install_action ("get-stats", G_CALLBACK (get_stats), G_TYPE_NONE, 1, GST_TYPE_PROMISE);
  install_action ("save-debug-bundle", G_CALLBACK (save_debug_bundle), G_TYPE_NONE, 2, G_TYPE_STRING,
                  GST_TYPE_PROMISE);
}
