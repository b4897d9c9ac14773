/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-cast.h"

#include "../test-desktop.h"
#include "capture-check.h"
#include "gstkurentoerror.h"
#include "kp-screen.h"
#include "media-check.h"

#define LONG (10 * G_TIME_SPAN_SECOND) /* us; pipewiresrc waits longer */

typedef struct
{
  TestPortal portal;
  GstElement *cast; /* owned */
  GstHarness *harness; /* owned */
  GstBus *bus; /* owned */
} Case;

/* @portal: its constant fields. */
static void
case_init (Case *self, TestPortal portal, GstKurentoSendSource source, const gchar *constraints_text,
           const gchar *window)
{
  g_autoptr (KpConstraints) constraints = capture_constraints_new (constraints_text);
  g_autoptr (GError) error = NULL;
  GstElement *cast = kp_screen_new (source, constraints, window, &error);

  g_assert_no_error (error);
  *self = (Case){ .portal = portal, .bus = gst_bus_new () };
  test_pipewire_start ();
  self->portal.node = test_pipewire_get_node ();
  self->portal.pipewire = test_pipewire_connect ();
  test_portal_start (&self->portal);
  self->cast = gst_object_ref_sink (cast);
  gst_element_set_bus (self->cast, self->bus);
  self->harness = gst_harness_new_with_element (self->cast, NULL, "src");
  gst_harness_use_systemclock (self->harness);
  gst_harness_play (self->harness);
}

/* At once, whatever it is waiting for, and nothing of it is left. */
static void
case_clear (Case *self)
{
  gint64 start = g_get_monotonic_time ();

  gst_harness_teardown (self->harness);
  gst_element_set_bus (self->cast, NULL);
  kp_late_source_wait (KP_LATE_SOURCE (self->cast), G_TIME_SPAN_MINUTE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, LONG);
  gst_bus_set_flushing (self->bus, TRUE);
  ASSERT_OBJECT_REFCOUNT (self->cast, "cast", 1);
  gst_object_unref (self->cast);
  gst_object_unref (self->bus);
  test_portal_stop (&self->portal);
  close (self->portal.pipewire);
  test_pipewire_stop ();
}

static void
assert_picture (Case *self, gint width, gint height, GstBuffer *buffer)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->harness->sinkpad);
  GstVideoFrame frame;
  GstVideoInfo info;
  const guint8 *pixel;

  fail_unless (gst_video_info_from_caps (&info, caps));
  g_assert_cmpint (info.width, ==, width);
  g_assert_cmpint (info.height, ==, height);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  pixel = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
          + height / 8 * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0)
          + width / 8 * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, 0);
  g_assert_cmphex (pixel[GST_VIDEO_FRAME_COMP_POFFSET (&frame, 0)] << 16
                       | pixel[GST_VIDEO_FRAME_COMP_POFFSET (&frame, 1)] << 8
                       | pixel[GST_VIDEO_FRAME_COMP_POFFSET (&frame, 2)],
                   ==, TEST_PIPEWIRE_COLOR);
  gst_video_frame_unmap (&frame);
}

static GstElement *
dup_source (Case *self)
{
  g_autoptr (GstIterator) iterator = gst_bin_iterate_recurse (GST_BIN (self->cast));
  g_auto (GValue) value = G_VALUE_INIT;

  while (gst_iterator_next (iterator, &value) == GST_ITERATOR_OK)
    {
      GstElement *element = g_value_get_object (&value);

      if (g_str_equal (GST_OBJECT_NAME (gst_element_get_factory (element)), "pipewiresrc"))
        return gst_object_ref (element);
      g_value_reset (&value);
    }

  return NULL;
}

/* From the node, and by the connection, that the portal has given. */
static void
assert_source (Case *self)
{
  g_autoptr (GstElement) source = dup_source (self);
  g_autofree gchar *node = g_strdup_printf ("%u", self->portal.node);
  g_autofree gchar *path = NULL;
  struct stat status;
  gint fd = -1;

  fail_unless (source);
  g_object_get (source, "path", &path, "fd", &fd, NULL);
  g_assert_cmpstr (path, ==, node);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  fail_unless (S_ISSOCK (status.st_mode));
}

