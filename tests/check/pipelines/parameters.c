/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* How each pad is sent: what RTCRtpSender.setParameters() does. Nothing of it negotiates. */

#define RECEIVER                                                                                             \
  "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a")
#define VP8 "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! "

typedef struct
{
  Side a;
  Side b;
  GstPad *video_pad; /* owned; of the sender */
  GstPad *audio_pad; /* owned; of the sender, or NULL */
  Watch video;
  Watch audio;
  gint n_needed;
} Call;

static void
needed_cb (GstElement *peer, Call *self)
{
  g_atomic_int_inc (&self->n_needed);
}

static void
call_init (Call *self, const gchar *sender)
{
  *self = (Call){ 0 };
  side_init (&self->a, sender);
  side_init (&self->b, RECEIVER);
  self->video_pad = gst_element_get_static_pad (self->a.peer, "video_sink_0");
  self->audio_pad = gst_element_get_static_pad (self->a.peer, "audio_sink_0");
  watch_init (&self->video, &self->b, "v");
  watch_init (&self->audio, &self->b, "a");
}

static void
call_up (Call *self)
{
  call (&self->a, &self->b);
  g_signal_connect (self->a.peer, "negotiation-needed", G_CALLBACK (needed_cb), self);
}

static void
call_clear (Call *self)
{
  fail_unless_equals_int (self->a.n_errors + self->a.n_peer_errors + self->b.n_errors + self->b.n_peer_errors,
                          0);
  fail_unless_equals_int (self->n_needed, 0);
  fail_unless_equals_int (self->a.n_connected, 1);
  g_signal_handlers_disconnect_by_data (self->a.peer, self);
  gst_clear_object (&self->video_pad);
  gst_clear_object (&self->audio_pad);
  side_clear (&self->a);
  side_clear (&self->b);
  watch_clear (&self->video);
  watch_clear (&self->audio);
}

/* Any codec, from the line and while it goes on. */
GST_START_TEST (test_scale)
{
  static const gchar *const codecs[] = { "VP8", "H264" };
  g_autofree gchar *line = g_strdup_printf (
      "kurentopeersendonly name=p video-codecs=%s video_sink_0::scale-resolution-down-by=2 " GREEN "p.",
      codecs[__i__]);
  Call one;

  call_init (&one, line);
  call_up (&one);
  watch_wait_size (&one.video, 80, 60);
  watch_wait_colour (&one.video, 0x00ff00);
  g_object_set (one.video_pad, "scale-resolution-down-by", 1.0, NULL);
  watch_wait_size (&one.video, 160, 120);
  g_object_set (one.video_pad, "scale-resolution-down-by", 1.5, NULL);
  watch_wait_size (&one.video, 106, 80);
  watch_wait_colour (&one.video, 0x00ff00);
  call_clear (&one);
}
GST_END_TEST

/* ns from each picture to the next, at least, for @n of them; by their own time: what is late by the machine is not. */
static GstClockTime
get_shortest (Watch *self, guint n)
{
  guint begin = watch_buffers (self) + 5; /* some are still on their way */
  GstClockTime shortest = GST_CLOCK_TIME_NONE;

  wait_until (watch_buffers (self) > begin + n);
  for (guint i = begin; i < begin + n; i++)
    shortest = MIN (shortest, watch_arrival (self, i + 1).time - watch_arrival (self, i).time);

  return shortest;
}

GST_START_TEST (test_framerate)
{
  Call one;

  call_init (&one, GREEN "kurentopeersendonly name=p video-codecs=VP8");
  call_up (&one);
  watch_wait (&one.video, 1);
  fail_unless (get_shortest (&one.video, 10) < 50 * GST_MSECOND);
  g_object_set (one.video_pad, "max-framerate", 10.0, NULL);
  fail_unless (get_shortest (&one.video, 10) > 90 * GST_MSECOND);
  g_object_set (one.video_pad, "max-framerate", 0.0, NULL);
  fail_unless (get_shortest (&one.video, 10) < 50 * GST_MSECOND);
  call_clear (&one);
}
GST_END_TEST

