/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A webrtcbin that the application made. */
#include "call.h"

#include <gst/webrtc/webrtc.h>

#define STUN "stun://127.0.0.1:9"

/* Owned. */
static GstElement *
make_webrtcbin (void)
{
  GstElement *webrtcbin = gst_element_factory_make_full ("webrtcbin", "name", "mine", "latency", 123,
                                                         "stun-server", STUN, NULL);

  return gst_object_ref_sink (webrtcbin);
}

static GstElement *
make_peer (GstElement *webrtcbin)
{
  return gst_element_factory_make_full ("kurentopeer", "name", "p", "peer-connection", webrtcbin,
                                        "stun-server", "stun://127.0.0.1:10", "latency", 60, NULL);
}

static void
assert_settings (GstElement *webrtcbin)
{
  g_autofree gchar *stun = NULL;
  guint latency;

  g_object_get (webrtcbin, "stun-server", &stun, "latency", &latency, NULL);
  fail_unless_equals_string (stun, STUN);
  fail_unless_equals_int (latency, 123);
}

static void
assert_in_use (Side *side, GstElement *webrtcbin)
{
  g_autoptr (GstElement) used = NULL;
  g_autoptr (GstElement) inside = side_find_inside (side, "webrtcbin");

  g_object_get (side->peer, "peer-connection", &used, NULL);
  fail_unless (used == webrtcbin);
  fail_unless (inside == webrtcbin);
}

static gboolean
is_back (GstElement *webrtcbin)
{
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (webrtcbin));

  return parent == NULL && GST_OBJECT_REFCOUNT_VALUE (webrtcbin) == 1
         && GST_STATE (webrtcbin) == GST_STATE_NULL && !gst_element_is_locked_state (webrtcbin);
}

static void
assert_error (Side *side, const gchar *action, const gchar *part)
{
  GstStructure *answer = side_ask (side, action, NULL);
  g_autoptr (GError) error = NULL;

  fail_unless (gst_structure_get (answer, "error", G_TYPE_ERROR, &error, NULL));
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
  gst_structure_free (answer);
}

static const gchar *const policies[] = { "none", "max-bundle", "max-compat" };

/* As the offerer, and as the answerer: a call, its settings as they were; then it is the application's again. */
GST_START_TEST (test_call)
{
  GstElement *webrtcbin = make_webrtcbin ();
  GstWebRTCBundlePolicy policy;
  Side mine, other;
  Watch watch;

  gst_util_set_object_arg (G_OBJECT (webrtcbin), "bundle-policy", policies[__i__ / 2]);
  side_init_peer (&mine, make_peer (webrtcbin),
                  "videotestsrc is-live=true pattern=solid-color foreground-color=0xff00ff00 ! " VIDEO_CAPS);
  side_init (&other, "kurentopeer name=p " RED "p.video_sink_0 p.video_src_0 ! " VIDEO_SINK ("sink"));
  watch_init (&watch, &other, "sink");
  if (__i__ % 2 == 0)
    call (&mine, &other);
  else
    call (&other, &mine);
  watch_wait_colour (&watch, 0x00ff00);
  assert_in_use (&mine, webrtcbin);
  assert_settings (webrtcbin);

  side_stop (&mine);
  side_stop (&other);
  watch_clear (&watch);
  side_clear (&mine);
  side_clear (&other);
  wait_until (is_back (webrtcbin));
  assert_settings (webrtcbin);
  g_object_get (webrtcbin, "bundle-policy", &policy, NULL);
  fail_unless_equals_int (policy, __i__ / 2 == 2 ? GST_WEBRTC_BUNDLE_POLICY_MAX_COMPAT
                                                 : GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE);
  gst_object_unref (webrtcbin);
}
GST_END_TEST

/* It cannot restart, and another one would not have its settings. */
GST_START_TEST (test_one_connection)
{
  GstElement *webrtcbin = make_webrtcbin ();
  Side mine, other;

  side_init_peer (&mine, make_peer (webrtcbin), "videotestsrc is-live=true ! " VIDEO_CAPS);
  side_init (&other, "kurentopeer name=p " RED "p.video_sink_0");
  call (&mine, &other);
  /* for another peer, as nothing changed */
  assert_error (&mine, "generate-offer", "peer-connection: mine has served a connection");
  wait_until (g_atomic_int_get (&mine.n_peer_errors) == 1);
  assert_error (&mine, "generate-offer", "peer-connection: mine has served a connection");

  side_stop (&mine);
  side_stop (&other);
  fail_unless_equals_int (gst_element_set_state (mine.peer, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  side_clear (&mine);
  side_clear (&other);
  wait_until (is_back (webrtcbin));
  gst_object_unref (webrtcbin);
}
GST_END_TEST

static GstElement *
make_other (void)
{
  return gst_element_factory_make ("fakesink", "other");
}

static GstElement *
make_with_pads (void)
{
  GstElement *webrtcbin = gst_element_factory_make ("webrtcbin", "padded");
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (webrtcbin, "sink_0");

  fail_unless (pad != NULL);

  return webrtcbin;
}

static GstElement *
make_in_bin (void)
{
  GstElement *bin = gst_bin_new ("elsewhere");
  GstElement *webrtcbin = gst_element_factory_make ("webrtcbin", "taken");

  gst_bin_add (GST_BIN (bin), webrtcbin);
  g_object_set_data_full (G_OBJECT (webrtcbin), "bin", bin, NULL);

  return webrtcbin;
}

static const struct
{
  GstElement *(*make) (void);
  const gchar *error;
} wrong[] = {
  { make_other, "peer-connection: other is a GstFakeSink, not a webrtcbin" },
  { make_with_pads, "peer-connection: padded has pads already" },
  { make_in_bin, "peer-connection: taken is already in elsewhere" },
};

GST_START_TEST (test_wrong)
{
  GstElement *given = wrong[__i__].make ();
  GstElement *bin = g_object_get_data (G_OBJECT (given), "bin");
  g_autoptr (GstElement) present = NULL;
  Side side;

  side_init_peer (&side, make_peer (given), "videotestsrc is-live=true");
  g_object_get (side.peer, "peer-connection", &present, NULL);
  fail_unless (present == given);
  fail_unless_equals_int (gst_element_set_state (side.pipeline, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  wait_until (g_atomic_int_get (&side.n_errors) == 1);
  fail_unless (strstr (side.error, wrong[__i__].error) != NULL, "%s", side.error);
  side_stop (&side);
  side_clear (&side);
  if (bin)
    gst_object_unref (bin);
}
GST_END_TEST

static Suite *
peer_connection_suite (void)
{
  Suite *suite = suite_create ("peer-connection");
  TCase *tcase = tcase_create ("general");

  warm_up ();
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, test_call, 0, 2 * G_N_ELEMENTS (policies));
  tcase_add_test (tcase, test_one_connection);
  tcase_add_loop_test (tcase, test_wrong, 0, G_N_ELEMENTS (wrong));

  return suite;
}

GST_CHECK_MAIN (peer_connection);
