/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/sdp/sdp.h>
#include <gst/video/video.h>

#define SENDER                                                                                               \
  "videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=15/1 ! "              \
  "kurentopeer name=p mode=sendonly video-codecs=VP8 simulcast=true " TONE (440) " p."
/* It does not hear of the layers, and nobody is linked to the video, so nobody asks for keyframes; the sound is what tells the
 * time. */
#define RECEIVER                                                                                             \
  "kurentopeer name=p mode=recvonly latency=300 output=rtp p.audio_src_0 ! fakesink name=v async=false"
#define VIEWER "kurentopeer name=p mode=recvonly latency=300 p.video_src_0 ! " VIDEO_SINK ("v")

typedef struct
{
  Side sender;
  Side receiver;
  Watch received;
} Pair;

static void
pair_init (Pair *self, const gchar *sender, const gchar *receiver)
{
  side_init (&self->sender, sender);
  side_init (&self->receiver, receiver);
  watch_init (&self->received, &self->receiver, "v");
}

static void
pair_clear (Pair *self)
{
  side_clear (&self->sender);
  side_clear (&self->receiver);
  watch_clear (&self->received);
}

/* ---- descriptions ---- */

static gboolean
is_of_simulcast (const gchar *line)
{
  return g_str_has_prefix (line, "a=simulcast:") || g_str_has_prefix (line, "a=rid:")
         || strstr (line, "rtp-stream-id");
}

/* As of a peer that knows nothing of it, and with @lines, which may be NULL, at the end of the video. */
static gchar *
replace_simulcast (const gchar *sdp, const gchar *lines)
{
  g_auto (GStrv) all = g_strsplit (sdp, "\r\n", -1);
  GString *text = g_string_new (NULL);
  gboolean is_video = FALSE;

  for (guint i = 0; all[i] && *all[i]; i++)
    {
      gboolean ends = is_video && (g_str_has_prefix (all[i], "m=") || !all[i + 1] || !*all[i + 1]);

      if (ends && lines && g_str_has_prefix (all[i], "m="))
        g_string_append (text, lines);
      if (!is_of_simulcast (all[i]))
        g_string_append_printf (text, "%s\r\n", all[i]);
      if (ends && lines && !g_str_has_prefix (all[i], "m="))
        g_string_append (text, lines);
      if (g_str_has_prefix (all[i], "m="))
        is_video = g_str_has_prefix (all[i], "m=video");
    }

  return g_string_free (text, FALSE);
}

static gchar *
refuse (const gchar *sdp, gpointer user_data)
{
  return replace_simulcast (sdp, NULL);
}

#define URI "urn:ietf:params:rtp-hdrext:sdes:"

/* @user_data: the layers, "h;m;l" */
static gchar *
accept_layers (const gchar *sdp, gpointer user_data)
{
  g_auto (GStrv) rids = g_strsplit (user_data, ";", -1);
  GString *lines
      = g_string_new ("a=extmap:3 " URI "rtp-stream-id\r\na=extmap:4 " URI "repaired-rtp-stream-id\r\n");
  g_autofree gchar *text = NULL;

  for (guint i = 0; rids[i]; i++)
    g_string_append_printf (lines, "a=rid:%s recv\r\n", rids[i]);
  g_string_append_printf (lines, "a=simulcast:recv %s\r\n", (const gchar *)user_data);
  text = g_string_free (lines, FALSE);

  return replace_simulcast (sdp, text);
}

static guint
count_lines (Side *side, const gchar *prefix)
{
  g_autofree gchar *sdp = side_dup_string (side, "local-description");
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i]; i++)
    n += g_str_has_prefix (lines[i], prefix);

  return n;
}

/* ---- layers, by what the sender's statistics say ---- */

typedef struct
{
  guint n;
  gchar *rids[8]; /* owned; or NULL */
  guint64 ssrcs[8];
  guint64 widths[8];
  guint64 pictures[8];
  guint64 keyframes[8];
  guint64 retransmitted[8];
} Layers;

