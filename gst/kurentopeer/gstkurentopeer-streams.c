/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstkurentopeer-private.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

typedef struct
{
  GstKurentoPeer *peer; /* owned */
  GstElement *outlet; /* owned */
  KpMediaKind kind;
  guint index;
} KpExposure;

static void
exposure_free (gpointer data)
{
  KpExposure *self = data;

  gst_object_unref (self->outlet);
  gst_object_unref (self->peer);
  g_free (self);
}

void
gst_kurento_peer_stream_free (GstKurentoPeerStream *self)
{
  gst_clear_object (&self->outlet);
  gst_clear_object (&self->pad);
  g_free (self);
}

static GstKurentoPeerStream *
find_stream_locked (GstKurentoPeerPrivate *priv, GstElement *outlet)
{
  for (guint i = 0; i < priv->streams->len; i++)
    {
      GstKurentoPeerStream *stream = g_ptr_array_index (priv->streams, i);

      if (stream->outlet == outlet)
        return stream;
    }

  return NULL;
}

static GstPad *
make_pad (GstKurentoPeer *self, KpMediaKind kind, guint index, GstElement *outlet)
{
  const gchar *media = kp_media_kind_to_string (kind);
  g_autofree gchar *template_name = g_strdup_printf ("%s_src_%%u", media);
  g_autofree gchar *name = g_strdup_printf ("%s_src_%u", media, index);
  g_autoptr (GstPad) target = gst_element_get_static_pad (outlet, "src");
  GstPadTemplate *template;
  GstPad *pad;

  template = gst_element_get_pad_template (GST_ELEMENT (self), template_name);
  pad = gst_object_ref_sink (gst_ghost_pad_new_from_template (name, target, template));
  gst_pad_set_active (pad, TRUE);

  return pad;
}

static void
remove_pad (GstKurentoPeer *self, GstPad *pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (GST_ELEMENT (self), pad);
}

/* Shows the outlet to the application, whose handlers may do anything, even take the element down. */
static void
expose_cb (gpointer user_data)
{
  KpExposure *exposure = user_data;
  GstKurentoPeer *self = exposure->peer;
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GstPad) pad = NULL;
  GstKurentoPeerStream *stream;

  GST_OBJECT_LOCK (self);
  stream = find_stream_locked (priv, exposure->outlet);
  GST_OBJECT_UNLOCK (self);
  if (!stream)
    return;

  pad = make_pad (self, exposure->kind, exposure->index, exposure->outlet);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  kp_outlet_set_exposed (KP_OUTLET (exposure->outlet));

  GST_OBJECT_LOCK (self);
  stream = find_stream_locked (priv, exposure->outlet);
  if (stream)
    stream->pad = gst_object_ref (pad);
  GST_OBJECT_UNLOCK (self);
  if (!stream)
    remove_pad (self, pad);
}

static KpView *
dup_remote_view (GstKurentoPeer *self, KpMediaKind kind)
{
  return gst_kurento_peer_dup_view (self,
                                    kind == KP_MEDIA_AUDIO ? KP_VIEW_REMOTE_AUDIO : KP_VIEW_REMOTE_VIDEO);
}

/* Owned; or NULL. */
static GstElement *
dup_outlet_locked (GstKurentoPeerPrivate *priv, KpMediaKind kind, guint index)
{
  for (guint i = 0; i < priv->streams->len; i++)
    {
      GstKurentoPeerStream *stream = g_ptr_array_index (priv->streams, i);

      if (stream->kind == kind && stream->index == index)
        return gst_object_ref (stream->outlet);
    }

  return NULL;
}

/* NULL when the session has ended meanwhile: nobody would take the outlet out again. Two streaming threads may want the same
 * one: the first that is ready is it. */
static GstElement *
add_outlet (GstKurentoPeer *self, KpMediaKind kind, guint index, GstKurentoOutput output, guint latency)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstElement *outlet = gst_object_ref_sink (kp_outlet_new (kind, output, latency));
  GstKurentoPeerStream *stream = g_new0 (GstKurentoPeerStream, 1);
  KpExposure *exposure = g_new0 (KpExposure, 1);
  g_autoptr (KpView) view = index == 0 ? dup_remote_view (self, kind) : NULL;
  GstElement *other;
  gboolean running;

  *stream = (GstKurentoPeerStream){ .kind = kind, .index = index, .outlet = gst_object_ref (outlet) };
  *exposure = (KpExposure){
    .peer = gst_object_ref (self), .outlet = gst_object_ref (outlet), .kind = kind, .index = index
  };

  if (view)
    kp_outlet_set_view (KP_OUTLET (outlet), view);
  if (kind == KP_MEDIA_AUDIO)
    kp_loudness_watch (&priv->voices[TRUE].loudness, GST_ELEMENT (outlet)->srcpads->data);
  if (kind == KP_MEDIA_VIDEO && index == 0 && output == GST_KURENTO_OUTPUT_RAW)
    kp_last_frame_watch (&priv->remote_frame, GST_ELEMENT (outlet)->srcpads->data);
  if (kind == KP_MEDIA_AUDIO && index == 0)
    gst_kurento_peer_watch_echo (self, GST_ELEMENT (outlet)->srcpads->data);
  gst_bin_add (GST_BIN (self), outlet);
  gst_element_sync_state_with_parent (outlet);
  GST_OBJECT_LOCK (self);
  other = dup_outlet_locked (priv, kind, index);
  running = priv->session != NULL && other == NULL;
  if (running)
    {
      g_ptr_array_add (priv->streams, stream);
      kp_loop_post (priv->loop, expose_cb, exposure, exposure_free);
    }
  GST_OBJECT_UNLOCK (self);
  if (running)
    return outlet;

  gst_kurento_peer_drop_child (outlet);
  gst_object_unref (outlet);
  gst_kurento_peer_stream_free (stream);
  exposure_free (exposure);

  return other;
}

