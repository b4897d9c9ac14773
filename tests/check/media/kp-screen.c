/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-screen.h"

#include "../test-display.h"
#include "capture-check.h"
#include "gstkurentoerror.h"
#include "media-check.h"

typedef struct
{
  Display *display;
  Window window; /* red, titled "Red", 200x100 at (100, 50) */
  GstElement *screen; /* owned; or NULL */
  GstHarness *harness; /* owned; or NULL */
  GstBus *bus; /* owned */
} Case;

static void
case_init (Case *self)
{
  *self = (Case){ .display = test_display_open (), .bus = gst_bus_new () };
  self->window = test_display_add_window (self->display, "Red", 100, 50, 200, 100, 0xff0000);
}

/* @window is a title, or NULL. */
static void
case_capture (Case *self, GstKurentoSendSource source, const gchar *constraints_text, const gchar *window)
{
  g_autoptr (KpConstraints) constraints = capture_constraints_new (constraints_text);
  g_autoptr (GError) error = NULL;
  GstElement *screen = kp_screen_new (source, constraints, window, &error);

  g_assert_no_error (error);
  self->screen = gst_object_ref_sink (screen);
  gst_element_set_bus (self->screen, self->bus);
  self->harness = gst_harness_new_with_element (self->screen, NULL, "src");
  gst_harness_use_systemclock (self->harness);
  gst_harness_play (self->harness);
}

static void
case_clear (Case *self)
{
  gst_harness_teardown (self->harness);
  gst_element_set_bus (self->screen, NULL);
  kp_late_source_wait (KP_LATE_SOURCE (self->screen), G_TIME_SPAN_MINUTE);
  gst_object_unref (self->screen);
  gst_bus_set_flushing (self->bus, TRUE);
  gst_object_unref (self->bus);
  XCloseDisplay (self->display);
}

/* 0xRRGGBB of the pixel that is at @place parts of 8 from the left and the top. The pointer is in the middle of the screen. */
static guint
get_color (GstHarness *harness, GstBuffer *buffer, guint place, gint *width, gint *height)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (harness->sinkpad);
  GstVideoFrame frame;
  GstVideoInfo info;
  const guint8 *pixel;
  guint color;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  *width = info.width;
  *height = info.height;
  pixel = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
          + (info.height * place / 8) * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0)
          + (info.width * place / 8) * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, 0);
  color = pixel[GST_VIDEO_FRAME_COMP_POFFSET (&frame, 0)] << 16
          | pixel[GST_VIDEO_FRAME_COMP_POFFSET (&frame, 1)] << 8
          | pixel[GST_VIDEO_FRAME_COMP_POFFSET (&frame, 2)];
  gst_video_frame_unmap (&frame);

  return color;
}

static void
assert_picture (Case *self, guint place, gint width, gint height, guint color)
{
  g_autoptr (GstBuffer) buffer = gst_harness_pull (self->harness);
  gint real_width;
  gint real_height;

  g_assert_cmphex (get_color (self->harness, buffer, place, &real_width, &real_height), ==, color);
  g_assert_cmpint (real_width, ==, width);
  g_assert_cmpint (real_height, ==, height);
}

GST_START_TEST (test_pictures)
{
  static const struct
  {
    GstKurentoSendSource source;
    const gchar *constraints;
    const gchar *window; /* NULL: the XID */
    guint place;
    gint width;
    gint height;
    guint color;
  } rows[] = {
    { GST_KURENTO_SEND_SOURCE_SCREEN, "true", "Red", 6, TEST_SCREEN_WIDTH, TEST_SCREEN_HEIGHT, 0x0000ff },
    { GST_KURENTO_SEND_SOURCE_SCREEN, "{'width':320,'frameRate':10}", NULL, 6, 320, 200, 0x0000ff },
    { GST_KURENTO_SEND_SOURCE_SCREEN, "true", NULL, 4, TEST_SCREEN_WIDTH, TEST_SCREEN_HEIGHT, 0x000000 },
    { GST_KURENTO_SEND_SOURCE_SCREEN, "{'cursor':'never'}", NULL, 4, TEST_SCREEN_WIDTH, TEST_SCREEN_HEIGHT,
      0x0000ff },
    { GST_KURENTO_SEND_SOURCE_WINDOW, "true", "Red", 6, 200, 100, 0xff0000 },
    { GST_KURENTO_SEND_SOURCE_WINDOW, "{'height':{'max':60}}", NULL, 6, 120, 60, 0xff0000 },
    { GST_KURENTO_SEND_SOURCE_WINDOW, "{'width':1000,'cursor':'never'}", NULL, 6, 200, 100, 0xff0000 },
  };
  g_autofree gchar *xid = NULL;
  Case test;

  case_init (&test);
  xid = g_strdup_printf (__i__ % 2 ? "%lu" : "0x%lx", test.window);
  case_capture (&test, rows[__i__].source, rows[__i__].constraints,
                rows[__i__].window ? rows[__i__].window : xid);
  capture_expect (test.bus, KP_LATE_SOURCE_READY, NULL);
  assert_picture (&test, rows[__i__].place, rows[__i__].width, rows[__i__].height, rows[__i__].color);
  case_clear (&test);
}
GST_END_TEST;