static void
layers_clear (Layers *self)
{
  for (guint i = 0; i < self->n; i++)
    g_free (self->rids[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layers, layers_clear)

static gboolean
add_layer (GQuark field, const GValue *value, gpointer user_data)
{
  const GstStructure *entry = GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) : NULL;
  Layers *self = user_data;
  guint i = self->n;

  if (entry == NULL || !gst_structure_has_name (entry, "outbound-rtp")
      || g_strcmp0 (gst_structure_get_string (entry, "kind"), "video") != 0)
    return TRUE;

  fail_unless (i < G_N_ELEMENTS (self->rids));
  self->rids[i] = g_strdup (gst_structure_get_string (entry, "rid"));
  gst_structure_get (entry, "ssrc", G_TYPE_UINT64, &self->ssrcs[i], "framesSent", G_TYPE_UINT64,
                     &self->pictures[i], NULL);
  gst_structure_get_uint64 (entry, "frameWidth", &self->widths[i]);
  gst_structure_get_uint64 (entry, "keyFramesEncoded", &self->keyframes[i]);
  gst_structure_get_uint64 (entry, "retransmittedPacketsSent", &self->retransmitted[i]);
  self->n++;

  return TRUE;
}

static Layers
ask_layers (Side *sender)
{
  g_autoptr (GstStructure) report = side_ask (sender, "get-stats", NULL);
  Layers layers = { 0 };

  gst_structure_foreach (report, add_layer, &layers);

  return layers;
}

static gint
find_layer (const Layers *layers, const gchar *rid)
{
  for (guint i = 0; i < layers->n; i++)
    if (g_strcmp0 (layers->rids[i], rid) == 0)
      return i;

  return -1;
}

/* "h640 m320", of those that have sent at least three pictures. */
static gchar *
describe_layers (Side *sender)
{
  static const gchar *const rids[] = { NULL, "h", "m", "l", "x", "y", "z" };
  g_auto (Layers) layers = ask_layers (sender);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rids); i++)
    {
      gint at = find_layer (&layers, rids[i]);

      if (at >= 0 && layers.pictures[at] >= 3)
        g_string_append_printf (text, "%s%s%" G_GUINT64_FORMAT, text->len ? " " : "", rids[i] ? rids[i] : "",
                                layers.widths[at]);
    }

  return g_string_free (text, FALSE);
}

static gboolean
has_layers (Side *sender, const gchar *expected)
{
  g_autofree gchar *layers = describe_layers (sender);

  return g_str_equal (layers, expected);
}

/* And no more of them later on. */
static void
check_layers (Pair *self, const gchar *expected)
{
  wait_until (has_layers (&self->sender, expected));
  watch_wait (&self->received, 30);
  fail_unless (has_layers (&self->sender, expected));
}

/* ---- tests ---- */

GST_START_TEST (test_offer)
{
  Pair pair;

  pair_init (&pair, SENDER, RECEIVER);
  call_edited (&pair.sender, &pair.receiver, refuse, accept_layers, "h;m;l");
  fail_unless_equals_int (count_lines (&pair.sender, "a=simulcast:send h;m;l"), 1);
  fail_unless_equals_int (count_lines (&pair.sender, "a=simulcast:"), 1);
  fail_unless_equals_int (count_lines (&pair.sender, "a=rid:"), 3);
  fail_unless_equals_int (count_lines (&pair.sender, "a=extmap:3 " URI "rtp-stream-id"), 1);
  fail_unless_equals_int (count_lines (&pair.sender, "a=extmap:4 " URI "repaired-rtp-stream-id"), 1);
  check_layers (&pair, "h640 m320 l160");
  pair_clear (&pair);
}
GST_END_TEST

/* A peer that cannot do it gets one picture, the whole one. */
GST_START_TEST (test_refused)
{
  Pair pair;

  pair_init (&pair, SENDER, VIEWER);
  call_edited (&pair.sender, &pair.receiver, NULL, refuse, NULL);
  check_layers (&pair, "640");
  watch_wait_size (&pair.received, 640, 480);
  pair_clear (&pair);
}
GST_END_TEST

