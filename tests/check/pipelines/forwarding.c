/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* One element receives, another sends on what came: encoded, or RTP. */

static const struct
{
  const gchar *output;
  const gchar *codec;
  const gchar *audio_codec;
  const gchar *encoder;
} chains[] = {
  { "rtp", "VP8", "OPUS", "vp8enc" },
  { "rtp", "H264", "PCMU", "x264enc" },
  { "encoded", "H264", "OPUS", "x264enc" },
  { "encoded", "VP9", "PCMA", "vp9enc" },
};

typedef struct
{
  Side source;
  Side in; /* the first of the two elements in the middle */
  Side out; /* the second */
  Side viewer;
  Watch encoded; /* what the source makes */
  Watch video; /* what the viewer sees */
  Watch audio;
} Chain;

static void
chain_init (Chain *self, guint index)
{
  g_autofree gchar *source
      = g_strdup_printf (GREEN "kurentopeersendonly name=p video-codecs=%s audio-codecs=%s " TONE (1000) "p.",
                         chains[index].codec, chains[index].audio_codec);
  g_autofree gchar *middle
      = g_strdup_printf ("kurentopeerrecvonly name=p output=%s kurentopeersendonly name=q "
                         "p.video_src_0 ! queue ! q.video_sink_0 p.audio_src_0 ! queue ! q.audio_sink_0",
                         chains[index].output);

  side_init (&self->source, source);
  side_init (&self->in, middle);
  side_init_further (&self->out, &self->in, "q");
  side_init (&self->viewer, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK (
                                "v") "p.audio_src_0 ! " AUDIO_SINK ("a"));
  watch_init_inside (&self->encoded, &self->source, chains[index].encoder);
  watch_init (&self->video, &self->viewer, "v");
  watch_init (&self->audio, &self->viewer, "a");
}

static void
chain_clear (Chain *self)
{
  Side *sides[] = { &self->source, &self->in, &self->out, &self->viewer };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    fail_unless (sides[i]->n_errors + sides[i]->n_peer_errors == 0, "%u: %s, %s", i, sides[i]->error,
                 sides[i]->peer_error);
  side_clear (&self->source);
  side_clear (&self->viewer);
  side_clear (&self->out);
  side_clear (&self->in);
  watch_clear (&self->encoded);
  watch_clear (&self->video);
  watch_clear (&self->audio);
}

/* The picture and the sound of the source reach the viewer through two peers, and nothing in between decodes. Who comes
 * late gets a keyframe of the source, which is asked for over two connections. */
GST_START_TEST (test_chain)
{
  static const gchar *const coders[]
      = { "vp8dec", "vp9dec", "avdec_h264", "opusdec", "mulawdec", "alawdec", "vp8enc", "vp9enc", "x264enc" };
  guint before;
  Chain chain;

  chain_init (&chain, __i__);
  call (&chain.source, &chain.in);
  watch_wait (&chain.encoded, 30);
  before = watch_keyframes (&chain.encoded);
  call (&chain.out, &chain.viewer);
  watch_wait_colour (&chain.video, 0x00ff00);
  watch_wait_tone (&chain.audio, 1000);
  fail_unless (watch_keyframes (&chain.encoded) > before);
  watch_wait (&chain.video, 30);
  for (guint i = 0; i < G_N_ELEMENTS (coders); i++)
    fail_unless (side_find_inside (&chain.in, coders[i]) == NULL
                 && side_find_inside (&chain.out, coders[i]) == NULL);
  chain_clear (&chain);
}
GST_END_TEST

/* What lets RTP through: no retransmissions, no gaps in the sequence, one clock rate in the caps. */
GST_START_TEST (test_packets)
{
  Side a, b;
  Watch packets;
  const GstStructure *caps;
  gint clock_rate = 0;

  side_init (&a, GREEN "kurentopeersendonly name=p video-codecs=VP8");
  side_init (&b, "kurentopeerrecvonly name=p output=rtp p.video_src_0 ! queue ! fakesink name=v async=false");
  watch_init (&packets, &b, "v");
  call (&a, &b);
  watch_wait (&packets, 30);
  caps = gst_caps_get_structure (packets.caps, 0);
  fail_unless (gst_structure_has_name (caps, "application/x-rtp"));
  fail_unless_equals_string (gst_structure_get_string (caps, "media"), "video");
  fail_unless_equals_string (gst_structure_get_string (caps, "encoding-name"), "VP8");
  fail_unless (gst_structure_get_int (caps, "clock-rate", &clock_rate) && clock_rate == 90000);
  fail_unless (gst_structure_has_field_typed (caps, "payload", G_TYPE_INT));
  fail_unless_equals_int (a.n_errors + a.n_peer_errors + b.n_errors + b.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&packets);
}
GST_END_TEST

static const struct
{
  const gchar *output;
  gboolean offers;
} blind[] = { { "encoded", TRUE }, { "encoded", FALSE }, { "rtp", TRUE }, { "rtp", FALSE } };

/* Who only passes on needs no decoder. */
GST_START_TEST (test_no_decoder)
{
  static const gchar *const decoders[] = { "vp8dec", "avdec_vp8" };
  g_autofree gchar *line
      = g_strdup_printf ("kurentopeerrecvonly name=p output=%s video-codecs=VP8 p.video_src_0 ! queue ! "
                         "fakesink name=v async=false",
                         blind[__i__].output);
  Watch packets;
  Side a, b;

  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
    {
      g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (gst_registry_get (), decoders[i]);

      if (feature)
        gst_registry_remove_feature (gst_registry_get (), feature);
    }
  side_init (&a, GREEN "kurentopeersendonly name=p video-codecs=VP8");
  side_init (&b, line);
  watch_init (&packets, &b, "v");
  if (blind[__i__].offers)
    call (&b, &a);
  else
    call (&a, &b);
  watch_wait (&packets, 10);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&packets);
}
GST_END_TEST

static Suite *
forwarding_suite (void)
{
  Suite *suite = suite_create ("forwarding");
  TCase *tcase = tcase_create ("forwarding");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_chain, 0, G_N_ELEMENTS (chains));
  tcase_add_test (tcase, test_packets);
  tcase_add_loop_test (tcase, test_no_decoder, 0, G_N_ELEMENTS (blind));

  return suite;
}

GST_CHECK_MAIN (forwarding)
