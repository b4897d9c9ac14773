/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element asks of a session: from any thread, carried out in the peer loop. */
#include "kp-session-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* One request on its way to the peer loop. Not every field is used by each. */
typedef struct _KpRequest KpRequest;
struct _KpRequest
{
  KpSession *session; /* owned */
  void (*run) (KpSession *self, KpRequest *request);
  GTask *task; /* owned; stolen by run */
  gchar *text; /* owned */
  KpCandidate *candidate; /* owned; stolen by run */
  KpDataConfig *config; /* owned */
  KpMediaKind kind;
  guint number;
  guint max;
  GstObject *object; /* owned */
  GError *error; /* owned */
};

/* An answer on its way out of our stack. */
typedef struct
{
  GTask *task; /* owned */
  GError *error; /* owned; or NULL */
  gpointer result;
  GDestroyNotify free_result;
  gboolean is_pointer;
} KpAnswer;

static void
request_free (gpointer data)
{
  KpRequest *request = data;

  /* it never came to run: the loop has gone */
  if (request->task)
    g_task_return_new_error (request->task, GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED,
                             "the peer is closed");
  g_clear_object (&request->task);
  g_free (request->text);
  g_clear_pointer (&request->candidate, kp_candidate_free);
  g_clear_pointer (&request->config, kp_data_config_free);
  g_clear_object (&request->object);
  g_clear_error (&request->error);
  kp_session_unref (request->session);
  g_free (request);
}

static void
request_run (gpointer data)
{
  KpRequest *request = data;

  request->run (request->session, request);
}

static KpRequest *
request_new (KpSession *self, void (*run) (KpSession *, KpRequest *), GTask *task)
{
  KpRequest *request = g_new0 (KpRequest, 1);

  request->session = kp_session_ref (self);
  request->run = run;
  request->task = task;

  return request;
}

static void
request_post (KpRequest *request)
{
  kp_loop_post (request->session->loop, request_run, request, request_free);
}

/* ---- answers ---- */

static void
answer_deliver (gpointer data)
{
  KpAnswer *answer = data;
  g_autoptr (GTask) task = g_steal_pointer (&answer->task);

  if (task == NULL)
    return;
  if (answer->error)
    g_task_return_error (task, g_steal_pointer (&answer->error));
  else if (answer->is_pointer)
    g_task_return_pointer (task, g_steal_pointer (&answer->result), answer->free_result);
  else
    g_task_return_boolean (task, TRUE);
}

/* Delivers what the loop did not come to. */
static void
answer_free (gpointer data)
{
  KpAnswer *answer = data;

  answer_deliver (answer);
  g_clear_error (&answer->error);
  if (answer->result && answer->free_result)
    answer->free_result (answer->result);
  g_free (answer);
}

static void
answer_post (KpSession *self, KpAnswer value)
{
  if (value.task)
    kp_loop_post (self->loop, answer_deliver, g_memdup2 (&value, sizeof value), answer_free);
  else
    answer_free (g_memdup2 (&value, sizeof value));
}

void
kp_session_return_error (KpSession *self, GTask *task, GError *error)
{
  answer_post (self, (KpAnswer){ .task = task, .error = error });
}

void
kp_session_return_pointer (KpSession *self, GTask *task, gpointer result, GDestroyNotify free_result)
{
  answer_post (self,
               (KpAnswer){ .task = task, .result = result, .free_result = free_result, .is_pointer = TRUE });
}

void
kp_session_return_boolean (KpSession *self, GTask *task)
{
  answer_post (self, (KpAnswer){ .task = task });
}

/* ---- requests ---- */

static void
run_generate_offer (KpSession *self, KpRequest *request)
{
  kp_negotiation_generate_offer (self, g_steal_pointer (&request->task));
}

void
kp_session_generate_offer (KpSession *self, GTask *task)
{
  request_post (request_new (self, run_generate_offer, task));
}

static void
run_process_offer (KpSession *self, KpRequest *request)
{
  kp_negotiation_process_offer (self, request->text, g_steal_pointer (&request->task));
}

void
kp_session_process_offer (KpSession *self, const gchar *sdp, GTask *task)
{
  KpRequest *request = request_new (self, run_process_offer, task);

  request->text = g_strdup (sdp);
  request_post (request);
}

