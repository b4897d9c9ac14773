/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "detector.h"

/* A source takes the place of another one while the call goes on: replaceTrack() of a browser. */

#define SOLID(colour) "videotestsrc pattern=solid-color foreground-color=0xff" colour " "
#define X264 " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=1000 ! h264parse"
#define SMALL " ! video/x-raw,width=160,height=120,framerate=30/1"
#define WIDE " ! video/x-raw,width=320,height=180,framerate=15/1"

/* ns; between the time of a packet and when it is sent: less than a burst or a pause that people would notice */
#define MAX_DELAY (800 * GST_MSECOND)

typedef struct
{
  Side a;
  Side b;
  gint n_needed;
} Call;

static void
needed_cb (GstElement *peer, Call *self)
{
  g_atomic_int_inc (&self->n_needed);
}

static void
call_init (Call *self, const gchar *sender, const gchar *receiver)
{
  *self = (Call){ 0 };
  side_init (&self->a, sender);
  side_init (&self->b, receiver);
}

static void
call_up (Call *self)
{
  call (&self->a, &self->b);
  g_signal_connect (self->a.peer, "negotiation-needed", G_CALLBACK (needed_cb), self);
}

/* Nothing but media has changed. */
static void
call_clear (Call *self)
{
  fail_unless_equals_int (self->a.n_errors + self->a.n_peer_errors + self->b.n_errors + self->b.n_peer_errors,
                          0);
  fail_unless_equals_int (self->n_needed, 0);
  fail_unless_equals_int (self->a.n_connected, 1);
  g_signal_handlers_disconnect_by_data (self->a.peer, self);
  side_clear (&self->a);
  side_clear (&self->b);
}

/* A bin with the pad "src", in the pipeline of the sender, not linked. */
static GstElement *
add_source (Call *self, const gchar *line)
{
  g_autofree gchar *bin = g_strconcat (line, " ! identity", NULL); /* a line cannot end with caps */
  g_autoptr (GError) error = NULL;
  GstElement *source = gst_parse_bin_from_description (bin, TRUE, &error);

  g_assert_no_error (error);
  gst_bin_add (GST_BIN (self->a.pipeline), source);

  return source;
}

static void
link_source (Call *self, GstElement *source, const gchar *pad)
{
  fail_unless (gst_element_link_pads (source, "src", self->a.peer, pad));
  gst_element_sync_state_with_parent (source);
}

static GstPadProbeReturn
idle_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_set ((gint *)user_data, TRUE);
  return GST_PAD_PROBE_OK;
}

/* Holds what comes of a source, as who changes a pipeline has to; of one that has ended nothing comes. */
static gulong
hold_source (GstPad *pad)
{
  gint *idle = g_new0 (gint, 1);
  gulong probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_IDLE | GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM,
                                    idle_cb, idle, g_free);

  wait_until (g_atomic_int_get (idle));

  return probe;
}

static void
unlink_source (Call *self, GstElement *source)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  hold_source (pad);
  gst_pad_unlink (pad, peer);
  gst_element_set_locked_state (source, TRUE);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->a.pipeline), source);
}

static void
replace_source (Call *self, GstElement **source, const gchar *line, const gchar *pad)
{
  unlink_source (self, *source);
  *source = add_source (self, line);
  link_source (self, *source, pad);
}

static void
wait_running_time (Call *self, GstClockTime time)
{
  wait_until (gst_element_get_current_running_time (self->a.pipeline) >= time);
}

/* Packets go out in the order of their times, none of them much too late or too early. */
static void
check_times (Watch *sent)
{
  guint n = watch_buffers (sent);

  for (guint i = 0; i < n; i++)
    {
      Arrival arrival = watch_arrival (sent, i);
      GstClockTimeDiff delay = GST_CLOCK_DIFF (arrival.time, arrival.now);

      fail_unless (ABS (delay) < (GstClockTimeDiff)MAX_DELAY, "packet %u of %u is %d ms late", i, n,
                   (gint)(delay / (gint64)GST_MSECOND));
      fail_unless (i == 0 || arrival.time >= watch_arrival (sent, i - 1).time, "packet %u of %u goes back", i,
                   n);
    }
}

