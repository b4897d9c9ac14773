/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who speaks: of both sides, when the property hark is set. */
#include "gstkurentopeer-private.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

/* FALSE when nobody is to hear of it. A muted microphone hears nothing, whatever comes from it. */
static gboolean
is_heard (GstKurentoPeer *self, gboolean *muted)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean heard;

  GST_OBJECT_LOCK (self);
  heard = priv->session && !priv->closed;
  *muted = priv->settings.disabled[KP_MEDIA_AUDIO];
  GST_OBJECT_UNLOCK (self);

  return heard;
}

static void
emit (GstKurentoPeer *self, gboolean speaking, gboolean remote)
{
  g_auto (KpEvent) event = { 0 };

  kp_event_init (&event, speaking ? KP_EVENT_SPEAKING : KP_EVENT_STOPPED_SPEAKING, remote);
  gst_kurento_peer_emit_event (self, &event);
}

/* Peer loop. A handler may end it all. */
static gboolean
listen_cb (gpointer user_data)
{
  g_autoptr (GstKurentoPeer) self = gst_object_ref (user_data);
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  gboolean muted;

  for (gboolean remote = FALSE; remote <= TRUE && is_heard (self, &muted); remote++)
    {
      GstKurentoPeerVoice *voice = &priv->voices[remote];
      gdouble level = kp_loudness_take (&voice->loudness);

      if (kp_speech_take (&voice->speech, muted && !remote ? KP_SPEECH_SILENCE : level))
        emit (self, voice->speech.speaking, remote);
    }

  return G_SOURCE_CONTINUE;
}

/* READY->PAUSED, when there is a session and its loop. */
void
gst_kurento_peer_start_listening (GstKurentoPeer *self, const KpSpeechConfig *config)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  if (config->interval == 0)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (priv->voices); i++)
    {
      kp_speech_init (&priv->voices[i].speech, config);
      kp_loudness_set_enabled (&priv->voices[i].loudness, TRUE);
    }
  priv->listen_timer = kp_loop_add_timeout (priv->loop, config->interval, listen_cb, self);
  g_source_set_callback (priv->listen_timer, listen_cb, gst_object_ref (self), gst_object_unref);
}

/* PAUSED->READY, before the session stops and waits for the loop. */
void
gst_kurento_peer_stop_listening (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  if (priv->listen_timer)
    g_source_destroy (priv->listen_timer);
  g_clear_pointer (&priv->listen_timer, g_source_unref);
  for (guint i = 0; i < G_N_ELEMENTS (priv->voices); i++)
    kp_loudness_set_enabled (&priv->voices[i].loudness, FALSE);
}

GParamSpec *
gst_kurento_peer_make_hark_spec (GParamFlags flags)
{
  return g_param_spec_string (
      "hark", "Hark",
      "Tells who speaks, by the events speaking and stopped-speaking: hark's options as JSON, threshold in "
      "dB "
      "(-50), interval in ms (50), history in intervals (10), or file:///x.json that holds it; {}: its "
      "defaults; NULL: off (kurento-utils: hark)",
      NULL, flags);
}
