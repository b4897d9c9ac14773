/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* What is told of the streams of both sides. */

#define CALLER                                                                                               \
  "kurentopeersendonly name=p id=caller video-codecs=VP8 " RED "identity name=i ! p.video_sink_0 "           \
  "audiotestsrc is-live=true ! taginject tags=title=tone ! p.audio_sink_0"

/* Of one side; written in the peer's own thread. */
typedef struct
{
  Side side;
  GMutex lock; /* of what follows */
  GString *told; /* owned; one word an event */
  guint n_notified; /* of remote-stream */
} Party;

static int
compare_words (const void *a, const void *b)
{
  return strcmp (*(gchar *const *)a, *(gchar *const *)b);
}

/* "id:caps:tag ..." in the order of ids. */
static gchar *
describe (GstStreamCollection *streams)
{
  guint n = streams ? gst_stream_collection_get_size (streams) : 0;
  g_auto (GStrv) words = g_new0 (gchar *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      GstStream *stream = gst_stream_collection_get_stream (streams, i);
      g_autoptr (GstCaps) caps = gst_stream_get_caps (stream);
      g_autoptr (GstTagList) tags = gst_stream_get_tags (stream);
      g_autofree gchar *tag = NULL;

      fail_unless_equals_int (gst_stream_get_stream_type (stream),
                              strstr (gst_stream_get_stream_id (stream), "video") ? GST_STREAM_TYPE_VIDEO
                                                                                  : GST_STREAM_TYPE_AUDIO);
      if (tags && !gst_tag_list_get_string (tags, GST_TAG_TITLE, &tag)
          && !gst_tag_list_get_string (tags, GST_TAG_VIDEO_CODEC, &tag))
        gst_tag_list_get_string (tags, GST_TAG_AUDIO_CODEC, &tag);
      words[i] = g_strdup_printf ("%s:%s:%s", gst_stream_get_stream_id (stream),
                                  caps ? gst_structure_get_name (gst_caps_get_structure (caps, 0)) : "",
                                  tag ? tag : "");
    }
  qsort (words, n, sizeof *words, compare_words);

  return g_strjoinv (" ", words);
}

static gboolean
has_streams (Side *side, const gchar *property, const gchar *expected)
{
  g_autoptr (GstStreamCollection) streams = NULL;
  g_autofree gchar *text = NULL;

  g_object_get (side->peer, property, &streams, NULL);
  text = describe (streams);
  fail_unless (*expected || streams == NULL);
  GST_DEBUG ("%s: %s", property, text);

  return g_str_equal (text, expected);
}

static void
tell (Party *self, const gchar *word, GstStreamCollection *streams)
{
  g_autofree gchar *text = describe (streams);

  g_mutex_lock (&self->lock);
  g_string_append_printf (self->told, "%s %s; ", word, text);
  g_mutex_unlock (&self->lock);
}

static void
added_cb (GstElement *peer, GstStreamCollection *streams, Party *self)
{
  tell (self, "added", streams);
}

static void
ended_cb (GstElement *peer, GstStreamCollection *streams, Party *self)
{
  tell (self, "ended", streams);
}

static void
notify_cb (GstElement *peer, GParamSpec *pspec, Party *self)
{
  g_mutex_lock (&self->lock);
  self->n_notified++;
  g_mutex_unlock (&self->lock);
}

static void
party_init (Party *self, const gchar *line)
{
  g_mutex_init (&self->lock);
  self->told = g_string_new (NULL);
  self->n_notified = 0;
  side_init (&self->side, line);
  g_signal_connect (self->side.peer, "stream-added", G_CALLBACK (added_cb), self);
  g_signal_connect (self->side.peer, "stream-ended", G_CALLBACK (ended_cb), self);
  g_signal_connect (self->side.peer, "notify::remote-stream", G_CALLBACK (notify_cb), self);
}

static void
party_clear (Party *self)
{
  side_clear (&self->side);
  g_string_free (self->told, TRUE);
  g_mutex_clear (&self->lock);
}

static gboolean
has_told (Party *self, const gchar *end)
{
  gboolean told;

  g_mutex_lock (&self->lock);
  told = g_str_has_suffix (self->told->str, end);
  g_mutex_unlock (&self->lock);

  return told;
}

