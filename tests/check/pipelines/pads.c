/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sink pads that come and go in a call, and the source pads of the other side. */
#include "call.h"

#define FURTHER                                                                                              \
  "videotestsrc is-live=true pattern=solid-color foreground-color=0xff00ff00 name=s ! "                      \
  "capsfilter caps=video/x-raw,width=160,height=120,framerate=30/1"

/* The other side, and what comes to its second pad. */
typedef struct
{
  Side *side;
  Watch watch;
  gint shown; /* atomic */
} Screen;

/* Watched from the first event on. */
static void
show (GstElement *peer, GstPad *pad, Screen *screen)
{
  Side *side = screen->side;
  g_autofree gchar *name = gst_pad_get_name (pad);
  g_autoptr (GstPad) sink = NULL;
  GstElement *bin;

  if (!g_str_equal (name, "video_src_1"))
    return;

  bin = gst_parse_bin_from_description (VIDEO_SINK ("further"), TRUE, NULL);
  gst_bin_add (GST_BIN (side->pipeline), bin);
  gst_element_sync_state_with_parent (bin);
  sink = gst_element_get_static_pad (bin, "sink");
  watch_init (&screen->watch, side, "further");
  fail_unless (gst_pad_link (pad, sink) == GST_PAD_LINK_OK);
  g_atomic_int_set (&screen->shown, TRUE);
}

static void
needed_cb (GstElement *peer, gint *n)
{
  g_atomic_int_inc (n);
}

/* One more picture comes to the other side's next pad, and goes again; the first one never stops. */
GST_START_TEST (test_come_and_go)
{
  Side a, b;
  Watch first;
  Screen screen = { .side = &b };
  GstElement *source;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstPad) out = NULL;
  gint n_needed = 0;

  side_init (&a, RED "kurentopeersendonly name=p");
  side_init (&b, "kurentopeerrecvonly name=p p.video_src_0 ! " VIDEO_SINK ("v"));
  g_signal_connect (a.peer, "negotiation-needed", G_CALLBACK (needed_cb), &n_needed);
  g_signal_connect (b.peer, "pad-added", G_CALLBACK (show), &screen);
  watch_init (&first, &b, "v");
  call (&a, &b);
  watch_wait_colour (&first, 0xff0000);

  source = gst_parse_bin_from_description (FURTHER, TRUE, NULL);
  gst_bin_add (GST_BIN (a.pipeline), source);
  pad = gst_element_request_pad_simple (a.peer, "video_sink_%u");
  out = gst_element_get_static_pad (source, "src");
  fail_unless (gst_pad_link (out, pad) == GST_PAD_LINK_OK);
  gst_element_sync_state_with_parent (source);
  wait_until (g_atomic_int_get (&n_needed) == 1);
  call_again (&a, &b);
  wait_until (g_atomic_int_get (&screen.shown));
  watch_wait_colour (&screen.watch, 0x00ff00);
  watch_wait (&screen.watch, 5);
  watch_wait (&first, 5);

  gst_element_release_request_pad (a.peer, pad);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (a.pipeline), source);
  wait_until (g_atomic_int_get (&n_needed) == 2);
  call_again (&a, &b);
  watch_wait_gaps (&screen.watch, 3);
  watch_wait (&first, 5);
  watch_wait_colour (&first, 0xff0000);

  fail_unless_equals_int (a.n_connected + b.n_connected, 2);
  fail_unless_equals_int (a.n_disconnected + b.n_disconnected, 0);
  fail_unless_equals_int (a.n_errors + b.n_errors + a.n_peer_errors + b.n_peer_errors, 0);
  fail_unless_equals_int (n_needed, 2);
  side_clear (&a);
  side_clear (&b);
  watch_clear (&first);
  watch_clear (&screen.watch);
}
GST_END_TEST

static Suite *
pads_suite (void)
{
  Suite *suite = suite_create ("pads");
  TCase *tcase = tcase_create ("pads");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_come_and_go);

  return suite;
}

GST_CHECK_MAIN (pads)