static void
run_process_answer (KpSession *self, KpRequest *request)
{
  kp_negotiation_process_answer (self, request->text, g_steal_pointer (&request->task));
}

void
kp_session_process_answer (KpSession *self, const gchar *sdp, GTask *task)
{
  KpRequest *request = request_new (self, run_process_answer, task);

  request->text = g_strdup (sdp);
  request_post (request);
}

static void
run_add_candidate (KpSession *self, KpRequest *request)
{
  if (self->closed || self->stopped)
    kp_session_return_error (self, g_steal_pointer (&request->task), kp_session_new_end_error (self, NULL));
  else
    kp_candidates_add_remote (self, g_steal_pointer (&request->candidate), g_steal_pointer (&request->task));
}

void
kp_session_add_candidate (KpSession *self, const gchar *candidate, guint sdp_mline_index,
                          const gchar *sdp_mid, GTask *task)
{
  KpRequest *request = request_new (self, run_add_candidate, task);

  request->candidate = kp_candidate_new (candidate, sdp_mline_index, sdp_mid);
  request_post (request);
}

static void
run_close (KpSession *self, KpRequest *request)
{
  self->closed = TRUE;
  if (!self->stopped)
    kp_session_shut (self, "closed");
  kp_session_return_boolean (self, g_steal_pointer (&request->task));
}

void
kp_session_close (KpSession *self, GTask *task)
{
  request_post (request_new (self, run_close, task));
}

static void
run_end (KpSession *self, KpRequest *request)
{
  if (!self->stopped)
    kp_session_shut (self, request->text);
  self->ended = TRUE;
}

void
kp_session_end (KpSession *self, const gchar *reason)
{
  KpRequest *request = request_new (self, run_end, NULL);

  request->text = g_strdup (reason);
  request_post (request);
}

static gboolean
create_channel (KpSession *self, const KpDataConfig *config, GError **error)
{
  if (!kp_negotiation_check_open (self, error))
    return FALSE;
  if (self->connection && kp_connection_has_association (self->connection))
    return kp_connection_create_channel (self->connection, config, error);

  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
               "data channel %s: there is no connection with data", config->label);

  return FALSE;
}

static void
run_create_channel (KpSession *self, KpRequest *request)
{
  GTask *task = g_steal_pointer (&request->task);
  GError *error = NULL;

  if (create_channel (self, request->config, &error))
    kp_session_return_boolean (self, task);
  else
    kp_session_return_error (self, task, error);
}

void
kp_session_create_channel (KpSession *self, const KpDataConfig *config, GTask *task)
{
  KpRequest *request = request_new (self, run_create_channel, task);

  request->config = kp_data_config_copy (config);
  request_post (request);
}

static void
run_get_stats (KpSession *self, KpRequest *request)
{
  kp_stats_ask (self, g_steal_pointer (&request->task));
}

void
kp_session_get_stats (KpSession *self, GTask *task)
{
  request_post (request_new (self, run_get_stats, task));
}

static void
run_set_stats_interval (KpSession *self, KpRequest *request)
{
  kp_stats_set_interval (self, request->number);
}

void
kp_session_set_stats_interval (KpSession *self, guint interval)
{
  KpRequest *request = request_new (self, run_set_stats_interval, NULL);

  request->number = interval;
  request_post (request);
}

static void
run_set_auto_reconnect (KpSession *self, KpRequest *request)
{
  kp_reconnect_take_wish (self, request->number);
}

void
kp_session_set_auto_reconnect (KpSession *self, gboolean auto_reconnect)
{
  KpRequest *request = request_new (self, run_set_auto_reconnect, NULL);

  request->number = auto_reconnect;
  request_post (request);
}

static void
run_set_start_bitrate (KpSession *self, KpRequest *request)
{
  kp_session_take_start_bitrate (self, request->number);
}

void
kp_session_set_start_bitrate (KpSession *self, guint bitrate)
{
  KpRequest *request = request_new (self, run_set_start_bitrate, NULL);

  request->number = bitrate;
  request_post (request);
}

static void
run_set_bitrate_range (KpSession *self, KpRequest *request)
{
  kp_session_take_bitrate_range (self, request->number, request->max);
}