/* The same outlet for the same stream in each connection, so that the pads stay. Any thread. */
GstElement *
gst_kurento_peer_get_outlet (KpMediaKind kind, guint index, gpointer user_data)
{
  GstKurentoPeer *self = GST_KURENTO_PEER (user_data);
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstElement *outlet = NULL;
  GstKurentoOutput output;
  gboolean wanted;
  guint latency;

  GST_OBJECT_LOCK (self);
  latency = priv->settings.settings->latency;
  output = priv->settings.settings->output;
  wanted = !priv->outlets_ended && priv->settings.settings->mode != GST_KURENTO_PEER_MODE_SENDONLY;
  if (wanted)
    outlet = dup_outlet_locked (priv, kind, index);
  GST_OBJECT_UNLOCK (self);

  return outlet || !wanted ? outlet : add_outlet (self, kind, index, output, latency);
}

static GPtrArray *
dup_outlets_locked (GstKurentoPeerPrivate *priv)
{
  GPtrArray *outlets = g_ptr_array_new_with_free_func (gst_object_unref);

  for (guint i = 0; i < priv->streams->len; i++)
    {
      GstKurentoPeerStream *stream = g_ptr_array_index (priv->streams, i);

      g_ptr_array_add (outlets, gst_object_ref (stream->outlet));
    }

  return outlets;
}

static void
end_streams_cb (gpointer user_data)
{
  GstKurentoPeer *self = user_data;
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GPtrArray) outlets = NULL;

  gst_kurento_peer_end_data_sources (self);
  GST_OBJECT_LOCK (self);
  priv->outlets_ended = TRUE;
  outlets = dup_outlets_locked (priv);
  GST_OBJECT_UNLOCK (self);

  for (guint i = 0; i < outlets->len; i++)
    kp_outlet_push_eos (g_ptr_array_index (outlets, i));
}

/* What a launch line links as soon as it is there. */
static void
ensure_outlet (GstKurentoPeer *self, KpMediaKind kind)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GstElement) outlet = NULL;
  gboolean wanted;

  GST_OBJECT_LOCK (self);
  wanted = kind == KP_MEDIA_AUDIO ? priv->settings.settings->audio : priv->settings.settings->video;
  GST_OBJECT_UNLOCK (self);
  if (wanted)
    outlet = gst_kurento_peer_get_outlet (kind, 0, self);
}

/* EOS out of each source pad. When no peer ever came the pads come first: what waits for them has to end too. */
void
gst_kurento_peer_end_streams (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);

  ensure_outlet (self, KP_MEDIA_AUDIO);
  ensure_outlet (self, KP_MEDIA_VIDEO);
  kp_loop_post (priv->loop, end_streams_cb, gst_object_ref (self), gst_object_unref);
}

/* PAUSED->READY, before anything else: a bin ends its source pads first, and a sink may hold them. */
void
gst_kurento_peer_stop_streams (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GPtrArray) outlets = NULL;

  GST_OBJECT_LOCK (self);
  outlets = dup_outlets_locked (priv);
  GST_OBJECT_UNLOCK (self);

  for (guint i = 0; i < outlets->len; i++)
    {
      g_autoptr (GstPad) pad = gst_element_get_static_pad (g_ptr_array_index (outlets, i), "src");

      gst_pad_set_active (pad, FALSE);
    }
}

/* PAUSED->READY. */
void
gst_kurento_peer_remove_streams (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (GPtrArray) streams = NULL;

  GST_OBJECT_LOCK (self);
  streams = priv->streams;
  priv->streams = g_ptr_array_new_with_free_func ((GDestroyNotify)gst_kurento_peer_stream_free);
  priv->outlets_ended = FALSE;
  GST_OBJECT_UNLOCK (self);

  for (guint i = 0; i < streams->len; i++)
    {
      GstKurentoPeerStream *stream = g_ptr_array_index (streams, i);

      gst_kurento_peer_drop_child (stream->outlet);
      if (stream->pad)
        remove_pad (self, stream->pad);
    }
  kp_last_frame_forget (&priv->remote_frame);
}
