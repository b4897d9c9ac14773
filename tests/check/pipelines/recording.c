/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "detector.h"

#include <glib/gstdio.h>

/* Encoded media goes into a file as it came, and is decoded again from there. */

#define LENGTH (5 * GST_SECOND)

typedef struct
{
  gchar *path; /* owned */
  Side side; /* records */
} Recorder;

static void
recorder_init (Recorder *self, const gchar *codec, const gchar *muxer)
{
  g_autofree gchar *line = NULL;
  gint fd = g_file_open_tmp ("kurentopeer-XXXXXX", &self->path, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  line = g_strdup_printf ("kurentopeerrecvonly name=p output=encoded video-codecs=%s %s name=m ! "
                          "filesink location=%s p.video_src_0 ! queue name=v ! m.video_0 p.audio_src_0 ! "
                          "queue name=a ! m.audio_0",
                          codec, muxer, self->path);
  side_init (&self->side, line);
}

/* As gst-launch-1.0 -e does it. */
static void
recorder_end (Recorder *self)
{
  gst_element_send_event (self->side.pipeline, gst_event_new_eos ());
  wait_until (g_atomic_int_get (&self->side.n_eos) == 1);
  fail_unless (self->side.n_errors == 0, "%s", self->side.error);
  side_stop (&self->side);
}

static void
recorder_clear (Recorder *self)
{
  side_clear (&self->side);
  g_unlink (self->path);
  g_free (self->path);
}

/* A file that is decoded. */
typedef struct
{
  GstElement *pipeline; /* owned */
  GstClockTime duration; /* ns; what the file says of itself */
} Playback;

#define ENDLESS "queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! "
#define PCM "audioconvert ! audioresample ! audio/x-raw,format=S16LE,channels=1,"

/* For the detectors, which want every sample at its time. */
#define FLASH_AND_BEEP_SINKS                                                                                 \
  "d. ! " ENDLESS "videoconvert ! video/x-raw,format=GRAY8 ! fakesink name=v "                               \
  "d. ! " ENDLESS PCM "rate=48000 ! fakesink name=a"

/* For a Watch, which wants whole buffers. */
#define WATCH_SINKS                                                                                          \
  "d. ! " ENDLESS "videoconvert ! video/x-raw,format=RGB ! fakesink name=v "                                 \
  "d. ! " ENDLESS PCM "rate=8000 ! audiobuffersplit strict-buffer-size=true ! fakesink name=a"

static void
playback_init (Playback *self, const gchar *path, const gchar *sinks)
{
  g_autofree gchar *line = g_strdup_printf ("filesrc location=%s ! decodebin name=d %s", path, sinks);
  g_autoptr (GError) error = NULL;

  *self = (Playback){ .pipeline = gst_object_ref_sink (gst_parse_launch (line, &error)) };
  g_assert_no_error (error);
}

static void
playback_run (Playback *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  gint64 duration = 0;

  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  g_assert_no_error (error);
  fail_unless (gst_element_query_duration (self->pipeline, GST_FORMAT_TIME, &duration));
  self->duration = duration;
}

static void
playback_clear (Playback *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
}

static void
detector_init_named (Detector *self, Playback *playback, const gchar *name)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (playback->pipeline), name);

  detector_init (self, sink);
}

static void
watch_init_named (Watch *self, Playback *playback, const gchar *name)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (playback->pipeline), name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");

  watch_init_pad (self, playback->pipeline, pad);
}

static const struct
{
  const gchar *codec;
  const gchar *muxer;
} formats[] = {
  { "VP8", "webmmux offset-to-zero=true" },
  { "VP9", "webmmux offset-to-zero=true" },
  { "H264", "matroskamux offset-to-zero=true" },
  { "H264", "mp4mux" },
};

static void
wait_time (Side *side, GstClockTime time)
{
  GstClockTime start = gst_element_get_current_running_time (side->pipeline);

  wait_until (gst_element_get_current_running_time (side->pipeline) > start + time);
}

static void
fail_if_coded (Side *side)
{
  static const gchar *const coders[] = { "vp8dec", "vp9dec", "avdec_h264", "opusdec", "vp8enc", "x264enc" };

  for (guint i = 0; i < G_N_ELEMENTS (coders); i++)
    fail_unless (side_find_inside (side, coders[i]) == NULL);
}

typedef struct
{
  Side caller;
  Recorder recorder;
  Watch video; /* what goes into the file */
  Watch audio;
} Recording;

static void
recording_start (Recording *self, guint format)
{
  side_init (&self->caller, "kurentopeer name=p " FLASH_AND_BEEP ("is-live=true"));
  flash_start (&self->caller);
  recorder_init (&self->recorder, formats[format].codec, formats[format].muxer);
  watch_init (&self->video, &self->recorder.side, "v");
  watch_init (&self->audio, &self->recorder.side, "a");
  call (&self->caller, &self->recorder.side);
  wait_until (watch_buffers (&self->video) > 0 && watch_buffers (&self->audio) > 0);
}

static void
recording_clear (Recording *self)
{
  side_clear (&self->caller);
  recorder_clear (&self->recorder);
  watch_clear (&self->video);
  watch_clear (&self->audio);
}

