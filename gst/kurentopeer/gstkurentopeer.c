/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-kurentopeer
 * @title: kurentopeer
 * @short_description: One WebRTC peer, made as kurento-utils makes one in a browser
 *
 * `kurentopeer` wraps #webrtcbin as `WebRtcPeer` of kurento-utils wraps a browser's `RTCPeerConnection`: it captures
 * or takes raw media, encodes and sends it, and gives what the peer sends as raw media. The application exchanges
 * session descriptions and candidates with the actions and signals of the element, or names with
 * #GstKurentoPeer:signaller-uri a protocol that the element speaks itself.
 *
 * Media sink pads (`video_sink_%u`, `audio_sink_%u`) are requested; source pads (`video_src_%u`, `audio_src_%u`) come
 * with the peer's streams and stay, through any number of connections, until the element goes to READY. There is no
 * #GstElement::no-more-pads: the next peer may bring more streams.
 *
 * What goes wrong in a connection is told with #GstKurentoPeer::peer-error and ends that connection only. Each signal
 * of an event is also posted on the bus, as an element message `kurentopeer/<name>` with its arguments as fields.
 * Signals come from the element's own thread, with no lock held: a handler may call anything, state changes included.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! kurentopeer signaller-uri=serve+http://127.0.0.1:8080/
 * ]| A test picture for the browser that opens http://127.0.0.1:8080/.
 * |[
 * gst-launch-1.0 kurentopeer name=p send-source=test signaller-uri=serve+http://127.0.0.1:8080/ p.video_src_0 ! queue ! videoconvert ! autovideosink p.audio_src_0 ! queue ! audioconvert ! autoaudiosink
 * ]| A call: sends a test picture and a tone, shows the camera and plays the microphone of the browser.
 *
 * Since: 0.1
 */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"
#include "kp-prewarm.h"

#define SESSION_LOOP_END_TIMEOUT (G_TIME_SPAN_SECOND / 2)

/* us; for the key that GStreamer makes for the first connection of the process. What takes longer on a busy machine is
 * waited for when the process ends. */
#define PREWARM_TIMEOUT (G_TIME_SPAN_SECOND / 2)

GST_DEBUG_CATEGORY (gst_kurento_peer_debug);
#define GST_CAT_DEFAULT gst_kurento_peer_debug

/**
 * GstKurentoPeer:
 *
 * One WebRTC peer: the element `kurentopeer`, and the parent of the elements of one mode.
 *
 * Since: 0.1
 */

G_DEFINE_TYPE_WITH_CODE (GstKurentoPeer, gst_kurento_peer, GST_TYPE_BIN,
                         G_ADD_PRIVATE (GstKurentoPeer)
                             G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY, gst_kurento_peer_child_proxy_init));

GstKurentoPeerPrivate *
gst_kurento_peer_get_private (GstKurentoPeer *self)
{
  return gst_kurento_peer_get_instance_private (self);
}

/* owned; NULL below PAUSED */
KpSession *
gst_kurento_peer_dup_session (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  KpSession *session = NULL;

  GST_OBJECT_LOCK (self);
  if (priv->session)
    session = kp_session_ref (priv->session);
  GST_OBJECT_UNLOCK (self);

  return session;
}

/* Runs @func in the peer loop. FALSE below PAUSED. The lock orders this before the end of the session, and so before
 * the end of the loop: what was posted runs. */
gboolean
gst_kurento_peer_post (GstKurentoPeer *self, KpLoopFunc func, gpointer user_data, GDestroyNotify notify)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean running;

  GST_OBJECT_LOCK (self);
  running = priv->session != NULL;
  if (running)
    kp_loop_post (priv->loop, func, user_data, notify);
  GST_OBJECT_UNLOCK (self);

  return running;
}

