/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-signaller-bridge.h"

struct _KpSignallerBridge
{
  GObject parent_instance;
  GstKurentoSignaller *inner; /* owned; of the application */
  GMainContext *context; /* owned; of @inner */
  KpLoop *loop; /* owned */
  guint n_starts; /* peer loop */
  gboolean started; /* peer loop */
  gint heard; /* atomic; the start that the signals of @inner come after */
};

typedef struct _KpPassed KpPassed;

/* What passes the bridge, in either direction: a function of the signaller, and its arguments. */
struct _KpPassed
{
  KpSignallerBridge *bridge; /* owned */
  void (*call) (GstKurentoSignaller *to, const KpPassed *passed);
  gchar *text; /* owned; or NULL */
  gchar *more; /* owned; or NULL */
  guint index;
  GError *error; /* owned; or NULL */
  guint start; /* by its number: it is this one, or comes after it */
};

static void kp_signaller_bridge_iface_init (GstKurentoSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KpSignallerBridge, kp_signaller_bridge, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GST_TYPE_KURENTO_SIGNALLER,
                                                      kp_signaller_bridge_iface_init))

static void
passed_free (gpointer data)
{
  KpPassed *passed = data;

  g_object_unref (passed->bridge);
  g_free (passed->text);
  g_free (passed->more);
  g_clear_error (&passed->error);
  g_free (passed);
}

static KpPassed *
passed_new (gpointer bridge, void (*call) (GstKurentoSignaller *, const KpPassed *), const gchar *text,
            const gchar *more)
{
  KpPassed *passed = g_new0 (KpPassed, 1);

  passed->bridge = g_object_ref (bridge);
  passed->call = call;
  passed->text = g_strdup (text);
  passed->more = g_strdup (more);

  return passed;
}

/* ---- from the peer loop to the application ---- */

static gboolean
ask_cb (gpointer user_data)
{
  const KpPassed *passed = user_data;

  passed->call (passed->bridge->inner, passed);

  return G_SOURCE_REMOVE;
}

/* Also when the caller owns that context: what is asked for comes in order, and never from within a call to the element. */
static void
ask (KpPassed *passed)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, ask_cb, passed, passed_free);
  g_source_attach (source, passed->bridge->context);
}

static void
ask_send_offer (GstKurentoSignaller *inner, const KpPassed *passed)
{
  gst_kurento_signaller_send_offer (inner, passed->text);
}

static void
ask_send_answer (GstKurentoSignaller *inner, const KpPassed *passed)
{
  gst_kurento_signaller_send_answer (inner, passed->text);
}

static void
ask_send_candidate (GstKurentoSignaller *inner, const KpPassed *passed)
{
  gst_kurento_signaller_send_candidate (inner, passed->text, passed->index, passed->more);
}

static void
ask_send_error (GstKurentoSignaller *inner, const KpPassed *passed)
{
  gst_kurento_signaller_send_error (inner, passed->error);
}

static void
ask_refuse (GstKurentoSignaller *inner, const KpPassed *passed)
{
  gst_kurento_signaller_refuse (inner, passed->error);
}

static void
ask_end_session (GstKurentoSignaller *inner, const KpPassed *passed)
{
  gst_kurento_signaller_end_session (inner, passed->text);
}

/* ---- from the application to the peer loop ---- */

static void
tell_cb (gpointer user_data)
{
  const KpPassed *passed = user_data;

  if (passed->bridge->started && passed->start == passed->bridge->n_starts)
    passed->call (GST_KURENTO_SIGNALLER (passed->bridge), passed);
}

static void
tell (KpPassed *passed)
{
  passed->start = g_atomic_int_get (&passed->bridge->heard);
  kp_loop_post (passed->bridge->loop, tell_cb, passed, passed_free);
}

static void
tell_ready (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_ready (self, passed->text);
}

static void
ready_cb (GstKurentoSignaller *inner, const gchar *uri, gpointer self)
{
  tell (passed_new (self, tell_ready, uri, NULL));
}

