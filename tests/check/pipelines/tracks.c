/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/sdp/gstsdpmessage.h>

/* Two pictures and two sounds of one side, in the order in which their pads are requested. */
#define RED_0 RED "p.video_sink_0 "
#define GREEN_1 GREEN "p.video_sink_1 "
#define TONE_0 TONE (400) "p.audio_sink_0 "
#define TONE_1 TONE (1000) "p.audio_sink_1 "

static const gchar *const orders[] = {
  "kurentopeer name=p " RED_0 GREEN_1 TONE_0 TONE_1,
  "kurentopeer name=p " TONE_0 RED_0 TONE_1 GREEN_1,
  "kurentopeer name=p " TONE_0 TONE_1 RED_0 GREEN_1,
};

/* Sends as much, and so offers as much. */
#define RECEIVER                                                                                             \
  "kurentopeer name=p p.video_src_0 ! " VIDEO_SINK ("v0") "p.video_src_1 ! " VIDEO_SINK (                    \
      "v1") "p.audio_src_0 ! " AUDIO_SINK ("a0") "p.audio_src_1 ! " AUDIO_SINK ("a1")                        \
      RED_0 TONE_1 GREEN_1 TONE_0

static guint
count_sections (Side *side)
{
  g_autofree gchar *text = side_dup_string (side, "local-description");
  GstSDPMessage *sdp = NULL;
  guint count;

  fail_unless_equals_int (gst_sdp_message_new_from_text (text, &sdp), GST_SDP_OK);
  count = gst_sdp_message_medias_len (sdp);
  gst_sdp_message_free (sdp);

  return count;
}

/* What goes into the pad with one number comes out of the pad with that number, who ever offers. */
GST_START_TEST (test_tracks)
{
  Watch videos[2], audios[2];
  Side a, b;

  side_init (&a, orders[__i__ / 2]);
  side_init (&b, RECEIVER);
  watch_init (&videos[0], &b, "v0");
  watch_init (&videos[1], &b, "v1");
  watch_init (&audios[0], &b, "a0");
  watch_init (&audios[1], &b, "a1");
  if (__i__ % 2)
    call (&b, &a);
  else
    call (&a, &b);
  fail_unless_equals_int (count_sections (&a), 4);
  fail_unless_equals_int (count_sections (&b), 4);
  watch_wait_colour (&videos[0], 0xff0000);
  watch_wait_colour (&videos[1], 0x00ff00);
  watch_wait_tone (&audios[0], 400);
  watch_wait_tone (&audios[1], 1000);
  fail_unless_equals_int (a.n_errors + a.n_peer_errors + b.n_errors + b.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  for (guint i = 0; i < 2; i++)
    {
      watch_clear (&videos[i]);
      watch_clear (&audios[i]);
    }
}
GST_END_TEST

static Suite *
tracks_suite (void)
{
  Suite *suite = suite_create ("tracks");
  TCase *tcase = tcase_create ("tracks");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_tracks, 0, 2 * G_N_ELEMENTS (orders));

  return suite;
}

GST_CHECK_MAIN (tracks)