/* The one place where an error of ours becomes one of the pipeline. */
void
gst_kurento_peer_post_error (GstKurentoPeer *self, const GError *error)
{
  if (error->domain != GST_KURENTO_ERROR)
    GST_ELEMENT_ERROR (self, LIBRARY, FAILED, ("%s", error->message), (NULL));
  else if (error->code == GST_KURENTO_ERROR_INVALID_ARGUMENT)
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
  else if (error->code == GST_KURENTO_ERROR_NOT_SUPPORTED)
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s", error->message), (NULL));
  else if (error->code == GST_KURENTO_ERROR_NOT_FOUND || error->code == GST_KURENTO_ERROR_OVERCONSTRAINED)
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, ("%s", error->message), (NULL));
  else if (error->code == GST_KURENTO_ERROR_NOT_ALLOWED || error->code == GST_KURENTO_ERROR_SECURITY)
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_AUTHORIZED, ("%s", error->message), (NULL));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ_WRITE, ("%s", error->message), (NULL));
}

/* The element is done as a sink: the peer is told, and the pipeline. Nobody comes any more, so that what hangs on the
 * source pads ends, too. */
void
gst_kurento_peer_finish (GstKurentoPeer *self, const gchar *reason)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);
  gboolean again;

  GST_OBJECT_LOCK (self);
  again = priv->done;
  priv->done = TRUE;
  GST_OBJECT_UNLOCK (self);
  if (again || !session)
    return;

  kp_session_end (session, reason);
  gst_kurento_peer_end_streams (self);
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_eos (GST_OBJECT (self)));
}

static void
event_cb (const KpEvent *event, gpointer user_data)
{
  g_autoptr (GstKurentoPeer) self = gst_object_ref (user_data);

  gst_kurento_peer_take_data_event (self, event);
  gst_kurento_peer_emit_event (self, event);
}

/* Peer loop; only wakes who waits. */
static void
channels_ready_cb (gpointer user_data)
{
  gst_kurento_peer_wake_data_sinks (user_data);
}

typedef struct
{
  GstKurentoPeer *peer; /* owned */
  guint32 changed;
} KpNotification;

static void
notification_free (gpointer data)
{
  KpNotification *self = data;

  gst_object_unref (self->peer);
  g_free (self);
}

static void
notify_cb (gpointer user_data)
{
  KpNotification *notification = user_data;

  gst_kurento_peer_notify_status (notification->peer, notification->changed);
}

/* Must not call out, so the handlers of notify hear of it later. */
static void
status_cb (const KpSessionStatus *status, gpointer user_data)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (user_data);
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  KpNotification *notification;
  guint32 changed;

  changed = gst_kurento_peer_set_status (self, status);
  if (!changed)
    return;

  notification = g_new0 (KpNotification, 1);
  notification->peer = gst_object_ref (self);
  notification->changed = changed;
  kp_loop_post (priv->loop, notify_cb, notification, notification_free);
}

static void
fatal_cb (const GError *error, gpointer user_data)
{
  g_autoptr (GstKurentoPeer) self = gst_object_ref (user_data);

  gst_kurento_peer_post_error (self, error);
}

static void
stats_cb (const GstStructure *report, gpointer user_data)
{
  g_autoptr (GstElement) self = gst_object_ref (user_data);

  gst_element_post_message (self, gst_message_new_element (GST_OBJECT (self), gst_structure_copy (report)));
}

static const KpSessionCallbacks session_callbacks = {
  .event = event_cb,
  .status = status_cb,
  .get_outlet = gst_kurento_peer_get_outlet,
  .setup = gst_kurento_peer_emit_setup,
  .stats = stats_cb,
  .channels_ready = channels_ready_cb,
  .fatal = fatal_cb,
};

static gboolean
validate (GstKurentoPeer *self)
{
  g_autoptr (KpSettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  if (kp_session_check_installed (&error))
    settings = gst_kurento_peer_read_settings (self, &error);
  if (error)
    gst_kurento_peer_post_error (self, error);

  return settings != NULL;
}

static void
set_frozen (GstKurentoPeer *self, gboolean frozen)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  GST_OBJECT_LOCK (self);
  priv->settings.frozen = frozen;
  GST_OBJECT_UNLOCK (self);
}