void
kp_session_set_bitrate_range (KpSession *self, guint min, guint max)
{
  KpRequest *request = request_new (self, run_set_bitrate_range, NULL);

  request->number = min;
  request->max = max;
  request_post (request);
}

static void
run_set_degradation (KpSession *self, KpRequest *request)
{
  self->settings->degradation_preference = request->number;
  kp_session_apply_parameters (self);
}

void
kp_session_set_degradation (KpSession *self, GstKurentoDegradationPreference preference)
{
  KpRequest *request = request_new (self, run_set_degradation, NULL);

  request->number = preference;
  request_post (request);
}

static void
run_request_keyframe (KpSession *self, KpRequest *request)
{
  kp_sections_request_keyframe (self->sections, 0);
  if (self->connection)
    kp_connection_request_remote_keyframe (self->connection);
}

void
kp_session_request_keyframe (KpSession *self)
{
  request_post (request_new (self, run_request_keyframe, NULL));
}

static void
run_add_track (KpSession *self, KpRequest *request)
{
  if (self->stopped)
    return;

  g_ptr_array_add (self->tracks, kp_track_new (request->kind, GST_ELEMENT (request->object)));
  kp_inputs_watch (self, GST_ELEMENT (request->object));
  kp_renegotiation_note_change (self);
}

void
kp_session_add_track (KpSession *self, KpMediaKind kind, GstElement *gate)
{
  KpRequest *request = request_new (self, run_add_track, NULL);

  request->kind = kind;
  request->object = gst_object_ref (gate);
  request_post (request);
}

static void
run_remove_track (KpSession *self, KpRequest *request)
{
  for (guint i = 0; i < self->tracks->len; i++)
    if (((KpTrack *)g_ptr_array_index (self->tracks, i))->gate == GST_ELEMENT (request->object))
      {
        kp_inputs_unwatch (self, GST_ELEMENT (request->object));
        g_ptr_array_remove_index (self->tracks, i);
        if (self->connection)
          kp_sections_remove_track (self->sections, self->connection, GST_ELEMENT (request->object));
        kp_session_apply_parameters (self);
        kp_renegotiation_note_change (self);
        return;
      }
}

void
kp_session_remove_track (KpSession *self, GstElement *gate)
{
  KpRequest *request = request_new (self, run_remove_track, NULL);

  request->object = gst_object_ref (gate);
  request_post (request);
}

static void
run_update_tracks (KpSession *self, KpRequest *request)
{
  kp_session_apply_parameters (self);
}

void
kp_session_update_tracks (KpSession *self)
{
  request_post (request_new (self, run_update_tracks, NULL));
}

static void
run_child_error (KpSession *self, KpRequest *request)
{
  if (self->connection && kp_connection_owns (self->connection, request->object))
    kp_session_fail (self, g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION, "%s: %s",
                                        GST_OBJECT_NAME (request->object), request->error->message));
  else
    GST_DEBUG_OBJECT (request->object, "error of a former connection: %s", request->error->message);
}

void
kp_session_child_error (KpSession *self, GstObject *src, const GError *error)
{
  KpRequest *request = request_new (self, run_child_error, NULL);

  request->object = gst_object_ref (src);
  request->error = g_error_copy (error);
  request_post (request);
}

gboolean
kp_session_send (KpSession *self, const gchar *label, GBytes *data, gboolean is_text, GError **error)
{
  g_autoptr (KpConnection) connection = kp_session_dup_connection (self);

  if (connection)
    return kp_connection_send (connection, label, data, is_text, error);

  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE, "there is no connection");

  return FALSE;
}

GstWebRTCDataChannel *
kp_session_dup_channel (KpSession *self)
{
  g_autoptr (KpConnection) connection = kp_session_dup_connection (self);

  return connection ? kp_connection_dup_channel (connection) : NULL;
}

KpDataResult
kp_session_try_send (KpSession *self, guint index, GBytes *data, gboolean is_text)
{
  g_autoptr (KpConnection) connection = kp_session_dup_connection (self);

  return connection ? kp_connection_try_send (connection, index, data, is_text) : KP_DATA_WAIT;
}

KpDataResult
kp_session_finish_channel (KpSession *self, guint index)
{
  g_autoptr (KpConnection) connection = kp_session_dup_connection (self);

  return connection ? kp_connection_finish_channel (connection, index) : KP_DATA_WAIT;
}