GST_START_TEST (test_pictures)
{
  static const struct
  {
    GstKurentoSendSource source;
    const gchar *constraints;
    gint width;
    gint height;
    gint rate;
    gint types;
    gint cursor;
  } rows[] = {
    { GST_KURENTO_SEND_SOURCE_SCREEN, "true", 320, 200, 30, 1, 2 },
    { GST_KURENTO_SEND_SOURCE_WINDOW, "{'width':160,'frameRate':10,'cursor':'never'}", 160, 100, 10, 2, 1 },
    { GST_KURENTO_SEND_SOURCE_SCREEN, "{'width':1000,'displaySurface':['window','monitor']}", 320, 200, 30, 3,
      2 },
  };
  GstClockTime interval = GST_SECOND / rows[__i__].rate;
  GstClockTime former = GST_CLOCK_TIME_NONE;
  Case test;

  case_init (&test, (TestPortal){ NULL }, rows[__i__].source, rows[__i__].constraints, NULL);
  test_pipewire_link ();
  capture_expect (test.bus, KP_LATE_SOURCE_READY, NULL);
  g_assert_cmpint (test.portal.types, ==, rows[__i__].types);
  g_assert_cmpint (test.portal.cursor, ==, rows[__i__].cursor);
  assert_source (&test);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GstBuffer) buffer = gst_harness_pull (test.harness);

      assert_picture (&test, rows[__i__].width, rows[__i__].height, buffer);
      if (i > 0)
        g_assert_cmpint (ABS (GST_CLOCK_DIFF (former + interval, GST_BUFFER_PTS (buffer))), <, GST_MSECOND);
      former = GST_BUFFER_PTS (buffer);
    }
  case_clear (&test);
}
GST_END_TEST

/* A screen on which nothing happens is sent, too: pictures come when there are none. */
GST_START_TEST (test_still)
{
  guint n_buffers;
  Case test;

  case_init (&test, (TestPortal){ NULL }, GST_KURENTO_SEND_SOURCE_SCREEN, "true", NULL);
  test_pipewire_link ();
  gst_buffer_unref (gst_harness_pull (test.harness));
  kill (test_pipewire_screen, SIGSTOP);
  n_buffers = gst_harness_buffers_received (test.harness);
  wait_for (gst_harness_buffers_received (test.harness) > n_buffers + 10);
  kill (test_pipewire_screen, SIGCONT);
  case_clear (&test);
}
GST_END_TEST

/* The end of the track, too. */
GST_START_TEST (test_closed)
{
  gboolean has_ended = FALSE;
  Case test;

  case_init (&test, (TestPortal){ NULL }, GST_KURENTO_SEND_SOURCE_WINDOW, "true", NULL);
  test_pipewire_link ();
  capture_expect (test.bus, KP_LATE_SOURCE_READY, NULL);
  gst_buffer_unref (gst_harness_pull (test.harness));
  test_portal_end_session (&test.portal);
  capture_expect (test.bus, KP_LATE_SOURCE_ENDED, NULL);
  while (!has_ended)
    {
      g_autoptr (GstEvent) event = gst_harness_pull_event (test.harness);

      fail_unless (event);
      has_ended = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    }
  case_clear (&test);
}
GST_END_TEST

GST_START_TEST (test_failures)
{
  static const struct
  {
    TestPortal portal;
    const gchar *window;
    GstKurentoError code;
    const gchar *message_part;
  } rows[] = {
    { { "Start", TEST_PORTAL_RESPONDS, 1 }, NULL, GST_KURENTO_ERROR_NOT_ALLOWED, "does not want it" },
    { { .has_no_cast = TRUE }, NULL, GST_KURENTO_ERROR_NOT_SUPPORTED, "no desktop portal" },
    { { NULL }, "Terminal", GST_KURENTO_ERROR_NOT_SUPPORTED, "only windows of X11" },
  };
  g_autoptr (GError) error = NULL;
  Case test;

  case_init (&test, rows[__i__].portal, GST_KURENTO_SEND_SOURCE_WINDOW, "true", rows[__i__].window);
  capture_expect (test.bus, KP_LATE_SOURCE_FAILED, &error);
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, rows[__i__].code), "%s", error->message);
  fail_unless (strstr (error->message, rows[__i__].message_part), "%s", error->message);
  case_clear (&test);
}
GST_END_TEST

/* A pipewiresrc of newer versions, which say what part of the picture it is. */
typedef struct
{
  GstBin parent;
  gint fd;
  gchar *path; /* owned */
} FakePipeWire;
typedef GstBinClass FakePipeWireClass;
GType fake_pipewire_get_type (void);
G_DEFINE_TYPE (FakePipeWire, fake_pipewire, GST_TYPE_BIN)

static GstPadProbeReturn
add_part_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstVideoCropMeta *meta = gst_buffer_add_video_crop_meta (buffer);

  meta->x = 100;
  meta->y = 50;
  meta->width = 60;
  meta->height = 40;
  info->data = buffer;

  return GST_PAD_PROBE_OK;
}

static void
fake_pipewire_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FakePipeWire *self = (FakePipeWire *)object;

  if (id == 1)
    self->fd = g_value_get_int (value);
  else
    {
      g_free (self->path);
      self->path = g_value_dup_string (value);
    }
}

static void
fake_pipewire_finalize (GObject *object)
{
  g_free (((FakePipeWire *)object)->path);

  G_OBJECT_CLASS (fake_pipewire_parent_class)->finalize (object);
}

