/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <gst/kurentopeer/kurentopeer.h>

#include <glib/gstdio.h>
#include <gst/video/video.h>

/* Snapshots of what comes, and of what goes out. */

#define BLUE "videotestsrc is-live=true pattern=blue ! " VIDEO_CAPS " ! "
#define SINK "p.video_src_0 ! fakesink async=false "

static GstSample *
get_frame (Side *side, const gchar *action, const gchar *text)
{
  g_autoptr (GstCaps) caps = text ? gst_caps_from_string (text) : NULL;
  GstSample *frame = NULL;

  g_signal_emit_by_name (side->peer, action, caps, &frame);

  return frame;
}

/* 0xrrggbb, of the middle. @frame is RGB. */
static guint32
get_colour (GstSample *frame)
{
  GstVideoFrame picture;
  GstVideoInfo info;
  const guint8 *rgb;
  guint32 colour;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (frame)));
  fail_unless (gst_video_frame_map (&picture, &info, gst_sample_get_buffer (frame), GST_MAP_READ));
  rgb = (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&picture, 0)
        + info.height / 2 * GST_VIDEO_FRAME_PLANE_STRIDE (&picture, 0) + info.width / 2 * 3;
  colour = rgb[0] << 16 | rgb[1] << 8 | rgb[2];
  gst_video_frame_unmap (&picture);

  return colour;
}

static gboolean
is_about (guint32 colour, guint32 wanted)
{
  for (guint shift = 0; shift < 24; shift += 8)
    if (ABS ((gint)(colour >> shift & 0xff) - (gint)(wanted >> shift & 0xff)) >= 40)
      return FALSE;

  return TRUE;
}

static gboolean
has_colour (Side *side, const gchar *action, guint32 colour)
{
  g_autoptr (GstSample) frame = get_frame (side, action, "video/x-raw,format=RGB");

  return frame && is_about (get_colour (frame), colour);
}

static gint
get_width (GstSample *frame)
{
  gint width = 0;

  gst_structure_get_int (gst_caps_get_structure (gst_sample_get_caps (frame), 0), "width", &width);

  return width;
}

/* Opens an image as anybody would, and looks at it. */
static void
check_image (Side *side, const gchar *type, guint32 colour)
{
  g_autoptr (GstSample) frame = get_frame (side, "get-current-frame", type);
  g_autofree gchar *path = NULL;
  g_autofree gchar *line = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstMapInfo map;
  Watch watch;

  fail_unless (frame != NULL, "no %s", type);
  fail_unless (gst_structure_has_name (gst_caps_get_structure (gst_sample_get_caps (frame), 0), type));
  fail_unless (g_close (g_file_open_tmp (NULL, &path, NULL), NULL));
  gst_buffer_map (gst_sample_get_buffer (frame), &map, GST_MAP_READ);
  fail_unless (g_file_set_contents (path, (const gchar *)map.data, map.size, NULL));
  gst_buffer_unmap (gst_sample_get_buffer (frame), &map);

  line = g_strdup_printf ("filesrc location=%s ! decodebin ! videoconvert ! video/x-raw,format=RGB ! "
                          "fakesink name=v",
                          path);
  pipeline = gst_parse_launch (line, NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "v");
  pad = gst_element_get_static_pad (sink, "sink");
  watch_init_pad (&watch, pipeline, pad);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  watch_wait_colour (&watch, colour);
  watch_wait_size (&watch, 160, 120);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  watch_clear (&watch);
  g_remove (path);
}

/* In every format, of one peer and then of the next. */
GST_START_TEST (test_remote)
{
  g_autoptr (GstSample) raw = NULL;
  g_autoptr (GstSample) small = NULL;
  Side a, b, c;

  side_init (&a, "kurentopeerrecvonly name=p " SINK);
  side_init (&b, GREEN "kurentopeersendonly name=p");
  side_init (&c, BLUE "kurentopeersendonly name=p");
  fail_if (get_frame (&a, "get-current-frame", NULL));
  side_play (&a);
  fail_if (get_frame (&a, "get-current-frame", NULL));

  call (&b, &a);
  wait_until (has_colour (&a, "get-current-frame", 0x00ff00));
  raw = get_frame (&a, "get-current-frame", NULL);
  fail_unless (gst_structure_has_name (gst_caps_get_structure (gst_sample_get_caps (raw), 0), "video/x-raw"));
  fail_unless_equals_int (get_width (raw), 160);
  fail_unless (GST_BUFFER_PTS_IS_VALID (gst_sample_get_buffer (raw)));
  small = get_frame (&a, "get-current-frame", "video/x-raw,format=RGB,width=80,height=60");
  fail_unless_equals_int (get_width (small), 80);
  fail_unless (is_about (get_colour (small), 0x00ff00));
  check_image (&a, "image/png", 0x00ff00);
  check_image (&a, "image/jpeg", 0x00ff00);
  fail_if (get_frame (&a, "get-current-frame", "ANY"));
  fail_if (get_frame (&a, "get-current-frame", "image/x-no-such-thing"));

  call_leave (&b, &a);
  fail_unless (has_colour (&a, "get-current-frame", 0x00ff00));
  call (&c, &a);
  wait_until (has_colour (&a, "get-current-frame", 0x0000ff));
  side_clear (&a);
  side_clear (&b);
  side_clear (&c);
}
GST_END_TEST

