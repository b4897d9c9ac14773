/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/video/video.h>

/* The layers of a peer on source pads of their own, and layers that we ask for. */

#define N_PADS 3
#define SOURCE(pattern)                                                                                      \
  "videotestsrc name=s is-live=true pattern=" pattern " ! video/x-raw,width=640,height=480,framerate=15/1 "  \
  "! "
#define RECEIVER "kurentopeer name=p id=peer mode=recvonly "
#define PADS                                                                                                 \
  "p.video_src_0 ! " VIDEO_SINK ("v0") "p.video_src_1 ! " VIDEO_SINK ("v1") "p.video_src_2 ! " VIDEO_SINK (  \
      "v2")

/* The sound goes first: webrtcbin takes what is not announced for a part of it. */
#define LAYERS TONE (440) "p. " SOURCE ("red") "kurentopeer name=p mode=sendonly simulcast=true"

#define SMALL                                                                                                \
  "videotestsrc is-live=true pattern=blue ! capsfilter caps=video/x-raw,width=160,height=120,framerate=15/1"

typedef struct
{
  Side sender;
  Side receiver;
  Watch pads[N_PADS]; /* what the receiver sees */
} Pair;

static void
pair_init (Pair *self, const gchar *sender, const gchar *receiver)
{
  side_init (&self->sender, sender);
  side_init (&self->receiver, receiver);
  for (guint i = 0; i < N_PADS; i++)
    {
      g_autofree gchar *name = g_strdup_printf ("v%u", i);

      watch_init (&self->pads[i], &self->receiver, name);
    }
}

static void
pair_clear (Pair *self)
{
  fail_unless_equals_int (self->receiver.n_errors + self->receiver.n_peer_errors, 0);
  fail_unless_equals_int (self->sender.n_errors + self->sender.n_peer_errors, 0);
  side_clear (&self->sender);
  side_clear (&self->receiver);
  for (guint i = 0; i < N_PADS; i++)
    watch_clear (&self->pads[i]);
}

static gboolean
tells (Side *side, const gchar *line)
{
  g_autofree gchar *sdp = side_dup_string (side, "local-description");

  return strstr (sdp, line) != NULL;
}

static void
wait_widths (Pair *self, const guint widths[N_PADS])
{
  for (guint i = 0; i < N_PADS; i++)
    watch_wait_size (&self->pads[i], widths[i], widths[i] * 3 / 4);
}

/* What the tags of a stream say of its layer; owned, or NULL. */
static gchar *
dup_rid (Side *side, const gchar *id)
{
  g_autoptr (GstStreamCollection) streams = NULL;
  gchar *comment = NULL;

  g_object_get (side->peer, "remote-stream", &streams, NULL);
  for (guint i = 0; streams && i < gst_stream_collection_get_size (streams); i++)
    {
      GstStream *stream = gst_stream_collection_get_stream (streams, i);
      g_autoptr (GstTagList) tags = gst_stream_get_tags (stream);

      if (g_str_equal (gst_stream_get_stream_id (stream), id))
        gst_tag_list_get_string (tags, GST_TAG_EXTENDED_COMMENT, &comment);
    }

  return comment;
}

static gboolean
has_rid (Side *side, const gchar *id, const gchar *expected)
{
  g_autofree gchar *rid = dup_rid (side, id);

  return g_strcmp0 (rid, expected) == 0;
}

/* ---- what one layer does ---- */

typedef struct
{
  const gchar *rid;
  guint64 ssrc;
  guint64 requests;
} Layer;

static gboolean
read_layer (GQuark field, const GValue *value, gpointer user_data)
{
  const GstStructure *entry = GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;
  Layer *layer = user_data;

  if (entry && gst_structure_has_name (entry, "outbound-rtp")
      && g_strcmp0 (gst_structure_get_string (entry, "rid"), layer->rid) == 0)
    gst_structure_get (entry, "ssrc", G_TYPE_UINT64, &layer->ssrc, "pliCount", G_TYPE_UINT64,
                       &layer->requests, NULL);

  return TRUE;
}

static Layer
ask_layer (Side *sender, const gchar *rid)
{
  g_autoptr (GstStructure) report = side_ask (sender, "get-stats", NULL);
  Layer layer = { .rid = rid };

  gst_structure_foreach (report, read_layer, &layer);
  fail_unless (layer.ssrc > 0);

  return layer;
}

static gint lost_ssrc; /* atomic; 0 = none */

