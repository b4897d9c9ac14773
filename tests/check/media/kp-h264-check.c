/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-h264-check.h"

#include "media-check.h"

#define N_PICTURES 10

static const gchar *const encoders[] = {
  "x264enc tune=zerolatency key-int-max=5",
  "x264enc tune=zerolatency key-int-max=5 aud=true sliced-threads=true threads=4",
  "x264enc key-int-max=5 bframes=2 speed-preset=ultrafast",
  "openh264enc gop-size=5",
};

typedef struct
{
  GstHarness *harness;
  KpH264Check check;
} Fixture;

static void
fixture_init (Fixture *self, const gchar *encoder)
{
  g_autofree gchar *line = g_strdup_printf (
      "%s ! h264parse ! capsfilter caps=video/x-h264,stream-format=avc,alignment=au", encoder);

  kp_h264_check_init (&self->check);
  self->harness = gst_harness_new_parse (line);
  gst_harness_set_src_caps_str (self->harness, "video/x-raw,format=I420,width=320,height=240,framerate=30/1");
  for (guint i = 0; i < N_PICTURES; i++)
    gst_harness_push (self->harness, media_picture_new (320, 240, i, i * FRAME_DURATION));
  gst_harness_push_event (self->harness, gst_event_new_eos ());
}

static void
fixture_take_caps (Fixture *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->harness->sinkpad);

  kp_h264_check_set_caps (&self->check, caps);
}

static void
fixture_clear (Fixture *self)
{
  kp_h264_check_clear (&self->check);
  gst_harness_teardown (self->harness);
}

GST_START_TEST (test_what_encoders_make_is_good)
{
  Fixture f;
  guint n = 0;
  GstBuffer *buffer;

  fixture_init (&f, encoders[__i__]);
  fixture_take_caps (&f);
  for (; (buffer = gst_harness_try_pull (f.harness)); n++)
    {
      fail_unless (kp_h264_check_is_good (&f.check, buffer), "picture %u", n);
      gst_buffer_unref (buffer);
    }
  fail_unless_equals_int (n, N_PICTURES);
  fixture_clear (&f);
}
GST_END_TEST

GST_START_TEST (test_nothing_is_good_without_parameter_sets)
{
  g_autoptr (GstCaps) empty = gst_caps_from_string ("video/x-h264,stream-format=avc,alignment=au");
  g_autoptr (GstCaps) bad = gst_caps_from_string ("video/x-h264,codec_data=(buffer)01020304ff");
  g_autoptr (GstBuffer) buffer = NULL;
  Fixture f;

  fixture_init (&f, encoders[0]);
  buffer = gst_harness_pull (f.harness);
  fail_if (kp_h264_check_is_good (&f.check, buffer));
  fixture_take_caps (&f);
  fail_unless (kp_h264_check_is_good (&f.check, buffer));
  kp_h264_check_set_caps (&f.check, empty);
  fail_if (kp_h264_check_is_good (&f.check, buffer));
  kp_h264_check_set_caps (&f.check, bad);
  fail_if (kp_h264_check_is_good (&f.check, buffer));
  fixture_clear (&f);
}
GST_END_TEST

/* NAL units, with their length before them. */
static const struct
{
  const gchar *bytes;
  gsize size;
  gboolean good;
} units[] = {
  { "\0\0\0\2\x09\xf0", 6, TRUE }, /* access unit delimiter */
  { "\0\0\0\2\x09\xf0\0\0\0\3\x0c\xff\x80", 13, TRUE }, /* and filler */
  { "\0\0\0\2\x89\xf0", 6, FALSE }, /* forbidden bit */
  { "\0\0\0\2\x60\xf0", 6, FALSE }, /* no type */
  { "\0\0\0\2\x62\xf0", 6, FALSE }, /* data partition */
  { "\0\0\0\2\x7e\xf0", 6, FALSE }, /* unspecified */
  { "\0\0\0\3\x09\xf0", 6, FALSE }, /* too long */
  { "\0\0\0\2\x09\xf0\0\0", 8, FALSE }, /* too short */
  { "\0\0\0\0", 4, FALSE },
  { "\0\0\0\3\x41\xe2\x00", 7, FALSE }, /* slice that ends in its header */
  { "\0\0\0\5\x41\x00\x00\x00\x00", 9, FALSE }, /* slice of noughts */
  { "\0\0\0\6\x65\xe0\x00\x00\x00\x00", 10, FALSE }, /* IDR with P slices */
};

GST_START_TEST (test_units)
{
  GstBuffer *buffer = gst_buffer_new_memdup (units[__i__].bytes, units[__i__].size);
  Fixture f;

  fixture_init (&f, encoders[0]);
  fixture_take_caps (&f);
  fail_unless_equals_int (kp_h264_check_is_good (&f.check, buffer), units[__i__].good);
  gst_buffer_unref (buffer);
  fixture_clear (&f);
}
GST_END_TEST

/* Noise in the place of all NAL units, which keep their length. */
static GstBuffer *
make_noise (GRand *random, gsize size)
{
  guint8 *data = g_malloc (size + 4);

  GST_WRITE_UINT32_BE (data, size);
  for (gsize i = 0; i < size; i++)
    data[i + 4] = g_rand_int (random);

  return gst_buffer_new_wrapped (data, size + 4);
}

/* What gets through says nothing of a picture, or hardly ever looks like a slice. */
GST_START_TEST (test_noise)
{
  GRand *random = g_rand_new_with_seed (42);
  guint n_good = 0;
  guint n_slices = 0;
  guint n_keyframes = 0;
  Fixture f;

  fixture_init (&f, encoders[0]);
  fixture_take_caps (&f);
  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GstBuffer) buffer = make_noise (random, 200);
      guint8 header;

      gst_buffer_extract (buffer, 4, &header, 1);
      header &= 0x1f;
      if (!kp_h264_check_is_good (&f.check, buffer))
        continue;

      n_good++;
      n_slices += header == GST_H264_NAL_SLICE;
      n_keyframes += header == GST_H264_NAL_SLICE_IDR;
    }
  fail_unless (n_good < 5000, "%u", n_good);
  fail_unless (n_slices < 100, "%u", n_slices);
  fail_unless (n_keyframes < 5, "%u", n_keyframes);
  g_rand_free (random);
  fixture_clear (&f);
}
GST_END_TEST

static Suite *
kp_h264_check_suite (void)
{
  Suite *suite = suite_create ("kp-h264-check");
  TCase *tcase = tcase_create ("check");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_what_encoders_make_is_good, 0, G_N_ELEMENTS (encoders));
  tcase_add_test (tcase, test_nothing_is_good_without_parameter_sets);
  tcase_add_loop_test (tcase, test_units, 0, G_N_ELEMENTS (units));
  tcase_add_test (tcase, test_noise);

  return suite;
}

GST_CHECK_MAIN (kp_h264_check)
