/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/video/video.h>

static const struct
{
  const gchar *codec;
  const gchar *encoder;
  const gchar *bitrate_property;
  guint bitrate_unit; /* bit/s */
} codecs[] = {
  { "VP8", "vp8enc", "target-bitrate", 1 },
  { "VP9", "vp9enc", "target-bitrate", 1 },
  { "H264", "x264enc", "bitrate", 1000 },
};

typedef struct
{
  Side a;
  Side b;
  Watch encoded; /* what the encoder of a makes */
  Watch video; /* what b sees */
} Fixture;

static void
fixture_init (Fixture *self, guint codec, const gchar *source, guint bitrate)
{
  g_autofree gchar *line
      = g_strdup_printf ("videotestsrc is-live=true %s ! " VIDEO_CAPS " ! kurentopeer name=p video-codecs=%s "
                         "congestion-control=disabled start-bitrate=%u",
                         source, codecs[codec].codec, bitrate);

  side_init (&self->a, line);
  side_init (&self->b, "kurentopeerrecvonly name=p latency=1000 p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init_inside (&self->encoded, &self->a, codecs[codec].encoder);
  watch_init (&self->video, &self->b, "v");
  call (&self->a, &self->b);
}

static void
fixture_clear (Fixture *self)
{
  fail_unless_equals_int (self->a.n_errors + self->b.n_errors, 0);
  fail_unless_equals_int (self->a.n_peer_errors + self->b.n_peer_errors, 0);
  side_clear (&self->a);
  side_clear (&self->b);
  watch_clear (&self->encoded);
  watch_clear (&self->video);
}

static void
ask_by_sink (Fixture *f, gboolean all_headers)
{
  gst_pad_push_event (f->video.pad,
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, all_headers, 1));
}

static void
ask_by_pli (Fixture *f)
{
  ask_by_sink (f, FALSE);
}

static void
ask_by_all_headers (Fixture *f)
{
  ask_by_sink (f, TRUE);
}

/* What a peer that is not ours may send. */
static void
ask_by_fir (Fixture *f)
{
  g_autoptr (GstElement) webrtcbin = NULL;
  g_autoptr (GstIterator) pads = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  g_object_get (f->b.peer, "peer-connection", &webrtcbin, NULL);
  pads = gst_element_iterate_src_pads (webrtcbin);
  fail_unless_equals_int (gst_iterator_next (pads, &item), GST_ITERATOR_OK);
  gst_pad_send_event (g_value_get_object (&item),
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 1));
}

static void
ask_by_sender (Fixture *f)
{
  g_signal_emit_by_name (f->a.peer, "request-keyframe");
}

static void
ask_by_receiver (Fixture *f)
{
  g_signal_emit_by_name (f->b.peer, "request-keyframe");
}

static void (*const asks[]) (Fixture *f)
    = { ask_by_pli, ask_by_all_headers, ask_by_fir, ask_by_sender, ask_by_receiver };

/* The call begins with a keyframe, and more come only when they are asked for, one for each. (One more is allowed: on a
 * machine that is busy the receiver may lose something by itself.) */
GST_START_TEST (test_asked_for)
{
  Fixture f;

  fixture_init (&f, __i__, "", 300000);
  watch_wait (&f.video, 45);
  fail_unless (watch_keyframes (&f.encoded) >= 1 && watch_keyframes (&f.encoded) <= 2);
  for (guint i = 0; i < G_N_ELEMENTS (asks); i++)
    {
      guint before = watch_keyframes (&f.encoded);

      asks[i](&f);
      wait_until (watch_keyframes (&f.encoded) > before);
      /* longer than what any limit holds back */
      watch_wait (&f.encoded, 25);
      fail_unless (watch_keyframes (&f.encoded) <= before + 2);
    }
  fixture_clear (&f);
}
GST_END_TEST

/* Who asks too often gets few, and one after the last request. */
GST_START_TEST (test_limits)
{
  Fixture f;
  guint before, asked;

  fixture_init (&f, 0, "", 300000);
  watch_wait (&f.video, 15);
  before = watch_keyframes (&f.encoded);
  for (asked = 0; asked < 30; asked++)
    {
      ask_by_sender (&f);
      ask_by_pli (&f);
      ask_by_fir (&f);
      watch_wait (&f.encoded, 1);
    }
  watch_wait (&f.encoded, 30);
  /* of 90 requests in a second */
  fail_unless (watch_keyframes (&f.encoded) >= before + 2);
  fail_unless (watch_keyframes (&f.encoded) <= before + 6, "%u keyframes",
               watch_keyframes (&f.encoded) - before);
  fixture_clear (&f);
}
GST_END_TEST

static guint
measure_bitrate (Watch *watch)
{
  guint first = watch_buffers (watch);
  guint64 bytes = watch_bytes (watch);

  watch_wait (watch, 90);
  return (watch_bytes (watch) - bytes) * 8 * 30 / (watch_buffers (watch) - first);
}

/* start-bitrate is what the encoder is set to, and about what flows of a picture that is hard to encode. */
GST_START_TEST (test_bitrate)
{
  static const guint bitrates[] = { 700000, 1400000, 1000000 };
  guint codec = __i__;
  guint bitrate = bitrates[codec];
  g_autoptr (GstElement) encoder = NULL;
  guint set, flows;
  gint value;
  Fixture f;

  fixture_init (&f, codec, "pattern=snow", bitrate);
  encoder = side_find_inside (&f.a, codecs[codec].encoder);
  g_object_get (encoder, codecs[codec].bitrate_property, &value, NULL);
  set = (guint)value * codecs[codec].bitrate_unit;
  fail_unless (set == bitrate, "the encoder is set to %u instead of %u", set, bitrate);
  watch_wait (&f.encoded, 60);
  flows = measure_bitrate (&f.encoded);
  fail_unless (flows > bitrate / 2 && flows < bitrate * 3 / 2, "%u bit/s instead of %u", flows, bitrate);
  fixture_clear (&f);
}
GST_END_TEST

static Suite *
keyframes_suite (void)
{
  Suite *suite = suite_create ("keyframes");
  TCase *tcase = tcase_create ("keyframes");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_asked_for, 0, G_N_ELEMENTS (codecs));
  tcase_add_test (tcase, test_limits);
  tcase_add_loop_test (tcase, test_bitrate, 0, G_N_ELEMENTS (codecs));

  return suite;
}

GST_CHECK_MAIN (keyframes)
