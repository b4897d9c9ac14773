/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoenumtypes.h"
#include "gstkurentoerror.h"
#include "kp-config.h"
#include "kp-webcam.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

/* us; for a search for devices that has come to nothing */
#define SEARCH_END_TIMEOUT (G_TIME_SPAN_SECOND / 2)

/* What cameras and microphones say, and the offers and answers that wait for it: as with getUserMedia(), there is none before
 * it is known that there is something to send. */
struct _GstKurentoPeerWaiting
{
  KpSession *session; /* owned */
  gchar *sdp; /* owned; the offer to answer, or NULL: ours is to be made */
  GTask *task; /* owned */
};

typedef struct
{
  GstKurentoPeer *peer; /* owned */
  KpEvent event;
} KpCaptureEvent;

/* Goes on, or answers @error. */
static void
waiting_finish (GstKurentoPeerWaiting *self, const GError *error)
{
  if (error)
    kp_session_return_error (self->session, self->task, g_error_copy (error));
  else if (self->sdp)
    kp_session_process_offer (self->session, self->sdp, self->task);
  else
    kp_session_generate_offer (self->session, self->task);
  kp_session_unref (self->session);
  g_free (self->sdp);
  g_free (self);
}

static void
finish_all (GPtrArray *waiting, const GError *error)
{
  for (guint i = 0; waiting && i < waiting->len; i++)
    waiting_finish (g_ptr_array_index (waiting, i), error);
  g_clear_pointer (&waiting, g_ptr_array_unref);
}

/* TRUE when @task (transfer full) is, or will be, taken care of: a capture has failed, or is not ready yet. */
gboolean
gst_kurento_peer_await_captures (GstKurentoPeer *self, KpSession *session, const gchar *sdp, GTask *task)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstKurentoPeerWaiting *waiting = NULL;
  GError *error = NULL;

  GST_OBJECT_LOCK (self);
  if (priv->captures.error)
    error = g_error_copy (priv->captures.error);
  else if (priv->captures.n_pending > 0)
    {
      waiting = g_new0 (GstKurentoPeerWaiting, 1);
      *waiting = (GstKurentoPeerWaiting){ kp_session_ref (session), g_strdup (sdp), task };
      if (!priv->captures.waiting)
        priv->captures.waiting = g_ptr_array_new ();
      g_ptr_array_add (priv->captures.waiting, waiting);
    }
  GST_OBJECT_UNLOCK (self);

  if (!error)
    return waiting != NULL;

  kp_session_return_error (session, task, error);

  return TRUE;
}

/* What a microphone hears again, when somebody plays what the element gives: raw sound, of both ways. */
static gboolean
needs_echo (GstKurentoSendSource source, const KpSettings *settings)
{
  return settings->constraints[KP_MEDIA_AUDIO] && settings->mode == GST_KURENTO_PEER_MODE_SENDRECV
         && settings->output == GST_KURENTO_OUTPUT_RAW && source != GST_KURENTO_SEND_SOURCE_TEST
         && source != GST_KURENTO_SEND_SOURCE_AUTO && source != GST_KURENTO_SEND_SOURCE_NONE;
}

/* The window is the caller's, then. */
void
gst_kurento_peer_init_capture_options (GstKurentoPeer *self, const KpSettings *settings,
                                       KpCaptureOptions *options)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  GST_OBJECT_LOCK (self);
  options->window = g_strdup (priv->settings.window);
  options->source = priv->settings.send_source;
  if (options->source == GST_KURENTO_SEND_SOURCE_AUTO && priv->settings.has_media_constraints)
    options->source = GST_KURENTO_SEND_SOURCE_WEBCAM;
  GST_OBJECT_UNLOCK (self);

  options->echo = needs_echo (options->source, settings) ? kp_echo_new () : NULL;
  GST_OBJECT_LOCK (self);
  priv->echo = options->echo;
  GST_OBJECT_UNLOCK (self);
}

