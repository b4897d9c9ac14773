/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the session tells of the peer's streams. */
#include "kp-session-private.h"

/* The peer's name for what belongs together; or NULL. */
static gchar *
dup_msid (KpSession *self, KpMediaKind kind, guint index)
{
  const KpSection *section = kp_sections_find_receiving (self->sections, kind, index);
  const GstSDPMedia *media;
  const gchar *msid;

  if (section == NULL || self->remote == NULL
      || section->mline_index >= gst_sdp_message_medias_len (self->remote))
    return NULL;

  media = gst_sdp_message_get_media (self->remote, section->mline_index);
  msid = gst_sdp_media_get_attribute_val (media, "msid");
  if (msid == NULL || *msid == ' ' || g_str_equal (msid, "-") || g_str_has_prefix (msid, "- "))
    return NULL;

  return g_strndup (msid, strcspn (msid, " "));
}

/* NULL: nothing is known. */
static GstTagList *
dup_tags (KpSession *self, KpMediaKind kind, guint index, const KpCodec *codec)
{
  const KpSection *section = kp_sections_find_receiving (self->sections, kind, index);
  const gchar *rid = section ? kp_section_get_rid (section, index) : NULL;
  GstTagList *tags;

  if (codec == NULL)
    return NULL;

  tags = gst_tag_list_new (kind == KP_MEDIA_VIDEO ? GST_TAG_VIDEO_CODEC : GST_TAG_AUDIO_CODEC, codec->name,
                           NULL);
  if (rid)
    {
      g_autofree gchar *comment = g_strconcat ("rid=", rid, NULL);

      gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_EXTENDED_COMMENT, comment, NULL);
    }

  return tags;
}

/* Named as its pad is. */
static GstStream *
new_stream (KpSession *self, KpMediaKind kind, guint index, const KpCodec *codec)
{
  g_autofree gchar *id
      = g_strdup_printf ("%s/%s_src_%u", self->settings->id, kp_media_kind_to_string (kind), index);
  g_autoptr (GstCaps) caps = codec ? gst_caps_new_empty_simple (codec->media_type) : NULL;
  GstStream *stream = gst_stream_new (
      id, caps, kind == KP_MEDIA_VIDEO ? GST_STREAM_TYPE_VIDEO : GST_STREAM_TYPE_AUDIO, GST_STREAM_FLAG_NONE);
  g_autoptr (GstTagList) tags = dup_tags (self, kind, index, codec);

  gst_stream_set_tags (stream, tags);

  return stream;
}

/* Whether it was there. A collection is immutable once it is known: each change makes a new one. */
static gboolean
take_out_stream (KpSession *self, const gchar *id, const gchar *upstream_id, GstStreamCollection **rest)
{
  GstStreamCollection *former = self->status.remote_stream;
  guint n = former ? gst_stream_collection_get_size (former) : 0;

  *rest = gst_stream_collection_new (upstream_id);
  for (guint i = 0; i < n; i++)
    {
      GstStream *stream = gst_stream_collection_get_stream (former, i);

      if (!g_str_equal (gst_stream_get_stream_id (stream), id))
        gst_stream_collection_add_stream (*rest, gst_object_ref (stream));
    }

  return gst_stream_collection_get_size (*rest) < n;
}

static const gchar *
get_upstream_id (KpSession *self)
{
  return self->status.remote_stream ? gst_stream_collection_get_upstream_id (self->status.remote_stream)
                                    : NULL;
}

/* Takes @streams. */
static void
set_streams (KpSession *self, GstStreamCollection *streams)
{
  g_clear_object (&self->status.remote_stream);
  if (gst_stream_collection_get_size (streams) > 0)
    self->status.remote_stream = streams;
  else
    gst_object_unref (streams);
  kp_session_tell_status (self);
}

void
kp_session_add_stream (KpSession *self, KpMediaKind kind, guint index, const KpCodec *codec)
{
  g_autofree gchar *msid = g_strdup (get_upstream_id (self));
  GstStream *stream = new_stream (self, kind, index, codec);
  GstStreamCollection *streams;
  gboolean known;

  if (msid == NULL)
    msid = dup_msid (self, kind, index);
  known = take_out_stream (self, gst_stream_get_stream_id (stream), msid, &streams);
  gst_stream_collection_add_stream (streams, stream);
  set_streams (self, streams);
  if (!known)
    kp_session_emit (self, KP_EVENT_STREAM_ADDED, streams);
}

void
kp_session_end_stream (KpSession *self, KpMediaKind kind, guint index, const KpCodec *codec)
{
  GstStream *stream = new_stream (self, kind, index, codec);
  g_autoptr (GstStreamCollection) ended = gst_stream_collection_new (get_upstream_id (self));
  GstStreamCollection *streams;
  gboolean known;

  gst_stream_collection_add_stream (ended, stream);
  known = take_out_stream (self, gst_stream_get_stream_id (stream), get_upstream_id (self), &streams);
  set_streams (self, streams);
  if (known)
    kp_session_emit (self, KP_EVENT_STREAM_ENDED, ended);
}

void
kp_session_stream_cb (KpConnection *connection, KpMediaKind kind, guint index, const KpCodec *codec,
                      const GError *error, gpointer user_data)
{
  KpSession *self = user_data;
  KpSection *section = kp_sections_find_receiving (self->sections, kind, index);

  if (error)
    {
      kp_session_fail (self, g_error_copy (error));
      return;
    }
  if (section)
    {
      section->received_codec = codec;
      section->came |= 1 << (index - section->index);
    }
  kp_session_add_stream (self, kind, index, codec);
}
