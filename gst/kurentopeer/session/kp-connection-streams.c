/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection tells of the streams that it receives. */
#include "kp-connection-private.h"

/* A stream of the peer, on its way to the peer loop. */
typedef struct
{
  KpMediaKind kind;
  guint index;
  const KpCodec *codec; /* static; or NULL */
  GError *error; /* owned; or NULL */
} KpStream;

static void
stream_free (gpointer data)
{
  KpStream *stream = data;

  g_clear_error (&stream->error);
  g_free (stream);
}

static void
deliver_stream (KpConnection *self, gint value, gpointer data)
{
  const KpStream *stream = data;

  self->callbacks.stream (self, stream->kind, stream->index, stream->codec, stream->error, self->user_data);
}

void
kp_connection_post_stream (KpConnection *self, KpMediaKind kind, guint index, const KpCodec *codec,
                           GError *error)
{
  KpStream *stream = g_new0 (KpStream, 1);

  stream->kind = kind;
  stream->index = index;
  stream->codec = codec;
  stream->error = error;
  kp_connection_post (self, deliver_stream, 0, stream, stream_free);
}

/* webrtcbin gives a stream whose ssrc was not announced to the first m-section: the kind in the caps is what counts. */
guint
kp_connection_get_stream_index (KpConnection *self, GstPad *pad, KpMediaKind kind)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  guint mline_index = G_MAXUINT;
  guint index = 0;

  g_object_get (pad, "transceiver", &transceiver, NULL);
  if (transceiver)
    g_object_get (transceiver, "mlineindex", &mline_index, NULL);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->sections->len; i++)
    {
      const KpSectionOutlet *section = &g_array_index (self->sections, KpSectionOutlet, i);

      if (section->mline_index == mline_index && section->kind == kind)
        index = section->index;
    }
  g_mutex_unlock (&self->lock);

  return index;
}
