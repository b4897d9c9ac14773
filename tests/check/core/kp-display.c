/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-display.h"

#include <gst/check/gstcheck.h>

#include "gstkurentoerror.h"

static KpConstraints *
constraints_new (const gchar *text)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  KpConstraints *constraints = kp_constraints_read (node, "video", NULL);

  fail_unless (constraints, "%s", text);

  return constraints;
}

GST_START_TEST (test_fit)
{
  static const struct
  {
    const gchar *constraints;
    gint width;
    gint height;
    gint sent_width;
    gint sent_height;
  } rows[] = {
    { "true", 1920, 1080, 1920, 1080 },
    { "true", 641, 479, 641, 479 },
    { "{'width':640}", 1920, 1080, 640, 360 },
    { "{'width':640}", 320, 200, 320, 200 },
    { "{'height':720}", 1920, 1200, 1152, 720 },
    { "{'width':640,'height':480}", 1920, 1080, 640, 360 },
    { "{'width':640,'height':480}", 1080, 1920, 270, 480 },
    { "{'width':{'max':1280}}", 1920, 1080, 1280, 720 },
    { "{'width':{'ideal':1920,'max':1000}}", 1920, 1080, 1000, 562 },
    { "{'width':101}", 1920, 1080, 100, 56 },
    { "{'width':2}", 1920, 1080, 2, 2 },
    { "{'width':0}", 1920, 1080, 2, 2 },
    { "{'aspectRatio':1}", 1920, 1080, 1920, 1080 },
  };
  g_autoptr (KpConstraints) constraints = constraints_new (rows[__i__].constraints);
  gint width = rows[__i__].width;
  gint height = rows[__i__].height;

  fail_unless (kp_display_check (constraints, "video", NULL));
  kp_display_fit (constraints, &width, &height);
  g_assert_cmpint (width, ==, rows[__i__].sent_width);
  g_assert_cmpint (height, ==, rows[__i__].sent_height);
}
GST_END_TEST

GST_START_TEST (test_rate_and_cursor)
{
  static const struct
  {
    const gchar *constraints;
    gdouble rate;
    gboolean shows_cursor;
  } rows[] = {
    { "true", 30, TRUE },
    { "{'frameRate':15,'cursor':'always'}", 15, TRUE },
    { "{'framerate':12.5,'cursor':'motion'}", 12.5, TRUE },
    { "{'frameRate':{'max':10},'cursor':'never'}", 10, FALSE },
    { "{'frameRate':{'ideal':60,'max':50},'cursor':['never','always']}", 50, FALSE },
    { "{'frameRate':1000}", 120, TRUE },
    { "{'frameRate':0}", 30, TRUE },
  };
  g_autoptr (KpConstraints) constraints = constraints_new (rows[__i__].constraints);

  g_assert_cmpfloat (kp_display_get_rate (constraints), ==, rows[__i__].rate);
  g_assert_cmpint (kp_display_shows_cursor (constraints), ==, rows[__i__].shows_cursor);
}
GST_END_TEST

GST_START_TEST (test_surfaces)
{
  static const struct
  {
    const gchar *constraints;
    KpSurfaces surfaces;
  } rows[] = {
    { "true", KP_SURFACE_MONITOR },
    { "{'displaySurface':'browser'}", KP_SURFACE_MONITOR },
    { "{'displaySurface':'window'}", KP_SURFACE_WINDOW },
    { "{'displaySurface':'monitor'}", KP_SURFACE_MONITOR },
    { "{'displaySurface':['window','browser','monitor']}", KP_SURFACE_MONITOR | KP_SURFACE_WINDOW },
  };
  g_autoptr (KpConstraints) constraints = constraints_new (rows[__i__].constraints);

  g_assert_cmpint (kp_display_get_surfaces (constraints, KP_SURFACE_MONITOR), ==, rows[__i__].surfaces);
}
GST_END_TEST

GST_START_TEST (test_refused)
{
  static const struct
  {
    const gchar *constraints;
    GstKurentoError code;
    const gchar *place;
  } rows[] = {
    { "{'width':{'min':1}}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "video.width: " },
    { "{'frameRate':{'exact':30}}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "video.frameRate: " },
    { "{'cursor':{'exact':'never'}}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "video.cursor: " },
    { "{'advanced':[{'width':10}]}", GST_KURENTO_ERROR_INVALID_ARGUMENT, "video.advanced: " },
    { "{'height':{'max':1}}", GST_KURENTO_ERROR_OVERCONSTRAINED, "video.height: " },
    { "{'frameRate':{'max':0}}", GST_KURENTO_ERROR_OVERCONSTRAINED, "video.frameRate: " },
  };
  g_autoptr (KpConstraints) constraints = constraints_new (rows[__i__].constraints);
  g_autoptr (GError) error = NULL;

  fail_if (kp_display_check (constraints, "video", &error));
  g_assert_error (error, GST_KURENTO_ERROR, rows[__i__].code);
  fail_unless (g_str_has_prefix (error->message, rows[__i__].place), "%s", error->message);
}
GST_END_TEST

static Suite *
kp_display_suite (void)
{
  Suite *suite = suite_create ("kp-display");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_fit, 0, 13);
  tcase_add_loop_test (tcase, test_rate_and_cursor, 0, 7);
  tcase_add_loop_test (tcase, test_surfaces, 0, 5);
  tcase_add_loop_test (tcase, test_refused, 0, 6);

  return suite;
}

GST_CHECK_MAIN (kp_display)
