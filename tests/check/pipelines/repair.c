/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What repairs losses: retransmission, forward error correction, both, or only keyframes. */
#include "lossy.h"

#define LOSS 20 /* per cent */
#define DISTANCE 15 /* packets; more than a picture has, with its FEC */
#define PICTURES 40

#define ENCODER "vp8enc"
#define FEC "do-retransmission=false do-fec=true "
#define KEYFRAMES "do-retransmission=false "
#define BOTH "do-fec=true "

/* Both sides send and see. What is seen has to be what was sent, byte by byte. */
typedef struct _Peer Peer;
struct _Peer
{
  Side side;
  Loss loss;
  Watch encoded; /* what it sends */
  Watch video; /* what it sees */
  const Peer *other;
  GMutex lock;
  GHashTable *sent; /* owned; the checksums of its pictures */
  gint n_foreign; /* atomic; pictures that nobody sent */
};

static gchar *
compute_checksum (GstBuffer *buffer)
{
  GstMapInfo map;
  gchar *checksum;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  checksum = g_compute_checksum_for_data (G_CHECKSUM_MD5, map.data, map.size);
  gst_buffer_unmap (buffer, &map);

  return checksum;
}

static GstPadProbeReturn
sent_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Peer *self = user_data;
  gchar *checksum = compute_checksum (GST_PAD_PROBE_INFO_BUFFER (info));

  g_mutex_lock (&self->lock);
  g_hash_table_add (self->sent, checksum);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
seen_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Peer *self = user_data;
  Peer *other = (Peer *)self->other;
  g_autofree gchar *checksum = compute_checksum (GST_PAD_PROBE_INFO_BUFFER (info));

  g_mutex_lock (&other->lock);
  if (!g_hash_table_contains (other->sent, checksum))
    g_atomic_int_inc (&self->n_foreign);
  g_mutex_unlock (&other->lock);

  return GST_PAD_PROBE_OK;
}

static void
encoder_setup_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, Peer *self)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = NULL;

  if (factory == NULL || !g_str_equal (GST_OBJECT_NAME (factory), ENCODER))
    return;

  pad = gst_element_get_static_pad (element, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, sent_cb, self, NULL);
}

static void
peer_init (Peer *self, Peer *other, const gchar *properties, guint seed)
{
  g_autofree gchar *line = g_strconcat (
      "videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120,framerate=60/1 ! "
      "kurentopeer name=p latency=300 output=encoded video-codecs=VP8 ",
      properties, "p.video_src_0 ! fakesink name=v async=false", NULL);
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;

  *self = (Peer){ .other = other };
  self->sent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&self->lock);
  side_init (&self->side, line);
  g_signal_connect (self->side.pipeline, "deep-element-added", G_CALLBACK (encoder_setup_cb), self);
  loss_init (&self->loss, &self->side, LOSS, seed);
  self->loss.distance = DISTANCE;
  watch_init_inside (&self->encoded, &self->side, ENCODER);
  watch_init (&self->video, &self->side, "v");
  sink = side_get (&self->side, "v");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, seen_cb, self, NULL);
}

static void
peers_clear (Peer *peers)
{
  for (guint i = 0; i < 2; i++)
    {
      fail_unless_equals_int (g_atomic_int_get (&peers[i].n_foreign), 0);
      side_stop (&peers[i].side);
    }
  for (guint i = 0; i < 2; i++)
    {
      side_clear (&peers[i].side);
      watch_clear (&peers[i].encoded);
      watch_clear (&peers[i].video);
      loss_clear (&peers[i].loss);
      g_hash_table_unref (peers[i].sent);
      g_mutex_clear (&peers[i].lock);
    }
}

static void
peers_init (Peer *peers, const gchar *first, const gchar *second)
{
  peer_init (&peers[0], &peers[1], first, 42);
  peer_init (&peers[1], &peers[0], second, 43);
}

/* The property of all the elements of @factory inside of the peer, together. */
static guint
sum_up (Peer *self, const gchar *factory, const gchar *property)
{
  g_autoptr (GstIterator) elements
      = gst_bin_iterate_all_by_element_factory_name (GST_BIN (self->side.peer), factory);
  g_auto (GValue) item = G_VALUE_INIT;
  guint sum = 0;

  while (gst_iterator_next (elements, &item) == GST_ITERATOR_OK)
    {
      guint count;

      g_object_get (g_value_get_object (&item), property, &count, NULL);
      sum += count;
      g_value_reset (&item);
    }

  return sum;
}

static guint
count_keyframes (Peer *peers)
{
  return watch_keyframes (&peers[0].encoded) + watch_keyframes (&peers[1].encoded);
}

static void
begin (Peer *peers)
{
  call (&peers[0].side, &peers[1].side);
  for (guint i = 0; i < 2; i++)
    watch_wait (&peers[i].video, 5);
}

