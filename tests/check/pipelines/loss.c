/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lossy.h"

#define LOSS 5 /* per cent */

static void
describe_cb (const GValue *item, gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (g_value_get_object (item));
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *text = NULL;

  if (factory == NULL || !g_str_equal (GST_OBJECT_NAME (factory), "rtpjitterbuffer"))
    return;

  g_object_get (g_value_get_object (item), "stats", &stats, NULL);
  text = gst_structure_to_string (stats);
  g_string_append_printf (user_data, "\n%s", text);
}

/* For the log of a failure. Owned. */
static gchar *
describe_jitter_buffers (Side *side)
{
  g_autoptr (GstIterator) elements = gst_bin_iterate_recurse (GST_BIN (side->peer));
  GString *text = g_string_new (NULL);

  gst_iterator_foreach (elements, describe_cb, text);

  return g_string_free (text, FALSE);
}

static guint
count_retransmitted (Side *side)
{
  g_autoptr (GstElement) element = side_find_inside (side, "rtprtxsend");
  guint count;

  fail_unless (element != NULL);
  g_object_get (element, "num-rtx-packets", &count, NULL);

  return count;
}

static const struct
{
  const gchar *name;
  const gchar *encoder;
} codecs[] = { { "VP8", "vp8enc" }, { "VP9", "vp9enc" }, { "H264", "x264enc" } };

typedef struct
{
  Side side;
  Loss loss;
  Watch encoded; /* what it sends */
  Watch video; /* what it sees */
} Peer;

static void
peer_init (Peer *self, guint codec, guint seed)
{
  g_autofree gchar *rest = g_strdup_printf ("kurentopeer name=p latency=300 video-codecs=%s "
                                            "start-bitrate=400000 p.video_src_0 ! " VIDEO_SINK ("v"),
                                            codecs[codec].name);
  g_autofree gchar *line = g_strconcat ("videotestsrc is-live=true pattern=ball ! " VIDEO_CAPS " ! ", rest,
                                        " audiotestsrc is-live=true ! p.", NULL);

  side_init (&self->side, line);
  loss_init (&self->loss, &self->side, LOSS, seed);
  watch_init_inside (&self->encoded, &self->side, codecs[codec].encoder);
  watch_init (&self->video, &self->side, "v");
}

static void
peer_clear (Peer *self)
{
  side_clear (&self->side);
  watch_clear (&self->encoded);
  watch_clear (&self->video);
  loss_clear (&self->loss);
}

/* Per cent of the frames that @sender made in a while which @receiver saw. */
static guint
measure (Peer *sender, Peer *receiver)
{
  guint made = watch_buffers (&sender->encoded);
  guint seen = watch_buffers (&receiver->video);

  watch_wait (&sender->encoded, 100);

  return 100 * (watch_buffers (&receiver->video) - seen) / (watch_buffers (&sender->encoded) - made);
}

/* The one that offered sends, or the one that answered. On a machine that is busy something may come too late: the best
 * of three times counts. */
GST_START_TEST (test_recovers)
{
  guint codec = __i__ / 2;
  Peer peers[2];
  Peer *sender = &peers[__i__ % 2];
  Peer *receiver = &peers[1 - __i__ % 2];
  g_autofree gchar *stats = NULL;
  guint best = 0;

  for (guint i = 0; i < 2; i++)
    peer_init (&peers[i], codec, 42 + i);
  call (&peers[0].side, &peers[1].side);
  watch_wait (&receiver->video, 15);
  for (guint i = 0; i < 3 && best < 95; i++)
    best = MAX (best, measure (sender, receiver));
  stats = describe_jitter_buffers (&receiver->side);
  fail_unless (best >= 95, "%s: %u %% of the frames came: %s", codecs[codec].name, best, stats);
  fail_unless (count_retransmitted (&sender->side) > 0);
  for (guint i = 0; i < 2; i++)
    peer_clear (&peers[i]);
}
GST_END_TEST

static Suite *
loss_suite (void)
{
  Suite *suite = suite_create ("loss");
  TCase *tcase = tcase_create ("loss");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_recovers, 0, 2 * G_N_ELEMENTS (codecs));

  return suite;
}

GST_CHECK_MAIN (loss)
