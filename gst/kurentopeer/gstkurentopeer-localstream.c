/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is sent, as a collection of streams. */
#include "gstkurentopeer-private.h"

#define GST_CAT_DEFAULT gst_kurento_peer_debug

typedef struct
{
  KpMediaKind kind;
  GstElement *gate; /* owned */
  gchar *id; /* owned */
} KpLocal;

static void
local_free (gpointer data)
{
  KpLocal *self = data;

  gst_object_unref (self->gate);
  g_free (self->id);
  g_free (self);
}

/* Named as its pad is. */
static KpLocal *
local_new (const GstKurentoPeerTrack *track, const gchar *peer_id)
{
  KpLocal *self = g_new0 (KpLocal, 1);

  self->kind = track->kind;
  self->gate = gst_object_ref (track->gate);
  self->id = g_strdup_printf ("%s/%s", peer_id,
                              track->pad ? GST_PAD_NAME (track->pad) : kp_media_kind_to_string (track->kind));

  return self;
}

/* Those of @capture, or, when it is NULL, all. Owned. */
static GPtrArray *
list_local (GstKurentoPeer *self, GstElement *capture)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GPtrArray *list = g_ptr_array_new_with_free_func (local_free);

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->tracks->len; i++)
    {
      const GstKurentoPeerTrack *track = g_ptr_array_index (priv->tracks, i);

      if (capture == NULL || track->capture == capture)
        g_ptr_array_add (list, local_new (track, priv->settings.settings->id));
    }
  GST_OBJECT_UNLOCK (self);

  return list;
}

static GstStream *
describe (const KpLocal *local)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (local->gate, "src");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_TAG, 0);
  GstStream *stream = gst_stream_new (
      local->id, caps, local->kind == KP_MEDIA_VIDEO ? GST_STREAM_TYPE_VIDEO : GST_STREAM_TYPE_AUDIO,
      GST_STREAM_FLAG_NONE);
  GstTagList *tags;

  if (event)
    {
      gst_event_parse_tag (event, &tags);
      gst_stream_set_tags (stream, tags);
    }

  return stream;
}

/* What is sent, or @capture's part of it. The upstream id is the one that the peer's descriptions of it have. Owned; NULL when there is
 * none. */
GstStreamCollection *
gst_kurento_peer_dup_local_stream (GstKurentoPeer *self, GstElement *capture)
{
  g_autoptr (GPtrArray) list = list_local (self, capture);
  g_autofree gchar *id = NULL;
  GstStreamCollection *streams;

  if (list->len == 0)
    return NULL;

  g_object_get (self, "id", &id, NULL);
  streams = gst_stream_collection_new (id);
  for (guint i = 0; i < list->len; i++)
    gst_stream_collection_add_stream (streams, describe (g_ptr_array_index (list, i)));

  return streams;
}

static void
notify_cb (gpointer user_data)
{
  gst_kurento_peer_notify_status (user_data, 1u << GST_KURENTO_PEER_STATUS_LOCAL_STREAM);
}

/* Any thread, with no lock held. */
void
gst_kurento_peer_notify_local_stream (GstKurentoPeer *self)
{
  if (!gst_kurento_peer_post (self, notify_cb, gst_object_ref (self), gst_object_unref))
    {
      notify_cb (self);
      gst_object_unref (self);
    }
}

static void
caps_cb (GstPad *pad, GParamSpec *pspec, GstKurentoPeer *self)
{
  gst_kurento_peer_notify_local_stream (self);
}

/* The caps of a stream come after its track. */
void
gst_kurento_peer_watch_local_stream (GstKurentoPeer *self, GstElement *gate)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (gate, "src");

  g_signal_connect_object (pad, "notify::caps", G_CALLBACK (caps_cb), self, 0);
}
