/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/sdp/gstsdpmessage.h>

#include <stdlib.h>

#define X264 "x264enc tune=zerolatency speed-preset=veryfast key-int-max=1000 ! "
#define VP8 "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! "
#define VP9                                                                                                  \
  "videoconvert ! video/x-raw,format=I420 ! vp9enc deadline=1 cpu-used=8 lag-in-frames=0 "                   \
  "keyframe-max-dist=1000 ! "
#define RECEIVER                                                                                             \
  "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v") "p.audio_src_0 ! " AUDIO_SINK ("a")

/* What one side sends, by itself offering or answering, and how it is described. */
static const struct
{
  const gchar *video;
  const gchar *audio;
  gboolean answers;
  const gchar *codec;
  const gchar *profile; /* in the parameters of the codec; or NULL */
  const gchar *audio_codec;
} calls[] = {
  { VP8, "opusenc ! ", FALSE, "VP8", NULL, "OPUS" },
  { VP8 "rtpvp8pay pt=99 ssrc=77 ! ", "audioresample ! mulawenc ! ", TRUE, "VP8", NULL, "PCMU" },
  { VP9, "audioresample ! alawenc ! ", TRUE, "VP9", NULL, "PCMA" },
  { VP9 "rtpvp9pay ! ", "opusenc ! rtpopuspay pt=100 ! ", FALSE, "VP9", NULL, "OPUS" },
  { X264 "video/x-h264,profile=constrained-baseline,stream-format=byte-stream ! ",
    "opusenc ! rtpopuspay pt=100 ! ", TRUE, "H264", NULL, "OPUS" },
  { X264 "video/x-h264,profile=high,stream-format=avc ! ", "opusenc ! ", FALSE, "H264",
    "profile-level-id=6400", "OPUS" },
  { X264 "video/x-h264,profile=main ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=nal ! ",
    "audioresample ! mulawenc ! rtppcmupay ! ", FALSE, "H264", "profile-level-id=4d00", "PCMU" },
  { X264 "video/x-h264,profile=main ! rtph264pay mtu=300 ! ", "audioresample ! alawenc ! rtppcmapay ! ",
    FALSE, "H264", "profile-level-id=4d00", "PCMA" },
};

static GstSDPMessage *
parse (Side *side, const gchar *property)
{
  g_autofree gchar *text = side_dup_string (side, property);
  GstSDPMessage *sdp = NULL;

  fail_unless_equals_int (gst_sdp_message_new_from_text (text, &sdp), GST_SDP_OK);

  return sdp;
}

/* One codec, and at most what repairs it. */
static void
check_section (const GstSDPMedia *media, const gchar *codec, const gchar *profile)
{
  const gchar *fmtp = gst_sdp_media_get_attribute_val (media, "fmtp");

  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++)
    {
      g_autoptr (GstCaps) caps
          = gst_sdp_media_get_caps_from_media (media, atoi (gst_sdp_media_get_format (media, i)));
      const gchar *name = gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name");

      if (!g_str_equal (name, "RTX"))
        fail_unless_equals_string (name, codec);
    }
  if (profile)
    fail_unless (strstr (fmtp, profile) != NULL, "%s", fmtp);
}

static void
check_description (Side *side, guint index)
{
  GstSDPMessage *sdp = parse (side, "local-description");

  fail_unless_equals_int (gst_sdp_message_medias_len (sdp), 2);
  for (guint i = 0; i < 2; i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

      if (g_str_equal (gst_sdp_media_get_media (media), "video"))
        check_section (media, calls[index].codec, calls[index].profile);
      else
        check_section (media, calls[index].audio_codec, NULL);
    }
  gst_sdp_message_free (sdp);
}

static void
fail_if_errors (Side *side)
{
  fail_unless (side->n_errors + side->n_peer_errors == 0, "%s, %s", side->error, side->peer_error);
}

/* The profile is in the stream: an offer waits for it, but not for ever. */
static void
wait_for_stream (Side *side, Watch *sent)
{
  side_play (side);
  watch_wait (sent, 5);
}

/* What comes encoded is seen and heard at the other side, and nothing encodes it again. */
GST_START_TEST (test_call)
{
  static const gchar *const encoders[] = { "vp8enc", "vp9enc", "x264enc", "opusenc", "mulawenc", "alawenc" };
  g_autofree gchar *line = g_strdup_printf ("kurentopeersendonly name=p " GREEN "%s p. " TONE (1000) "%s p.",
                                            calls[__i__].video, calls[__i__].audio);
  g_autoptr (GstPad) pad = NULL;
  Watch sent, video, audio;
  Side a, b;

  side_init (&a, line);
  side_init (&b, RECEIVER);
  pad = gst_element_get_static_pad (a.peer, "video_sink_0");
  watch_init_pad (&sent, a.pipeline, pad);
  watch_init (&video, &b, "v");
  watch_init (&audio, &b, "a");
  if (calls[__i__].profile)
    wait_for_stream (&a, &sent);
  if (calls[__i__].answers)
    call (&b, &a);
  else
    call (&a, &b);
  watch_wait_colour (&video, 0x00ff00);
  watch_wait_tone (&audio, 1000);
  check_description (&a, __i__);
  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++)
    fail_unless (side_find_inside (&a, encoders[i]) == NULL);
  fail_if_errors (&a);
  fail_if_errors (&b);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&sent);
  watch_clear (&video);
  watch_clear (&audio);
}
GST_END_TEST