/* The header of SRTP can be read. */
static GstPadProbeReturn
lose_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint8 header[12];

  if (gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, header, sizeof header) != sizeof header
      || header[0] >> 6 != 2 || (header[1] >= 192 && header[1] <= 223))
    return GST_PAD_PROBE_OK;

  return GST_READ_UINT32_BE (header + 8) == (guint32)g_atomic_int_get (&lost_ssrc) ? GST_PAD_PROBE_DROP
                                                                                   : GST_PAD_PROBE_OK;
}

/* Nothing of one layer arrives: its pad has GAPs, the others go on. */
static void
check_loss (Pair *self, const gchar *rid, guint pad)
{
  g_autoptr (GstElement) source = side_find_inside (&self->receiver, "nicesrc");
  g_autoptr (GstPad) src = gst_element_get_static_pad (source, "src");
  gulong probe = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, lose_cb, NULL, NULL);

  g_atomic_int_set (&lost_ssrc, ask_layer (&self->sender, rid).ssrc);
  watch_wait_gaps (&self->pads[pad], 3);
  for (guint i = 0; i < N_PADS; i++)
    if (i != pad)
      watch_wait (&self->pads[i], 5);
  gst_pad_remove_probe (src, probe);
  watch_wait (&self->pads[pad], 5);
}

/* Asks for a keyframe as who uses the pictures of a pad does. Whether the layer @rid was asked, and @other was not. */
static gboolean
asks_one (Pair *self, const gchar *rid, const gchar *other, guint pad)
{
  guint64 requests = ask_layer (&self->sender, rid).requests;
  guint64 others = ask_layer (&self->sender, other).requests;

  fail_unless (gst_pad_push_event (
      self->pads[pad].pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE, 0)));
  wait_until (ask_layer (&self->sender, rid).requests > requests);

  return ask_layer (&self->sender, other).requests == others;
}

/* A loss may ask for one of the other layer just then, but not again and again. */
static void
check_request (Pair *self, const gchar *rid, const gchar *other, guint pad)
{
  guint tries = 0;

  while (!asks_one (self, rid, other, pad))
    fail_unless (++tries < 5);
}

/* ---- tests ---- */

/* Each layer has a pad, the same one for each peer. */
GST_START_TEST (test_pads)
{
  static const guint widths[N_PADS] = { 640, 320, 160 };
  Pair pair;

  pair_init (&pair, LAYERS, RECEIVER "simulcast-pads=true " PADS);
  call (&pair.sender, &pair.receiver);
  fail_unless (tells (&pair.receiver, "a=simulcast:recv h;m;l\r\n"));
  wait_widths (&pair, widths);
  wait_until (has_rid (&pair.receiver, "peer/video_src_0", "rid=h"));
  wait_until (has_rid (&pair.receiver, "peer/video_src_1", "rid=m"));
  wait_until (has_rid (&pair.receiver, "peer/video_src_2", "rid=l"));
  watch_wait_colour (&pair.pads[2], 0xff0000);
  check_request (&pair, "l", "m", 2);
  check_loss (&pair, "h", 0);

  call_leave (&pair.sender, &pair.receiver);
  side_clear (&pair.sender);
  side_init (&pair.sender,
             SOURCE ("blue") "kurentopeer name=p mode=sendonly simulcast=true video-codecs=H264");
  call (&pair.sender, &pair.receiver);
  for (guint i = 0; i < N_PADS; i++)
    watch_wait_colour (&pair.pads[i], 0x0000ff);
  wait_widths (&pair, widths);
  fail_unless_equals_int (pair.receiver.peer->numsrcpads, N_PADS + 1); /* and the sound */
  for (guint i = 0; i < N_PADS; i++)
    fail_unless_equals_int (pair.pads[i].streams, 1);
  pair_clear (&pair);
}
GST_END_TEST

/* The pads of the next track follow; that one has one layer. */
GST_START_TEST (test_tracks)
{
  Pair pair;

  pair_init (&pair,
             "kurentopeer name=p mode=sendonly simulcast=true simulcast-layers=[{\"rid\":\"a\"},"
             "{\"rid\":\"b\",\"scaleResolutionDownBy\":2}] "
             "videotestsrc is-live=true pattern=red ! video/x-raw,width=320,height=240,framerate=15/1 ! p. "
             "videotestsrc is-live=true pattern=blue ! video/x-raw,width=160,height=120,framerate=15/1 ! p. ",
             RECEIVER "simulcast-pads=true " PADS);
  call (&pair.sender, &pair.receiver);
  wait_widths (&pair, (const guint[N_PADS]){ 320, 160, 160 });
  watch_wait_colour (&pair.pads[1], 0xff0000);
  watch_wait_colour (&pair.pads[2], 0x0000ff);
  wait_until (has_rid (&pair.receiver, "peer/video_src_2", "rid=a"));
  pair_clear (&pair);
}
GST_END_TEST