GST_START_TEST (test_fewer)
{
  Pair pair;

  pair_init (&pair, SENDER, RECEIVER);
  call_edited (&pair.sender, &pair.receiver, refuse, accept_layers, "m;l");
  check_layers (&pair, "m320 l160");
  pair_clear (&pair);
}
GST_END_TEST

/* The peer offers to receive layers, by names of its own. */
GST_START_TEST (test_answer)
{
  Pair pair;

  pair_init (&pair, SENDER, RECEIVER);
  call_edited (&pair.receiver, &pair.sender, accept_layers, refuse, "x;y");
  fail_unless_equals_int (count_lines (&pair.sender, "a=simulcast:send x;y"), 1);
  fail_unless_equals_int (count_lines (&pair.sender, "a=rid:"), 2);
  check_layers (&pair, "x640 y320");
  pair_clear (&pair);
}
GST_END_TEST

/* Only who was asked to sends simulcast. */
GST_START_TEST (test_not_asked)
{
  Pair pair;

  pair_init (&pair,
             "videotestsrc is-live=true ! video/x-raw,width=640,height=480,framerate=15/1 ! "
             "kurentopeer name=p mode=sendonly video-codecs=VP8 " TONE (440) " p.",
             RECEIVER);
  call_edited (&pair.receiver, &pair.sender, accept_layers, refuse, "x;y");
  fail_unless_equals_int (count_lines (&pair.sender, "a=simulcast:"), 0);
  fail_unless_equals_int (count_lines (&pair.sender, "a=rid:"), 0);
  check_layers (&pair, "640");
  pair_clear (&pair);
}
GST_END_TEST

/* Other layers, and one that has too few pixels to be worth it, until there are more. */
GST_START_TEST (test_ladder)
{
  g_autoptr (GstElement) filter = NULL;
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw,width=640,height=480,framerate=15/1");
  Pair pair;

  pair_init (&pair,
             "videotestsrc is-live=true pattern=ball ! "
             "capsfilter name=size caps=video/x-raw,width=320,height=240,framerate=15/1 ! "
             "kurentopeer name=p mode=sendonly video-codecs=H264 simulcast=true " TONE (440) " p.",
             RECEIVER);
  g_object_set (pair.sender.peer, "simulcast-layers",
                "[{\"rid\":\"x\"},{\"rid\":\"y\",\"scaleResolutionDownBy\":4},"
                "{\"rid\":\"z\",\"active\":false}]",
                NULL);
  call_edited (&pair.sender, &pair.receiver, refuse, accept_layers, "x;y;z");
  fail_unless_equals_int (count_lines (&pair.sender, "a=simulcast:send x;y;z"), 1);
  check_layers (&pair, "x320");

  filter = gst_bin_get_by_name (GST_BIN (pair.sender.pipeline), "size");
  g_object_set (filter, "caps", caps, NULL);
  check_layers (&pair, "x640 y160");
  pair_clear (&pair);
}
GST_END_TEST

/* ---- feedback ---- */

static gint
find_pad (gconstpointer item, gconstpointer user_data)
{
  GstPad *pad = g_value_get_object (item);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  guint ssrc = 0;

  if (caps)
    gst_structure_get_uint (gst_caps_get_structure (caps, 0), "ssrc", &ssrc);

  return ssrc == *(const guint64 *)user_data ? 0 : 1;
}

/* A PLI, or a FIR, for one ssrc. */
static void
ask_for_keyframe (Side *receiver, guint64 ssrc, gboolean fir)
{
  g_autoptr (GstElement) webrtcbin = side_find_inside (receiver, "webrtcbin");
  GstIterator *pads = gst_element_iterate_src_pads (webrtcbin);
  GValue value = G_VALUE_INIT;

  fail_unless (gst_iterator_find_custom (pads, find_pad, &value, &ssrc));
  gst_pad_send_event (g_value_get_object (&value),
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, fir, 0));
  g_value_unset (&value);
  gst_iterator_free (pads);
}