#define N_VIEWERS 3

typedef struct
{
  Side sender;
  Side viewer;
  Watch video;
} Pair;

static void
pair_call (Pair *self, gboolean answers)
{
  side_init (&self->viewer, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&self->video, &self->viewer, "v");
  if (answers)
    call (&self->viewer, &self->sender);
  else
    call (&self->sender, &self->viewer);
  watch_wait_colour (&self->video, 0x00ff00);
}

static void
pair_clear (Pair *self)
{
  fail_if_errors (&self->sender);
  fail_if_errors (&self->viewer);
  side_clear (&self->viewer);
  side_clear (&self->sender);
  watch_clear (&self->video);
}

#define N_ENCODED 3

/* Encoded media, and RTP. */
static const gchar *const fan_outs[] = { VP8, VP9, X264 "h264parse ! ", VP8 "rtpvp8pay ! " };

/* One encoder, any number of peers: who comes late gets a keyframe, and nobody gets one that he has not asked for. */
GST_START_TEST (test_tee)
{
  g_autofree gchar *line = g_strdup_printf (GREEN "%s tee name=t allow-not-linked=true "
                                                  "t. ! queue ! kurentopeersendonly name=p "
                                                  "t. ! queue ! kurentopeersendonly name=p1 "
                                                  "t. ! queue ! kurentopeersendonly name=p2 "
                                                  "t. ! queue ! fakesink async=false sync=false name=encoded",
                                            fan_outs[__i__]);
  Pair pairs[N_VIEWERS];
  Watch encoded;

  side_init (&pairs[0].sender, line);
  side_init_further (&pairs[1].sender, &pairs[0].sender, "p1");
  side_init_further (&pairs[2].sender, &pairs[0].sender, "p2");
  watch_init (&encoded, &pairs[0].sender, "encoded");
  for (guint i = 0; i < N_VIEWERS; i++)
    pair_call (&pairs[i], i % 2);
  for (guint i = 0; i < N_VIEWERS; i++)
    watch_wait (&pairs[i].video, 10);
  /* packets are not counted */
  fail_unless (__i__ == N_ENCODED || watch_keyframes (&encoded) <= 3 * N_VIEWERS, "%u keyframes",
               watch_keyframes (&encoded));
  for (guint i = 0; i < N_VIEWERS; i++)
    pair_clear (&pairs[N_VIEWERS - 1 - i]);
  watch_clear (&encoded);
}
GST_END_TEST

/* What the peer has no codec for is left out, and told; the rest of the call goes on. */
GST_START_TEST (test_missing)
{
  Watch audio;
  Side a, b;

  side_init (&a, "kurentopeersendonly name=p " GREEN VP8 "p. " TONE (1000) "p.");
  side_init (&b, "kurentopeerrecvonly name=p video-codecs=H264 p.video_src_0 ! " VIDEO_SINK (
                     "v") "p.audio_src_0 ! " AUDIO_SINK ("a"));
  watch_init (&audio, &b, "a");
  if (__i__)
    call (&b, &a);
  else
    call (&a, &b);
  watch_wait_tone (&audio, 1000);
  wait_until (g_atomic_int_get (&a.n_peer_errors) == 1);
  g_mutex_lock (&a.lock);
  fail_unless (strstr (a.peer_error, "VP8") != NULL, "%s", a.peer_error);
  g_mutex_unlock (&a.lock);
  fail_unless_equals_int (a.n_errors + b.n_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&audio);
}
GST_END_TEST

/* Nothing but the source encodes: an element that only passes on starts without any encoder. */
GST_START_TEST (test_no_encoder)
{
  static const gchar *const encoders[] = { "vp8enc", "x264enc", "openh264enc", "vp9enc", "opusenc" };
  Watch video;
  Side a, b;

  side_init (&a, "kurentopeer name=p video-codecs=VP8 " GREEN VP8 "p. ");
  side_init (&b, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&video, &b, "v");
  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++)
    {
      g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (gst_registry_get (), encoders[i]);

      if (feature)
        gst_registry_remove_feature (gst_registry_get (), feature);
    }
  call (&a, &b);
  watch_wait_colour (&video, 0x00ff00);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

static Suite *
encoded_suite (void)
{
  Suite *suite = suite_create ("encoded");
  TCase *tcase = tcase_create ("encoded");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_call, 0, G_N_ELEMENTS (calls));
  tcase_add_loop_test (tcase, test_tee, 0, G_N_ELEMENTS (fan_outs));
  tcase_add_loop_test (tcase, test_missing, 0, 2);
  tcase_add_test (tcase, test_no_encoder);

  return suite;
}

GST_CHECK_MAIN (encoded)