/* What gets lost costs no keyframe. On a machine that is busy the repair may come too late: one of three times counts. */
static void
assert_repairs (Peer *peers)
{
  guint keyframes, former;

  for (guint i = 0; i < 3; i++)
    {
      gint lost = g_atomic_int_get (&peers[0].loss.dropped);

      former = count_keyframes (peers);
      watch_wait (&peers[0].video, PICTURES);
      fail_unless (g_atomic_int_get (&peers[0].loss.dropped) > lost);
      keyframes = count_keyframes (peers) - former;
      if (keyframes == 0)
        return;
    }
  ck_abort_msg ("%u keyframes in %u pictures", keyframes, PICTURES);
}

static void
assert_described (Peer *self, const gchar *pattern, gboolean expected)
{
  g_autofree gchar *sdp = side_dup_string (&self->side, "local-description");

  fail_unless (g_regex_match_simple (pattern, sdp, G_REGEX_MULTILINE, 0) == expected, "%s: %s", pattern, sdp);
}

GST_START_TEST (test_fec)
{
  Peer peers[2];

  peers_init (peers, FEC, FEC);
  begin (peers);
  assert_repairs (peers);
  for (guint i = 0; i < 2; i++)
    {
      fail_unless (sum_up (&peers[i], "rtpulpfecdec", "recovered") > 0);
      assert_described (&peers[i], "^a=rtpmap:\\d+ red/90000", TRUE);
      assert_described (&peers[i], "^a=rtpmap:\\d+ ulpfec/90000", TRUE);
      assert_described (&peers[i], "rtx|nack\\r$", FALSE);
    }
  peers_clear (peers);
}
GST_END_TEST

GST_START_TEST (test_both)
{
  Peer peers[2];

  peers_init (peers, BOTH, BOTH);
  begin (peers);
  assert_repairs (peers);
  for (guint i = 0; i < 2; i++)
    {
      fail_unless (sum_up (&peers[i], "rtprtxsend", "num-rtx-packets") > 0);
      assert_described (&peers[i], "^a=rtpmap:\\d+ red/90000", TRUE);
      assert_described (&peers[i], "nack\\r$", TRUE);
    }
  peers_clear (peers);
}
GST_END_TEST

/* One side does not want it: the other one does without. */
static const struct
{
  const gchar *offerer;
  const gchar *answerer;
  gboolean offers_rtx;
  gboolean offers_fec;
} without[] = {
  { KEYFRAMES, BOTH, FALSE, FALSE },
  { BOTH, KEYFRAMES, TRUE, TRUE },
};

GST_START_TEST (test_without)
{
  Peer peers[2];

  peers_init (peers, without[__i__].offerer, without[__i__].answerer);
  begin (peers);
  for (guint i = 0; i < 2; i++)
    {
      guint keyframes = watch_keyframes (&peers[i].video);

      /* a loss costs a keyframe */
      wait_until (watch_keyframes (&peers[i].video) > keyframes);
      fail_unless_equals_int (sum_up (&peers[i], "rtprtxsend", "num-rtx-packets"), 0);
      fail_unless_equals_int (sum_up (&peers[i], "rtpulpfecdec", "recovered"), 0);
    }
  assert_described (&peers[0], "rtx|nack\\r$", without[__i__].offers_rtx);
  assert_described (&peers[0], "red/90000", without[__i__].offers_fec);
  assert_described (&peers[1], "rtx|nack\\r$|red/90000|ulpfec/90000", FALSE);
  peers_clear (peers);
}
GST_END_TEST

static gchar *
answer_more (const gchar *sdp, gpointer user_data)
{
  g_autoptr (GRegex) section = g_regex_new ("(m=video [^\r]*)(.*)", G_REGEX_DOTALL, 0, NULL);

  return g_regex_replace (section, sdp, -1, 0,
                          "\\1 120 121 122\\2a=rtpmap:120 red/90000\r\na=rtpmap:121 ulpfec/90000\r\n"
                          "a=rtpmap:122 rtx/90000\r\na=fmtp:122 apt=96\r\n",
                          0, NULL);
}

/* The peer answers what it was not asked for. */
GST_START_TEST (test_not_offered)
{
  Peer peers[2];

  peers_init (peers, KEYFRAMES, KEYFRAMES);
  call_edited (&peers[0].side, &peers[1].side, NULL, answer_more, NULL);
  for (guint i = 0; i < 2; i++)
    watch_wait (&peers[i].video, 5);
  fail_unless_equals_int (sum_up (&peers[0], "rtpredenc", "sent"), 0);
  fail_unless_equals_int (peers[0].side.n_peer_errors + peers[1].side.n_peer_errors, 0);
  peers_clear (peers);
}
GST_END_TEST

static Suite *
repair_suite (void)
{
  Suite *suite = suite_create ("repair");
  TCase *tcase = tcase_create ("repair");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_fec);
  tcase_add_test (tcase, test_both);
  tcase_add_loop_test (tcase, test_without, 0, G_N_ELEMENTS (without));
  tcase_add_test (tcase, test_not_offered);

  return suite;
}

GST_CHECK_MAIN (repair)