/* Nothing is sent of one, while the other goes on; and it comes back with a keyframe. */
GST_START_TEST (test_active)
{
  Watch encoded;
  guint before;
  Call one;

  call_init (&one, GREEN "kurentopeersendonly name=p video-codecs=VP8 " TONE (1000) "p.");
  watch_init_inside (&encoded, &one.a, "vp8enc");
  call_up (&one);
  watch_wait_colour (&one.video, 0x00ff00);
  watch_wait_tone (&one.audio, 1000);

  g_object_set (one.video_pad, "active", FALSE, NULL);
  watch_wait_gaps (&one.video, 3);
  watch_wait_tone (&one.audio, 1000);
  before = watch_keyframes (&encoded);
  g_object_set (one.video_pad, "active", TRUE, NULL);
  watch_wait (&one.video, 10);
  watch_wait_colour (&one.video, 0x00ff00);
  fail_unless_equals_int (watch_keyframes (&encoded), before + 1);

  g_object_set (one.audio_pad, "active", FALSE, NULL);
  watch_wait_gaps (&one.audio, 3);
  watch_wait (&one.video, 10);
  g_object_set (one.audio_pad, "active", TRUE, NULL);
  watch_wait (&one.audio, 10);
  watch_wait_tone (&one.audio, 1000);
  call_clear (&one);
  watch_clear (&encoded);
}
GST_END_TEST

static const gchar *const coded[] = { VP8, VP8 "rtpvp8pay ! " };

/* The same of what comes encoded, and from the beginning: not a single picture. */
GST_START_TEST (test_active_encoded)
{
  g_autofree gchar *line = g_strdup_printf (
      "kurentopeersendonly name=p video_sink_0::active=false " GREEN "%s p. " TONE (1000) "p.", coded[__i__]);
  Call one;

  call_init (&one, line);
  call_up (&one);
  watch_wait_tone (&one.audio, 1000);
  watch_wait (&one.audio, 20);
  fail_unless_equals_int (watch_buffers (&one.video), 0);
  g_object_set (one.video_pad, "active", TRUE, NULL);
  watch_wait_colour (&one.video, 0x00ff00);
  g_object_set (one.video_pad, "active", FALSE, NULL);
  watch_wait_gaps (&one.video, 3);
  g_object_set (one.video_pad, "active", TRUE, NULL);
  watch_wait (&one.video, 10);
  watch_wait_colour (&one.video, 0x00ff00);
  call_clear (&one);
}
GST_END_TEST

/* Each is told once, with the names of the property and the pad, whichever comes first: the media or the property. */
GST_START_TEST (test_warnings)
{
  g_autofree gchar *line = g_strdup_printf (
      "kurentopeersendonly name=p video_sink_0::max-framerate=10 " GREEN "%s p.", coded[__i__]);
  Call one;

  call_init (&one, line);
  call_up (&one);
  watch_wait_colour (&one.video, 0x00ff00);
  wait_until (g_atomic_int_get (&one.a.n_warnings) == 1);
  fail_unless (strstr (one.a.warning, "max-framerate of video_sink_0") != NULL, "%s", one.a.warning);
  g_object_set (one.video_pad, "scale-resolution-down-by", 2.0, "max-framerate", 5.0, NULL);
  fail_unless_equals_int (one.a.n_warnings, 2);
  fail_unless (strstr (one.a.warning, "scale-resolution-down-by of video_sink_0") != NULL, "%s",
               one.a.warning);
  g_object_set (one.video_pad, "scale-resolution-down-by", 4.0, "msid", "camera", "active", TRUE, NULL);
  fail_unless_equals_int (one.a.n_warnings, 2);
  watch_wait (&one.video, 10);
  watch_wait_size (&one.video, 160, 120);
  call_clear (&one);
}
GST_END_TEST

static void
add_bitrate (const GValue *item, gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (g_value_get_object (item));
  gint bitrate;

  if (factory && g_str_equal (GST_OBJECT_NAME (factory), "vp8enc"))
    {
      g_object_get (g_value_get_object (item), "target-bitrate", &bitrate, NULL);
      g_array_append_val ((GArray *)user_data, bitrate);
    }
}

static gint
compare_bitrates (gconstpointer a, gconstpointer b)
{
  return *(const gint *)a - *(const gint *)b;
}

/* What the encoders of the peer get: two, the lower one first. */
static gboolean
are_bitrates (Side *side, gint low, gint high)
{
  g_autoptr (GstIterator) elements = gst_bin_iterate_recurse (GST_BIN (side->peer));
  g_autoptr (GArray) bitrates = g_array_new (FALSE, FALSE, sizeof (gint));

  gst_iterator_foreach (elements, add_bitrate, bitrates);
  g_array_sort (bitrates, compare_bitrates);

  return bitrates->len == 2 && g_array_index (bitrates, gint, 0) == low
         && g_array_index (bitrates, gint, 1) == high;
}