/* READY->PAUSED, before the children. */
static gboolean
prepare_session (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autofree gchar *thread_name = g_strdup_printf ("kp:%s", GST_OBJECT_NAME (self));
  g_autoptr (GstKurentoSignaller) signaller = NULL;
  g_autoptr (KpSettings) settings = NULL;
  g_autoptr (KpSession) session = NULL;
  g_autoptr (GError) error = NULL;

  /* what was set in READY has not been read yet */
  set_frozen (self, TRUE);
  settings = gst_kurento_peer_read_settings (self, &error);
  if (!settings || !gst_kurento_peer_add_views (self, settings, &error))
    {
      gst_kurento_peer_post_error (self, error);
      return FALSE;
    }

  GST_OBJECT_LOCK (self);
  priv->done = FALSE;
  priv->closed = FALSE;
  GST_OBJECT_UNLOCK (self);

  gst_kurento_peer_restart_data (self);
  kp_loop_start (priv->loop, thread_name);
  signaller = gst_kurento_peer_make_session_signaller (self);
  session = kp_session_new (priv->loop, GST_BIN (self), settings, signaller, &session_callbacks, self);
  gst_kurento_peer_give_peer_connection (self, session);
  if (!gst_kurento_peer_add_tracks (self, session, settings, &error))
    {
      gst_kurento_peer_post_error (self, error);
      return FALSE;
    }
  gst_kurento_peer_start_listening (self, &settings->hark);

  return TRUE;
}

static void
start_session (GstKurentoPeer *self)
{
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);

  kp_session_start (session);
}

/* PAUSED->READY, before the children: from here on nobody reaches the session any more. FALSE when a handler holds the
 * peer loop: it may itself wait for this state change. */
static gboolean
stop_session (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (KpSession) session = NULL;

  GST_OBJECT_LOCK (self);
  session = g_steal_pointer (&priv->session);
  GST_OBJECT_UNLOCK (self);
  gst_kurento_peer_forget_captures (self);
  gst_kurento_peer_stop_listening (self);
  gst_kurento_peer_stop_streams (self);
  gst_kurento_peer_stop_data (self);

  return session == NULL || kp_session_stop (session);
}

/* PAUSED->READY, after the children. */
static void
clean_up (GstKurentoPeer *self, gboolean loop_is_free)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  const KpSessionStatus nothing = { 0 };

  gst_kurento_peer_remove_streams (self);
  gst_kurento_peer_remove_data (self);
  gst_kurento_peer_remove_captures (self);
  gst_kurento_peer_remove_views (self);
  if (!kp_loop_stop (priv->loop, loop_is_free ? SESSION_LOOP_END_TIMEOUT : 0))
    GST_INFO_OBJECT (self, "a handler in the peer loop takes its time; not waiting for it");
  gst_kurento_peer_notify_status (self, gst_kurento_peer_set_status (self, &nothing));
  set_frozen (self, FALSE);
}

/* GstBin forgets EOS that was posted before PLAYING. */
static void
repeat_eos (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean done;

  GST_OBJECT_LOCK (self);
  done = priv->done;
  GST_OBJECT_UNLOCK (self);
  if (done)
    gst_element_post_message (GST_ELEMENT (self), gst_message_new_eos (GST_OBJECT (self)));
}