static void
fake_pipewire_class_init (FakePipeWireClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = fake_pipewire_set_property;
  object_class->finalize = fake_pipewire_finalize;
  g_object_class_install_property (object_class, 1,
                                   g_param_spec_int ("fd", NULL, NULL, -1, G_MAXINT, -1, G_PARAM_WRITABLE));
  g_object_class_install_property (object_class, 2,
                                   g_param_spec_string ("path", NULL, NULL, NULL, G_PARAM_WRITABLE));
}

/* Blue with a red part. */
static void
fake_pipewire_init (FakePipeWire *self)
{
  GstElement *source = gst_parse_bin_from_description (
      "videotestsrc is-live=true pattern=red ! video/x-raw,format=BGRx,width=60,height=40,framerate=30/1 ! "
      "videobox fill=blue left=-100 top=-50 right=-160 bottom=-110",
      TRUE, NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  gst_bin_add (GST_BIN (self), source);
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new ("src", pad));
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, add_part_cb, NULL, NULL);
}

/* Only that part is sent, and smaller if that is wished for. */
GST_START_TEST (test_part)
{
  static const struct
  {
    const gchar *constraints;
    gint width;
    gint height;
  } rows[] = { { "true", 60, 40 }, { "{'width':30}", 30, 20 } };
  GstRegistry *registry = gst_registry_get ();
  GstPluginFeature *former = gst_registry_lookup_feature (registry, "pipewiresrc");
  g_autoptr (GstPluginFeature) fake = NULL;
  Case test;

  gst_registry_remove_feature (registry, former);
  gst_element_register (NULL, "pipewiresrc", GST_RANK_NONE, fake_pipewire_get_type ());
  case_init (&test, (TestPortal){ NULL }, GST_KURENTO_SEND_SOURCE_WINDOW, rows[__i__].constraints, NULL);
  capture_expect (test.bus, KP_LATE_SOURCE_READY, NULL);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GstBuffer) buffer = gst_harness_pull (test.harness);

      assert_picture (&test, rows[__i__].width, rows[__i__].height, buffer);
    }
  case_clear (&test);
  fake = gst_registry_lookup_feature (registry, "pipewiresrc");
  gst_registry_remove_feature (registry, fake);
  gst_registry_add_feature (registry, former);
}
GST_END_TEST

/* Nobody is asked for what could not be shown. */
GST_START_TEST (test_no_plugin)
{
  GstRegistry *registry = gst_registry_get ();
  g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (registry, "pipewiresrc");
  g_autoptr (GError) error = NULL;
  Case test;

  fail_unless (feature);
  gst_registry_remove_feature (registry, feature);
  case_init (&test, (TestPortal){ "CreateSession" }, GST_KURENTO_SEND_SOURCE_SCREEN, "true", NULL);
  capture_expect (test.bus, KP_LATE_SOURCE_FAILED, &error);
  g_assert_error (error, GST_KURENTO_ERROR, GST_KURENTO_ERROR_NOT_SUPPORTED);
  fail_unless (strstr (error->message, "pipewiresrc is not installed"), "%s", error->message);
  g_assert_cmpint (test.portal.n_calls, ==, 0);
  case_clear (&test);
  gst_registry_add_feature (registry, g_steal_pointer (&feature));
}
GST_END_TEST

/* While a person is asked, and while the pictures are still to come: nobody links here. */
GST_START_TEST (test_teardown)
{
  static const TestPortal rows[] = {
    { "Start", TEST_PORTAL_IS_SILENT },
    { "OpenPipeWireRemote", TEST_PORTAL_ANSWERS },
  };
  Case test;

  case_init (&test, rows[__i__], GST_KURENTO_SEND_SOURCE_SCREEN, "true", NULL);
  wait_for (g_atomic_int_get (&test.portal.n_calls) == 1);
  if (rows[__i__].trouble == TEST_PORTAL_ANSWERS)
    test_pipewire_wait ("pw-link -i | grep .");
  case_clear (&test);
}
GST_END_TEST

static Suite *
kp_cast_suite (void)
{
  Suite *suite = suite_create ("kp-cast");
  TCase *tcase = tcase_create ("portal");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_pictures, 0, 3);
  tcase_add_loop_test (tcase, test_part, 0, 2);
  tcase_add_test (tcase, test_still);
  tcase_add_test (tcase, test_closed);
  tcase_add_loop_test (tcase, test_failures, 0, 3);
  tcase_add_test (tcase, test_no_plugin);
  tcase_add_loop_test (tcase, test_teardown, 0, 2);

  return suite;
}

int
main (int argc, char **argv)
{
  return test_desktop_main (argc, argv, kp_cast_suite, "kp_cast", __FILE__);
}