static gboolean
has_streams (Side *side, guint n)
{
  g_autoptr (GstStreamCollection) streams = NULL;

  g_object_get (side->peer, "remote-stream", &streams, NULL);

  return (streams ? gst_stream_collection_get_size (streams) : 0) == n;
}

/* A track that comes in the call has the next pads, and the streams of a track that goes end. */
GST_START_TEST (test_change)
{
  Pair pair;
  GstElement *source = gst_parse_bin_from_description (SMALL, TRUE, NULL);
  g_autoptr (GstElement) old = NULL;
  g_autoptr (GstPad) first = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstPad) out = NULL;

  pair_init (&pair, LAYERS, RECEIVER "simulcast-pads=true " PADS);
  call (&pair.sender, &pair.receiver);
  wait_until (has_streams (&pair.receiver, N_PADS + 1));

  gst_bin_add (GST_BIN (pair.sender.pipeline), source);
  pad = gst_element_request_pad_simple (pair.sender.peer, "video_sink_%u");
  out = gst_element_get_static_pad (source, "src");
  fail_unless (gst_pad_link (out, pad) == GST_PAD_LINK_OK);
  gst_element_sync_state_with_parent (source);
  call_again (&pair.sender, &pair.receiver);
  wait_until (has_rid (&pair.receiver, "peer/video_src_3", "rid=h"));
  fail_unless (has_streams (&pair.receiver, N_PADS + 2));

  first = gst_element_get_static_pad (pair.sender.peer, "video_sink_0");
  old = side_get (&pair.sender, "s");
  gst_element_set_locked_state (old, TRUE);
  gst_element_set_state (old, GST_STATE_NULL);
  gst_element_release_request_pad (pair.sender.peer, first);
  call_again (&pair.sender, &pair.receiver);
  wait_until (has_streams (&pair.receiver, 2));
  fail_unless (has_rid (&pair.receiver, "peer/video_src_3", "rid=h"));
  for (guint i = 0; i < N_PADS; i++)
    watch_wait_gaps (&pair.pads[i], 2);
  pair_clear (&pair);
}
GST_END_TEST

/* Our offer asks for layers, the smallest one first, as browsers expect. */
GST_START_TEST (test_asked)
{
  Pair pair;

  pair_init (&pair, LAYERS, RECEIVER "simulcast=true simulcast-pads=true " PADS);
  call (&pair.receiver, &pair.sender);
  fail_unless (tells (&pair.receiver, "a=simulcast:recv l;m;h\r\n"));
  fail_unless (tells (&pair.receiver, "a=rid:m recv\r\n"));
  fail_unless (tells (&pair.sender, "a=rid:m send\r\n"));
  wait_widths (&pair, (const guint[N_PADS]){ 160, 320, 640 });
  wait_until (has_rid (&pair.receiver, "peer/video_src_0", "rid=l"));
  pair_clear (&pair);
}
GST_END_TEST

/* The largest, or the only one that such a peer has. */
static const gchar *const asked[] = { LAYERS, SOURCE ("red") "kurentopeer name=p mode=sendonly",
                                      "kurentopeer name=p simulcast=true " SOURCE ("red") "p." };

GST_START_TEST (test_asked_for_one)
{
  Side sender, receiver;
  Watch video;

  side_init (&sender, asked[__i__]);
  side_init (&receiver, RECEIVER "simulcast=true p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&video, &receiver, "v");
  call (&receiver, &sender);
  watch_wait_size (&video, 640, 480);
  watch_wait_colour (&video, 0xff0000);
  wait_until (has_rid (&receiver, "peer/video_src_0", NULL));
  fail_unless_equals_int (receiver.n_errors + receiver.n_peer_errors, 0);
  side_clear (&sender);
  side_clear (&receiver);
  watch_clear (&video);
}
GST_END_TEST

static Suite *
simulcast_pads_suite (void)
{
  Suite *suite = suite_create ("simulcast-pads");
  TCase *tcase = tcase_create ("simulcast");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_pads);
  tcase_add_test (tcase, test_tracks);
  tcase_add_test (tcase, test_change);
  tcase_add_test (tcase, test_asked);
  tcase_add_loop_test (tcase, test_asked_for_one, 0, G_N_ELEMENTS (asked));

  return suite;
}

GST_CHECK_MAIN (simulcast_pads)