static const struct
{
  const gchar *codec;
  const gchar *payloader;
  const gchar *sources[3];
  gint width;
  gint height;
} videos[] = {
  /* a camera, another one, a file */
  { "VP8",
    "rtpvp8pay",
    { SOLID ("00ff00") "is-live=true" SMALL, SOLID ("ff0000") "is-live=true" WIDE ",format=RGB",
      SOLID ("0000ff") SMALL ",format=NV12" },
    160,
    120 },
  { "VP9", "rtpvp9pay", { SOLID ("00ff00") SMALL, SOLID ("ff0000") SMALL, SOLID ("0000ff") WIDE }, 320, 180 },
  { "H264",
    "rtph264pay",
    { SOLID ("00ff00") "is-live=true" SMALL, SOLID ("ff0000") SMALL, SOLID ("0000ff") "is-live=true" SMALL },
    160,
    120 },
  { "H264",
    "rtph264pay",
    { SOLID ("00ff00") "is-live=true" SMALL X264, SOLID ("ff0000") WIDE X264, SOLID ("0000ff") SMALL X264 },
    160,
    120 },
};

GST_START_TEST (test_video)
{
  static const guint32 colours[] = { 0x00ff00, 0xff0000, 0x0000ff };
  g_autofree gchar *line
      = g_strdup_printf ("kurentopeersendonly name=p video-codecs=%s", videos[__i__].codec);
  GstElement *source;
  Watch sent, video;
  Call one;

  call_init (&one, line, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init_inside (&sent, &one.a, videos[__i__].payloader);
  watch_init (&video, &one.b, "v");
  source = add_source (&one, videos[__i__].sources[0]);
  link_source (&one, source, "video_sink_0");
  call_up (&one);
  watch_wait_colour (&video, colours[0]);
  for (guint i = 1; i < G_N_ELEMENTS (colours); i++)
    {
      /* so late that times that begin at 0 are told from those of the pipeline */
      wait_running_time (&one, i * 3 * MAX_DELAY / 2);
      replace_source (&one, &source, videos[__i__].sources[i], "video_sink_0");
      watch_wait_colour (&video, colours[i]);
      watch_wait (&video, 10);
    }
  watch_wait_size (&video, videos[__i__].width, videos[__i__].height);
  check_times (&sent);
  call_clear (&one);
  watch_clear (&sent);
  watch_clear (&video);
}
GST_END_TEST

static const struct
{
  const gchar *codec;
  const gchar *payloader;
} audios[] = { { "OPUS", "rtpopuspay" }, { "PCMU", "rtppcmupay" } };

GST_START_TEST (test_audio)
{
  g_autofree gchar *line
      = g_strdup_printf ("kurentopeersendonly name=p audio-codecs=%s", audios[__i__].codec);
  GstElement *source;
  Watch sent, audio;
  Call one;

  call_init (&one, line, "kurentopeerrecvonly name=p p.audio_src_0 ! " AUDIO_SINK ("a"));
  watch_init_inside (&sent, &one.a, audios[__i__].payloader);
  watch_init (&audio, &one.b, "a");
  source = add_source (&one, "audiotestsrc is-live=true freq=400 ! audio/x-raw,rate=48000,channels=2");
  link_source (&one, source, "audio_sink_0");
  call_up (&one);
  watch_wait_tone (&audio, 400);
  wait_running_time (&one, 3 * MAX_DELAY / 2);
  replace_source (&one, &source, "audiotestsrc freq=800 ! audio/x-raw,rate=8000,channels=1", "audio_sink_0");
  watch_wait_tone (&audio, 800);
  wait_running_time (&one, 3 * MAX_DELAY);
  replace_source (
      &one, &source,
      "audiotestsrc is-live=true samplesperbuffer=441 freq=1200 ! audio/x-raw,format=F32LE,rate=44100",
      "audio_sink_0");
  watch_wait_tone (&audio, 1200);
  watch_wait (&audio, 20);
  watch_wait_tone (&audio, 1200);
  check_times (&sent);
  call_clear (&one);
  watch_clear (&sent);
  watch_clear (&audio);
}
GST_END_TEST

/* The same source again, which had to wait: nothing of what it missed is made up for. */
GST_START_TEST (test_linked_again)
{
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstPad) peer = NULL;
  GstElement *source;
  GstClockTime held;
  Watch sent, video;
  gulong probe;
  Call one;

  call_init (&one, "kurentopeersendonly name=p video-codecs=VP8",
             "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init_inside (&sent, &one.a, "rtpvp8pay");
  watch_init (&video, &one.b, "v");
  source = add_source (&one, SOLID ("00ff00") SMALL);
  link_source (&one, source, "video_sink_0");
  call_up (&one);
  watch_wait_colour (&video, 0x00ff00);
  pad = gst_element_get_static_pad (source, "src");
  peer = gst_pad_get_peer (pad);
  probe = hold_source (pad);
  gst_pad_unlink (pad, peer);
  held = gst_element_get_current_running_time (one.a.pipeline);
  wait_running_time (&one, held + 3 * MAX_DELAY / 2);
  fail_unless_equals_int (gst_pad_link (pad, peer), GST_PAD_LINK_OK);
  gst_pad_remove_probe (pad, probe);
  watch_wait (&video, 20);
  check_times (&sent);
  call_clear (&one);
  watch_clear (&sent);
  watch_clear (&video);
}
GST_END_TEST

/* As long as another track goes on, one that has ended may begin again: by another source, or by a flushing seek. */
GST_START_TEST (test_after_eos)
{
  GstElement *source;
  Watch video, ended;
  g_autoptr (GstPad) pad = NULL;
  Call one;

  call_init (&one, "kurentopeersendonly name=p video-codecs=VP8 " TONE (1000) "p.",
             "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  pad = gst_element_request_pad_simple (one.a.peer, "video_sink_0");
  watch_init_pad (&ended, one.a.pipeline, pad);
  watch_init (&video, &one.b, "v");
  source = add_source (&one, SOLID ("00ff00") "num-buffers=20" SMALL);
  link_source (&one, source, "video_sink_0");
  call_up (&one);
  wait_until (watch_eos (&ended) == 1);
  watch_wait_gaps (&video, 3);
  replace_source (&one, &source, SOLID ("ff0000") SMALL, "video_sink_0");
  watch_wait_colour (&video, 0xff0000);
  fail_unless (gst_element_send_event (source, gst_event_new_seek (1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                                                   GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_SET,
                                                                   GST_SECOND)));
  wait_until (watch_eos (&ended) == 2);
  watch_wait_gaps (&video, 3);
  fail_unless (gst_element_send_event (source, gst_event_new_seek (1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                                                   GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_SET,
                                                                   GST_CLOCK_TIME_NONE)));
  watch_wait (&video, 10);
  call_clear (&one);
  watch_clear (&ended);
  watch_clear (&video);
}
GST_END_TEST

/* The codec is what was negotiated. */
GST_START_TEST (test_other_codec)
{
  GstElement *source;
  Watch video;
  Call one;

  call_init (&one, "kurentopeersendonly name=p",
             "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  watch_init (&video, &one.b, "v");
  source = add_source (&one, SOLID ("00ff00") "is-live=true" SMALL X264);
  link_source (&one, source, "video_sink_0");
  call_up (&one);
  watch_wait_colour (&video, 0x00ff00);
  replace_source (&one, &source, SOLID ("ff0000") "is-live=true" SMALL " ! vp8enc deadline=1",
                  "video_sink_0");
  wait_until (g_atomic_int_get (&one.a.n_errors) == 1);
  fail_unless (strstr (one.a.error, "changed from H264 to VP8") != NULL, "%s", one.a.error);
  one.a.n_errors = 0;
  call_clear (&one);
  watch_clear (&video);
}
GST_END_TEST

#define FLASHES "videotestsrc name=s %s ! video/x-raw,format=GRAY8,width=160,height=120,framerate=30/1"
#define BEEPS "audiotestsrc %s wave=ticks freq=1000 sine-periods-per-tick=50 ! audio/x-raw,rate=48000"

/* A film, with picture and sound from one demuxer. */
#define FILM                                                                                                 \
  "videotestsrc name=s ! video/x-raw,format=GRAY8,width=160,height=120,framerate=30/1 ! videoconvert ! "     \
  "vp8enc deadline=1 cpu-used=8 ! queue ! matroskamux name=m streamable=true ! matroskademux name=d "        \
  "audiotestsrc wave=ticks freq=1000 sine-periods-per-tick=50 ! audio/x-raw,rate=48000 ! queue ! m. "        \
  "d.video_0 ! queue ! vp8dec ! identity name=v d.audio_0 ! queue ! identity name=a"

/* The three flashes after the next one, which may be cut by a change. */
static void
wait_in_step (Detector *flash, Detector *beep)
{
  guint next = detector_count (flash);
  GstClockTime skew;

  wait_until (detector_count (flash) >= next + 4);
  wait_until (detector_last (beep) + GST_SECOND / 4 > detector_last (flash));
  skew = detector_compare (flash, beep, detector_time (flash, next + 1));
  fail_unless (skew < 2 * MAX_SKEW, "they are %d ms apart", (gint)(skew / GST_MSECOND));
}

static void
add_ghost (GstElement *bin, const gchar *name, const gchar *element)
{
  g_autoptr (GstElement) child = gst_bin_get_by_name (GST_BIN (bin), element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (child, "src");

  gst_element_add_pad (bin, gst_ghost_pad_new (name, pad));
}

/* Lip-sync, with another camera, and with a film. */
GST_START_TEST (test_in_step)
{
  g_autofree gchar *flashes = g_strdup_printf (FLASHES, "is-live=true");
  g_autofree gchar *beeps = g_strdup_printf (BEEPS, "is-live=true");
  GstElement *video, *audio, *film;
  g_autoptr (GstElement) v = NULL;
  g_autoptr (GstElement) a = NULL;
  g_autoptr (GError) error = NULL;
  Detector flash, beep;
  Call one;

  call_init (&one, "kurentopeersendonly name=p",
             "kurentopeerrecvonly name=p "
             "p.video_src_0 ! queue ! videoconvert ! video/x-raw,format=GRAY8 ! "
             "fakesink name=v sync=true async=false "
             "p.audio_src_0 ! queue ! audioconvert ! audioresample ! "
             "audio/x-raw,format=S16LE,rate=48000,channels=1 ! fakesink name=a sync=true async=false");
  v = side_get (&one.b, "v");
  a = side_get (&one.b, "a");
  video = add_source (&one, flashes);
  flash_start (&one.a);
  audio = add_source (&one, beeps);
  link_source (&one, video, "video_sink_0");
  link_source (&one, audio, "audio_sink_0");
  detector_init (&flash, v);
  detector_init (&beep, a);
  call_up (&one);
  wait_in_step (&flash, &beep);

  unlink_source (&one, video);
  video = add_source (&one, flashes);
  flash_start (&one.a);
  link_source (&one, video, "video_sink_0");
  wait_in_step (&flash, &beep);

  unlink_source (&one, video);
  unlink_source (&one, audio);
  film = gst_parse_bin_from_description (FILM, FALSE, &error);
  g_assert_no_error (error);
  add_ghost (film, "video", "v");
  add_ghost (film, "audio", "a");
  gst_bin_add (GST_BIN (one.a.pipeline), film);
  flash_start (&one.a);
  fail_unless (gst_element_link_pads (film, "video", one.a.peer, "video_sink_0"));
  fail_unless (gst_element_link_pads (film, "audio", one.a.peer, "audio_sink_0"));
  gst_element_sync_state_with_parent (film);
  wait_in_step (&flash, &beep);
  call_clear (&one);
  detector_clear (&flash);
  detector_clear (&beep);
}
GST_END_TEST

static Suite *
replace_suite (void)
{
  Suite *suite = suite_create ("replace");
  TCase *tcase = tcase_create ("replace");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_video, 0, G_N_ELEMENTS (videos));
  tcase_add_loop_test (tcase, test_audio, 0, G_N_ELEMENTS (audios));
  tcase_add_test (tcase, test_linked_again);
  tcase_add_test (tcase, test_after_eos);
  tcase_add_test (tcase, test_other_codec);
  tcase_add_test (tcase, test_in_step);

  return suite;
}

GST_CHECK_MAIN (replace)
