/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media-link.h"

#define N_PICTURES 12

static guint
send_pictures (Link *self, gdouble down_by, gdouble max_framerate)
{
  guint before = self->n_pictures;

  kp_sender_set_scale (KP_SENDER (self->send->element), down_by, max_framerate);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      send_next (self);
      carry (self, NULL, NULL);
    }

  return self->n_pictures - before;
}

static void
check_size (Link *self, gint width, gint height)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->receive->sinkpad);
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  gint is_width, is_height;

  fail_unless (gst_structure_get_int (structure, "width", &is_width));
  fail_unless (gst_structure_get_int (structure, "height", &is_height));
  fail_unless_equals_int (is_width, width);
  fail_unless_equals_int (is_height, height);
}

/* Every picture after a change can be decoded, so the first one is a keyframe, and nobody has to ask for it. */
GST_START_TEST (test_scale)
{
  static const guint downs[] = { 1, 2, 4, 1 };
  Link link;

  link_init (&link, __i__);
  for (guint i = 0; i < G_N_ELEMENTS (downs); i++)
    {
      fail_unless_equals_int (send_pictures (&link, downs[i], 0), N_PICTURES);
      check_size (&link, 320 / downs[i], 240 / downs[i]);
    }
  fail_unless_equals_int (take_requests (&link, FALSE), 0);
  link_clear (&link);
}
GST_END_TEST

GST_START_TEST (test_framerate)
{
  Link link;

  link_init (&link, __i__);
  fail_unless_equals_int (send_pictures (&link, 1, 0), N_PICTURES);
  fail_unless_equals_int (send_pictures (&link, 1, 10), N_PICTURES / 3);
  fail_unless_equals_int (send_pictures (&link, 1, 0), N_PICTURES);
  check_size (&link, 320, 240);
  link_clear (&link);
}
GST_END_TEST

static Suite *
kp_sender_scale_suite (void)
{
  Suite *suite = suite_create ("kp-sender-scale");
  TCase *tcase = tcase_create ("scale");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, NULL, show_elements);
  tcase_add_loop_test (tcase, test_scale, 0, N_VIDEO_CODECS);
  tcase_add_loop_test (tcase, test_framerate, 0, N_VIDEO_CODECS);

  return suite;
}

GST_CHECK_MAIN (kp_sender_scale)
