/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pictures of the moment, for snapshots. */
#include "gstkurentopeer-private.h"

#include "gstkurentoerror.h"

#include <gst/video/video.h>

#define GST_CAT_DEFAULT gst_kurento_peer_debug

/* For who calls; a picture of any size takes much less. */
#define CONVERT_TIMEOUT (5 * GST_SECOND)

/* For what answers at once. */
KpSession *
gst_kurento_peer_dup_open_session (GstKurentoPeer *self, GError **error)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  g_autoptr (KpSession) session = gst_kurento_peer_dup_session (self);
  gboolean closed;

  GST_OBJECT_LOCK (self);
  closed = priv->closed;
  GST_OBJECT_UNLOCK (self);
  if (session && !closed)
    return g_steal_pointer (&session);

  if (closed)
    g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_CLOSED, "the peer is closed");
  else
    g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                         "the element has to be in PAUSED or PLAYING");

  return NULL;
}

static gboolean
check_caps (GstCaps *caps, GError **error)
{
  if (caps == NULL || !(gst_caps_is_any (caps) || gst_caps_is_empty (caps)))
    return TRUE;

  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_ARGUMENT,
                       "the caps name no format");
  return FALSE;
}

/* Takes @frame. In a pipeline of its own, so that nothing of this element has to go on meanwhile. */
static GstSample *
convert (GstSample *frame, GstCaps *caps, GError **error)
{
  g_autoptr (GstSample) owned = frame;
  g_autoptr (GError) failure = NULL;
  g_autofree gchar *text = NULL;
  GstSample *converted;

  if (caps == NULL)
    return g_steal_pointer (&owned);

  converted = gst_video_convert_sample (frame, caps, CONVERT_TIMEOUT, &failure);
  if (converted)
    return converted;

  text = gst_caps_to_string (caps);
  g_set_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED,
               "the frame cannot be converted to %s: %s", text,
               failure ? failure->message : "it took too long");
  return NULL;
}

/* The outlet of video_src_0; owned, or NULL. */
static GstElement *
dup_outlet (GstKurentoPeer *self)
{
  GstKurentoPeerPrivate *priv = gst_kurento_peer_get_private (self);
  GstElement *outlet = NULL;

  GST_OBJECT_LOCK (self);
  for (guint i = 0; i < priv->streams->len && !outlet; i++)
    {
      GstKurentoPeerStream *stream = g_ptr_array_index (priv->streams, i);

      if (stream->kind == KP_MEDIA_VIDEO && stream->index == 0)
        outlet = gst_object_ref (stream->outlet);
    }
  GST_OBJECT_UNLOCK (self);

  return outlet;
}

/* What was decoded before somebody unlinked the pad is not the current frame. */
static const gchar *
find_remote_obstacle (GstKurentoPeer *self)
{
  g_autoptr (GstElement) outlet = dup_outlet (self);

  if (!outlet)
    return "no video of the peer has come";
  if (kp_outlet_get_output (KP_OUTLET (outlet)) != GST_KURENTO_OUTPUT_RAW)
    return "only raw media has frames, and output is not raw";
  if (!kp_outlet_is_wanted (KP_OUTLET (outlet)))
    return "nothing is decoded: video_src_0 is not linked, and there is no remote-video";

  return NULL;
}

/**
 * gst_kurento_peer_get_current_frame:
 * @self: a peer in PAUSED or PLAYING
 * @caps: (nullable): what to convert the frame to: raw video, `image/png` or `image/jpeg`; %NULL: as it was decoded
 * @error: (nullable): return location for an error
 *
 * Gets the last frame of the peer's first video (kurento-utils: `currentFrame`), which stays when the peer has left, until
 * the next one's. Its `video_src_0` has to be linked, or #GstKurentoPeer:remote-video set, and #GstKurentoPeer:output raw.
 *
 * The time of the buffer is running time, and its data must not be changed. Converting takes some milliseconds of the thread
 * that calls, 5 seconds at most: in a handler of a signal take %NULL, and gst_video_convert_sample_async().
 *
 * Returns: (transfer full): the frame, or %NULL with @error set, also when no frame has come
 *
 * Since: 0.1
 */
GstSample *
gst_kurento_peer_get_current_frame (GstKurentoPeer *self, GstCaps *caps, GError **error)
{
  g_autoptr (KpSession) session = NULL;
  const gchar *obstacle;
  GstSample *frame;

  g_return_val_if_fail (GST_IS_KURENTO_PEER (self), NULL);

  session = gst_kurento_peer_dup_open_session (self, error);
  if (!session || !check_caps (caps, error))
    return NULL;

  obstacle = find_remote_obstacle (self);
  frame = obstacle ? NULL : kp_last_frame_dup (&gst_kurento_peer_get_private (self)->remote_frame);
  if (frame)
    return convert (frame, caps, error);

  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                       obstacle ? obstacle : "no frame of the peer has come");
  return NULL;
}

/**
 * gst_kurento_peer_get_current_local_frame:
 * @self: a peer in PAUSED or PLAYING
 * @caps: (nullable): as for gst_kurento_peer_get_current_frame()
 * @error: (nullable): return location for an error
 *
 * Gets the last frame of the first video that is sent, with or without a peer: what #GstKurentoPeer:local-video shows
 * (kurento-utils has nothing like it; a page draws its `localVideo`). What comes encoded has none.
 *
 * Returns: (transfer full): the frame, or %NULL with @error set, also when no frame has come
 *
 * Since: 0.1
 */
GstSample *
gst_kurento_peer_get_current_local_frame (GstKurentoPeer *self, GstCaps *caps, GError **error)
{
  g_autoptr (KpSession) session = NULL;
  g_autoptr (GPtrArray) gates = NULL;
  GstSample *frame = NULL;

  g_return_val_if_fail (GST_IS_KURENTO_PEER (self), NULL);

  session = gst_kurento_peer_dup_open_session (self, error);
  if (!session || !check_caps (caps, error))
    return NULL;

  gates = gst_kurento_peer_list_gates (self, KP_MEDIA_VIDEO);
  if (gates->len > 0)
    frame = kp_gate_dup_frame (g_ptr_array_index (gates, 0));
  if (frame)
    return convert (frame, caps, error);

  g_set_error_literal (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_INVALID_STATE,
                       gates->len > 0 ? "no raw frame has come" : "no video is sent");
  return NULL;
}
