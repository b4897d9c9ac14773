/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

/* A flash and a beep at the same time, once a second, go through a call. Sinks render by running time: the difference of
 * the two running times is what a person would notice. */
#define MAX_SKEW (40 * GST_MSECOND)
#define FLASH (100 * GST_MSECOND)

typedef struct
{
  GMutex lock;
  GstPad *pad; /* owned */
  gulong probe;
  GstSegment segment;
  gboolean was_on;
  GstClockTime last; /* ns, running time: when it last went on */
  guint count;
} Detector;

static void
detector_take (Detector *self, gboolean on, GstClockTime time)
{
  /* a beep crosses zero */
  gboolean again = self->count > 0 && time < self->last + GST_SECOND / 2;

  if (on && !self->was_on && !again)
    {
      self->last = time;
      self->count++;
    }
  self->was_on = on;
}

static void
look (Detector *self, GstBuffer *buffer, GstClockTime time)
{
  guint8 pixel[1];

  gst_buffer_extract (buffer, gst_buffer_get_size (buffer) / 2, pixel, 1);
  detector_take (self, pixel[0] > 128, time);
}

static void
listen_to (Detector *self, GstBuffer *buffer, GstClockTime time)
{
  GstMapInfo map;
  const gint16 *samples;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  samples = (const gint16 *)map.data;
  for (guint i = 0; i < map.size / sizeof *samples; i++)
    detector_take (self, ABS (samples[i]) > 6000, time + gst_util_uint64_scale (i, GST_SECOND, 48000));
  gst_buffer_unmap (buffer, &map);
}

static GstPadProbeReturn
detect_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Detector *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstBuffer *buffer;
  GstClockTime time;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    {
      if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEGMENT)
        gst_event_copy_segment (GST_PAD_PROBE_INFO_EVENT (info), &self->segment);
      return GST_PAD_PROBE_OK;
    }
  buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  g_mutex_lock (&self->lock);
  if (gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw"))
    look (self, buffer, time);
  else
    listen_to (self, buffer, time);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

static void
detector_init (Detector *self, Side *side, const gchar *name)
{
  g_autoptr (GstElement) sink = side_get (side, name);

  *self = (Detector){ .pad = gst_element_get_static_pad (sink, "sink") };
  g_mutex_init (&self->lock);
  self->probe = gst_pad_add_probe (self->pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                                   detect_cb, self, NULL);
}

static void
detector_clear (Detector *self)
{
  gst_pad_remove_probe (self->pad, self->probe);
  gst_object_unref (self->pad);
  g_mutex_clear (&self->lock);
}

static GstClockTime
detector_get (Detector *self, guint *count)
{
  GstClockTime last;

  g_mutex_lock (&self->lock);
  last = self->last;
  *count = self->count;
  g_mutex_unlock (&self->lock);

  return last;
}

/* White at the beginning of each second, else black. */
static GstPadProbeReturn
flash_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  gboolean on = GST_BUFFER_PTS (buffer) % GST_SECOND < FLASH;

  gst_buffer_memset (buffer, 0, on ? 235 : 16, gst_buffer_get_size (buffer));
  GST_PAD_PROBE_INFO_DATA (info) = buffer;

  return GST_PAD_PROBE_OK;
}

static const gchar *const sources[] = { "is-live=true", "" };

/* From the fourth second on: the first sender reports have come. */
GST_START_TEST (test_flash_and_beep)
{
  g_autofree gchar *line = g_strdup_printf (
      "videotestsrc name=s %s ! video/x-raw,format=GRAY8,width=160,height=120,framerate=30/1 ! "
      "kurentopeer name=p audiotestsrc %s wave=ticks freq=1000 sine-periods-per-tick=50 ! "
      "audio/x-raw,rate=48000 ! p.",
      sources[__i__], sources[__i__]);
  Side a, b;
  Detector flash, beep;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstPad) pad = NULL;
  guint seen = 0;

  side_init (&a, line);
  side_init (&b, "kurentopeerrecvonly name=p "
                 "p.video_src_0 ! queue ! videoconvert ! video/x-raw,format=GRAY8 ! "
                 "fakesink name=v sync=true async=false "
                 "p.audio_src_0 ! queue ! audioconvert ! audioresample ! "
                 "audio/x-raw,format=S16LE,rate=48000,channels=1 ! fakesink name=a sync=true async=false");
  source = side_get (&a, "s");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, flash_cb, NULL, NULL);
  detector_init (&flash, &b, "v");
  detector_init (&beep, &b, "a");
  call (&a, &b);

  for (guint second = 4; seen < 3; second++)
    {
      GstClockTime flashed, beeped;
      guint n = 0;

      wait_until ((detector_get (&flash, &n), n > second) && (detector_get (&beep, &n), n > second));
      flashed = detector_get (&flash, &n);
      beeped = detector_get (&beep, &n);
      /* both of the same second */
      if (ABS (GST_CLOCK_DIFF (flashed, beeped)) > (GstClockTimeDiff)(GST_SECOND / 2))
        continue;
      fail_unless (ABS (GST_CLOCK_DIFF (flashed, beeped)) < (GstClockTimeDiff)MAX_SKEW,
                   "sound is %d ms behind the picture",
                   (gint)(GST_CLOCK_DIFF (flashed, beeped) / (gint64)GST_MSECOND));
      seen++;
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

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_flash_and_beep, 0, G_N_ELEMENTS (sources));

  return suite;
}

GST_CHECK_MAIN (sync)