static void
tell_failed (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_failed (self, passed->error);
}

static void
failed_cb (GstKurentoSignaller *inner, const GError *error, gpointer self)
{
  KpPassed *passed = passed_new (self, tell_failed, NULL, NULL);

  passed->error = g_error_copy (error);
  tell (passed);
}

static void
tell_lost (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_lost (self, passed->error);
}

static void
lost_cb (GstKurentoSignaller *inner, const GError *error, gpointer self)
{
  KpPassed *passed = passed_new (self, tell_lost, NULL, NULL);

  passed->error = g_error_copy (error);
  tell (passed);
}

static void
tell_session_requested (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_session_requested (self);
}

static void
session_requested_cb (GstKurentoSignaller *inner, gpointer self)
{
  tell (passed_new (self, tell_session_requested, NULL, NULL));
}

static void
tell_session_ended (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_session_ended (self, passed->text);
}

static void
session_ended_cb (GstKurentoSignaller *inner, const gchar *reason, gpointer self)
{
  tell (passed_new (self, tell_session_ended, reason, NULL));
}

static void
tell_offer (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_offer (self, passed->text);
}

static void
offer_cb (GstKurentoSignaller *inner, const gchar *sdp, gpointer self)
{
  tell (passed_new (self, tell_offer, sdp, NULL));
}

static void
tell_answer (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_answer (self, passed->text);
}

static void
answer_cb (GstKurentoSignaller *inner, const gchar *sdp, gpointer self)
{
  tell (passed_new (self, tell_answer, sdp, NULL));
}

static void
tell_candidate (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_candidate (self, passed->text, passed->index, passed->more);
}

static void
candidate_cb (GstKurentoSignaller *inner, const gchar *candidate, guint sdp_mline_index, const gchar *sdp_mid,
              gpointer self)
{
  KpPassed *passed = passed_new (self, tell_candidate, candidate, sdp_mid);

  passed->index = sdp_mline_index;
  tell (passed);
}

static void
tell_server_event (GstKurentoSignaller *self, const KpPassed *passed)
{
  gst_kurento_signaller_emit_server_event (self, passed->text, passed->more);
}

static void
server_event_cb (GstKurentoSignaller *inner, const gchar *name, const gchar *json, gpointer self)
{
  tell (passed_new (self, tell_server_event, name, json));
}