/* @pad gives what is played. */
void
gst_kurento_peer_watch_echo (GstKurentoPeer *self, GstPad *pad)
{
  g_autoptr (KpEcho) echo = NULL;

  GST_OBJECT_LOCK (self);
  if (gst_kurento_peer_get_private (self)->echo)
    echo = kp_echo_ref (gst_kurento_peer_get_private (self)->echo);
  GST_OBJECT_UNLOCK (self);
  if (echo)
    kp_echo_watch (echo, pad);
}

/* A capture that will say whether it works. */
void
gst_kurento_peer_expect_capture (GstKurentoPeer *self)
{
  GST_OBJECT_LOCK (self);
  gst_kurento_peer_get_private (self)->captures.n_pending++;
  GST_OBJECT_UNLOCK (self);
}

/* One capture is ready or, with @error, will never be. The first error is the element's. */
static void
settle (GstKurentoPeer *self, const GError *error)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GPtrArray *waiting = NULL;
  gboolean is_first = FALSE;

  GST_OBJECT_LOCK (self);
  if (priv->captures.n_pending > 0)
    priv->captures.n_pending--;
  if (error && !priv->captures.error)
    {
      is_first = TRUE;
      priv->captures.error = g_error_copy (error);
    }
  if (priv->captures.n_pending == 0 || error)
    waiting = g_steal_pointer (&priv->captures.waiting);
  GST_OBJECT_UNLOCK (self);

  finish_all (waiting, error);
  if (is_first)
    gst_kurento_peer_post_error (self, error);
}

/* Nobody waits any more. Before the session stops. */
void
gst_kurento_peer_forget_captures (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GError) closed
      = g_error_new (GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED, "the peer was closed");
  GPtrArray *waiting;

  GST_OBJECT_LOCK (self);
  waiting = g_steal_pointer (&priv->captures.waiting);
  priv->captures.n_pending = 0;
  g_clear_error (&priv->captures.error);
  GST_OBJECT_UNLOCK (self);
  finish_all (waiting, closed);
}

void
gst_kurento_peer_drop_capture (GstElement *capture)
{
  gst_kurento_peer_drop_child (capture);
  if (KP_IS_LATE_SOURCE (capture))
    kp_late_source_wait (KP_LATE_SOURCE (capture), SEARCH_END_TIMEOUT);
}

static void
capture_event_free (gpointer data)
{
  KpCaptureEvent *self = data;

  gst_object_unref (self->peer);
  kp_event_clear (&self->event);
  g_free (self);
}

static void
emit_cb (gpointer user_data)
{
  KpCaptureEvent *capture_event = user_data;

  gst_kurento_peer_emit_event (capture_event->peer, &capture_event->event);
}

/* A stream of ours has ended. */
static void
tell_ended (GstKurentoPeer *self, GstElement *capture)
{
  g_autoptr (GstStreamCollection) streams = gst_kurento_peer_dup_local_stream (self, capture);
  KpCaptureEvent *ended;

  if (streams == NULL)
    return;

  ended = g_new0 (KpCaptureEvent, 1);
  ended->peer = gst_object_ref (self);
  kp_event_init (&ended->event, KP_EVENT_STREAM_ENDED, streams);
  if (!gst_kurento_peer_post (self, emit_cb, ended, capture_event_free))
    capture_event_free (ended);
}

/* The call goes on without it, or until there is a replacement. Nobody chooses another window by himself. */
static void
lose (GstKurentoPeer *self, KpLateSource *source)
{
  gboolean reconnects;

  GST_OBJECT_LOCK (self);
  reconnects = gst_kurento_peer_get_private (self)->settings.auto_reconnect;
  GST_OBJECT_UNLOCK (self);

  tell_ended (self, GST_ELEMENT (source));
  if (reconnects && KP_IS_WEBCAM (source))
    kp_late_source_reopen (source);
}