/* The caller changes what it sends. */
static void
renegotiate (Side *offerer, Side *answerer)
{
  GstStructure *offer = side_ask (offerer, "generate-offer", NULL);
  GstStructure *answer = side_ask (answerer, "process-offer", gst_structure_get_string (offer, "sdp"));
  GstStructure *done = side_ask (offerer, "process-answer", gst_structure_get_string (answer, "sdp"));

  fail_unless (!gst_structure_has_field (done, "error"));
  gst_structure_free (offer);
  gst_structure_free (answer);
  gst_structure_free (done);
}

static gchar *
dup_upstream_id (Side *side, const gchar *property)
{
  g_autoptr (GstStreamCollection) streams = NULL;

  g_object_get (side->peer, property, &streams, NULL);

  return g_strdup (gst_stream_collection_get_upstream_id (streams));
}

static void
release_video (Side *side)
{
  g_autoptr (GstElement) source = side_get (side, "i");
  g_autoptr (GstPad) src = gst_element_get_static_pad (source, "src");
  g_autoptr (GstPad) pad = gst_pad_get_peer (src);

  gst_element_set_locked_state (source, TRUE);
  gst_pad_unlink (src, pad);
  gst_element_release_request_pad (side->peer, pad);
  gst_element_set_locked_state (source, FALSE);
}

/* From the first stream to the last, in one call. */
GST_START_TEST (test_call)
{
  static const gchar audio[] = "callee/audio_src_0:audio/x-opus:OPUS";
  static const gchar both[] = "callee/audio_src_0:audio/x-opus:OPUS callee/video_src_0:video/x-vp8:VP8";
  g_autofree gchar *upstream_id = NULL;
  g_autofree gchar *own_id = NULL;
  Party a, b;

  party_init (&a, CALLER);
  party_init (&b, "kurentopeerrecvonly name=p id=callee");
  fail_unless (has_streams (&a.side, "remote-stream", ""));
  fail_unless (has_streams (&b.side, "local-stream", ""));
  call (&a.side, &b.side);
  wait_until (has_streams (&b.side, "remote-stream", both));
  wait_until (has_streams (&a.side, "local-stream",
                           "caller/audio_sink_0:audio/x-raw:tone caller/video_sink_0:video/x-raw:"));
  wait_until (
      has_told (&b, "added callee/audio_src_0:audio/x-opus:OPUS callee/video_src_0:video/x-vp8:VP8; "));
  upstream_id = dup_upstream_id (&b.side, "remote-stream");
  own_id = dup_upstream_id (&a.side, "local-stream");
  fail_unless_equals_string (upstream_id, "caller");
  fail_unless_equals_string (own_id, "caller");
  fail_unless (has_streams (&a.side, "remote-stream", ""));
  wait_until (b.n_notified == 2);

  release_video (&a.side);
  fail_unless (has_streams (&a.side, "local-stream", "caller/audio_sink_0:audio/x-raw:tone"));
  renegotiate (&a.side, &b.side);
  wait_until (has_told (&b, "ended callee/video_src_0:video/x-vp8:VP8; "));
  fail_unless (has_streams (&b.side, "remote-stream", audio));

  call_leave (&a.side, &b.side);
  wait_until (has_told (&b, "ended callee/audio_src_0:audio/x-opus:OPUS; "));
  fail_unless (has_streams (&b.side, "remote-stream", ""));
  wait_until (b.n_notified == 4);
  party_clear (&a);
  party_clear (&b);
}
GST_END_TEST

static void
count_cb (GstElement *peer, GParamSpec *pspec, gint *count)
{
  g_atomic_int_inc (count);
}

/* What the element captures, as long as it does. */
GST_START_TEST (test_capture)
{
  gint n_notified = 0;
  Side a;

  side_init (&a, "kurentopeer name=p id=me send-source=test");
  g_signal_connect (a.peer, "notify::local-stream", G_CALLBACK (count_cb), &n_notified);
  fail_unless (has_streams (&a, "local-stream", ""));
  side_play (&a);
  wait_until (has_streams (&a, "local-stream", "me/audio:audio/x-raw: me/video:video/x-raw:"));
  wait_until (g_atomic_int_get (&n_notified) == 4);
  side_stop (&a);
  fail_unless (has_streams (&a, "local-stream", ""));
  fail_unless (g_atomic_int_get (&n_notified) > 4);
  side_clear (&a);
}
GST_END_TEST

static Suite *
streams_suite (void)
{
  Suite *suite = suite_create ("streams");
  TCase *tcase = tcase_create ("streams");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_call);
  tcase_add_test (tcase, test_capture);

  return suite;
}

GST_CHECK_MAIN (streams)
