/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The statistics of the session: asked for, or told again and again. */
#include "kp-session-private.h"
#include "gstkurentoerror.h"

/* RTCIceTransportState has the names of GStreamer's enum. */
static const gchar *
ice_state_to_string (GstWebRTCICEConnectionState state)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (GST_TYPE_WEBRTC_ICE_CONNECTION_STATE);
  const GEnumValue *value = g_enum_get_value (states, state);

  return value ? value->value_nick : NULL;
}

static GstStructure *
make_report (KpSession *self, const GstStructure *reply)
{
  KpStatsInput input = {
    .webrtcbin = reply,
    .local = self->local,
    .remote = self->remote,
    .dtls_state = self->verified ? "connected" : "connecting",
    .ice_state = ice_state_to_string (self->status.ice_connection_state),
  };
  GstStructure *report;

  if (kp_sections_find_sent (self->sections, KP_MEDIA_VIDEO, 0))
    input.available_bitrate = self->status.estimated_bitrate;
  if (self->status.ice_connection_state == GST_WEBRTC_ICE_CONNECTION_STATE_NEW)
    input.dtls_state = "new";
  kp_connection_measure (self->connection, &input);
  report = kp_stats_new (&input);
  kp_connection_measured_clear (&input);

  return report;
}

/* webrtcbin answers in the order in which it was asked. */
static void
stats_done (KpConnection *connection, const GstStructure *reply, const GError *error, gpointer user_data)
{
  KpSession *self = user_data;
  g_autoptr (GTask) task = NULL;

  g_assert (self->stats_tasks->len > 0);
  task = g_object_ref (g_ptr_array_index (self->stats_tasks, 0));
  g_ptr_array_remove_index (self->stats_tasks, 0);
  if (reply)
    kp_session_return_pointer (self, g_steal_pointer (&task), make_report (self, reply),
                               (GDestroyNotify)gst_structure_free);
  else
    kp_session_return_error (self, g_steal_pointer (&task),
                             error ? g_error_copy (error)
                                   : g_error_new_literal (GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                                                          "webrtcbin has no statistics"));
}

void
kp_stats_ask (KpSession *self, GTask *task)
{
  kp_loop_assert_current (self->loop);

  if (self->connection == NULL)
    {
      kp_session_return_error (self, task, kp_session_new_end_error (self, "there is no connection"));
      return;
    }
  g_ptr_array_add (self->stats_tasks, task);
  kp_connection_get_stats (self->connection, stats_done);
}

void
kp_stats_fail (KpSession *self)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->stats_tasks);

  self->stats_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    kp_session_return_error (self, g_object_ref (g_ptr_array_index (tasks, i)),
                             kp_session_new_end_error (self, "the connection ended"));
}

/* ---- again and again ---- */

static void
tick_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KpSession *self = g_task_get_task_data (G_TASK (result));
  GstStructure *report = g_task_propagate_pointer (G_TASK (result), NULL);

  self->stats_pending = FALSE;
  if (report == NULL)
    return;
  if (!self->stopped && self->stats_timer)
    self->callbacks.stats (report, self->user_data);
  gst_structure_free (report);
}

/* One after the other: whoever is slow gets fewer. */
static gboolean
tick_cb (gpointer user_data)
{
  KpSession *self = user_data;
  GTask *task;

  if (self->stats_pending)
    return G_SOURCE_CONTINUE;

  self->stats_pending = TRUE;
  task = g_task_new (NULL, NULL, tick_done_cb, NULL);
  g_task_set_task_data (task, kp_session_ref (self), (GDestroyNotify)kp_session_unref);
  kp_stats_ask (self, task);

  return G_SOURCE_CONTINUE;
}

void
kp_stats_restart_timer (KpSession *self)
{
  kp_loop_assert_current (self->loop);

  kp_session_clear_timer (&self->stats_timer);
  if (self->connection && self->stats_interval && self->callbacks.stats)
    self->stats_timer = kp_loop_add_timeout (self->loop, self->stats_interval, tick_cb, self);
}

void
kp_stats_set_interval (KpSession *self, guint interval)
{
  self->stats_interval = interval;
  kp_stats_restart_timer (self);
}