static void
fail_unless_refused (Side *side, gint code, const gchar *part)
{
  g_autoptr (GError) error = NULL;

  fail_if (gst_kurento_peer_get_current_frame (GST_KURENTO_PEER (side->peer), NULL, &error));
  fail_unless (g_error_matches (error, GST_KURENTO_ERROR, code), "%s", error->message);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
}

/* What is not decoded has no frames; a view is enough. */
static const struct
{
  const gchar *receiver;
  const gchar *part; /* of the error; NULL: there is a frame */
} outputs[] = {
  { "kurentopeerrecvonly name=p remote-video=fakesink", NULL },
  { "kurentopeerrecvonly name=p", "video_src_0 is not linked" },
  { "kurentopeerrecvonly name=p output=encoded " SINK, "output is not raw" },
  { "kurentopeerrecvonly name=p output=rtp " SINK, "output is not raw" },
};

static gboolean
has_pad (Side *side, const gchar *name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (side->peer, name);

  return pad != NULL;
}

GST_START_TEST (test_outputs)
{
  Side a, b;

  side_init (&a, GREEN "kurentopeersendonly name=p");
  side_init (&b, outputs[__i__].receiver);
  fail_unless_refused (&b, GST_KURENTO_ERROR_INVALID_STATE, "PAUSED");
  call (&a, &b);
  wait_until (has_pad (&b, "video_src_0"));
  if (outputs[__i__].part)
    fail_unless_refused (&b, GST_KURENTO_ERROR_INVALID_STATE, outputs[__i__].part);
  else
    wait_until (has_colour (&b, "get-current-frame", 0x00ff00));

  gst_structure_free (side_ask (&b, "close", NULL));
  fail_unless_refused (&b, GST_KURENTO_ERROR_CLOSED, "closed");
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

/* What is sent: with and without a peer, and black when that is sent. */
GST_START_TEST (test_local)
{
  g_autoptr (GstSample) raw = NULL;
  Side a, b;

  side_init (&a, RED "kurentopeer name=p");
  side_init (&b, "kurentopeerrecvonly name=p");
  fail_if (get_frame (&a, "get-current-local-frame", NULL));
  side_play (&a);
  wait_until (has_colour (&a, "get-current-local-frame", 0xff0000));
  fail_if (get_frame (&a, "get-current-frame", NULL));
  call (&a, &b);
  fail_unless (has_colour (&a, "get-current-local-frame", 0xff0000));
  fail_if (get_frame (&b, "get-current-local-frame", NULL));
  g_object_set (a.peer, "video-enabled", FALSE, NULL);
  wait_until (has_colour (&a, "get-current-local-frame", 0x000000));
  g_object_set (a.peer, "video-enabled", TRUE, NULL);
  wait_until (has_colour (&a, "get-current-local-frame", 0xff0000));
  raw = get_frame (&a, "get-current-local-frame", NULL);
  fail_unless_equals_int (get_width (raw), 160);
  side_stop (&a);
  fail_if (get_frame (&a, "get-current-local-frame", NULL));
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

GST_START_TEST (test_local_encoded)
{
  Side a, b;

  side_init (&a, RED "vp8enc deadline=1 ! kurentopeersendonly name=p");
  side_init (&b, "kurentopeerrecvonly name=p " SINK);
  call (&a, &b);
  wait_until (has_colour (&b, "get-current-frame", 0xff0000));
  fail_if (get_frame (&a, "get-current-local-frame", NULL));
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

static gint n_images; /* atomic */

static void
take_images (GstElement *peer)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/png");
  g_autoptr (GstSample) local = NULL;
  g_autoptr (GstSample) remote = NULL;

  g_signal_emit_by_name (peer, "get-current-local-frame", caps, &local);
  g_signal_emit_by_name (peer, "get-current-frame", caps, &remote);
  if (local && remote)
    g_atomic_int_inc (&n_images);
}

static void
pad_added_cb (GstElement *peer, GstPad *pad, Side *side)
{
  take_images (peer);
}

static GstBusSyncReply
message_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  take_images (((Side *)user_data)->peer);
  gst_message_unref (message);

  return GST_BUS_DROP;
}

/* In the peer's own thread, and wherever messages are posted. */
GST_START_TEST (test_anywhere)
{
  g_autoptr (GstBus) bus = NULL;
  Side a, b;

  side_init (&a, RED "kurentopeer name=p stats-interval=50 remote-video=fakesink");
  side_init (&b, GREEN "kurentopeer name=p " TONE (400) "p.");
  g_atomic_int_set (&n_images, 0);
  g_signal_connect (a.peer, "pad-added", G_CALLBACK (pad_added_cb), &a);
  bus = gst_element_get_bus (a.pipeline);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  gst_bus_set_sync_handler (bus, message_cb, &a, NULL);
  call (&a, &b);
  wait_until (g_atomic_int_get (&n_images) >= 3);
  side_clear (&a);
  side_clear (&b);
}
GST_END_TEST

static Suite *
frames_suite (void)
{
  Suite *suite = suite_create ("frames");
  TCase *tcase = tcase_create ("frames");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_remote);
  tcase_add_loop_test (tcase, test_outputs, 0, G_N_ELEMENTS (outputs));
  tcase_add_test (tcase, test_local);
  tcase_add_test (tcase, test_local_encoded);
  tcase_add_test (tcase, test_anywhere);

  return suite;
}

GST_CHECK_MAIN (frames)
