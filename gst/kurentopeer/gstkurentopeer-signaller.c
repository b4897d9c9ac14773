/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"
#include "kp-signaller-bridge.h"
#include "kp-signaller-table.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

#define LOOP_END_TIMEOUT G_TIME_SPAN_SECOND

/* A signaller lives in the context of the peer loop, whose thread does not run now. It may be on its way out
 * still, when it was stopped from one of its own callbacks. */
static GstKurentoSignaller *
make_signaller (KpLoop *loop, const gchar *uri, GError **error)
{
  GMainContext *context = kp_loop_get_context (loop);
  GstKurentoSignaller *signaller;

  if (!g_main_context_acquire (context)
      && (!kp_loop_stop (loop, LOOP_END_TIMEOUT) || !g_main_context_acquire (context)))
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                   "signaller-uri: the signaller cannot be made before the element has stopped");
      return NULL;
    }

  g_main_context_push_thread_default (context);
  signaller = kp_signaller_new_for_uri (uri, error);
  g_main_context_pop_thread_default (context);
  g_main_context_release (context);

  return signaller;
}

static void
take_signaller (GstKurentoPeer *self, const gchar *uri, GstKurentoSignaller *signaller, GMainContext *context,
                GError *error)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GstKurentoSignaller) former = NULL;
  g_autoptr (GMainContext) former_context = NULL;

  GST_OBJECT_LOCK (self);
  g_free (priv->settings.signaller_uri);
  priv->settings.signaller_uri = g_strdup (uri);
  g_clear_error (&priv->settings.signaller_error);
  priv->settings.signaller_error = error;
  former = g_steal_pointer (&priv->signaller);
  former_context = g_steal_pointer (&priv->signaller_context);
  priv->signaller = signaller;
  priv->signaller_context = context;
  GST_OBJECT_UNLOCK (self);
}

/* Keeps the text and, when nothing can be made of it, the reason for NULL->READY. */
void
gst_kurento_peer_take_signaller_uri (GstKurentoPeer *self, const gchar *uri)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstKurentoSignaller *signaller = NULL;
  GError *error = NULL;

  if (uri && *uri)
    {
      signaller = make_signaller (priv->loop, uri, &error);
      if (error)
        GST_WARNING_OBJECT (self, "%s", error->message);
    }
  take_signaller (self, uri && *uri ? uri : NULL, signaller, NULL, error);
}

/* One of the application's own is called in the context in which it was set. */
void
gst_kurento_peer_set_signaller (GstKurentoPeer *self, GstKurentoSignaller *signaller)
{
  take_signaller (self, NULL, signaller ? g_object_ref (signaller) : NULL,
                  signaller ? g_main_context_ref_thread_default () : NULL, NULL);
}

GstKurentoSignaller *
gst_kurento_peer_dup_signaller (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstKurentoSignaller *signaller = NULL;

  GST_OBJECT_LOCK (self);
  g_set_object (&signaller, priv->signaller);
  GST_OBJECT_UNLOCK (self);

  return signaller;
}

/* owned; what the next session signals with, or NULL */
GstKurentoSignaller *
gst_kurento_peer_make_session_signaller (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GstKurentoSignaller) signaller = NULL;
  g_autoptr (GMainContext) context = NULL;

  GST_OBJECT_LOCK (self);
  g_set_object (&signaller, priv->signaller);
  if (priv->signaller_context)
    context = g_main_context_ref (priv->signaller_context);
  GST_OBJECT_UNLOCK (self);

  return context ? kp_signaller_bridge_new (signaller, context, priv->loop) : g_steal_pointer (&signaller);
}

/* The child "signaller" of the GstChildProxy. Without a URI it is an object that has no properties: so
 * gst_parse_launch() refuses signaller::anything instead of waiting for a child that never comes. */
gpointer
gst_kurento_peer_get_signaller_child (GstKurentoPeer *self)
{
  gpointer child = gst_kurento_peer_dup_signaller (self);
  gboolean has_uri;

  GST_OBJECT_LOCK (self);
  has_uri = gst_kurento_peer_get_private (self)->settings.signaller_uri != NULL;
  GST_OBJECT_UNLOCK (self);

  return child || has_uri ? child : g_object_new (G_TYPE_OBJECT, NULL);
}
