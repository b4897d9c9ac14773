/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "call.h"

#include <sched.h>
#include <unistd.h>

/* A way that takes less than is sent at first: the loopback of a network of our own, with a bucket that lets so much through, and a
 * queue of a second before it. */

#define SKIPPED 77

#define SENDER                                                                                               \
  "videotestsrc is-live=true pattern=smpte horizontal-speed=4 ! "                                            \
  "video/x-raw,width=640,height=480,framerate=30/1 ! kurentopeersendonly name=p video-codecs=VP8 "           \
  "local-addresses=127.0.0.1 start-bitrate=600000"
#define RECEIVER "kurentopeerrecvonly name=p local-addresses=127.0.0.1 p.video_src_0 ! " VIDEO_SINK ("v")

/* s; more is no talk any more */
#define ROUND_TRIP 0.15

static gboolean
run (const gchar *line)
{
  gint status = -1;

  return g_spawn_command_line_sync (line, NULL, NULL, &status, NULL) && status == 0;
}

static gboolean
narrow (guint kbits)
{
  g_autofree gchar *line
      = g_strdup_printf ("tc qdisc replace dev lo root tbf rate %ukbit burst 4000 latency 1000ms", kbits);

  return run (line);
}

static guint
get_estimate (Side *side)
{
  guint bitrate;

  g_object_get (side->peer, "estimated-bitrate", &bitrate, NULL);

  return bitrate;
}

/* s; 0: no report has come yet */
static gdouble
get_round_trip (Side *side)
{
  g_autoptr (GstStructure) report = side_ask (side, "get-stats", NULL);
  gdouble round_trip = 0;

  for (gint i = 0; i < gst_structure_n_fields (report); i++)
    {
      const GValue *value = gst_structure_get_value (report, gst_structure_nth_field_name (report, i));

      if (GST_VALUE_HOLDS_STRUCTURE (value)
          && gst_structure_has_name (gst_value_get_structure (value), "remote-inbound-rtp"))
        gst_structure_get_double (gst_value_get_structure (value), "roundTripTime", &round_trip);
    }

  return round_trip;
}

/* What is sent fits, after what has piled up is gone: there is no delay, and pictures come. Once there is more room, it is used. */
GST_START_TEST (test_follows)
{
  Watch video;
  Side a, b;

  fail_unless (narrow (500));
  side_init (&a, SENDER);
  side_init (&b, RECEIVER);
  watch_init (&video, &b, "v");
  call (&a, &b);
  wait_until (get_estimate (&a) < 450000);
  wait_until (get_round_trip (&a) > 0 && get_round_trip (&a) < ROUND_TRIP);
  watch_wait (&video, 60);
  fail_unless (get_round_trip (&a) < ROUND_TRIP);
  fail_unless (get_estimate (&a) < 650000);

  fail_unless (narrow (1500));
  wait_until (get_estimate (&a) > 600000);
  watch_wait (&video, 30);
  fail_unless (get_round_trip (&a) < ROUND_TRIP);
  fail_unless_equals_int (a.n_errors + a.n_peer_errors + b.n_errors + b.n_peer_errors, 0);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&video);
}
GST_END_TEST

static Suite *
narrow_suite (void)
{
  Suite *suite = suite_create ("narrow");
  TCase *tcase = tcase_create ("narrow");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_follows);

  return suite;
}

/* Not everybody may have a network of their own. */
int
main (int argc, char **argv)
{
  SRunner *runner;
  gint n_failed;

  if (unshare ((geteuid () == 0 ? 0 : CLONE_NEWUSER) | CLONE_NEWNET) != 0 || !run ("ip link set lo up")
      || !narrow (10000))
    return SKIPPED;

  gst_check_init (&argc, &argv);
  runner = srunner_create (narrow_suite ());
  srunner_run_all (runner, CK_NORMAL);
  n_failed = srunner_ntests_failed (runner);
  srunner_free (runner);

  return n_failed > 0;
}