static GstStateChangeReturn
gst_kurento_peer_change_state (GstElement *element, GstStateChange transition)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (element);
  GstStateChangeReturn ret;
  gboolean loop_is_free = TRUE;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    {
      if (!validate (self))
        return GST_STATE_CHANGE_FAILURE;
      kp_prewarm_start ();
    }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !prepare_session (self))
    ret = GST_STATE_CHANGE_FAILURE;
  else
    {
      if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        loop_is_free = stop_session (self);
      ret = GST_ELEMENT_CLASS (gst_kurento_peer_parent_class)->change_state (element, transition);
    }

  switch (transition)
    {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (ret == GST_STATE_CHANGE_FAILURE)
        {
          clean_up (self, stop_session (self));
          return ret;
        }
      start_session (self);
      return GST_STATE_CHANGE_NO_PREROLL;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      return ret == GST_STATE_CHANGE_FAILURE ? ret : GST_STATE_CHANGE_NO_PREROLL;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      repeat_eos (self);
      return ret == GST_STATE_CHANGE_FAILURE ? ret : GST_STATE_CHANGE_SUCCESS;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      clean_up (self, loop_is_free);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      kp_prewarm_wait (PREWARM_TIMEOUT);
      break;
    default:
      break;
    }

  /* a connection that is still on its way to NULL may have said NO_PREROLL */
  return ret == GST_STATE_CHANGE_FAILURE ? ret : GST_STATE_CHANGE_SUCCESS;
}

static void
gst_kurento_peer_finalize (GObject *object)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (GST_KURENTO_PEER (object));

  g_clear_object (&priv->signaller);
  g_clear_pointer (&priv->signaller_context, g_main_context_unref);
  kp_session_status_clear (&priv->status);
  gst_kurento_peer_settings_clear (&priv->settings);
  g_ptr_array_unref (priv->tracks);
  g_ptr_array_unref (priv->streams);
  kp_last_frame_clear (&priv->remote_frame);
  g_ptr_array_unref (priv->data_sinks);
  g_ptr_array_unref (priv->data_srcs);
  gst_kurento_peer_clear_view_sinks (GST_KURENTO_PEER (object));
  kp_loop_unref (priv->loop);

  G_OBJECT_CLASS (gst_kurento_peer_parent_class)->finalize (object);
}

static void
gst_kurento_peer_class_init (GstKurentoPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_kurento_peer_debug, "kurentopeer", 0, "WebRTC peer");

  object_class->finalize = gst_kurento_peer_finalize;
  element_class->change_state = gst_kurento_peer_change_state;
  element_class->request_new_pad = gst_kurento_peer_request_new_pad;
  element_class->release_pad = gst_kurento_peer_release_pad;
  gst_kurento_peer_install_bin (GST_BIN_CLASS (klass));

  gst_kurento_peer_install_properties (object_class);
  gst_kurento_peer_install_events ();
  gst_kurento_peer_install_actions ();
  gst_kurento_peer_install_pad_templates (element_class);
  gst_element_class_set_static_metadata (
      element_class, "Kurento WebRTC peer", "Filter/Network/WebRTC",
      "Sends and receives media and data as kurento-utils' WebRtcPeer does", "kurentopeer");
}

static void
gst_kurento_peer_init (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  priv->loop = kp_loop_new ();
  priv->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_kurento_peer_track_free);
  priv->streams = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_kurento_peer_stream_free);
  kp_last_frame_init (&priv->remote_frame);
  for (guint i = 0; i < G_N_ELEMENTS (priv->voices); i++)
    kp_loudness_init (&priv->voices[i].loudness);
  priv->data_sinks = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_kurento_peer_data_pad_free);
  priv->data_srcs = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_kurento_peer_data_pad_free);
  gst_kurento_peer_settings_init (&priv->settings);

  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_LOCK (self);
  gst_kurento_peer_set_mode_locked (self, GST_KURENTO_PEER_MODE_SENDRECV);
  GST_OBJECT_UNLOCK (self);
}

/**
 * gst_kurento_peer_new:
 * @name: (nullable): the name of the element, or %NULL for a default one
 * @mode: which way media flows
 *
 * Makes a peer without a factory (kurento-utils: `new WebRtcPeer(mode, ...)`).
 *
 * Returns: (transfer floating): a new peer
 *
 * Since: 0.1
 */
GstElement *
gst_kurento_peer_new (const gchar *name, GstKurentoPeerMode mode)
{
  return g_object_new (GST_TYPE_KURENTO_PEER, "name", name, "mode", mode, NULL);
}
