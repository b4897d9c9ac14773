/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a negotiation: webrtcbin's promises, answered in the peer loop. */
#include "kp-connection-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* One promise that webrtcbin has to answer. */
typedef struct
{
  KpConnection *connection; /* owned */
  KpConnectionStep done;
  const gchar *what; /* static; for the error */
  GstStructure *reply; /* owned; or NULL */
} KpStep;

static KpStep *
step_new (KpConnection *connection, const gchar *what, KpConnectionStep done, const GstStructure *reply)
{
  KpStep *step = g_new0 (KpStep, 1);

  step->connection = kp_connection_ref (connection);
  step->done = done;
  step->what = what;
  step->reply = reply ? gst_structure_copy (reply) : NULL;

  return step;
}

static void
step_free (gpointer data)
{
  KpStep *step = data;

  g_clear_pointer (&step->reply, gst_structure_free);
  kp_connection_unref (step->connection);
  g_free (step);
}

static void
step_deliver (KpConnection *self, gint value, gpointer data)
{
  KpStep *step = data;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) error = NULL;

  if (step->reply)
    gst_structure_get (step->reply, "error", G_TYPE_ERROR, &cause, NULL);
  if (cause)
    error = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_NEGOTIATION, "%s: %s", step->what,
                         cause->message);
  if (step->done)
    step->done (self, error ? NULL : step->reply, error, self->user_data);
  else if (error)
    GST_WARNING_OBJECT (self->webrtcbin, "%s", error->message);
}

/* In webrtcbin's thread; or, when it never answers, where the connection is buried: then the promise is no longer in the
 * list, has no reply, and is not delivered. */
static void
promise_changed_cb (GstPromise *promise, gpointer user_data)
{
  KpStep *step = user_data;
  KpConnection *self = step->connection;
  gboolean waited_for;

  g_mutex_lock (&self->lock);
  waited_for = g_ptr_array_remove_fast (self->promises, promise);
  g_mutex_unlock (&self->lock);

  if (waited_for)
    kp_connection_post (self, step_deliver, 0,
                        step_new (self, step->what, step->done, gst_promise_get_reply (promise)), step_free);
  step_free (step);
}

/* Transfer full; the connection keeps another reference until it is answered. The callback, which comes once whatever
 * happens, frees the step: a promise that expires forgets it, but not the function that would free it. */
static GstPromise *
step_promise (KpConnection *self, const gchar *what, KpConnectionStep done)
{
  GstPromise *promise
      = gst_promise_new_with_change_func (promise_changed_cb, step_new (self, what, done, NULL), NULL);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->promises, gst_promise_ref (promise));
  g_mutex_unlock (&self->lock);

  return promise;
}

void
kp_connection_create_offer (KpConnection *self, KpConnectionStep done)
{
  g_autoptr (GstPromise) promise = step_promise (self, "creating the offer", done);

  kp_loop_assert_current (self->loop);
  g_signal_emit_by_name (self->webrtcbin, "create-offer", NULL, promise);
}

void
kp_connection_create_answer (KpConnection *self, KpConnectionStep done)
{
  g_autoptr (GstPromise) promise = step_promise (self, "creating the answer", done);

  kp_loop_assert_current (self->loop);
  g_signal_emit_by_name (self->webrtcbin, "create-answer", NULL, promise);
}

static void
set_description (KpConnection *self, const gchar *signal, const gchar *what, GstWebRTCSDPType type,
                 GstSDPMessage *sdp, KpConnectionStep done)
{
  g_autoptr (GstPromise) promise = step_promise (self, what, done);
  g_autoptr (GstWebRTCSessionDescription) description = gst_webrtc_session_description_new (type, sdp);

  kp_loop_assert_current (self->loop);
  g_signal_emit_by_name (self->webrtcbin, signal, description, promise);
}

void
kp_connection_set_local (KpConnection *self, GstWebRTCSDPType type, GstSDPMessage *sdp, KpConnectionStep done)
{
  set_description (self, "set-local-description", "applying the local description", type, sdp, done);
}

void
kp_connection_set_remote (KpConnection *self, GstWebRTCSDPType type, GstSDPMessage *sdp,
                          KpConnectionStep done)
{
  set_description (self, "set-remote-description", "applying the remote description", type, sdp, done);
}

void
kp_connection_get_stats (KpConnection *self, KpConnectionStep done)
{
  g_autoptr (GstPromise) promise = step_promise (self, "collecting statistics", done);

  kp_loop_assert_current (self->loop);
  g_signal_emit_by_name (self->webrtcbin, "get-stats", NULL, promise);
}