/* What one pad leaves goes to the other. */
GST_START_TEST (test_bitrate)
{
  g_autoptr (GstPad) other = NULL;
  Call one;

  call_init (&one, "kurentopeersendonly name=p video-codecs=VP8 congestion-control=disabled "
                   "start-bitrate=600000 "
                   "video_sink_1::max-bitrate=100000 " GREEN "p.video_sink_0 " RED "p.video_sink_1");
  other = gst_element_get_static_pad (one.a.peer, "video_sink_1");
  call_up (&one);
  watch_wait_colour (&one.video, 0x00ff00);
  wait_until (are_bitrates (&one.a, 100000, 500000));
  g_object_set (one.video_pad, "max-bitrate", 200000, NULL);
  wait_until (are_bitrates (&one.a, 100000, 200000));
  g_object_set (other, "max-bitrate", 0, NULL);
  wait_until (are_bitrates (&one.a, 200000, 400000));
  /* who sends nothing needs nothing */
  g_object_set (one.video_pad, "active", FALSE, NULL);
  wait_until (are_bitrates (&one.a, 200000, 600000));
  g_object_set (one.video_pad, "active", TRUE, "max-bitrate", 0, NULL);
  wait_until (are_bitrates (&one.a, 300000, 300000));
  call_clear (&one);
}
GST_END_TEST

static gint
get_opus_bitrate (Side *side)
{
  g_autoptr (GstElement) encoder = side_find_inside (side, "opusenc");
  gint bitrate;

  g_object_get (encoder, "bitrate", &bitrate, NULL);
  return bitrate;
}

GST_START_TEST (test_audio_bitrate)
{
  Call one;

  call_init (&one,
             "kurentopeersendonly name=p audio_sink_0::max-bitrate=20000 " GREEN "p. " TONE (1000) "p.");
  call_up (&one);
  watch_wait_tone (&one.audio, 1000);
  fail_unless_equals_int (get_opus_bitrate (&one.a), 20000);
  g_object_set (one.audio_pad, "max-bitrate", 30000, NULL);
  wait_until (get_opus_bitrate (&one.a) == 30000);
  g_object_set (one.audio_pad, "max-bitrate", 0, NULL);
  wait_until (get_opus_bitrate (&one.a) == 64000);
  watch_wait_tone (&one.audio, 1000);
  call_clear (&one);
}
GST_END_TEST

/* Of the next description. */
GST_START_TEST (test_msid)
{
  g_autofree gchar *id = NULL;
  g_autofree gchar *sdp = NULL;
  g_autofree gchar *audio_line = NULL;
  Call one;

  call_init (&one,
             "kurentopeersendonly name=p id=me video_sink_0::msid=camera " GREEN "p. " TONE (1000) "p.");
  g_object_get (one.video_pad, "msid", &id, NULL);
  fail_unless_equals_string (id, "camera");
  g_object_set (one.video_pad, "msid", "camera stage", NULL);
  call_up (&one);
  sdp = side_dup_string (&one.a, "local-description");
  fail_unless (strstr (sdp, "\r\na=msid:camera me-") != NULL, "%s", sdp);
  fail_unless (strstr (sdp, "\r\na=msid:stage me-") != NULL, "%s", sdp);
  fail_unless (strstr (sdp, "\r\na=msid:me me-") != NULL, "%s", sdp);
  watch_wait_colour (&one.video, 0x00ff00);
  call_clear (&one);
}
GST_END_TEST

static Suite *
parameters_suite (void)
{
  Suite *suite = suite_create ("parameters");
  TCase *tcase = tcase_create ("parameters");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_scale, 0, 2);
  tcase_add_test (tcase, test_framerate);
  tcase_add_test (tcase, test_active);
  tcase_add_loop_test (tcase, test_active_encoded, 0, G_N_ELEMENTS (coded));
  tcase_add_loop_test (tcase, test_warnings, 0, G_N_ELEMENTS (coded));
  tcase_add_test (tcase, test_bitrate);
  tcase_add_test (tcase, test_audio_bitrate);
  tcase_add_test (tcase, test_msid);

  return suite;
}

GST_CHECK_MAIN (parameters)
