/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes to the sink pads: a description holds only what is sent, so it waits until that is known. */
#include "kp-session-private.h"
#include "gstkurentoerror.h"
#include "kp-session-debug.h"

#define GST_CAT_DEFAULT kp_session_debug

/* ms; a source that is slower counts as raw media, or as the usual profile of its codec */
#define PATIENCE 5000

static gboolean
are_known (KpSession *self)
{
  for (guint i = 0; i < self->tracks->len; i++)
    {
      const KpTrack *track = g_ptr_array_index (self->tracks, i);
      g_autoptr (GstCaps) caps = NULL;
      KpInput input;

      if (!kp_gate_get_input (KP_GATE (track->gate), &input, &caps))
        return FALSE;
    }

  return TRUE;
}

static void
finish_wait (KpSession *self)
{
  void (*done) (KpSession *) = self->inputs_done;

  kp_inputs_give_up (self);
  done (self);
}

static gboolean
timeout_cb (gpointer user_data)
{
  GST_INFO ("no caps came to a sink pad: it counts as what is likely");
  finish_wait (user_data);

  return G_SOURCE_REMOVE;
}

void
kp_inputs_wait (KpSession *self, void (*done) (KpSession *self))
{
  kp_inputs_give_up (self);
  if (self->settings->mode == GST_KURENTO_PEER_MODE_RECVONLY || are_known (self))
    {
      done (self);
      return;
    }

  GST_DEBUG ("waiting for the caps of the sink pads");
  self->inputs_done = done;
  self->inputs_timer = kp_loop_add_timeout (self->loop, PATIENCE, timeout_cb, self);
}

void
kp_inputs_give_up (KpSession *self)
{
  kp_session_clear_timer (&self->inputs_timer);
  self->inputs_done = NULL;
}

/* What is raw has to be encoded: without an encoder no peer ever gets it. */
static gboolean
check_encoder (KpSession *self, const KpTrack *track, GError **error)
{
  const gchar *preference
      = track->kind == KP_MEDIA_AUDIO ? self->settings->audio_codecs : self->settings->video_codecs;
  g_autoptr (GPtrArray) codecs = NULL;
  g_autoptr (GstCaps) caps = NULL;
  KpInput input;

  if (!kp_gate_get_input (KP_GATE (track->gate), &input, &caps) || input.codec)
    return TRUE;

  codecs = kp_codec_list (track->kind, preference, KP_CODEC_ENCODE, error);

  return codecs != NULL;
}

static gboolean
check_encoders (KpSession *self, GError **error)
{
  for (guint i = 0; i < self->tracks->len; i++)
    {
      if (!check_encoder (self, g_ptr_array_index (self->tracks, i), error))
        return FALSE;
    }

  return TRUE;
}

static void
inputs_changed_cb (gpointer user_data)
{
  KpSession *self = user_data;
  GError *error = NULL;

  if (self->stopped)
    return;
  if (self->settings->mode != GST_KURENTO_PEER_MODE_RECVONLY && !check_encoders (self, &error))
    kp_session_tell_fatal (self, error);
  else if (self->inputs_done && are_known (self))
    finish_wait (self);
  else if (!kp_sections_check_inputs (self->sections, &error))
    kp_session_fail (self, error);
}

static void
post_change (KpSession *self)
{
  kp_loop_post (self->loop, inputs_changed_cb, kp_session_ref (self), (GDestroyNotify)kp_session_unref);
}

/* Streaming thread. */
static void
caps_cb (GstPad *pad, GParamSpec *pspec, KpSession *self)
{
  post_change (self);
}

static void
closure_unref (gpointer data, GClosure *closure)
{
  kp_session_unref (data);
}

void
kp_inputs_watch (KpSession *self, GstElement *gate)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (gate, "src");

  g_signal_connect_data (pad, "notify::caps", G_CALLBACK (caps_cb), kp_session_ref (self), closure_unref, 0);
  post_change (self); /* there may be caps already */
}

void
kp_inputs_unwatch (KpSession *self, GstElement *gate)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (gate, "src");

  g_signal_handlers_disconnect_by_func (pad, caps_cb, self);
}