static guint64
count_keyframes (Side *sender, const gchar *rid)
{
  g_auto (Layers) layers = ask_layers (sender);

  return layers.keyframes[find_layer (&layers, rid)];
}

/* Whether only the layer that was asked for had one. */
static gboolean
has_only_its_own (Pair *self, const gchar *rid, const gchar *other, gboolean fir)
{
  g_auto (Layers) layers = ask_layers (&self->sender);
  guint64 before = layers.keyframes[find_layer (&layers, rid)];
  guint64 other_before = layers.keyframes[find_layer (&layers, other)];

  ask_for_keyframe (&self->receiver, layers.ssrcs[find_layer (&layers, rid)], fir);
  wait_until (count_keyframes (&self->sender, rid) > before);
  watch_wait (&self->received, 30);

  return count_keyframes (&self->sender, other) == other_before;
}

GST_START_TEST (test_keyframes)
{
  Pair pair;

  pair_init (&pair, SENDER, RECEIVER);
  call_edited (&pair.sender, &pair.receiver, refuse, accept_layers, "h;l");
  check_layers (&pair, "h640 l160");
  fail_unless (has_only_its_own (&pair, "l", "h", __i__));
  fail_unless (has_only_its_own (&pair, "h", "l", __i__));
  pair_clear (&pair);
}
GST_END_TEST

static gint n_dropped;

/* Every fifth packet of the one ssrc: the header of SRTP can be read. */
static GstPadProbeReturn
drop_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint8 header[12];

  if (gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, header, sizeof header) != sizeof header
      || header[0] >> 6 != 2 || GST_READ_UINT32_BE (header + 8) != GPOINTER_TO_UINT (user_data)
      || GST_READ_UINT16_BE (header + 2) % 5 != 2)
    return GST_PAD_PROBE_OK;

  g_atomic_int_inc (&n_dropped);

  return GST_PAD_PROBE_DROP;
}

static guint64
count_retransmitted (Side *sender, const gchar *rid)
{
  g_auto (Layers) layers = ask_layers (sender);

  return layers.retransmitted[find_layer (&layers, rid)];
}

/* What is sent again says of which layer it is. */
GST_START_TEST (test_retransmission)
{
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstPad) pad = NULL;
  Pair pair;

  n_dropped = 0;
  pair_init (&pair, SENDER, RECEIVER);
  call_edited (&pair.sender, &pair.receiver, refuse, accept_layers, "h;m");
  check_layers (&pair, "h640 m320");
  source = side_find_inside (&pair.receiver, "nicesrc");
  pad = gst_element_get_static_pad (source, "src");
  {
    g_auto (Layers) layers = ask_layers (&pair.sender);

    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, drop_cb,
                       GUINT_TO_POINTER ((guint)layers.ssrcs[find_layer (&layers, "m")]), NULL);
  }
  wait_until (g_atomic_int_get (&n_dropped) > 0);
  wait_until (count_retransmitted (&pair.sender, "m") > 0);
  fail_unless_equals_uint64 (count_retransmitted (&pair.sender, "h"), 0);
  pair_clear (&pair);
}
GST_END_TEST

static Suite *
simulcast_suite (void)
{
  Suite *suite = suite_create ("simulcast");
  TCase *tcase = tcase_create ("simulcast");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_offer);
  tcase_add_test (tcase, test_refused);
  tcase_add_test (tcase, test_fewer);
  tcase_add_test (tcase, test_answer);
  tcase_add_test (tcase, test_not_asked);
  tcase_add_test (tcase, test_ladder);
  tcase_add_loop_test (tcase, test_keyframes, 0, 2);
  tcase_add_test (tcase, test_retransmission);

  return suite;
}

GST_CHECK_MAIN (simulcast)