/* A handler may run in the context of the application while the peer loop disconnects it: it owns the bridge. */
static void
listen (KpSignallerBridge *self)
{
  static const struct
  {
    const gchar *name;
    GCallback handler;
  } handlers[] = {
    { "ready", G_CALLBACK (ready_cb) },
    { "failed", G_CALLBACK (failed_cb) },
    { "lost", G_CALLBACK (lost_cb) },
    { "session-requested", G_CALLBACK (session_requested_cb) },
    { "session-ended", G_CALLBACK (session_ended_cb) },
    { "offer", G_CALLBACK (offer_cb) },
    { "answer", G_CALLBACK (answer_cb) },
    { "candidate", G_CALLBACK (candidate_cb) },
    { "server-event", G_CALLBACK (server_event_cb) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_data (self->inner, handlers[i].name, handlers[i].handler, g_object_ref (self),
                           (GClosureNotify)(void (*) (void))g_object_unref, 0);
}

static void
ignore (KpSignallerBridge *self)
{
  g_signal_handlers_disconnect_matched (self->inner, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
}

/* ---- the interface ---- */

/* Only now: until here @inner may tell what is of its former life. */
static void
ask_start (GstKurentoSignaller *inner, const KpPassed *passed)
{
  g_atomic_int_set (&passed->bridge->heard, passed->start);
  listen (passed->bridge);
  gst_kurento_signaller_start (inner);
}

static void
ask_stop (GstKurentoSignaller *inner, const KpPassed *passed)
{
  ignore (passed->bridge);
  gst_kurento_signaller_stop (inner);
}

static void
kp_signaller_bridge_start (GstKurentoSignaller *signaller)
{
  KpSignallerBridge *self = KP_SIGNALLER_BRIDGE (signaller);

  KpPassed *passed = passed_new (self, ask_start, NULL, NULL);

  kp_loop_assert_current (self->loop);
  self->started = TRUE;
  passed->start = ++self->n_starts;
  ask (passed);
}

static void
kp_signaller_bridge_stop (GstKurentoSignaller *signaller)
{
  KpSignallerBridge *self = KP_SIGNALLER_BRIDGE (signaller);

  kp_loop_assert_current (self->loop);
  self->started = FALSE;
  ignore (self);
  ask (passed_new (self, ask_stop, NULL, NULL));
}

static void
kp_signaller_bridge_send_offer (GstKurentoSignaller *signaller, const gchar *sdp)
{
  ask (passed_new (signaller, ask_send_offer, sdp, NULL));
}

static void
kp_signaller_bridge_send_answer (GstKurentoSignaller *signaller, const gchar *sdp)
{
  ask (passed_new (signaller, ask_send_answer, sdp, NULL));
}

static void
kp_signaller_bridge_send_candidate (GstKurentoSignaller *signaller, const gchar *candidate,
                                    guint sdp_mline_index, const gchar *sdp_mid)
{
  KpPassed *passed = passed_new (signaller, ask_send_candidate, candidate, sdp_mid);

  passed->index = sdp_mline_index;
  ask (passed);
}

static void
kp_signaller_bridge_send_error (GstKurentoSignaller *signaller, const GError *error)
{
  KpPassed *passed = passed_new (signaller, ask_send_error, NULL, NULL);

  passed->error = g_error_copy (error);
  ask (passed);
}

static void
kp_signaller_bridge_refuse (GstKurentoSignaller *signaller, const GError *error)
{
  KpPassed *passed = passed_new (signaller, ask_refuse, NULL, NULL);

  passed->error = g_error_copy (error);
  ask (passed);
}

static void
kp_signaller_bridge_end_session (GstKurentoSignaller *signaller, const gchar *reason)
{
  ask (passed_new (signaller, ask_end_session, reason, NULL));
}

static void
kp_signaller_bridge_iface_init (GstKurentoSignallerInterface *iface)
{
  iface->start = kp_signaller_bridge_start;
  iface->stop = kp_signaller_bridge_stop;
  iface->send_offer = kp_signaller_bridge_send_offer;
  iface->send_answer = kp_signaller_bridge_send_answer;
  iface->send_candidate = kp_signaller_bridge_send_candidate;
  iface->send_error = kp_signaller_bridge_send_error;
  iface->refuse = kp_signaller_bridge_refuse;
  iface->end_session = kp_signaller_bridge_end_session;
}

static void
kp_signaller_bridge_finalize (GObject *object)
{
  KpSignallerBridge *self = KP_SIGNALLER_BRIDGE (object);

  g_object_unref (self->inner);
  g_main_context_unref (self->context);
  kp_loop_unref (self->loop);

  G_OBJECT_CLASS (kp_signaller_bridge_parent_class)->finalize (object);
}

static void
kp_signaller_bridge_class_init (KpSignallerBridgeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kp_signaller_bridge_finalize;
}

static void
kp_signaller_bridge_init (KpSignallerBridge *self)
{
}

GstKurentoSignaller *
kp_signaller_bridge_new (GstKurentoSignaller *inner, GMainContext *context, KpLoop *loop)
{
  KpSignallerBridge *self = g_object_new (KP_TYPE_SIGNALLER_BRIDGE, NULL);

  self->inner = g_object_ref (inner);
  self->context = g_main_context_ref (context);
  self->loop = kp_loop_ref (loop);

  return GST_KURENTO_SIGNALLER (self);
}

gboolean
kp_signaller_can_offer (GstKurentoSignaller *signaller)
{
  if (KP_IS_SIGNALLER_BRIDGE (signaller))
    signaller = KP_SIGNALLER_BRIDGE (signaller)->inner;

  return GST_KURENTO_SIGNALLER_GET_IFACE (signaller)->send_offer != NULL;
}