static GstClockTime
get_last_time (Watch *self)
{
  return watch_arrival (self, watch_buffers (self) - 1).time;
}

#define fail_unless_about(time, expected)                                                                    \
  fail_unless (ABS (GST_CLOCK_DIFF (time, expected)) < (GstClockTimeDiff)(100 * GST_MSECOND),                \
               "%s: " #time " is %d instead of %d ms", self->recorder.path, (gint)((time) / GST_MSECOND),    \
               (gint)((expected) / GST_MSECOND))

/* All that came is in the file, at its time. Returns by how much sound and picture are apart. */
static GstClockTime
check_file (Recording *self)
{
  GstClockTime start = MIN (watch_arrival (&self->video, 0).time, watch_arrival (&self->audio, 0).time);
  GstClockTime video_end = get_last_time (&self->video) - start;
  GstClockTime audio_end = get_last_time (&self->audio) - start;
  Detector flash, beep;
  Playback playback;
  GstClockTime skew;

  playback_init (&playback, self->recorder.path, FLASH_AND_BEEP_SINKS);
  detector_init_named (&flash, &playback, "v");
  detector_init_named (&beep, &playback, "a");
  playback_run (&playback);
  fail_unless_about (playback.duration, MAX (video_end, audio_end));
  skew = detector_compare (&flash, &beep, 2 * GST_SECOND);
  playback_clear (&playback);
  detector_clear (&flash);
  detector_clear (&beep);

  return skew;
}

/* All at the same time. */
static GstClockTime
record_all (void)
{
  Recording recordings[G_N_ELEMENTS (formats)];
  GstClockTime worst = 0;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    recording_start (&recordings[i], i);
  wait_time (&recordings[G_N_ELEMENTS (formats) - 1].caller, LENGTH);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      fail_if_coded (&recordings[i].recorder.side);
      recorder_end (&recordings[i].recorder);
      side_stop (&recordings[i].caller);
    }
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      GstClockTime skew = check_file (&recordings[i]);

      worst = MAX (worst, skew);
      recording_clear (&recordings[i]);
    }

  return worst;
}

/* On a machine that is busy packets come late, and the jitter buffers move until the next report: the best of three times
 * counts. */
GST_START_TEST (test_file)
{
  GstClockTime best = GST_CLOCK_TIME_NONE;

  for (guint i = 0; i < 3 && best >= MAX_SKEW; i++)
    best = MIN (best, record_all ());
  fail_unless (best < MAX_SKEW, "sound and picture are %d ms apart", (gint)(best / GST_MSECOND));
}
GST_END_TEST

static const struct
{
  const gchar *codec;
  const gchar *muxer;
  gboolean connected; /* at the end */
} visits[] = {
  { "VP8", "webmmux", TRUE },
  { "H264", "mp4mux", TRUE },
  { "H264", "matroskamux", FALSE },
};

/* Of two peers one after the other, the second with another size, and ended while one is there or none. */
GST_START_TEST (test_two_peers)
{
  static const gchar *const callers[] = {
    GREEN "kurentopeer name=p " TONE (400) "p.",
    "videotestsrc is-live=true pattern=blue ! video/x-raw,width=320,height=240,framerate=30/1 ! "
    "kurentopeer name=p " TONE (1000) "p.",
  };
  Watch received, video, audio;
  Recorder recorder;
  Playback playback;
  Side a;

  recorder_init (&recorder, visits[__i__].codec, visits[__i__].muxer);
  watch_init (&received, &recorder.side, "v");
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    {
      gboolean leaves = i == 0 || !visits[__i__].connected;

      side_init (&a, callers[i]);
      call (&a, &recorder.side);
      watch_wait (&received, 30);
      if (leaves)
        {
          call_leave (&a, &recorder.side);
          watch_wait_gaps (&received, 3);
          side_clear (&a);
        }
    }
  recorder_end (&recorder);
  if (visits[__i__].connected)
    side_clear (&a);

  playback_init (&playback, recorder.path, WATCH_SINKS);
  watch_init_named (&video, &playback, "v");
  watch_init_named (&audio, &playback, "a");
  playback_run (&playback);
  fail_unless (video.buffers >= 50, "%u pictures", video.buffers);
  watch_wait_colour (&video, 0x0000ff);
  watch_wait_size (&video, 320, 240);
  watch_wait_tone (&audio, 1000);
  playback_clear (&playback);
  recorder_clear (&recorder);
  watch_clear (&received);
  watch_clear (&video);
  watch_clear (&audio);
}
GST_END_TEST

/* Ends although nobody ever came. */
GST_START_TEST (test_nobody)
{
  Recorder recorder;

  recorder_init (&recorder, formats[__i__].codec, formats[__i__].muxer);
  side_play (&recorder.side);
  recorder_end (&recorder);
  recorder_clear (&recorder);
}
GST_END_TEST

static Suite *
recording_suite (void)
{
  Suite *suite = suite_create ("recording");
  TCase *tcase = tcase_create ("recording");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_file);
  tcase_add_loop_test (tcase, test_two_peers, 0, G_N_ELEMENTS (visits));
  tcase_add_loop_test (tcase, test_nobody, 0, G_N_ELEMENTS (formats));

  return suite;
}

GST_CHECK_MAIN (recording)
