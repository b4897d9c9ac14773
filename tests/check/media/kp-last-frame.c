/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-last-frame.h"

#include <gst/check/gstcheck.h>

static GstPad *
make_pad (const gchar *caps_text)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_text);

  gst_pad_set_active (pad, TRUE);
  gst_pad_push_event (pad, gst_event_new_stream_start ("stream"));
  gst_pad_push_event (pad, gst_event_new_caps (caps));

  return pad;
}

static gint
get_width (GstSample *frame)
{
  gint width = 0;

  gst_structure_get_int (gst_caps_get_structure (gst_sample_get_caps (frame), 0), "width", &width);

  return width;
}

/* The last one, with the caps that it came with. */
GST_START_TEST (test_keep)
{
  g_autoptr (GstPad) pad = make_pad ("video/x-raw,width=4");
  g_autoptr (GstCaps) larger = gst_caps_from_string ("video/x-raw,width=8");
  g_autoptr (GstSample) former = NULL;
  g_autoptr (GstSample) latter = NULL;
  GstBuffer *one = gst_buffer_new ();
  GstBuffer *two = gst_buffer_new ();
  KpLastFrame frame;

  kp_last_frame_init (&frame);
  fail_unless (kp_last_frame_dup (&frame) == NULL);
  kp_last_frame_keep (&frame, pad, one);
  gst_pad_push_event (pad, gst_event_new_caps (larger));
  former = kp_last_frame_dup (&frame);
  fail_unless (gst_sample_get_buffer (former) == one);
  fail_unless_equals_int (get_width (former), 4);
  kp_last_frame_keep (&frame, pad, two);
  latter = kp_last_frame_dup (&frame);
  fail_unless (gst_sample_get_buffer (latter) == two);
  fail_unless_equals_int (get_width (latter), 8);
  kp_last_frame_forget (&frame);
  fail_unless (kp_last_frame_dup (&frame) == NULL);

  g_clear_pointer (&former, gst_sample_unref);
  g_clear_pointer (&latter, gst_sample_unref);
  ASSERT_BUFFER_REFCOUNT (one, "one", 1);
  ASSERT_BUFFER_REFCOUNT (two, "two", 1);
  gst_buffer_unref (one);
  gst_buffer_unref (two);
  kp_last_frame_clear (&frame);
}
GST_END_TEST

/* Linked or not. */
GST_START_TEST (test_watch)
{
  g_autoptr (GstPad) pad = make_pad ("video/x-raw,width=4");
  g_autoptr (GstSample) seen = NULL;
  GstBuffer *buffer = gst_buffer_new ();
  GstSegment segment;
  KpLastFrame frame;

  kp_last_frame_init (&frame);
  kp_last_frame_watch (&frame, pad);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_pad_push (pad, buffer), GST_FLOW_NOT_LINKED);
  seen = kp_last_frame_dup (&frame);
  fail_unless (seen && gst_sample_get_buffer (seen) == buffer);
  kp_last_frame_clear (&frame);
}
GST_END_TEST

static gboolean
answer_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return gst_pad_query_default (pad, parent, query);

  gst_query_add_allocation_pool (query, NULL, 100, 2, 4);
  gst_query_add_allocation_pool (query, NULL, 100, 0, 0);

  return TRUE;
}

/* Who fills a pool can do so although one buffer is kept. */
GST_START_TEST (test_pools)
{
  g_autoptr (GstPad) pad = make_pad ("video/x-raw,width=4");
  g_autoptr (GstPad) peer = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  g_autoptr (GstQuery) query = gst_query_new_allocation (NULL, FALSE);
  guint size, min, max;
  KpLastFrame frame;

  kp_last_frame_init (&frame);
  kp_last_frame_watch (&frame, pad);
  gst_pad_set_query_function (peer, answer_query);
  gst_pad_set_active (peer, TRUE);
  fail_unless_equals_int (gst_pad_link (pad, peer), GST_PAD_LINK_OK);
  fail_unless (gst_pad_peer_query (pad, query));
  fail_unless_equals_int (gst_query_get_n_allocation_pools (query), 2);
  gst_query_parse_nth_allocation_pool (query, 0, NULL, &size, &min, &max);
  fail_unless_equals_int (size, 100);
  fail_unless_equals_int (min, 3);
  fail_unless_equals_int (max, 5);
  gst_query_parse_nth_allocation_pool (query, 1, NULL, &size, &min, &max);
  fail_unless_equals_int (min, 1);
  fail_unless_equals_int (max, 0);
  kp_last_frame_clear (&frame);
}
GST_END_TEST

static Suite *
last_frame_suite (void)
{
  Suite *suite = suite_create ("last-frame");
  TCase *tcase = tcase_create ("last-frame");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_keep);
  tcase_add_test (tcase, test_watch);
  tcase_add_test (tcase, test_pools);

  return suite;
}

GST_CHECK_MAIN (last_frame)
