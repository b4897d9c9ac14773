/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"
#include "kp-view.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

static const struct
{
  const gchar *property;
  KpMediaKind kind;
  GstKurentoPeerMode unused; /* in this mode there is nothing to show */
} views[KP_N_VIEWS] = {
  [KP_VIEW_LOCAL_VIDEO] = { "local-video", KP_MEDIA_VIDEO, GST_KURENTO_PEER_MODE_RECVONLY },
  [KP_VIEW_REMOTE_VIDEO] = { "remote-video", KP_MEDIA_VIDEO, GST_KURENTO_PEER_MODE_SENDONLY },
  [KP_VIEW_REMOTE_AUDIO] = { "remote-audio", KP_MEDIA_AUDIO, GST_KURENTO_PEER_MODE_SENDONLY },
};

/* Takes effect at the next READY->PAUSED. */
void
gst_kurento_peer_set_view_sink (GstKurentoPeer *self, GstKurentoPeerViewId id, GstElement *sink)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GstElement) former = NULL;

  if (sink)
    gst_object_ref_sink (sink);
  GST_OBJECT_LOCK (self);
  former = priv->view_sinks[id];
  priv->view_sinks[id] = sink;
  gst_kurento_peer_set_mode_locked (self, priv->settings.settings->mode);
  GST_OBJECT_UNLOCK (self);
}

/* FALSE when there is no such view. */
gboolean
gst_kurento_peer_get_view_sink_locked (GstKurentoPeer *self, guint id, GValue *value)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  if (id >= KP_N_VIEWS)
    return FALSE;

  g_value_set_object (value, priv->view_sinks[id]);
  return TRUE;
}

void
gst_kurento_peer_clear_view_sinks (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  for (guint i = 0; i < KP_N_VIEWS; i++)
    g_clear_object (&priv->view_sinks[i]);
}

/* Owned; or NULL. */
static GstElement *
dup_sink (GstKurentoPeer *self, GstKurentoPeerViewId id)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstElement *sink;

  GST_OBJECT_LOCK (self);
  sink = priv->view_sinks[id] ? gst_object_ref (priv->view_sinks[id]) : NULL;
  GST_OBJECT_UNLOCK (self);

  return sink;
}

static gboolean
check_sink (GstKurentoPeerViewId id, GstElement *sink, GError **error)
{
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (sink));

  if (parent)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "%s: %s is already in %s",
                 views[id].property, GST_OBJECT_NAME (sink), GST_OBJECT_NAME (parent));
  else if (sink->sinkpads == NULL)
    g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "%s: %s has no sink pad",
                 views[id].property, GST_OBJECT_NAME (sink));

  return parent == NULL && sink->sinkpads != NULL;
}

static gboolean
check_view (GstKurentoPeer *self, GstKurentoPeerViewId id, const KpSettings *settings, GError **error)
{
  g_autoptr (GstElement) sink = dup_sink (self, id);

  if (sink == NULL)
    return TRUE;

  for (guint i = 0; i < id; i++)
    {
      g_autoptr (GstElement) other = dup_sink (self, i);

      if (other != sink)
        continue;
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT, "%s: %s is also %s",
                   views[id].property, GST_OBJECT_NAME (sink), views[i].property);
      return FALSE;
    }

  if (id != KP_VIEW_LOCAL_VIDEO && settings->output != GST_KURENTO_OUTPUT_RAW)
    {
      g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                   "%s: only raw media is shown, and output is not raw", views[id].property);
      return FALSE;
    }

  return check_sink (id, sink, error);
}

gboolean
gst_kurento_peer_check_views (GstKurentoPeer *self, const KpSettings *settings, GError **error)
{
  for (guint i = 0; i < KP_N_VIEWS; i++)
    if (!check_view (self, i, settings, error))
      return FALSE;

  return TRUE;
}

static gboolean
add_view (GstKurentoPeer *self, GstKurentoPeerViewId id, GError **error)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GstElement) sink = dup_sink (self, id);
  KpView *view;

  if (sink == NULL)
    return TRUE;

  view = kp_view_new (views[id].property, views[id].kind, sink, error);
  if (view == NULL)
    return FALSE;

  gst_object_ref_sink (view);
  gst_bin_add (GST_BIN (self), GST_ELEMENT (view));
  GST_OBJECT_LOCK (self);
  priv->views[id] = view;
  GST_OBJECT_UNLOCK (self);

  return TRUE;
}

/* READY->PAUSED, before there are tracks and streams. */
gboolean
gst_kurento_peer_add_views (GstKurentoPeer *self, const KpSettings *settings, GError **error)
{
  for (guint i = 0; i < KP_N_VIEWS; i++)
    if (settings->mode != views[i].unused && !add_view (self, i, error))
      return FALSE;

  return TRUE;
}

static void
remove_view (GstKurentoPeer *self, GstKurentoPeerViewId id)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (KpView) view = NULL;

  GST_OBJECT_LOCK (self);
  view = g_steal_pointer (&priv->views[id]);
  GST_OBJECT_UNLOCK (self);
  if (view == NULL)
    return;

  gst_kurento_peer_drop_child (GST_ELEMENT (view));
  kp_view_release_sink (view);
}

