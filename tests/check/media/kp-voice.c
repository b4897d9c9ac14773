/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-voice.h"

#include <math.h>

#include "kp-element.h"
#include "media-check.h"

#define RATE 16000 /* Hz */
#define FRAME (RATE / 100) /* samples */
#define N_FRAMES 600
#define N_MEASURED 200 /* the last ones, when the filters have settled */
#define ECHO_DELAY 6 /* frames; from the loudspeaker to the microphone */

/* A room with a loudspeaker and a microphone. */
typedef struct
{
  KpEcho *echo; /* owned; or NULL */
  GstHarness *speaker; /* owned */
  GstHarness *microphone; /* owned */
  GRand *random; /* owned */
  gint16 played[N_FRAMES][FRAME];
} Room;

static void
room_init (Room *self, const KpVoice *voice)
{
  GstElement *bin = gst_object_ref_sink (gst_bin_new (NULL));
  GstElement *speaker = gst_object_ref_sink (gst_element_factory_make ("identity", NULL));
  GstElement *last = NULL;
  g_autoptr (GstPad) pad = gst_element_get_static_pad (speaker, "src");
  g_autoptr (GError) error = NULL;

  self->random = g_rand_new_with_seed (1);
  self->echo = kp_echo_new ();
  kp_echo_watch (self->echo, pad);
  fail_unless (kp_element_append (GST_BIN (bin), &last, kp_element_new ("identity", NULL, NULL), &error));
  fail_unless (kp_voice_append (voice, GST_BIN (bin), &last, self->echo, RATE, &error));
  kp_element_finish (GST_BIN (bin), last);

  /* sound of another rate than the microphone's is played */
  self->speaker = gst_harness_new_with_element (speaker, "sink", "src");
  gst_harness_set_src_caps_str (self->speaker,
                                "audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=1");
  self->microphone = gst_harness_new_with_element (bin, "sink", "src");
  gst_harness_set_src_caps_str (self->microphone,
                                "audio/x-raw,format=S16LE,layout=interleaved,rate=16000,channels=1");
  gst_object_unref (bin);
  gst_object_unref (speaker);
}

static void
room_clear (Room *self)
{
  gst_harness_teardown (self->microphone);
  gst_harness_teardown (self->speaker);
  kp_echo_unref (self->echo);
  g_rand_free (self->random);
}

/* Noise that is louder and softer like syllables. */
static void
speak (Room *self, guint frame, gdouble volume, gint16 *samples)
{
  gdouble loudness = volume * MAX (sin (frame * 0.25) + 0.3, 0);
  gdouble low = 0;

  for (guint i = 0; i < FRAME; i++)
    {
      low += 0.3 * (g_rand_double_range (self->random, -1, 1) - low);
      samples[i] = low * loudness * G_MAXINT16;
    }
}

static void
play (Room *self, guint frame)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 3 * FRAME * sizeof (gfloat), NULL);
  GstMapInfo map;

  speak (self, frame, 0.8, self->played[frame]);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (guint i = 0; i < 3 * FRAME; i++)
    ((gfloat *)map.data)[i] = self->played[frame][i / 3] / (gfloat)G_MAXINT16;
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = frame * 10 * GST_MSECOND;
  gst_harness_push (self->speaker, buffer);
  gst_buffer_unref (gst_harness_pull (self->speaker));
}

static gdouble
get_energy (const gint16 *samples, gsize n)
{
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (gdouble)samples[i] * samples[i];

  return sum;
}

/* Returns the energy of what comes out. */
static gdouble
record (Room *self, guint frame, const gint16 *samples)
{
  GstBuffer *buffer = gst_buffer_new_memdup (samples, FRAME * sizeof (gint16));
  gdouble energy = 0;
  GstMapInfo map;

  GST_BUFFER_PTS (buffer) = frame * 10 * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 10 * GST_MSECOND;
  gst_harness_push (self->microphone, buffer);
  while ((buffer = gst_harness_try_pull (self->microphone)))
    {
      gst_buffer_map (buffer, &map, GST_MAP_READ);
      energy += get_energy ((gint16 *)map.data, map.size / sizeof (gint16));
      gst_buffer_unmap (buffer, &map);
      gst_buffer_unref (buffer);
    }

  return energy;
}

/* What is done, by name; how much louder what comes out is than what went in, in dB. */
static gdouble
measure (const KpVoice *voice, gboolean is_echo, gdouble noise, gdouble volume)
{
  g_autofree Room *room = g_new0 (Room, 1);
  gdouble before = 0;
  gdouble after = 0;

  room_init (room, voice);
  for (guint frame = 0; frame < N_FRAMES; frame++)
    {
      gint16 heard[FRAME] = { 0 };
      gdouble energy;

      play (room, frame);
      if (volume > 0)
        speak (room, frame, volume, heard);
      for (guint i = 0; i < FRAME; i++)
        heard[i] += g_rand_double_range (room->random, -noise, noise) * G_MAXINT16
                    + (is_echo && frame >= ECHO_DELAY ? room->played[frame - ECHO_DELAY][i] / 3 : 0);
      energy = record (room, frame, heard);
      if (frame < N_FRAMES - N_MEASURED)
        continue;
      before += get_energy (heard, FRAME);
      after += energy;
    }
  room_clear (room);

  return 10 * log10 ((after + 1) / (before + 1));
}

GST_START_TEST (test_echo)
{
  gdouble kept = measure (&(KpVoice){ .echo_cancellation = FALSE }, TRUE, 0, 0);
  gdouble cancelled = measure (&(KpVoice){ .echo_cancellation = TRUE }, TRUE, 0, 0);

  GST_INFO ("echo: %g dB, %g dB", kept, cancelled);
  g_assert_cmpfloat (fabs (kept), <, 0.5);
  g_assert_cmpfloat (cancelled, <, -20);
}
GST_END_TEST

/* Who speaks is heard while something is played. */
GST_START_TEST (test_voice)
{
  gdouble kept = measure (&(KpVoice){ .echo_cancellation = TRUE }, FALSE, 0, 0.8);

  GST_INFO ("voice: %g dB", kept);
  g_assert_cmpfloat (kept, >, -6);
}
GST_END_TEST

GST_START_TEST (test_noise)
{
  gdouble kept = measure (&(KpVoice){ .auto_gain_control = FALSE }, FALSE, 0.01, 0);
  gdouble suppressed = measure (&(KpVoice){ .noise_suppression = TRUE }, FALSE, 0.01, 0);

  GST_INFO ("noise: %g dB, %g dB", kept, suppressed);
  g_assert_cmpfloat (fabs (kept), <, 0.5);
  g_assert_cmpfloat (suppressed, <, -6);
}
GST_END_TEST

GST_START_TEST (test_gain)
{
  gdouble raised = measure (&(KpVoice){ .auto_gain_control = TRUE }, FALSE, 0, 0.05);

  GST_INFO ("gain: %g dB", raised);
  g_assert_cmpfloat (raised, >, 3);
}
GST_END_TEST

static Suite *
kp_voice_suite (void)
{
  Suite *suite = suite_create ("kp-voice");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_echo);
  tcase_add_test (tcase, test_voice);
  tcase_add_test (tcase, test_noise);
  tcase_add_test (tcase, test_gain);

  return suite;
}

GST_CHECK_MAIN (kp_voice)
