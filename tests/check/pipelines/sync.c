/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "detector.h"

/* A flash and a beep go through a call. Sinks render by running time. */

static const gchar *const callers[] = {
  "kurentopeer name=p " FLASH_AND_BEEP ("is-live=true"),
  "kurentopeer name=p " FLASH_AND_BEEP (""),
};

static void
detector_init_named (Detector *self, Side *side, const gchar *name)
{
  g_autoptr (GstElement) sink = side_get (side, name);

  detector_init (self, sink);
}

/* The last of both, once they are of one second: either may be the first of the next. */
static gboolean
take_second (Detector *flash, Detector *beep, GstClockTime *flashed, GstClockTime *beeped)
{
  *flashed = detector_last (flash);
  *beeped = detector_last (beep);

  return ABS (GST_CLOCK_DIFF (*flashed, *beeped)) < (GstClockTimeDiff)(GST_SECOND / 2);
}

/* From the fourth second on: the first sender reports have come. */
GST_START_TEST (test_flash_and_beep)
{
  Side a, b;
  Detector flash, beep;

  side_init (&a, callers[__i__]);
  side_init (&b, "kurentopeerrecvonly name=p "
                 "p.video_src_0 ! queue ! videoconvert ! video/x-raw,format=GRAY8 ! "
                 "fakesink name=v sync=true async=false "
                 "p.audio_src_0 ! queue ! audioconvert ! audioresample ! "
                 "audio/x-raw,format=S16LE,rate=48000,channels=1 ! fakesink name=a sync=true async=false");
  flash_start (&a);
  detector_init_named (&flash, &b, "v");
  detector_init_named (&beep, &b, "a");
  call (&a, &b);

  for (guint second = 4; second < 7; second++)
    {
      GstClockTime flashed, beeped;

      wait_until (detector_count (&flash) > second && detector_count (&beep) > second);
      wait_until (take_second (&flash, &beep, &flashed, &beeped));
      fail_unless (ABS (GST_CLOCK_DIFF (flashed, beeped)) < (GstClockTimeDiff)MAX_SKEW,
                   "sound is %d ms behind the picture",
                   (gint)(GST_CLOCK_DIFF (flashed, beeped) / (gint64)GST_MSECOND));
    }
  side_clear (&a);
  side_clear (&b);
  detector_clear (&flash);
  detector_clear (&beep);
}
GST_END_TEST

static Suite *
sync_suite (void)
{
  Suite *suite = suite_create ("sync");
  TCase *tcase = tcase_create ("sync");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_flash_and_beep, 0, G_N_ELEMENTS (callers));

  return suite;
}

GST_CHECK_MAIN (sync)