/* PAUSED->READY, when nothing is shown any more. */
void
gst_kurento_peer_remove_views (GstKurentoPeer *self)
{
  for (guint i = 0; i < KP_N_VIEWS; i++)
    remove_view (self, i);

  gst_kurento_peer_update_local_view (self);
}

/* With the state lock, so that the element does not change its state meanwhile. The view that failed is of no use any more,
 * but its sink is. */
static void
renew_local_view_cb (GstElement *element, gpointer user_data)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (element);
  g_autoptr (KpView) former = NULL;
  g_autoptr (KpView) view = NULL;
  g_autoptr (GError) error = NULL;

  GST_STATE_LOCK (self);
  former = gst_kurento_peer_dup_view (self, KP_VIEW_LOCAL_VIDEO);
  if (former && !kp_view_is_alive (former))
    {
      remove_view (self, KP_VIEW_LOCAL_VIDEO);
      if (!add_view (self, KP_VIEW_LOCAL_VIDEO, &error))
        GST_WARNING_OBJECT (self, "%s", error->message);
      view = gst_kurento_peer_dup_view (self, KP_VIEW_LOCAL_VIDEO);
      if (view)
        gst_element_sync_state_with_parent (GST_ELEMENT (view));
      gst_kurento_peer_update_local_view (self);
    }
  GST_STATE_UNLOCK (self);
}

/**
 * gst_kurento_peer_show_local_video:
 * @self: a peer in PAUSED or PLAYING
 *
 * Shows the video that is sent in #GstKurentoPeer:local-video again, when that has failed: its window was closed, for instance
 * (kurento-utils: `showLocalVideo`). The first time nobody has to ask. Does not wait for it; the log says when there is
 * nothing to show.
 *
 * Since: 0.1
 */
void
gst_kurento_peer_show_local_video (GstKurentoPeer *self)
{
  g_autoptr (KpSession) session = NULL;
  g_autoptr (KpView) view = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GST_IS_KURENTO_PEER (self));

  session = gst_kurento_peer_dup_open_session (self, &error);
  view = gst_kurento_peer_dup_view (self, KP_VIEW_LOCAL_VIDEO);
  if (session && view)
    gst_element_call_async (GST_ELEMENT (self), renew_local_view_cb, NULL, NULL);
  else
    GST_WARNING_OBJECT (self, "show-local-video: %s", error ? error->message : "there is no local-video");
}

/* Owned; or NULL. */
KpView *
gst_kurento_peer_dup_view (GstKurentoPeer *self, GstKurentoPeerViewId id)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  KpView *view;

  GST_OBJECT_LOCK (self);
  view = priv->views[id] ? g_object_ref (priv->views[id]) : NULL;
  GST_OBJECT_UNLOCK (self);

  return view;
}

/* The first video track is shown. */
void
gst_kurento_peer_update_local_view (GstKurentoPeer *self)
{
  g_autoptr (KpView) view = gst_kurento_peer_dup_view (self, KP_VIEW_LOCAL_VIDEO);
  g_autoptr (GPtrArray) gates = gst_kurento_peer_list_gates (self, KP_MEDIA_VIDEO);

  for (guint i = 0; i < gates->len; i++)
    kp_gate_set_view (g_ptr_array_index (gates, i), i == 0 ? view : NULL);
}

/* What the views have to wait for, too. */
void
gst_kurento_peer_query_view_latency (GstKurentoPeer *self, GstClockTime *min, GstClockTime *max)
{
  for (guint i = 0; i < KP_N_VIEWS; i++)
    {
      g_autoptr (KpView) view = gst_kurento_peer_dup_view (self, i);
      g_autoptr (GstQuery) query = gst_query_new_latency ();
      GstClockTime view_min;
      GstClockTime view_max;
      gboolean is_live;

      if (view == NULL || !gst_element_query (GST_ELEMENT (view), query))
        continue;

      gst_query_parse_latency (query, &is_live, &view_min, &view_max);
      if (is_live)
        {
          *min = MAX (*min, view_min);
          *max = MIN (*max, view_max);
        }
    }
}

void
gst_kurento_peer_set_view_latency (GstKurentoPeer *self, GstClockTime latency)
{
  for (guint i = 0; i < KP_N_VIEWS; i++)
    {
      g_autoptr (KpView) view = gst_kurento_peer_dup_view (self, i);

      if (view)
        kp_view_set_latency (view, latency);
    }
}

void
gst_kurento_peer_make_view_specs (GParamSpec **specs, GParamFlags flags)
{
  specs[KP_VIEW_LOCAL_VIDEO] = g_param_spec_object (
      "local-video", "Local video",
      "Sink that shows the video that is sent, of the first track, with or without a peer; raw video only; "
      "NULL: none (kurento-utils: options.localVideo)",
      GST_TYPE_ELEMENT, flags);
  specs[KP_VIEW_REMOTE_VIDEO] = g_param_spec_object (
      "remote-video", "Remote video",
      "Sink that shows the peer's first video; output has to be raw; NULL: none (kurento-utils: "
      "options.remoteVideo)",
      GST_TYPE_ELEMENT, flags);
  specs[KP_VIEW_REMOTE_AUDIO] = g_param_spec_object (
      "remote-audio", "Remote audio",
      "Sink that plays the peer's first audio; output has to be raw; NULL: none (kurento-utils: "
      "options.remoteVideo, which plays it)",
      GST_TYPE_ELEMENT, flags);
}
