/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a session: what the element asks, what the connection tells, what ends it. */
#include "kp-session-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* us; how long stop waits for the peer loop, which may be in a callback, and for burials */
#define STOP_TIMEOUT (G_USEC_PER_SEC / 2)

static void
burials_clear (gpointer data)
{
  KpBurials *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

void
kp_burials_unref (KpBurials *self)
{
  g_atomic_rc_box_release_full (self, burials_clear);
}

static void
burials_wait (KpBurials *self, gint64 deadline)
{
  gboolean in_time = TRUE;

  g_mutex_lock (&self->lock);
  while (self->n > 0 && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
}

void
kp_session_status_clear (KpSessionStatus *self)
{
  g_clear_pointer (&self->local_description, g_free);
  g_clear_pointer (&self->remote_description, g_free);
  g_clear_pointer (&self->local_candidates, g_free);
  g_clear_object (&self->webrtcbin);
  g_clear_object (&self->remote_stream);
}

static void
session_finalize (gpointer data)
{
  KpSession *self = data;

  g_assert (self->connection == NULL);
  kp_session_status_clear (&self->status);
  g_ptr_array_unref (self->tracks);
  g_ptr_array_unref (self->sections);
  g_ptr_array_unref (self->stats_tasks);
  g_ptr_array_unref (self->remote_candidates);
  g_ptr_array_unref (self->lookups);
  g_ptr_array_unref (self->local_candidates);
  g_clear_pointer (&self->local, gst_sdp_message_free);
  g_clear_pointer (&self->remote, gst_sdp_message_free);
  g_clear_object (&self->signaller);
  g_clear_object (&self->given);
  g_clear_object (&self->bin);
  kp_settings_free (self->settings);
  kp_burials_unref (self->burials);
  g_mutex_clear (&self->lock);
  kp_loop_unref (self->loop);
}

KpSession *
kp_session_ref (KpSession *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
kp_session_unref (KpSession *self)
{
  g_atomic_rc_box_release_full (self, session_finalize);
}

/* ---- telling: always from the top of the peer loop ---- */

typedef struct
{
  KpSession *session; /* owned */
  KpEvent *event; /* owned; or NULL */
  GError *fatal; /* owned; or NULL */
} KpTold;

static void
told_free (gpointer data)
{
  KpTold *told = data;

  if (told->event)
    kp_event_clear (told->event);
  g_free (told->event);
  g_clear_error (&told->fatal);
  kp_session_unref (told->session);
  g_free (told);
}

static void
told_deliver (gpointer data)
{
  KpTold *told = data;
  KpSession *self = told->session;

  if (self->stopped)
    return;
  if (told->event)
    self->callbacks.event (told->event, self->user_data);
  else
    self->callbacks.fatal (told->fatal, self->user_data);
}

static void
tell (KpSession *self, KpEvent *event, GError *fatal)
{
  KpTold *told = g_new0 (KpTold, 1);

  told->session = kp_session_ref (self);
  told->event = event;
  told->fatal = fatal;
  kp_loop_post (self->loop, told_deliver, told, told_free);
}

void
kp_session_emit_event (KpSession *self, KpEvent *event)
{
  tell (self, event, NULL);
}

void
kp_session_tell_fatal (KpSession *self, GError *error)
{
  if (self->failed)
    {
      g_error_free (error);
      return;
    }

  self->failed = TRUE;
  tell (self, NULL, error);
}

void
kp_session_tell_status (KpSession *self)
{
  kp_loop_assert_current (self->loop);
  if (!self->stopped)
    self->callbacks.status (&self->status, self->user_data);
}

/* ---- what the signaller tells ---- */

static void
signaller_offer_cb (GstKurentoSignaller *signaller, const gchar *sdp, KpSession *self)
{
  self->by_signaller = TRUE;
  kp_negotiation_process_offer (self, sdp, NULL);
}

static void
signaller_answer_cb (GstKurentoSignaller *signaller, const gchar *sdp, KpSession *self)
{
  kp_negotiation_process_answer (self, sdp, NULL);
}

static void
signaller_candidate_cb (GstKurentoSignaller *signaller, const gchar *candidate, guint sdp_mline_index,
                        const gchar *sdp_mid, KpSession *self)
{
  kp_candidates_add_remote (self, kp_candidate_new (candidate, sdp_mline_index, sdp_mid), NULL);
}

static void
signaller_requested_cb (GstKurentoSignaller *signaller, KpSession *self)
{
  kp_session_drop_connection (self, "another peer wants an offer");
  self->by_signaller = TRUE;
  kp_negotiation_generate_offer (self, NULL);
}

static void
signaller_ended_cb (GstKurentoSignaller *signaller, const gchar *reason, KpSession *self)
{
  kp_session_drop_connection (self, reason);
  self->by_signaller = FALSE;
}

static void
signaller_server_event_cb (GstKurentoSignaller *signaller, const gchar *name, const gchar *json,
                           KpSession *self)
{
  kp_session_emit (self, KP_EVENT_SERVER_EVENT, name, json);
}

static void
signaller_failed_cb (GstKurentoSignaller *signaller, const GError *error, KpSession *self)
{
  kp_session_tell_fatal (self, g_error_copy (error));
}

static void
signaller_lost_cb (GstKurentoSignaller *signaller, const GError *error, KpSession *self)
{
  if (self->by_signaller)
    kp_session_drop_connection (self, error->message);
  self->by_signaller = FALSE;
  kp_reconnect_begin (self, error);
}

static void
signaller_ready_cb (GstKurentoSignaller *signaller, const gchar *uri, KpSession *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree gchar *json = NULL;

  kp_reconnect_done (self);
  if (uri == NULL)
    return;

  json_object_set_string_member (object, "uri", uri);
  json = json_to_string (node, FALSE);
  kp_session_emit (self, KP_EVENT_SERVER_EVENT, "listening", json);
}

static void
start_signaller (KpSession *self)
{
  g_signal_connect (self->signaller, "ready", G_CALLBACK (signaller_ready_cb), self);
  g_signal_connect (self->signaller, "failed", G_CALLBACK (signaller_failed_cb), self);
  g_signal_connect (self->signaller, "lost", G_CALLBACK (signaller_lost_cb), self);
  g_signal_connect (self->signaller, "session-requested", G_CALLBACK (signaller_requested_cb), self);
  g_signal_connect (self->signaller, "session-ended", G_CALLBACK (signaller_ended_cb), self);
  g_signal_connect (self->signaller, "offer", G_CALLBACK (signaller_offer_cb), self);
  g_signal_connect (self->signaller, "answer", G_CALLBACK (signaller_answer_cb), self);
  g_signal_connect (self->signaller, "candidate", G_CALLBACK (signaller_candidate_cb), self);
  g_signal_connect (self->signaller, "server-event", G_CALLBACK (signaller_server_event_cb), self);
  gst_kurento_signaller_start (self->signaller);
}

static void
stop_signaller (KpSession *self)
{
  g_signal_handlers_disconnect_matched (self->signaller, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
  gst_kurento_signaller_stop (self->signaller);
  kp_reconnect_clear (self);
  self->by_signaller = FALSE;
}

/* ---- life ---- */

gboolean
kp_session_check_installed (GError **error)
{
  static const gchar *const needs[][2] = {
    { "webrtcbin", "gstreamer1.0-plugins-bad" },   { "nicesrc", "gstreamer1.0-nice" },
    { "dtlssrtpenc", "gstreamer1.0-plugins-bad" }, { "srtpenc", "gstreamer1.0-plugins-bad" },
    { "rtpbin", "gstreamer1.0-plugins-good" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (needs); i++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (needs[i][0]);

      if (factory == NULL)
        {
          g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
                       "the element %s is not installed (Debian: %s)", needs[i][0], needs[i][1]);
          return FALSE;
        }
    }

  return TRUE;
}

KpSession *
kp_session_new (KpLoop *loop, GstBin *bin, const KpSettings *settings, GstKurentoSignaller *signaller,
                const KpSessionCallbacks *callbacks, gpointer user_data)
{
  KpSession *self = g_atomic_rc_box_new0 (KpSession);

  kp_session_debug_init ();
  self->loop = kp_loop_ref (loop);
  self->bin = gst_object_ref (bin);
  self->settings = kp_settings_copy (settings);
  self->signaller = signaller ? g_object_ref (signaller) : NULL;
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->burials = g_atomic_rc_box_new0 (KpBurials);
  g_mutex_init (&self->burials->lock);
  g_cond_init (&self->burials->cond);
  self->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify)kp_track_free);
  self->sections = kp_sections_new ();
  self->stats_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->remote_candidates = g_ptr_array_new_with_free_func ((GDestroyNotify)kp_waiting_candidate_free);
  self->lookups = g_ptr_array_new ();
  self->local_candidates = g_ptr_array_new_with_free_func ((GDestroyNotify)kp_candidate_free);
  self->status.local_candidates = g_strdup ("[]");
  g_mutex_init (&self->lock);

  return self;
}

void
kp_session_give_webrtcbin (KpSession *self, GstElement *webrtcbin)
{
  gst_object_replace ((GstObject **)&self->given, GST_OBJECT (webrtcbin));
}

static void
do_start (gpointer data)
{
  KpSession *self = data;

  if (self->stopped)
    return;

  if (self->signaller)
    start_signaller (self);
  self->started = TRUE;
  kp_session_make_spare_later (self);
}

void
kp_session_start (KpSession *self)
{
  kp_loop_post (self->loop, do_start, kp_session_ref (self), (GDestroyNotify)kp_session_unref);
}

void
kp_session_shut (KpSession *self, const gchar *reason)
{
  kp_loop_assert_current (self->loop);
  if (self->by_signaller)
    gst_kurento_signaller_end_session (self->signaller, reason);
  kp_session_drop_connection (self, reason);
  kp_candidates_reset (self);
  kp_session_drop_spare (self);
  if (self->signaller && self->started)
    stop_signaller (self);
  self->started = FALSE;
}

static void
do_stop (gpointer data)
{
  KpSession *self = data;

  if (self->stopped)
    return;

  self->stopped = TRUE;
  kp_session_shut (self, "the element stops");
  for (guint i = 0; i < self->tracks->len; i++)
    kp_inputs_unwatch (self, ((KpTrack *)g_ptr_array_index (self->tracks, i))->gate);
  g_ptr_array_set_size (self->tracks, 0);
  g_clear_object (&self->bin);
}

gboolean
kp_session_stop (KpSession *self)
{
  gint64 deadline = g_get_monotonic_time () + STOP_TIMEOUT;
  gboolean stopped;

  stopped = kp_loop_call (self->loop, do_stop, kp_session_ref (self), (GDestroyNotify)kp_session_unref,
                          STOP_TIMEOUT);
  if (!kp_loop_is_current (self->loop))
    burials_wait (self->burials, deadline);

  return stopped;
}