/* FALSE: not the business of a capture. Any thread. */
gboolean
gst_kurento_peer_handle_capture (GstKurentoPeer *self, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  g_autoptr (GError) error = NULL;

  if (!KP_IS_LATE_SOURCE (GST_MESSAGE_SRC (message)))
    return FALSE;

  if (gst_structure_has_name (structure, KP_LATE_SOURCE_READY))
    settle (self, NULL);
  else if (gst_structure_get (structure, "error", G_TYPE_ERROR, &error, NULL))
    settle (self, error);
  else
    lose (self, KP_LATE_SOURCE (GST_MESSAGE_SRC (message)));

  return TRUE;
}

static void
take_string (gchar **field, const GValue *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

void
gst_kurento_peer_set_capture_locked (GstKurentoPeer *self, guint index, const GValue *value)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstKurentoPeerSettings *texts = &priv->settings;

  switch (index)
    {
    case GST_KURENTO_PEER_CAPTURE_SEND_SOURCE:
      texts->send_source = g_value_get_enum (value);
      break;
    case GST_KURENTO_PEER_CAPTURE_WINDOW:
      take_string (&texts->window, value);
      break;
    case GST_KURENTO_PEER_CAPTURE_MEDIA_CONSTRAINTS:
      take_string (&texts->media_constraints, value);
      texts->has_media_constraints = texts->media_constraints && *texts->media_constraints;
      break;
    default:
      texts->auto_reconnect = g_value_get_boolean (value);
      if (priv->session)
        kp_session_set_auto_reconnect (priv->session, texts->auto_reconnect);
    }
}

/* FALSE: not a property of capture. */
gboolean
gst_kurento_peer_get_capture_locked (GstKurentoPeer *self, guint index, GValue *value)
{
  const GstKurentoPeerSettings *texts = &gst_kurento_peer_get_private (self)->settings;

  switch (index)
    {
    case GST_KURENTO_PEER_CAPTURE_SEND_SOURCE:
      g_value_set_enum (value, texts->send_source);
      return TRUE;
    case GST_KURENTO_PEER_CAPTURE_WINDOW:
      g_value_set_string (value, texts->window);
      return TRUE;
    case GST_KURENTO_PEER_CAPTURE_MEDIA_CONSTRAINTS:
      g_value_set_string (value, texts->media_constraints);
      return TRUE;
    case GST_KURENTO_PEER_CAPTURE_AUTO_RECONNECT:
      g_value_set_boolean (value, texts->auto_reconnect);
      return TRUE;
    default:
      return FALSE;
    }
}

void
gst_kurento_peer_make_capture_specs (GParamSpec **specs, GParamFlags setting, GParamFlags always)
{
  specs[GST_KURENTO_PEER_CAPTURE_SEND_SOURCE] = g_param_spec_enum (
      "send-source", "Send source",
      "What is sent when mode sends and no sink pad was requested (kurento-utils: options.sendSource)",
      GST_TYPE_KURENTO_SEND_SOURCE, GST_KURENTO_SEND_SOURCE_AUTO, setting);
  specs[GST_KURENTO_PEER_CAPTURE_WINDOW] = g_param_spec_string (
      "window", "Window",
      "The window of X11 that send-source=window sends: its XID, as 62914567 or 0x3c00007, or its title; on "
      "Wayland it is an error, as the desktop asks (kurento-utils has the browser ask)",
      NULL, setting);
  specs[GST_KURENTO_PEER_CAPTURE_MEDIA_CONSTRAINTS] = g_param_spec_string (
      "media-constraints", "Media constraints",
      "Which kinds of media there are: MediaStreamConstraints as JSON, each of audio and video false, true "
      "or an object "
      "of constraints for what send-source captures, or file:///x.json that holds it (kurento-utils: "
      "options.mediaConstraints)",
      KP_DEFAULT_MEDIA_CONSTRAINTS, setting);
  specs[GST_KURENTO_PEER_CAPTURE_AUTO_RECONNECT] = g_param_spec_boolean (
      "auto-reconnect", "Auto reconnect",
      "Whether a camera or microphone that is lost is replaced, in the same call, by one that meets "
      "media-constraints, or by itself when it is back, looked at when it is lost; and whether a signaller "
      "that has lost its server is started again (kurento-utils has nothing like it)",
      TRUE, always);
}