GST_START_TEST (test_rate)
{
  g_autoptr (GstCaps) caps = NULL;
  gint rate_n;
  gint rate_d;
  Case test;

  case_init (&test);
  case_capture (&test, GST_KURENTO_SEND_SOURCE_SCREEN, "{'frameRate':{'ideal':60,'max':12.5}}", NULL);
  gst_buffer_unref (gst_harness_pull (test.harness));
  caps = gst_pad_get_current_caps (test.harness->sinkpad);
  fail_unless (gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &rate_n, &rate_d));
  g_assert_cmpint (rate_n * 2, ==, rate_d * 25);
  case_clear (&test);
}
GST_END_TEST;

/* The size that is sent follows that of the window, and the last picture is that of the window, not of what was behind it. */
GST_START_TEST (test_changes)
{
  g_autoptr (GstBuffer) buffer = NULL;
  gint width = 0;
  gint height = 0;
  Case test;

  case_init (&test);
  case_capture (&test, GST_KURENTO_SEND_SOURCE_WINDOW, "true", "Red");
  capture_expect (test.bus, KP_LATE_SOURCE_READY, NULL);
  assert_picture (&test, 6, 200, 100, 0xff0000);
  XResizeWindow (test.display, test.window, 300, 201);
  XSync (test.display, False);
  while (width != 300 || height != 201)
    {
      gst_clear_buffer (&buffer);
      buffer = gst_harness_pull (test.harness);
      g_assert_cmphex (get_color (test.harness, buffer, 6, &width, &height), ==, 0xff0000);
    }

  /* half of it is where there is no screen: no pictures, no end */
  XMoveWindow (test.display, test.window, TEST_SCREEN_WIDTH - 150, 0);
  XSync (test.display, False);
  XMoveWindow (test.display, test.window, 0, 0);
  XSync (test.display, False);
  assert_picture (&test, 6, 300, 201, 0xff0000);

  XDestroyWindow (test.display, test.window);
  XSync (test.display, False);
  capture_expect (test.bus, KP_LATE_SOURCE_ENDED, NULL);
  while (gst_harness_buffers_in_queue (test.harness) > 0)
    assert_picture (&test, 6, 300, 201, 0xff0000);
  case_clear (&test);
}
GST_END_TEST;

GST_START_TEST (test_failures)
{
  static const struct
  {
    GstKurentoSendSource source;
    const gchar *window;
    const gchar *display; /* NULL: the test's */
    const gchar *authority; /* NULL: the test's */
    GstKurentoError code;
    const gchar *message_part;
  } rows[] = {
    { GST_KURENTO_SEND_SOURCE_WINDOW, "Green", NULL, NULL, GST_KURENTO_ERROR_NOT_FOUND,
      "no window \"Green\"" },
    { GST_KURENTO_SEND_SOURCE_WINDOW, "0x7777777", NULL, NULL, GST_KURENTO_ERROR_NOT_FOUND, "0x7777777" },
    { GST_KURENTO_SEND_SOURCE_WINDOW, "Hidden", NULL, NULL, GST_KURENTO_ERROR_NOT_FOUND, "hidden" },
    { GST_KURENTO_SEND_SOURCE_WINDOW, NULL, NULL, NULL, GST_KURENTO_ERROR_INVALID_ARGUMENT, "window: " },
    { GST_KURENTO_SEND_SOURCE_SCREEN, NULL, ":9999", NULL, GST_KURENTO_ERROR_NOT_FOUND, "no X server :9999" },
    { GST_KURENTO_SEND_SOURCE_SCREEN, NULL, "", NULL, GST_KURENTO_ERROR_NOT_SUPPORTED, "DISPLAY" },
    { GST_KURENTO_SEND_SOURCE_SCREEN, NULL, NULL, "/dev/null", GST_KURENTO_ERROR_NOT_ALLOWED, "refuses us" },
  };
  g_autoptr (GError) error = NULL;
  Window hidden;
  Case test;

  case_init (&test);
  hidden = test_display_add_window (test.display, "Hidden", 0, 0, 10, 10, 0xff00);
  XUnmapWindow (test.display, hidden);
  XSync (test.display, False);
  if (rows[__i__].display)
    g_setenv ("DISPLAY", rows[__i__].display, TRUE);
  if (rows[__i__].authority)
    g_setenv ("XAUTHORITY", rows[__i__].authority, TRUE);
  case_capture (&test, rows[__i__].source, "true", rows[__i__].window);
  capture_expect (test.bus, KP_LATE_SOURCE_FAILED, &error);
  g_setenv ("DISPLAY", XDisplayString (test.display), TRUE);
  g_setenv ("XAUTHORITY", test_display_authority, TRUE);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, rows[__i__].code), "%s", error->message);
  fail_unless (strstr (error->message, rows[__i__].message_part), "%s", error->message);
  case_clear (&test);
}
GST_END_TEST;

static Suite *
kp_screen_suite (void)
{
  Suite *suite = suite_create ("kp-screen");
  TCase *tcase = tcase_create ("x11");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_pictures, 0, 7);
  tcase_add_test (tcase, test_rate);
  tcase_add_test (tcase, test_changes);
  tcase_add_loop_test (tcase, test_failures, 0, 7);

  return suite;
}

int
main (int argc, char **argv)
{
  int n_failed;

  test_display_start ();
  gst_check_init (&argc, &argv);
  n_failed = gst_check_run_suite (kp_screen_suite (), "kp_screen", __FILE__);
  test_display_stop ();

  return n_failed;
}
